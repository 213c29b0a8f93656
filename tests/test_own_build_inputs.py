"""What a user prepares for the build plan: prices of one's own and areas of exclusion are found, checked, cited and told by row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_planner.build.prices import BUNDLED
from geo_planner.config import load_scenario, with_optional_layers
from geo_planner.errors import OutputError
from geo_planner.export.template import write_template
from geo_planner.study_area import load_study_area
from geo_planner.validation import validate
from tests import small_area as sa

PRICES = "prices/prices.csv"


def own_prices(area: Path, **changes: object) -> None:
    table = pd.read_csv(BUNDLED, dtype=str)
    for column, value in changes.items():
        table.loc[3, column] = value
    (area / PRICES).parent.mkdir()
    table.to_csv(area / PRICES, index=False)


def exclusion(area: Path, path: str) -> None:
    (area / path).parent.mkdir()
    shapes = [shapely.box(103.0, 22.0, 103.005, 22.005), shapely.box(103.01, 22.01, 103.015, 22.015)]
    gpd.GeoDataFrame({"kind": ["procedure", "ban"]}, geometry=shapes, crs=4326).to_file(area / path)


def read(area: Path):
    scenario = load_scenario(area / sa.SCENARIO)
    return with_optional_layers(scenario, area), load_study_area(area, scenario)


def test_prices_of_ones_own_are_found_and_cited(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    own_prices(area)
    scenario, study_area = read(area)
    assert scenario.layers.prices == PRICES
    assert study_area.prices is not None
    assert list(study_area.prices.columns) == ["item", "unit", "low", "base", "high", "year", "source"]
    assert PRICES in study_area.sha256
    assert not [f for f in validate(area) if f.level == "fault"]


@pytest.mark.parametrize(
    ("column", "value", "code"), [("base", "hai triệu", "type"), ("low", "999999999999", "price_order"), ("unit", "EUR/km", "price_unit")]
)  # fmt: skip
def test_validate_tells_what_is_wrong_with_prices(column: str, value: str, code: str, tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    own_prices(area, **{column: value})
    found = [f for f in validate(area) if f.level == "fault"]
    assert code in {f.code for f in found}
    assert {f.file for f in found} == {PRICES}


def test_an_item_without_a_row_keeps_the_bundled_price_and_that_is_told(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    own_prices(area, item="gold")
    found = [f for f in validate(area) if f.file == PRICES]
    assert {(f.code, f.level) for f in found} == {("unknown_price_item", "warning"), ("missing_price_item", "warning")}
    lacking = next(f for f in found if f.code == "missing_price_item")
    assert "Khuân vác nơi không có đường" in lacking.texts("vi")[0]
    assert all(f.reason and f.remedy for f in found)
    assert {f.row for f in found if f.code != "missing_price_item"} <= {5}


@pytest.mark.parametrize("path", ["exclusion_areas/exclusion_areas.geojson", "exclusion/exclusion.gpkg"])
def test_areas_of_exclusion_are_found_in_either_place(path: str, tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    exclusion(area, path)
    scenario, study_area = read(area)
    assert scenario.layers.exclusion_areas == path
    assert study_area.exclusion_areas is not None
    assert study_area.exclusion_areas["kind"].tolist() == ["procedure", "ban"]
    assert not [f for f in validate(area) if f.level == "fault"]


def test_the_usual_place_goes_first(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    for path in ("exclusion_areas/exclusion_areas.geojson", "exclusion/exclusion.gpkg"):
        exclusion(area, path)
    assert read(area)[0].layers.exclusion_areas == "exclusion_areas/exclusion_areas.geojson"


def test_without_them_nothing_is_recorded(tmp_path: Path) -> None:
    scenario, study_area = read(sa.make_area(tmp_path / "area"))
    assert study_area.prices is None
    assert {"prices", "exclusion_areas"}.isdisjoint(scenario.model_dump()["layers"])


def test_the_template_of_prices_is_the_bundled_table_and_may_be_put_in_as_it_is(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    (area / PRICES).parent.mkdir()
    write_template("prices", area / PRICES)
    write_template("prices", area / PRICES)
    assert not [f for f in validate(area) if f.level == "fault"]
    own = pd.read_csv(area / PRICES, dtype=str)
    own.assign(source="Báo giá của tỉnh").to_csv(area / PRICES, index=False)
    with pytest.raises(OutputError):
        write_template("prices", area / PRICES)
    write_template("prices", tmp_path / "prices.xlsx")
    assert (tmp_path / "prices.xlsx").read_bytes().startswith(b"PK")
