"""The steps of an import: each takes a draft and returns another, and what it was given stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.errors import fault
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import give_ids, tell_alike_ids
from geo_planner.imports.known_places import recognise
from geo_planner.imports.places.gazetteer import Gazetteer, load_gazetteer
from geo_planner.schema import SITES
from geo_planner.words import said

BLANK = {column.name: "" for column in SITES.columns}
MAST = {"name": "Trạm Nậm Cầy", "lon": "102.6000000", "lat": "22.3000000", "technology": "LTE"}
ROWS = pd.DataFrame(
    [{**BLANK, **MAST, "azimuth_deg": "0"}, {**BLANK, **MAST, "azimuth_deg": "120"}, {**BLANK, "site_id": "LC01", "cell_id": "LC01-1"}],
    index=[2, 3, 4],
)
LAYER = ROWS.assign(site_id=["LC07", "LC07", "LC01"], cell_id=["LC07-A", "LC07-B", "LC01-1"])


@pytest.fixture
def gazetteer(area: Path) -> Gazetteer:
    return load_gazetteer(area)


def given(gazetteer: Gazetteer) -> Draft:
    return give_ids(Draft(SITES, "list.csv", rows=ROWS), ["", "", ""], gazetteer)


STEPS: dict[str, Callable[[Draft, Gazetteer], Draft]] = {
    "ids": lambda draft, gazetteer: give_ids(replace(draft, rows=ROWS), ["", "", ""], gazetteer),
    "known places and cells": lambda draft, _: recognise(LAYER, draft)[0],
    "alike ids": lambda draft, _: tell_alike_ids(draft, ["LC0l"]),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_changes_nothing_of_what_it_is_given(name: str, gazetteer: Gazetteer) -> None:
    draft = given(gazetteer)
    rows, layer, faults, statements = draft.rows.copy(), LAYER.copy(), tuple(draft.faults), tuple(draft.statements)
    STEPS[name](draft, gazetteer)
    pd.testing.assert_frame_equal(draft.rows, rows)
    pd.testing.assert_frame_equal(LAYER, layer)
    assert (tuple(draft.faults), tuple(draft.statements)) == (faults, statements)


def test_rows_take_the_ids_that_the_layer_has_for_their_mast_and_its_cells(gazetteer: Gazetteer) -> None:
    known, layer, gone = recognise(LAYER, given(gazetteer))
    assert list(known.rows["site_id"]) == ["LC07", "LC07", "LC01"]
    assert list(known.rows["cell_id"]) == ["LC07-A", "LC07-B", "LC01-1"]
    assert gone == 0
    assert list(layer["cell_id"]) == list(LAYER["cell_id"])


def test_a_draft_is_frozen_and_grows_by_being_made_anew() -> None:
    draft = Draft(SITES, "list.csv", rows=ROWS)
    with pytest.raises(FrozenInstanceError):
        draft.crs = "EPSG:4326"  # type: ignore[misc]
    more = draft.with_(
        faults=[fault("list.csv", "blank.rows_nameless", row=3)], statements=[said("rows_told.replaced")], titles={"name": "Tên trạm"}
    )
    assert (len(draft.faults), len(draft.statements), dict(draft.titles)) == (0, 0, {})
    assert list(more.good().index) == [2, 4]
    assert more.title("site_id", "name") == "Tên trạm"
    assert more.title("lon") == "lon"
    assert not more.stopped()
    assert more.with_(general=more.faults).stopped()
