"""Settings of the build plan."""
