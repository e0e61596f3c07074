"""The proof by faults: each is reported by the requirements that it names, and by no other."""
