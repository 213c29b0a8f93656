"""A small study area over rough ground, with masts, villages and places where more could be built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.build.demands import demands_of
from geo_planner.build.options import options_at
from geo_planner.config import Scenario, load_scenario
from geo_planner.config.build.technologies import Technologies
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import with_defaults
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import land_cover_of
from geo_planner.study_area import StudyArea, load_study_area
from tests import small_area

NEW = {
    "place:a": (292_050.0, 2_435_150.0), "place:b": (293_910.0, 2_434_040.0), "place:c": (295_050.0, 2_436_730.0), "place:d": (299_000.0, 2_430_000.0),
}  # fmt: skip
SETTINGS = Technologies.model_validate({
    "macro_mast": [{"n_cells": 3, "antenna_gain_dbi": 15}, {"technology": "NR", "freq_mhz": 3500, "bandwidth_mhz": 100, "beam_gain_db": 6}],
    "re_aim_turns_deg": [-60, 60, 180], "re_aim_tilts_deg": [-3, 6], "macro_mast_heights_m": [30, 42],
})  # fmt: skip


def valley(folder: Path, overrides: tuple[str, ...] = ()) -> tuple[Scenario, StudyArea]:
    """P.1812 over saw teeth of 300 m; four villages, two masts, one of them with two sectors."""
    root = small_area.make_area(folder)
    rows = small_area.site_rows()
    sectors = [
        {**rows[1], "cell_id": f"S2-{n}", "azimuth_deg": str(azimuth), "tilt_deg": "2", "operator": "B"}
        for n, azimuth in enumerate((20, 200), 1)
    ]
    small_area.write_rows(root / small_area.SITES, [{"tilt_deg": "", **rows[0]}, *sectors])
    scenario = load_scenario(
        root / small_area.SCENARIO,
        ["propagation.model=p1812", "propagation.max_radius_km=9", "service.rsrp_threshold_dbm=-88", *overrides],
    )
    area = load_study_area(root, scenario)
    return scenario, replace(area, sites=with_defaults(area.sites, scenario.site_defaults))


def places_of(area: StudyArea) -> pd.DataFrame:
    """The masts that stand, two villages, and four places besides."""
    crs = area.terrain.crs
    sites, villages = area.sites.to_crs(crs), area.villages.to_crs(crs)
    stand = sites[~sites.index.get_level_values("site_id").duplicated()]
    rows: dict[str, dict[str, Any]] = {
        f"site:{site}": {
            "x_m": row.geometry.x,
            "y_m": row.geometry.y,
            "kind": "existing",
            "site_id": site,
            "height_m": float(row.mast_height_m),
        }
        for (site, _), row in stand.iterrows()
    }
    rows |= {
        f"village:{v}": {"x_m": p.x, "y_m": p.y, "kind": "settlement", "site_id": "", "height_m": 42.0}
        for v, p in villages.geometry.iloc[:2].items()
    }
    rows |= {p: {"x_m": x, "y_m": y, "kind": "candidate", "site_id": "", "height_m": 42.0} for p, (x, y) in NEW.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("place_id").sort_index()
    return table.assign(gateway=table["kind"] == "existing", exclusion="")


def covered_today(scenario: Scenario, area: StudyArea, cache: LossCache | None = None) -> Coverage:
    return compute_coverage(
        area.terrain, area.sites, scenario.service, scenario.propagation, land_cover=land_cover_of(scenario, area), clutter=scenario.clutter,
        calibration=scenario.calibration, cache=cache,
    )  # fmt: skip


def tables(scenario: Scenario, area: StudyArea, settings: Technologies = SETTINGS) -> dict[str, Any]:
    """Coverage of today, places, options and demands."""
    coverage, places = covered_today(scenario, area), places_of(area)
    options = options_at(places, area.sites, settings, technology=scenario.service.technology)
    demands = demands_of(area.villages, coverage, area.terrain, scenario.service, area.population)
    return {"coverage": coverage, "places": places, "options": options, "demands": demands}


def random_choice(options: pd.DataFrame, rng: np.random.Generator, n: int) -> tuple[str, ...]:
    """Some options, at most one of a group."""
    chosen: dict[str, str] = {}
    for option in rng.permutation(options.index.to_numpy(dtype=object))[:n]:
        chosen.setdefault(options.at[option, "exclusive_group"] or option, option)
    return tuple(sorted(chosen.values()))
