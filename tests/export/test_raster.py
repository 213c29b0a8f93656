"""coverage.tif: every band comes back with its grid, its name and its meaning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo_planner.errors import OutputError
from geo_planner.export.raster import operator_bands, write_coverage_tif
from geo_planner.files.cog import NODATA
from geo_planner.plan import Plan
from geo_planner.words import said
from tests.bands import read_band

BANDS = ("rsrp_dbm", "coverage_probability", "best_server", "unknown_paths")


def test_bands_come_back_as_they_were(any_plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "c.tif"
    write_coverage_tif(any_plan, path)
    coverage = any_plan.coverage
    np.testing.assert_array_equal(read_band(path, "rsrp_dbm"), coverage.rsrp_dbm)
    np.testing.assert_array_equal(read_band(path, "coverage_probability"), coverage.probability)
    np.testing.assert_array_equal(read_band(path, "unknown_paths"), coverage.unknown_paths)
    np.testing.assert_array_equal(np.nan_to_num(read_band(path, "best_server"), nan=-1), coverage.best_server)


def test_it_is_a_cog_on_the_grid_of_the_terrain(any_plan: Plan, tmp_path: Path) -> None:
    write_coverage_tif(any_plan, tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.transform == any_plan.coverage.grid.transform
        assert source.crs == rasterio.CRS.from_wkt(any_plan.coverage.grid.crs.to_wkt())
        assert set(source.dtypes) == {"float32"}
        assert set(source.nodatavals) == {NODATA}
        units = dict(zip(source.descriptions, source.units, strict=True))
        assert [units[name] for name in BANDS] == ["dBm", "1", "index", "count"]
        assert np.isfinite(source.read()).all()


def test_a_reader_of_the_first_bytes_finds_all_that_it_needs(any_plan: Plan, tmp_path: Path) -> None:
    """A valid COG: all directories stand before the pixels, the full picture's first, and the pixels of the smallest overview come first."""
    write_coverage_tif(any_plan, tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as source:
        levels = [None, *range(len(source.overviews(1)))]
        directories = [int(source.get_tag_item("IFD_OFFSET", "TIFF", 1, level)) for level in levels]
        pixels = [int(source.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", 1, level)) for level in levels]
        assert source.profile["tiled"]
    assert directories == sorted(directories)
    assert max(directories) < min(pixels)
    assert pixels == sorted(pixels, reverse=True)


def test_tags_say_what_was_computed(small_plan: Plan, real_data_plan: Plan, tmp_path: Path) -> None:
    write_coverage_tif(small_plan, tmp_path / "c.tif")
    with rasterio.open(tmp_path / "c.tif") as source:
        tags = source.tags()
    assert tags["SERVICE"] == "LTE"
    assert tags["RSRP_THRESHOLD_DBM"] == "-113"
    assert tags["MODEL"] == small_plan.coverage.model
    assert tags["SAMPLE_DATA_NOTE"] == said("sample_banner").text("vi")
    assert json.loads(tags["BEST_SERVER_IDS"]) == ["S1/S1-1", "S2/S2-1"]
    write_coverage_tif(real_data_plan, tmp_path / "d.tif")
    with rasterio.open(tmp_path / "d.tif") as source:
        assert "SAMPLE_DATA_NOTE" not in source.tags()


def test_each_operator_has_a_band_of_its_own(small_plan: Plan, plan: Plan, tmp_path: Path) -> None:
    for number, one in enumerate((small_plan, plan)):
        path = tmp_path / f"{number}.tif"
        write_coverage_tif(one, path)
        with rasterio.open(path) as source:
            bands = dict(json.loads(source.tags()["OPERATORS"]))
        assert set(bands) == set(one.coverage.by_operator_dbm)
        for operator, band in bands.items():
            np.testing.assert_array_equal(read_band(path, band), one.coverage.by_operator_dbm[operator])
    with pytest.raises(ValueError, match="not in tuple"):
        read_band(path, "rsrp_dbm:Viettel")


def test_a_blank_operator_and_one_called_unknown_stay_apart(small_plan: Plan) -> None:
    level = small_plan.coverage.rsrp_dbm
    coverage = replace(small_plan.coverage, by_operator_dbm={"unknown": level, "": level, "A": level})
    assert operator_bands(coverage) == {"": "rsrp_dbm:unknown", "A": "rsrp_dbm:A", "unknown": "rsrp_dbm:unknown_2"}


def test_two_files_have_the_same_bytes(any_plan: Plan, tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        write_coverage_tif(any_plan, tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.tif", "b.tif"}


def test_a_file_that_cannot_be_written_is_a_sentence(small_plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"c\.tif"):
        write_coverage_tif(small_plan, tmp_path / "no folder" / "c.tif")
