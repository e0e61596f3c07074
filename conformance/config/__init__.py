"""What a run is given: settings, how their values are read, and the target that follows from them."""
