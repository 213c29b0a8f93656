"""What the import says of its decisions, as the pages show it: the words stand with the import, whose report says them too."""

from geo_planner.sources.imports.spoken.said import own_title, system_name, told, told_why

__all__ = ["own_title", "system_name", "told", "told_why"]
