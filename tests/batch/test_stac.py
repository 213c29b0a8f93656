"""The catalogue of coverages holds what STAC 1.1.0 asks for, finds its rasters wherever the whole is moved, and says what is made up."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import rasterio
from rasterio.warp import transform_bounds
from shapely.geometry import box, shape

from geo_planner.export.stac import _idents
from geo_planner.files.hashes import sha256_of
from geo_planner.words import said
from tests.batch.test_areas import batch
from tests.small_area import MANIFEST, SCENARIO, VILLAGES, make_area, read_rows, write_json, write_rows


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two areas, moved after they were made: one on sample data and with a name to be quoted, one whose input tells no date."""
    root = tmp_path_factory.mktemp("stac")
    sample = make_area(root / "in" / "Lai Châu 1")
    rows = [{**row, "is_sample": "yes"} for row in read_rows(sample / VILLAGES)]
    write_rows(sample / VILLAGES, rows)
    about = {
        "source": "x",
        "licence": "y",
        "date": "2026-11",
        "origin": "bundled",
        "sha256": sha256_of(sample / VILLAGES),
        "size": (sample / VILLAGES).stat().st_size,
    }
    write_json(sample / MANIFEST, {"format": 1, "files": {VILLAGES: about}})
    undated = make_area(root / "in" / "undated")
    write_rows(undated / VILLAGES, [{**row, "status_date": ""} for row in read_rows(undated / VILLAGES)])
    assert batch(root / "in", "-o", root / "out", "--stac")[0] == 0
    shutil.move(root / "out", root / "moved")
    return root / "moved" / "results" / "stac" / "catalog.json"


