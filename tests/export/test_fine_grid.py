"""A fine grid is worked out and written in parts, and comes out as the whole at once does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from geo_planner import units
from geo_planner.errors import OutputError
from geo_planner.export.raster import write_coverage_tif
from geo_planner.files import cog
from geo_planner.files.cog import Band, write_cog
from geo_planner.plan import Plan, second_coverage
from geo_planner.radio import settlements
from geo_planner.radio.losses import loss_task
from geo_planner.radio.settlements import settlement_statuses
from geo_planner.radio.statuses import village_coverage
from geo_planner.stored.rasters import read_raster, stored_coverage
from tests.bands import read_band


@pytest.fixture
def every_grid_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "FINE_CELLS", 0)


@pytest.mark.parametrize("side", [7, 40])
def test_the_second_model_in_parts_says_what_it_says_on_the_whole_grid(
    small_plan: Plan, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    propagation = small_plan.scenario.propagation.model_copy(update={"model": "p1812", "compare_with": "itm"})
    scenario, area = small_plan.scenario.model_copy(update={"propagation": propagation}), small_plan.study_area
    # one lies beyond the grid: nothing is known of it, and nothing falls over
    away = area.villages.copy()
    away.loc[away.index[-1], "geometry"] = area.villages.geometry.iloc[-1].__class__(90.0, 20.0)
    area = replace(area, villages=away)
    whole = second_coverage(scenario, area)
    assert whole is not None
    expected = village_coverage(whole, area.villages, scenario.service)
    monkeypatch.setattr(settlements, "_SIDE", side)
    found = settlement_statuses(loss_task(scenario, area, model="itm"), area.sites, area.villages, scenario.calibration)
    pd.testing.assert_frame_equal(found, expected)
    assert found["coverage_probability"].notna().any()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_made_on_the_disk_the_file_says_what_it_says_made_in_memory(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    # larger than a block of the file, so that there are overviews
    level = np.tile(small_plan.coverage.rsrp_dbm, (1 + 1100 // small_plan.coverage.rsrp_dbm.shape[0], 3))
    server = np.arange(level.size, dtype=np.int16).reshape(level.shape) // 999 - 1
    bands = [Band("level", "dBm", "a level", level), Band("server", "index", "a server", server, nothing=-1)]
    place = {"transform": small_plan.coverage.grid.transform, "crs_wkt": small_plan.coverage.grid.crs.to_wkt(), "tags": {"TITLE": "Thử"}}
    write_cog(tmp_path / "memory.tif", bands, **place)
    monkeypatch.setattr(units, "FINE_CELLS", 0)
    write_cog(tmp_path / "disk.tif", bands, **place)
    monkeypatch.setattr(cog, "_THREADS", threads)
    write_cog(tmp_path / "again.tif", bands, **place)
    assert (tmp_path / "disk.tif").read_bytes() == (tmp_path / "again.tif").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"again.tif", "disk.tif", "memory.tif"}
    with rasterio.open(tmp_path / "memory.tif") as expected, rasterio.open(tmp_path / "disk.tif") as found:
        np.testing.assert_array_equal(found.read(), expected.read())
        for name in ("descriptions", "units", "nodatavals", "transform", "crs", "dtypes", "block_shapes"):
            assert getattr(found, name) == getattr(expected, name), name
        assert [found.tags(n)["MEANING"] for n in (1, 2)] == [expected.tags(n)["MEANING"] for n in (1, 2)]
        assert found.tags()["TITLE"] == "Thử"
        assert found.overviews(1) == expected.overviews(1)[1:] == [4, 8]
        small = found.read(out_shape=(2, -(-found.height // 8), -(-found.width // 8)))
        assert np.isin(small, found.read()).all()
        # all directories stand before the pixels, the full picture's first, and the pixels of the smallest overview come first
        levels = [None, 0, 1]
        directories = [int(found.get_tag_item("IFD_OFFSET", "TIFF", 1, each)) for each in levels]
        pixels = [[int(found.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", band, each)) for each in levels] for band in (1, 2)]
    assert directories == sorted(directories)
    assert all(max(directories) < min(of_band) and of_band == sorted(of_band, reverse=True) for of_band in pixels)


def test_a_fine_file_that_cannot_be_written_is_a_sentence(small_plan: Plan, tmp_path: Path, every_grid_is_fine: None) -> None:
    with pytest.raises(OutputError, match=r"c\.tif"):
        write_coverage_tif(small_plan, tmp_path / "no folder" / "c.tif")


def test_a_cell_without_a_server_is_nodata(small_plan: Plan, tmp_path: Path, every_grid_is_fine: None) -> None:
    server = small_plan.coverage.best_server.copy()
    server[:3] = -1
    write_coverage_tif(replace(small_plan, coverage=replace(small_plan.coverage, best_server=server)), tmp_path / "c.tif")
    np.testing.assert_array_equal(np.nan_to_num(read_band(tmp_path / "c.tif", "best_server"), nan=-1), server)


def test_an_operator_alone_is_read_back_without_a_band_of_its_own(small_plan: Plan, tmp_path: Path, every_grid_is_fine: None) -> None:
    now = small_plan.coverage
    coverage = replace(now, by_operator_dbm={"A": now.rsrp_dbm})
    write_coverage_tif(replace(small_plan, coverage=coverage), tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as source:
        assert "rsrp_dbm:A" not in source.descriptions
        assert "1/64 dB" in source.tags()["PRECISION"]
    stored = stored_coverage(read_raster(tmp_path / "c.tif"), coverage.grid)
    np.testing.assert_array_equal(stored.by_operator_dbm["A"], coverage.rsrp_dbm)
    np.testing.assert_array_equal(stored.probability, coverage.probability)
    np.testing.assert_array_equal(stored.margin_db, coverage.margin_db)
