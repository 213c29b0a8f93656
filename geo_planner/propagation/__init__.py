"""Path loss as it is published: functions on plain arrays, a module or a package a Recommendation, and the sweeps over an area."""
