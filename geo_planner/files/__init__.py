"""Files as such: folders, locks, changes put in place as a whole, manifests, and the one room that hands a file to GDAL."""
