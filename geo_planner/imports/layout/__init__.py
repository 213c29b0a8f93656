"""From a grid with a header to rows of data."""
