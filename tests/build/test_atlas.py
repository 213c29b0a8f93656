"""The mast atlas: one sweep from each settlement says what sweeps from every mast would say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from geo_planner.build.atlas import Atlas, mast_atlas, write_atlas
from geo_planner.config import Scenario, Uplink
from geo_planner.config.build.candidates import AtlasRadio, Candidates
from geo_planner.errors import InputError, SettingError
from geo_planner.files.cog import NODATA
from geo_planner.propagation.area import LossModel, loss_around
from geo_planner.radio.budget import least_rsrp_dbm
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import compute_coverage
from geo_planner.study_area import StudyArea
from tests.bands import read_band
from tests.build.ground import land, mountains, villages_at, with_mast

SIZE = 60
VILLAGES = {"V1": (18, 20), "V2": (22, 26), "V3": (41, 44)}
ONE = Candidates(heights_m=(30.0,))


def loss_to(
    heights_m: NDArray[np.float32],
    start: tuple[int, int],
    end: tuple[int, int],
    ends_m: tuple[float, float],
    model: str,
    method: Literal["radial", "profiles"],
) -> float:
    """Loss from the centre of one cell to that of another."""
    window = loss_around(
        heights_m, 250.0, row=start[0] + 0.5, column=start[1] + 0.5, tx_height_m=ends_m[0], rx_height_m=ends_m[1], freq_mhz=900.0, radius_km=12.0,
        model=LossModel(name=model), method=method, only=None if method == "radial" else one_cell(heights_m.shape, end),  # type: ignore[arg-type]
    )  # fmt: skip
    return float(window.loss_db[end[0] - window.row, end[1] - window.column])


def one_cell(shape: tuple[int, ...], cell: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=np.bool_)
    mask[cell] = True
    return mask


# the sweep alone: how far a radial out of the settlement lies from one out of the mast; the model alone: profiles turned round
@pytest.mark.parametrize(
    ("model", "method", "median_db", "most_db"),
    [
        ("p1812", "radial", 0.3, 5.0),
        ("itm", "radial", 0.5, 6.0),
        ("delta_bullington", "radial", 0.3, 5.0),
        ("free_space", "radial", 1e-3, 1e-3),
        ("p1812", "profiles", 1e-3, 1e-3),
        ("itm", "profiles", 1e-3, 0.1),
        ("delta_bullington", "profiles", 1e-3, 1e-3),
    ],
)
def test_a_path_loses_the_same_from_either_end(model: str, method: Literal["radial", "profiles"], median_db: float, most_db: float) -> None:
    """With each height at its own end; `most_db` bounds 95 % of the paths."""
    heights_m, draw = mountains(SIZE), np.random.default_rng(5)
    apart = []
    for settlement in VILLAGES.values():
        for mast in draw.integers(2, SIZE - 2, (60, 2)).tolist():
            there = loss_to(heights_m, settlement, tuple(mast), (1.5, 30.0), model, method)
            back = loss_to(heights_m, tuple(mast), settlement, (30.0, 1.5), model, method)
            assert np.isfinite(there) == np.isfinite(back)
            if np.isfinite(there):
                apart.append(abs(there - back))
    assert len(apart) > 120
    assert np.median(apart) <= median_db
    assert np.percentile(apart, 95) <= most_db


def test_exchanged_heights_are_another_path() -> None:
    """What the atlas must not do: the mast's height at the settlement's end."""
    heights_m = mountains(SIZE)
    kept = [loss_to(heights_m, (18, 20), (row, 40), (1.5, 60.0), "p1812", "profiles") for row in range(5, 55, 5)]
    exchanged = [loss_to(heights_m, (18, 20), (row, 40), (60.0, 1.5), "p1812", "profiles") for row in range(5, 55, 5)]
    assert np.max(np.abs(np.subtract(kept, exchanged))) > 3.0


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, StudyArea]:
    return land(tmp_path_factory.mktemp("land"), mountains(SIZE))


@pytest.fixture(scope="module")
def atlas(area: tuple[Scenario, StudyArea]) -> Atlas:
    scenario, study_area = area
    return mast_atlas(study_area, scenario, villages_at(VILLAGES, [10, 20, 40], score=[0.5, 1.0, 0.25]), Candidates())


def test_the_rasters_add_up_the_villages(atlas: Atlas) -> None:
    for height in atlas.heights_m:
        reached = {village: atlas.by_village(village, height) for village in VILLAGES}
        np.testing.assert_array_equal(atlas.households[height], sum(n * reached[v] for v, n in zip(VILLAGES, (10, 20, 40), strict=True)))
        np.testing.assert_array_equal(atlas.weighted[height], sum(n * reached[v] for v, n in zip(VILLAGES, (5, 20, 10), strict=True)))
        assert 0 < reached["V1"].sum() < reached["V1"].size
        assert reached["V1"][VILLAGES["V1"]]
        rows, columns = (part.ravel() for part in np.indices(atlas.grid.shape))
        np.testing.assert_array_equal(atlas.reaching(rows, columns, height).T, [reached[village].ravel() for village in VILLAGES])


@pytest.mark.parametrize("model", ["p1812", "itm"])
def test_a_mast_built_there_covers_what_the_atlas_says(area: tuple[Scenario, StudyArea], model: str) -> None:
    """Forward coverage of a mast in a cell, by the same computation as a plan's: the same villages in nearly every cell."""
    scenario, study_area = area
    scenario = scenario.model_copy(update={"propagation": scenario.propagation.model_copy(update={"model": model})})
    found = mast_atlas(study_area, scenario, villages_at(VILLAGES, [1, 1, 1]), ONE)
    draw, agreed, asked = np.random.default_rng(2), 0, 0
    for row, column in draw.integers(0, SIZE, (60, 2)).tolist():
        sites = with_mast(study_area, (row, column), 30.0).sites
        coverage = compute_coverage(study_area.terrain, sites, scenario.service, scenario.propagation)
        for village, cell in VILLAGES.items():
            asked += 1
            agreed += bool(coverage.probability[cell] >= scenario.service.min_probability) == found.by_village(village, 30.0)[row, column]
    assert agreed >= 0.97 * asked


