"""What the console script does besides judging, a module for each command that is more than a call."""