def followed(start: Path, rel: str) -> list[Path]:
    from urllib.parse import unquote

    return [(start.parent / unquote(link["href"])).resolve() for link in read(start)["links"] if link["rel"] == rel]


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def items(catalog: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    return {path.stem: (path, read(path)) for path in followed(catalog, "item")}


def test_every_link_leads_to_a_file_and_back(catalog: Path) -> None:
    found = items(catalog)
    assert sorted(found) == ["Lai_Chau_1-s", "undated-s"]
    for path, item in found.values():
        assert followed(path, "root") == followed(path, "parent") == [catalog.resolve()]
        assert item["id"] == path.stem
    whole = catalog.read_text("utf-8") + "".join(path.read_text("utf-8") for path, _ in found.values())
    assert "licen" not in whole.lower()
    assert "file:/" not in whole
    # readers look for an item as its link is written, and for a raster with the letters of its folder
    assert all((catalog.parent / link["href"]).is_file() for link in read(catalog)["links"])
    assert found["Lai_Chau_1-s"][1]["assets"]["coverage"]["href"] == "../../../plans/Lai%20Châu%201-s/coverage.tif"


def test_names_that_are_one_in_plain_letters_are_told_apart() -> None:
    assert _idents(["Lai Chau-s", "Lai Châu-s", "lai_châu-s", "Đà Nẵng (mới)", "中"]) == {
        "Lai Chau-s": "Lai_Chau-s", "Lai Châu-s": "Lai_Chau-s-2", "lai_châu-s": "lai_chau-s-3", "Đà Nẵng (mới)": "Da_Nang_moi", "中": "plan",
    }  # fmt: skip


def test_an_item_says_of_its_raster_what_the_raster_is(catalog: Path) -> None:
    from urllib.parse import unquote

    for path, item in items(catalog).values():
        asset, properties = item["assets"]["coverage"], item["properties"]
        raster = (path.parent / unquote(asset["href"])).resolve()
        assert asset["file:size"] == raster.stat().st_size
        assert asset["file:checksum"] == "1220" + sha256_of(raster)
        with rasterio.open(raster) as file:
            assert [(b["name"], b["unit"], b["data_type"], b["nodata"]) for b in asset["bands"]] == list(
                zip(file.descriptions, file.units, file.dtypes, file.nodatavals, strict=True)
            )
            assert properties["proj:code"] == file.crs.to_string()
            assert properties["proj:shape"] == [file.height, file.width]
            assert properties["proj:transform"] == list(file.transform)[:6]
            around = box(*transform_bounds(file.crs, "EPSG:4326", *file.bounds))
        outline = shape(item["geometry"])
        assert outline.is_valid
        assert outline.exterior.is_ccw
        assert list(outline.bounds) == item["bbox"]
        assert around.buffer(1e-5).contains(outline)
        assert outline.area > 0.95 * around.area


def test_the_time_is_that_of_the_input_and_of_the_run_where_the_input_tells_none(catalog: Path) -> None:
    found = items(catalog)
    dated = found["Lai_Chau_1-s"][1]["properties"]
    assert (dated["start_datetime"], dated["end_datetime"]) == ("2026-11-01T00:00:00Z", "2026-11-30T23:59:59Z")
    assert dated["start_datetime"] <= dated["datetime"] <= dated["end_datetime"]
    undated = found["undated-s"][1]["properties"]
    created = read(catalog.parents[2] / "plans/undated-s/manifest.json")["created"]
    assert undated["geo_planner:datetime_of"] == "run"
    assert undated["datetime"] == created.replace("+00:00", "Z")


def test_made_up_data_is_told_in_the_catalogue_and_in_the_item(catalog: Path) -> None:
    found = items(catalog)
    banner = said("sample_banner").text("vi")
    assert banner in read(catalog)["description"]
    assert banner in found["Lai_Chau_1-s"][1]["properties"]["description"]
    assert banner not in found["undated-s"][1]["properties"]["description"]
    assert {name: item["properties"]["geo_planner:sample_data"] for name, (_, item) in found.items()} == {
        "Lai_Chau_1-s": True,
        "undated-s": False,
    }


def test_the_fields_that_stac_requires_are_there(catalog: Path) -> None:
    """Section "Item fields" and "Catalog fields" of STAC 1.1.0, word by word what must be there."""
    document = read(catalog)
    assert {"type", "stac_version", "id", "description", "links"} <= document.keys()
    assert (document["type"], document["stac_version"]) == ("Catalog", "1.1.0")
    for _, item in items(catalog).values():
        assert {"type", "stac_version", "id", "geometry", "bbox", "properties", "links", "assets"} <= item.keys()
        assert (item["type"], item["stac_version"]) == ("Feature", "1.1.0")
        assert item["properties"]["datetime"].endswith("Z")
        used = {
            key.partition(":")[0]
            for key in (*item["properties"], *item["assets"]["coverage"], *item["assets"]["coverage"]["bands"][0])
            if ":" in key
        }
        named = {uri.split("/")[3] for uri in item["stac_extensions"]}
        assert used - {"geo_planner"} == {"proj", "raster", "file"}
        assert named == {"projection", "raster", "file"}
        assert all(link["rel"] != "collection" for link in item["links"]), "no collection is claimed"


@pytest.mark.skipif(
    find_spec("pystac") is None or find_spec("jsonschema") is None, reason="pystac, whose wheel carries the schemas, is not installed"
)
def test_the_published_schemas_accept_catalogue_and_items(catalog: Path) -> None:
    import jsonschema
    import pystac
    from referencing import Registry, Resource

    schemas = {path.name: read(path) for path in Path(pystac.__file__).parent.glob("validation/jsonschemas/**/*.json")}
    registry: Any = Registry(retrieve=lambda uri: Resource.from_contents(schemas[uri.partition("#")[0].rsplit("/", 1)[1]]))  # type: ignore[call-arg]
    for kind, documents in (("catalog.json", [read(catalog)]), ("item.json", [item for _, item in items(catalog).values()])):
        judge = jsonschema.validators.validator_for(schemas[kind])(schemas[kind], registry=registry)
        for document in documents:
            assert [error.message for error in judge.iter_errors(document)] == []
        assert not judge.is_valid({**documents[0], "stac_version": "0.9"}), "the schema does judge"


def test_without_the_option_there_is_none(tmp_path: Path) -> None:
    make_area(tmp_path / "in")
    assert (tmp_path / "in" / SCENARIO).exists()
    assert batch(tmp_path / "in", "-o", tmp_path / "out")[0] == 0
    assert not (tmp_path / "out/results/stac").exists()
