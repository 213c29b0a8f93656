"""What can be built where, and the cells that come of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo_planner.build.options import OPTION_COLUMNS, cells_of, options_at
from geo_planner.config import Scenario
from geo_planner.config.build.technologies import Carrier, Technologies
from geo_planner.radio.cells import in_service
from geo_planner.study_area import StudyArea
from tests.build.valley import SETTINGS, places_of, valley

Valley = tuple[Scenario, StudyArea]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Valley:
    return valley(tmp_path_factory.mktemp("options") / "area")


def test_each_place_has_the_options_of_its_kind(here: Valley) -> None:
    _, area = here
    places = places_of(area)
    options = options_at(places, area.sites, SETTINGS)
    assert tuple(options.columns) == OPTION_COLUMNS
    assert options.index.is_unique
    assert options.index.is_monotonic_increasing
    kinds = options.groupby(options["place_id"].map(places["kind"]))["kind"].agg(lambda kind: set(kind))
    new = {"low_mast", "macro_mast", "satellite_mast", "relay"}
    assert kinds.to_dict() == {"existing": {"re_aim", "remote_sector"}, "candidate": new, "settlement": new}
    assert set(options.loc[options["backhaul"] == "own", "kind"]) == {"satellite_mast"}
    assert (options.loc[options["kind"] == "relay", "n_cells"] == 0).all()


def test_one_mast_at_a_place_and_one_aim_of_a_cell(here: Valley) -> None:
    _, area = here
    options = options_at(places_of(area), area.sites, SETTINGS)
    masts = options[options["kind"].isin(["low_mast", "macro_mast", "satellite_mast", "relay"])]
    assert (masts["exclusive_group"] == masts["place_id"]).all()
    aims = options[options["kind"] == "re_aim"]
    # the cell round about can only be made stronger; each sector: three turns, two tilts, the power
    assert aims.groupby("exclusive_group").size().to_dict() == {"S1/S1-1": 1, "S2/S2-1": 6, "S2/S2-2": 6}
    assert (options.loc[options["kind"] == "remote_sector", "exclusive_group"] == "").all()


def test_a_new_aim_changes_one_figure(here: Valley) -> None:
    _, area = here
    options = options_at(places_of(area), area.sites, SETTINGS)
    now = area.sites.droplevel("site_id")
    figures = ["azimuth_deg", "tilt_deg", "tx_power_dbm", "freq_mhz", "mast_height_m"]
    for option in options[options["kind"] == "re_aim"].itertuples():
        was, is_ = (
            row[figures].astype("Float64").fillna(-1.0).to_numpy(dtype=float)
            for row in (now.loc[option.cell_id], options.loc[option.Index])
        )
        assert (was != is_).sum() == 1
        assert 0 <= (0.0 if np.isnan(option.azimuth_deg) else option.azimuth_deg) < 360


def test_nothing_new_under_a_ban_nor_above_the_place(here: Valley) -> None:
    _, area = here
    places = places_of(area)
    places.loc["place:a", "exclusion"] = "ban"
    places.loc["place:b", "height_m"] = 30.0
    places.loc["place:c", "exclusion"] = "procedure"
    options = options_at(places, area.sites, SETTINGS)
    assert "place:a" not in set(options["place_id"])
    assert options.loc[options["place_id"] == "place:b", "mast_height_m"].max() == 30.0
    assert "place:c" in set(options["place_id"])


def test_only_the_kinds_and_the_technology_asked_for(here: Valley) -> None:
    _, area = here
    places = places_of(area)
    only = options_at(places, area.sites, SETTINGS.model_copy(update={"kinds": ("macro_mast",)}))
    assert set(only["kind"]) == {"macro_mast"}
    nr = options_at(places, area.sites, SETTINGS, technology="NR")
    assert set(nr.loc[nr["n_cells"] > 0, "technology"]) == {"NR"}
    assert "re_aim" not in set(nr["kind"]), "the cells that stand are LTE"
    bands = nr[nr["kind"] == "add_band"]
    assert sorted(set(bands["freq_mhz"])) == [700.0, 3500.0]
    assert set(bands["operator"]) == {"A", "B"}
    # the beams of the synchronisation block are a gain of the option
    assert set(nr.loc[nr["freq_mhz"] == 3500.0, "antenna_gain_dbi"]) == {11.0 + 6.0, 17.0 + 6.0}


def test_two_carriers_of_one_band_are_two_options(here: Valley) -> None:
    _, area = here
    settings = Technologies(macro_mast=(Carrier(), Carrier(n_cells=3)), kinds=("macro_mast",), macro_mast_heights_m=(30.0,))
    options = options_at(places_of(area), area.sites, settings)
    assert options.groupby("place_id").size().unique().tolist() == [2]


def test_a_terminal_only_on_request_one_a_settlement_at_no_height(here: Valley) -> None:
    _, area = here
    options = options_at(places_of(area), area.sites, SETTINGS.model_copy(update={"kinds": ("satellite_terminal",)}))
    assert options["place_id"].tolist() == ["village:V1", "village:V2"]
    assert options["mast_height_m"].tolist() == [0.0, 0.0]
    assert set(options["backhaul"]) == {"own"}


def test_the_cells_of_options(here: Valley) -> None:
    scenario, area = here
    places = places_of(area)
    options = options_at(places, area.sites, SETTINGS)
    cells = cells_of(options, places, area.sites, area.terrain.crs)
    assert len(cells) == options["n_cells"].sum()
    assert in_service(cells, scenario.service).all()
    sectors = cells[cells["option_id"] == "place:a|macro_mast|30|LTE900"]
    assert sectors["azimuth_deg"].tolist() == [0.0, 120.0, 240.0]
    assert sectors.index.get_level_values("site_id").unique().tolist() == ["place:a"]
    aimed = cells[cells["option_id"] == "site:S2|re_aim|S2-1|turn+180"]
    assert aimed.index.tolist() == [("S2", "S2-1")]
    assert aimed["azimuth_deg"].tolist() == [200.0]
    today = area.sites.loc[[("S2", "S2-1")]].to_crs(area.terrain.crs).geometry.iloc[0]
    assert (aimed.geometry.iloc[0].x, aimed.geometry.iloc[0].y) == (today.x, today.y)


def test_no_place_no_option(here: Valley) -> None:
    scenario, area = here
    places = places_of(area)
    none = options_at(places.iloc[:0], area.sites, SETTINGS)
    assert none.empty
    assert tuple(none.columns) == OPTION_COLUMNS
    cells = cells_of(none, places, area.sites, area.terrain.crs)
    assert cells.empty
    assert in_service(cells, scenario.service).empty
    assert isinstance(none, pd.DataFrame)
