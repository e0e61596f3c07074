"""The reference server: correct by the standards, and able to be wrong in named ways."""
