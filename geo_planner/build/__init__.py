"""What to build: where masts do most good, how they are joined and powered, what they cost, in which year."""
