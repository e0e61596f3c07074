"""The nouns of the suite: exchanges, requirements, outcomes, waivers, the verdict and the contract."""
