"""From path loss to coverage: link budget, rasters, statuses of villages and communes, the cache."""