def test_the_best_cell_of_a_lone_village_is_that_of_brute_force(tmp_path: Path) -> None:
    size, village, radio = 32, (14, 17), AtlasRadio(tx_power_dbm=14.0)
    scenario, study_area = land(tmp_path, mountains(size, seed=3), service={"uplink": Uplink(check=False)})
    found = mast_atlas(study_area, scenario, villages_at({"V1": village}, [50]), Candidates(heights_m=(30.0,), radio=radio))
    loss = np.array([
        [loss_to(study_area.terrain.heights_m, (row, column), village, (30.0, 1.5), "p1812", "profiles") for column in range(size)]
        for row in range(size)
    ])  # fmt: skip
    eirp_re_dbm = radio.tx_power_dbm + radio.antenna_gain_dbi - radio.losses_db - 10 * np.log10(12 * 50)
    covers = eirp_re_dbm - loss >= least_rsrp_dbm(scenario.service)
    assert 0.02 < covers.mean() < 0.9
    assert found.households[30.0].max() == 50.0
    np.testing.assert_array_equal(found.households[30.0] > 0, found.by_village("V1", 30.0))
    assert (covers == found.by_village("V1", 30.0)).mean() >= 0.97
    best = np.unravel_index(np.argmax(found.expected[30.0]), loss.shape)
    assert covers[best]
    assert loss[best] <= loss.min() + 0.5


def test_threads_and_the_cache_change_no_bit(area: tuple[Scenario, StudyArea], atlas: Atlas, tmp_path: Path) -> None:
    scenario, study_area = area
    villages, cache = villages_at(VILLAGES, [10, 20, 40], score=[0.5, 1.0, 0.25]), LossCache(tmp_path / "kept", 10**9)
    again = [
        mast_atlas(study_area, scenario, villages.iloc[order], Candidates(), workers=workers, cache=kept)
        for order, workers, kept in (([0, 1, 2], 2, None), ([2, 0, 1], 1, cache), ([1, 0, 2], 2, cache))
    ]
    write_atlas(atlas, tmp_path / "a.tif")
    for number, other in enumerate(again):
        for height in atlas.heights_m:
            assert atlas.expected[height].tobytes() == other.expected[height].tobytes()
        write_atlas(other, tmp_path / f"{number}.tif")
        assert (tmp_path / f"{number}.tif").read_bytes() == (tmp_path / "a.tif").read_bytes()


