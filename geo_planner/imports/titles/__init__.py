"""Which column of a layer each title of a file means."""
