"""The communes of any province from upstream's files: whole, fitting together, nothing invented."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.errors import UsageError
from geo_planner.fetch import ContentError, DownloadError, NotFoundError, fetch_layer, province, provinces
from geo_planner.fetch.boundaries import COMMUNES_FILE, FORMER_FILE, ward_path
from geo_planner.fetch.provinces import communes_of, former_communes_of
from geo_planner.files.hashes import sha256_of
from geo_planner.files.manifest import read_manifest
from geo_planner.schema import COMMUNES, FORMER_COMMUNES
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.tables import read_csv, typed_table
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, upstream_boundaries

SMALL = ("46", (107.0, 16.0, 107.9, 16.6))  # Huế: 40 communes, here on a chessboard


@pytest.fixture
def made(mirror: Mirror) -> Mirror:
    mirror.files |= made_boundaries(*SMALL)
    return mirror


def fetch(mirror: Mirror, into: Path, code: str = "46", **options: object):
    return fetch_layer("boundaries", code, into, base_url=mirror.url, policy=QUICK, **options)


def files_of(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_there_are_34_provinces_and_every_former_commune_went_somewhere() -> None:
    assert len(provinces()) == 34
    assert sum(len(communes_of(p.code)) for p in provinces()) == 3321
    former = pd.concat([former_communes_of(p.code).assign(province=p.code) for p in provinces()])
    assert len(former) == 10_040
    assert not former.duplicated(["province", "code"]).any()
    today = {c.code for p in provinces() for c in communes_of(p.code)}
    divided = {code for codes in former["also_in"] for code in codes.split("; ") if code}
    assert set(former["commune_code"]) | divided == today


def test_the_merge_table_agrees_with_the_bundled_one() -> None:
    bundled = pd.read_csv(Path(__file__).parents[2] / "data" / "boundaries" / "former_communes.csv", dtype=str).set_index("code")
    made = former_communes_of("12").set_index("code")
    assert made["commune_code"].equals(bundled["commune_code"].reindex(made.index))
    assert len(made) == len(bundled) == 106


@pytest.mark.parametrize("words", ["12", " 12", "Lai Châu", "lai chau", "Tỉnh Lai Châu"])
def test_a_province_is_known_by_code_and_name(words: str) -> None:
    assert province(words).code == "12"


def test_an_unknown_province_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="12 Lai Châu"):
        province("02")


@pytest.mark.parametrize(
    ("code", "commune", "path"),
    [
        ("12", "03388", "json/geojson/12_lai_chau/wards/03388_doan_ket.geojson"),
        ("01", "00226", "json/geojson/01_ha_noi/wards/00226_van_mieu_quoc_tu_giam.geojson"),
        ("66", "24184", "json/geojson/66_dak_lak/wards/24184_ea_hleo.geojson"),
        ("66", "22303", "json/geojson/66_dak_lak/wards/22303_phu_hoa_2.geojson"),
    ],
)
def test_paths_are_upstreams(code: str, commune: str, path: str) -> None:
    (found,) = [c for c in communes_of(code) if c.code == commune]
    assert ward_path(province(code), found) == path


def check_layer(root: Path, code: str) -> gpd.GeoDataFrame:
    """The rules that hold for any province."""
    layer, faults = read_communes(root / COMMUNES_FILE, COMMUNES_FILE)
    assert [f for f in faults if f.level == "fault"] == []
    assert list(layer.index) == [c.code for c in communes_of(code)]
    assert {c.name for c in COMMUNES.columns} <= {"code", *layer.columns}
    for unknown in ("population", "border", "region_class"):
        assert layer[unknown].isna().all()
    assert shapely.coverage_is_valid(layer.geometry.to_numpy())
    raw, faults = read_csv(root / FORMER_FILE, FORMER_FILE)
    former, more = typed_table(raw, FORMER_COMMUNES, FORMER_FILE)
    assert [f for f in [*faults, *more] if f.level == "fault"] == []
    assert set(former["commune_code"]) <= set(layer.index)
    return layer


def test_made_boundaries_become_one_exact_layer(made: Mirror, tmp_path: Path) -> None:
    report = fetch(made, tmp_path / "area")
    check_layer(tmp_path / "area", "46")
    assert {n.column for n in report.notes} == {"population", "border", "region_class"}
    assert report.files == (COMMUNES_FILE, FORMER_FILE)


def test_upstreams_files_become_one_exact_layer_of_the_published_areas(mirror: Mirror, reference: Path, tmp_path: Path) -> None:
    mirror.files |= upstream_boundaries(reference)
    fetch(mirror, tmp_path / "area", "12")
    layer = check_layer(tmp_path / "area", "12")
    area_km2 = layer.geometry.to_crs(32648).area / 1e6
    assert np.allclose(area_km2, layer["area_km2"].astype(float), rtol=0.007)  # the published areas are off by that themselves
    assert layer["area_km2"].astype(float).sum() == pytest.approx(9068.73, abs=0.1)
    assert (tmp_path / "area" / COMMUNES_FILE).stat().st_size < 1_500_000
    former = pd.read_csv(tmp_path / "area" / FORMER_FILE, dtype=str)
    assert (former["commune_code"] != former["located_in"]).sum() <= 6  # positions are geocoded


def test_simplified_lines_stay_near_the_originals(mirror: Mirror, reference: Path, tmp_path: Path) -> None:
    files = upstream_boundaries(reference)
    mirror.files |= files
    fetch(mirror, tmp_path / "area", "12")
    layer, _ = read_communes(tmp_path / "area" / COMMUNES_FILE, COMMUNES_FILE)
    codes = [c for c in communes_of("12") if c.code in ("03388", "03451")]
    for commune in codes:
        original = gpd.GeoSeries(
            shapely.from_geojson(json.dumps(json.loads(files[ward_path(province("12"), commune)])["features"][0]["geometry"])), crs=4326
        ).to_crs(32648)
        mine = layer.geometry.loc[[commune.code]].to_crs(32648)
        assert shapely.hausdorff_distance(mine.iloc[0].boundary, original.iloc[0].boundary) < 250
        assert mine.iloc[0].symmetric_difference(original.iloc[0]).area / original.iloc[0].area < 0.02


def test_everything_is_recorded(made: Mirror, tmp_path: Path) -> None:
    fetch(made, tmp_path / "area")
    entry = read_manifest(tmp_path / "area")["files"][COMMUNES_FILE]
    assert entry["licence"] == "MIT"
    assert entry["origin"] == "fetch"
    assert entry["crs"] == "EPSG:4326"
    assert entry["sha256"] == sha256_of(tmp_path / "area" / COMMUNES_FILE)
    assert len(entry["fetched"]) == len(communes_of("46"))


def test_two_fetches_give_the_same_bytes(made: Mirror, tmp_path: Path) -> None:
    fetch(made, tmp_path / "one")
    fetch(made, tmp_path / "two", cache=tmp_path / "other_cache")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_what_the_user_filled_in_is_kept(made: Mirror, tmp_path: Path) -> None:
    area = tmp_path / "area"
    fetch(made, area)
    document = json.loads((area / COMMUNES_FILE).read_text())
    document["features"][0]["properties"] |= {"population": 4321, "border": "yes", "region_class": "III"}
    (area / COMMUNES_FILE).write_text(json.dumps(document))
    fetch(made, area)
    again = json.loads((area / COMMUNES_FILE).read_text())["features"][0]["properties"]
    assert (again["population"], again["border"], again["region_class"]) == (4321, "yes", "III")


@pytest.mark.parametrize("fault", ["404", "503", "portal", "cut", "loop", "empty", "stall"])
def test_a_failure_leaves_the_study_area_as_it_was(made: Mirror, tmp_path: Path, fault: str) -> None:
    area = tmp_path / "area"
    fetch(made, area)
    before = files_of(area)
    third = ward_path(province("46"), communes_of("46")[2])
    made.faults[third] = [fault]
    made.validators = False  # else a transfer that breaks off is continued until it is whole
    with pytest.raises(DownloadError) as error:
        fetch(made, area, cache=tmp_path / "empty_cache")
    assert str(error.value).endswith(".")
    assert files_of(area) == before


def test_a_missing_commune_is_named(made: Mirror, tmp_path: Path) -> None:
    path = ward_path(province("46"), communes_of("46")[5])
    del made.files[path]
    with pytest.raises(NotFoundError, match=path.rpartition("/")[2]):
        fetch(made, tmp_path / "area")
    assert not (tmp_path / "area").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["features"][0]["properties"].update(code="99999"), "of commune 99999"),
        (lambda d: d["features"][0].update(geometry={"type": "Point", "coordinates": [107, 16]}), "no area"),
        (
            lambda d: d["features"][0].update(geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}),
            "outside Vietnam",
        ),
        (lambda d: d.update(features=[]), "one commune"),
        (lambda d: d["features"][0].update(geometry=None), "one commune"),
    ],
)
def test_a_file_of_another_content_is_refused(made: Mirror, tmp_path: Path, change, said: str) -> None:
    path = ward_path(province("46"), communes_of("46")[0])
    document = json.loads(made.files[path])
    change(document)
    made.files[path] = json.dumps(document).encode()
    with pytest.raises(ContentError, match=said):
        fetch(made, tmp_path / "area")


def test_outlines_that_overlap_by_far_are_refused(made: Mirror, tmp_path: Path) -> None:
    first, second = (ward_path(province("46"), c) for c in communes_of("46")[:2])
    document = json.loads(made.files[first])
    document["features"][0]["geometry"] = json.loads(made.files[second])["features"][0]["geometry"]
    made.files[first] = json.dumps(document).encode()
    with pytest.raises(ContentError, match="do not fit together"):
        fetch(made, tmp_path / "area")


def test_outlines_that_overlap_a_little_are_mended_and_told(made: Mirror, tmp_path: Path) -> None:
    path = ward_path(province("46"), communes_of("46")[8])
    document = json.loads(made.files[path])
    outline = shapely.geometry.shape(document["features"][0]["geometry"])
    document["features"][0]["geometry"] = shapely.geometry.mapping(shapely.union_all([outline, shapely.box(*outline.bounds).buffer(0.003)]))
    made.files[path] = json.dumps(document).encode()
    report = fetch(made, tmp_path / "area")
    check_layer(tmp_path / "area", "46")
    assert "outline_mended" in {n.code for n in report.notes}


def test_another_provinces_boundaries_are_never_replaced(made: Mirror, tmp_path: Path) -> None:
    fetch(made, tmp_path / "area")
    before = files_of(tmp_path / "area")
    with pytest.raises(UsageError, match="not of"):
        fetch(made, tmp_path / "area", "12")
    assert files_of(tmp_path / "area") == before
