"""Readers: files to validated layers with their provenance. The only place that reads input."""

from geo_planner.files.folders import check_folder
from geo_planner.study_area.loading import StudyArea, load_study_area, scenario_paths, study_area_root
from geo_planner.study_area.rasters import Dem

__all__ = ["Dem", "StudyArea", "check_folder", "load_study_area", "scenario_paths", "study_area_root"]
