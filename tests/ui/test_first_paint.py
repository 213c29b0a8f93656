"""What the first map does not wait for: libraries that it is drawn without, scripts that are asked for late, other machines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from geo_planner.export.html_map import Card, Contribution, village_card
from geo_planner.ui.delivery import ICON, opening_page
from geo_planner.ui.map_files import Payloads, frame_files
from geo_planner.ui.village import show_card
from tests.conftest import ROOT
from tests.ui.fakes import fake_plan

OF_THE_LIBRARY = {"geopandas", "numba", "pandas", "pyproj", "rasterio", "scipy"}
OF_OTHER_PAGES = {
    "altair",
    "docx",
    "highspy.demo",
    "matplotlib",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.spatial",
    "scipy.stats",
    "xlsxwriter",
}
# as the command does it: arguments, folders, the server and the page that is sent first
_SERVER = """
import sys
from pathlib import Path
import geo_planner.cli
from geo_planner.files.bundled import bundled_folder
from geo_planner.files.folders import check_folder
check_folder(bundled_folder() / "data")
from geo_planner.ui import entry
from geo_planner.ui.delivery import opening_page
entry.server()
opening_page("vi", at_the_map=True)
"""
_FIRST_PAGE = """
from geo_planner import study_area
study_area.scenario_paths = lambda _: []
entry._warm_up()
import geo_planner.build.stored
"""


def modules_after(code: str) -> set[str]:
    """The modules that a process has read when it has done this."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint('READ', *sys.modules)"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.partition("READ ")[2].split())


def test_the_server_stands_before_the_library_is_read() -> None:
    assert not modules_after(_SERVER) & OF_THE_LIBRARY


def test_the_first_page_waits_for_nothing_that_it_does_without() -> None:
    found = modules_after(_SERVER + _FIRST_PAGE)
    assert found >= OF_THE_LIBRARY
    assert not found & OF_OTHER_PAGES


def test_what_the_map_needs_is_fetched_while_the_plan_is_read() -> None:
    page = opening_page("vi", at_the_map=True)
    named = re.findall(r'"(\./static/js/[\w.-]+\.js)"', page.partition('addEventListener("load"')[2].partition("</script>")[0])
    static = Path(st.__file__).parent / "static"
    assert {Path(name).name.partition(".")[0] for name in named} >= {"ComponentInstance", "Selectbox", "ButtonGroup"}
    assert all((static / name).is_file() for name in named)
    assert len(named) == len(set(named))
    for address in frame_files():
        assert f'"{address}"' in page
    assert frame_files()[0] not in opening_page("vi")  # other pages fetch what they need themselves


def test_the_sign_in_the_tab_comes_from_no_other_machine() -> None:
    assert f'<link rel="shortcut icon" href="{ICON}" />' in opening_page("en")
    assert ICON.startswith("data:image/svg+xml,")


def test_only_the_relief_is_drawn_before_it_is_asked_for() -> None:
    kept, drawn = Payloads(), []

    class Picture:
        def __init__(self, name: str) -> None:
            self.digest = self.png_at_once = name.encode()

        def draw(self) -> Picture:
            drawn.append(self.digest)
            return self

    digest = kept.digest(("a",), lambda: {"urls": [kept.place(Picture(name)) for name in ("relief", "theme")]})  # type: ignore[arg-type]
    assert drawn == []
    kept.draw_first(digest)
    kept.draw_first(digest)
    kept.draw_first("none")
    assert drawn == [b"relief"]


@pytest.fixture(scope="module")
def card() -> Card:
    return village_card(fake_plan(), "B", "vi")


def test_the_card_shows_each_criterion_as_a_bar_with_its_points(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (
        Contribution("Số hộ <b>", 12.34, 20.0, assumed=False, value="5 hộ"),
        Contribution("Xã", 2.5, 10.0, assumed=True, value="chưa rõ"),
    )
    shown: list[str] = []
    monkeypatch.setattr(st, "html", shown.append)
    monkeypatch.setattr("geo_planner.ui.village.show_cures", lambda *_: None)
    show_card(replace(card, contributions=parts), "vi")
    bars = next(part for part in shown if "gp-bars" in part)
    assert "Số hộ &lt;b&gt;" in bars
    assert re.findall(r"width:([\d.]+)%", bars) == ["100.0", "61.7", "50.0", "12.5"]
    assert [bool(row) for row in re.findall(r"gp-bar-fill( gp-bar-assumed)?'", bars)] == [False, True]
    assert "title='Được 12,3 điểm, tối đa 20,0'" in bars
    show_card(replace(card, contributions=()), "en")
    assert "<div class='gp-bars'></div>" in shown[-3] + shown[-2]
