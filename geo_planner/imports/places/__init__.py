"""Where a row lies: its commune by name or code, its coordinates in whatever system, and what the study area says to both."""