def test_villages_that_need_no_mast_or_lie_elsewhere_take_no_part(area: tuple[Scenario, StudyArea]) -> None:
    scenario, study_area = area
    cells = {**VILLAGES, "V4": (-30, 10)}
    villages = villages_at(cells, [10, 20, None, 5], coverage_probability=[0.2, 0.9, np.nan, 0.0])
    found = mast_atlas(study_area, scenario, villages, ONE)
    assert list(found.villages.index) == ["V1", "V3"]
    assert found.households[30.0].max() == 10.0
    # nobody knows how many live in V3: none is claimed, and it weighs as the median of the others (10, 20, 5)
    only_v3 = found.by_village("V3", 30.0) & ~found.by_village("V1", 30.0)
    assert (found.households[30.0][only_v3] == 0.0).all()
    assert (found.weighted[30.0][only_v3] == 10.0).all()
    with pytest.raises(KeyError):
        found.by_village("V2", 30.0)


def test_unknown_terrain_is_unknown(tmp_path: Path) -> None:
    heights_m = mountains(SIZE)
    heights_m[30:34, :] = np.nan
    scenario, study_area = land(tmp_path, heights_m)
    found = mast_atlas(study_area, scenario, villages_at({"V1": (18, 20), "V9": (32, 5)}, [10, 70]), ONE)
    assert np.isnan(found.households[30.0][30:34]).all()
    assert not found.by_village("V1", 30.0)[34:].any()  # every path from there crosses the void
    assert not found.by_village("V9", 30.0).any()


def test_without_terrain_distance_alone_decides(tmp_path: Path) -> None:
    scenario, study_area = land(tmp_path, np.zeros((SIZE, SIZE), dtype=np.float32))
    study_area = replace(study_area, terrain=replace(study_area.terrain, is_missing=True))
    found = mast_atlas(study_area, scenario, villages_at({"V1": (30, 30)}, [10]), ONE)
    near = np.hypot(*(np.indices((SIZE, SIZE)) - 30)) * 0.25
    reached = found.by_village("V1", 30.0)
    assert reached.any()
    assert near[reached].max() < near[~reached].min()
    assert found.model == "rma"


def test_land_cover_stands_around_the_handset(area: tuple[Scenario, StudyArea]) -> None:
    """The settlement's own cell counts, wherever the mast stands."""
    scenario, study_area = area
    trees = np.zeros((SIZE, SIZE), dtype=np.uint8)
    scenario = scenario.model_copy(update={"clutter": scenario.clutter.model_copy(update={"at_terminal": True, "heights_m": {}})})
    villages = villages_at(VILLAGES, [10, 20, 40])
    bare = mast_atlas(replace(study_area, land_cover=trees), scenario, villages, ONE).expected[30.0]
    around = trees.copy()
    around[:] = 10
    for cell in VILLAGES.values():
        around[cell] = 0
    np.testing.assert_array_equal(mast_atlas(replace(study_area, land_cover=around), scenario, villages, ONE).expected[30.0], bare)
    trees[VILLAGES["V1"]] = 10
    assert mast_atlas(replace(study_area, land_cover=trees), scenario, villages, ONE).expected[30.0].sum() < bare.sum()


def test_the_file_is_a_cog_whose_bands_and_tags_say_what_they_are(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "mast_sites.tif"
    write_atlas(atlas, path, {"TITLE": "Thử"})
    names = [f"{kind}:{height:g}m" for kind in ("households", "weighted_households") for height in atlas.heights_m]
    with rasterio.open(path) as source:
        assert list(source.descriptions) == names
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert set(source.units) == {"households"}
        assert set(source.nodatavals) == {NODATA}
        assert "20 m" in source.tags(1)["MEANING"]
        assert source.transform == atlas.grid.transform
        tags = source.tags()
    assert {"TITLE", "SCENARIO", "SERVICE", "MODEL", "MODEL_EDITION", "MAST_RADIO", "TERRAIN_SHA256"} <= tags.keys()
    assert tags["MODEL"] == "p1812"
    np.testing.assert_array_equal(read_band(path, "households:42m"), atlas.households[42.0])


def test_a_radio_outside_the_model_is_a_fault_of_the_input(area: tuple[Scenario, StudyArea]) -> None:
    scenario, study_area = area
    villages: Any = villages_at(VILLAGES, [1, 1, 1])
    itm = scenario.model_copy(update={"propagation": scenario.propagation.model_copy(update={"model": "itm", "n0": 100.0})})
    with pytest.raises(InputError) as caught:
        mast_atlas(study_area, itm, villages, ONE)
    assert [fault.code for fault in caught.value.faults] == ["model_range"]


@pytest.mark.parametrize("heights_m", [(42.0, 20.0), (20.0, 20.0)])
def test_heights_rise(heights_m: tuple[float, ...]) -> None:
    with pytest.raises((SettingError, ValueError)):
        Candidates(heights_m=heights_m)
