"""Options of a fetch: what means nothing is refused before anything is asked, with exit status 2."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.errors import UsageError
from geo_planner.fetch import fetch_layer, init_study_area
from geo_planner.fetch.layers import KINDS
from geo_planner.fetch.osm import GEOFABRIK_PATH, THEMES
from geo_planner.fetch.policy import checked_base_url, host_of, without_login
from geo_planner.files.manifest import read_manifest
from tests.fetch.conftest import QUICK, Mirror, made_boundaries, made_terrain
from tests.fetch.test_layers import OSM

CODE, BOUNDS = "46", (107.35, 16.05, 107.65, 16.35)


@pytest.fixture
def area(mirror: Mirror, tmp_path: Path) -> Path:
    mirror.files |= made_boundaries(CODE, BOUNDS) | made_terrain([(15, 107), (16, 107)])
    fetch_layer("boundaries", CODE, tmp_path / "area", base_url=mirror.url, policy=QUICK)
    mirror.requests.clear()
    return tmp_path / "area"


def run(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


NO_ADDRESS = [
    "not a url", "", "http://", "http://[::1", "file:///tmp/www", "ftp://h/x", "http://h:99999", "http://h:0", "http://h:x", "http://a b/", "//h/x", "h/x",
    "http://h/?x=1", "http://h#frag", "http://h/?",
]  # fmt: skip


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_an_address_that_is_none_is_a_wrong_option(tmp_path: Path, url: str) -> None:
    for command in (["fetch", "boundaries", "--into", tmp_path / "x"], ["init", tmp_path / "x"]):
        done = run(*command, "--province", CODE, "--base-url", url)
        assert done.exit_code == 2, done.output
        assert "--base-url" in done.output
        assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("url", ["http://h", "https://h/deep/path//", "http://127.0.0.1:8000/", "http://[::1]:80/x", "http://me:p%20w@h/x"])
def test_addresses_of_mirrors(url: str) -> None:
    assert checked_base_url(url) == url.rstrip("/")


def test_a_password_in_the_address_is_written_down_nowhere(mirror: Mirror, tmp_path: Path) -> None:
    mirror.files |= made_boundaries(CODE, BOUNDS)
    url = mirror.url.replace("http://", "http://me:hushhush@")
    fetch_layer("boundaries", CODE, tmp_path / "area", base_url=url, policy=QUICK)
    assert all("Authorization" in headers for _, _, headers in mirror.requests)
    assert not any("hushhush" in str(p) or b"hushhush" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert (without_login("http://me@h/a@b"), host_of("http://me@h:8/a")) == ("http://h/a@b", "h:8")


WRONG = [
    ("terrain", {"product": "glo10"}, "glo30, glo90"),
    ("terrain", {"product": ""}, "glo30, glo90"),
    ("terrain", {"year": 2025}, "--year"),
    ("terrain", {"cell_m": 0.0}, "metres"),
    ("terrain", {"cell_m": float("nan")}, "metres"),
    ("terrain", {"margin_km": -1.0}, "kilometres"),
    ("terrain", {"margin_km": float("inf")}, "kilometres"),
    ("population", {"product": "glo30"}, "--product"),
    ("population", {"year": 1990}, "2015 to 2030"),
    ("roads", {"cell_m": 30.0}, "--cell-m"),
    ("roads", {"extract": Path("nosuch.osm.pbf")}, "no file"),
    ("land_cover", {"geofabrik": True}, "--geofabrik"),
    ("boundaries", {"product": "glo30"}, "--product"),
    ("boundaries", {"extract": Path("x")}, "--extract"),
    ("opencellid", {"margin_km": 3.0}, "--margin-km"),
]


@pytest.mark.parametrize(("kind", "options", "says"), WRONG)
def test_options_that_mean_nothing_are_refused(mirror: Mirror, area: Path, kind: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        fetch_layer(kind, CODE, area, base_url=mirror.url, policy=QUICK, **options)
    flags = [
        text for name, value in options.items() for text in ([f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)]))
    ]
    done = run("fetch", kind, "--province", CODE, "--into", area, "--base-url", mirror.url, *flags)
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert mirror.requests == []


def test_a_wrong_product_stops_init_before_anything_is_fetched(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="glo30"):
        init_study_area(tmp_path / "x", CODE, base_url=mirror.url, policy=QUICK, terrain={"product": "glo10"})
    assert mirror.requests == []
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("product", ["GLO90", "glo90", "Glo-90"])
def test_products_in_any_spelling(mirror: Mirror, area: Path, product: str) -> None:
    done = run(
        *("fetch", "terrain", "--province", CODE, "--into", area, "--base-url", mirror.url),
        *("--product", product, "--cell-m", 500, "--margin-km", 8),
    )
    assert done.exit_code == 0, done.output
    assert read_manifest(area)["files"]["terrain/terrain.tif"]["cell_m"] == 500


def test_an_extract_at_hand_and_geofabrik_by_the_command_line(mirror: Mirror, area: Path, tmp_path: Path) -> None:
    (tmp_path / "x.osm").write_text(OSM, encoding="utf-8")
    common = ("--province", CODE, "--into", area, "--base-url", mirror.url)
    assert run("fetch", "roads", *common, "--extract", tmp_path / "x.osm").exit_code == 0
    assert read_manifest(area)["files"][THEMES["roads"].file]["objects"] == 1
    assert mirror.requests == []
    assert run("fetch", "roads", *common, "--extract", tmp_path / "x.osm", "--geofabrik").exit_code == 2
    assert run("fetch", "roads", *common, "--geofabrik").exit_code == 1  # the mirror has none
    assert mirror.asked(GEOFABRIK_PATH)


def test_the_help_of_fetch_says_where_the_key_goes() -> None:
    text = re.sub(r"[\s│]+", " ", re.sub(r"\x1b\[[0-9;]*m", "", run("fetch", "--help").output))
    for word in ("OPENCELLID_KEY", "--extract", "--geofabrik", "--year", "--cell-m", "--margin-km", "--product", *KINDS):
        assert word in text


@pytest.mark.parametrize("as_json", [False, True])
def test_something_is_said_where_there_is_no_terminal(mirror: Mirror, area: Path, tmp_path: Path, as_json: bool) -> None:
    arguments = [
        "fetch",
        "terrain",
        "--province",
        CODE,
        "--into",
        str(area),
        "--base-url",
        mirror.url,
        "--cell-m",
        "500",
        "--margin-km",
        "8",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "geo_planner.cli", *arguments, *(["--json"] if as_json else [])],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    if as_json:
        assert json.loads(done.stdout)["ok"]
        assert done.stderr == ""
    else:
        assert done.stderr.splitlines()[0].startswith("under way: terrain")
