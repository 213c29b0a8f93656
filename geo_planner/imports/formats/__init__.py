"""Files of every format to grids of cells, or to attributes with geometries."""
