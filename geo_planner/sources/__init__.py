"""Readers: files to validated layers with their provenance. The only place that reads input."""

from geo_planner.sources.rasters import Dem
from geo_planner.sources.study_area import StudyArea, check_folder, load_study_area, scenario_paths, study_area_root

__all__ = ["Dem", "StudyArea", "check_folder", "load_study_area", "scenario_paths", "study_area_root"]
