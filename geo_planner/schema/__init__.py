"""Every column of every layer, declared once: type, unit, range, whether it is needed, meaning in two languages.

The readers in :mod:`geo_planner.study_area` check against these tables, the templates and the titles of the exports are made
from them, and the documentation of the files is generated from them. Nothing else in the package lists columns.
"""

from geo_planner.schema.column import Column, Layer
from geo_planner.schema.kinds import Kind
from geo_planner.schema.layers import (
    ANSWERS,
    BUILD_LINKS,
    BUILD_OPTIONS,
    CANDIDATES,
    COMMUNES,
    EXCLUSION_AREAS,
    FORMER_COMMUNES,
    LAND_COVER,
    LAYERS,
    MEASUREMENTS,
    POPULATION,
    POWER_LINES,
    PRICES,
    RIVERS,
    ROADS,
    SITES,
    TABLES,
    VILLAGES,
)  # fmt: skip
from geo_planner.schema.results import RESULTS
from geo_planner.schema.vocabulary import (
    COMMITMENT_STAGE,
    GRID_POWER,
    POSITION_QUALITY,
    RESPONSIBILITY,
    ROAD_ACCESS,
    SIGNAL_STATUS,
    SITE_STATUS,
    TECHNOLOGIES,
    technology_word,
)  # fmt: skip

__all__ = [
    "ANSWERS", "BUILD_LINKS", "BUILD_OPTIONS", "CANDIDATES", "COMMITMENT_STAGE", "COMMUNES", "EXCLUSION_AREAS", "FORMER_COMMUNES", "GRID_POWER", "LAND_COVER", "LAYERS", "MEASUREMENTS", "POPULATION", "POSITION_QUALITY", "POWER_LINES", "PRICES",
    "RESPONSIBILITY", "RESULTS", "RIVERS", "ROADS", "ROAD_ACCESS", "SIGNAL_STATUS", "SITES", "SITE_STATUS", "TABLES", "TECHNOLOGIES", "VILLAGES",
    "Column", "Kind", "Layer", "technology_word",
]  # fmt: skip
