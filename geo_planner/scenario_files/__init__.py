"""The scenarios of a study area as files: made from one another, changed, taken away, and brought back from dated copies."""

from geo_planner.scenario_files.differences import PRESENT, Difference, differences, setting_title, settings_by_path
from geo_planner.scenario_files.former import Former, former_copies, last_change
from geo_planner.scenario_files.titles import title_of
from geo_planner.scenario_files.writing import change, delete, duplicate, restore, save_as, undo

__all__ = [
    "PRESENT", "Difference", "Former", "change", "delete", "differences", "duplicate", "former_copies", "last_change", "restore", "save_as",
    "setting_title", "settings_by_path", "title_of", "undo",
]  # fmt: skip
