"""Sites and links of a build plan on the map: a shape a kind, a dash a link, every fact of the tooltip, names as data."""

from __future__ import annotations

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geo_planner.export import palette
from geo_planner.export.html_map import map_page, map_payload
from geo_planner.export.html_map.build_marks import build_marks, phase_marks, phase_word, village_years
from geo_planner.export.palette import BUILD_LINKS, BUILD_MARK_OF, BUILD_MARKS
from geo_planner.plan import Plan
from geo_planner.schema.layers import OPTION_KINDS
from tests.colour import lab, rgb_of
from tests.ui.fakes import HOSTILE_NAMES, fake_plan

EVIL = HOSTILE_NAMES[0]


def with_build(plan: Plan) -> Plan:
    """Two sites and a microwave link; the first serves two villages, the second is a relay that stands in no year."""
    places = pd.DataFrame(
        {"lat": [22.05, 22.12, 22.1], "lon": [103.05, 103.12, 103.1]}, index=pd.Index(["p1", EVIL, "site:S1"], name="place_id")
    )
    sites = pd.DataFrame(
        {
            "place_id": ["p1", EVIL], "kind": ["macro_mast", "relay"], "lon": [103.05, 103.12], "lat": [22.05, 22.12], "mast_height_m": [42.0, float("nan")],
            "cost_vnd": [2_345_000_000.0, 400_000_000.0], "payer": ["fund", "operator"], "year": pd.array([2027, pd.NA], dtype="Int64"),
            "households": [220.0, 0.0],
        },
        index=pd.Index(["m1", EVIL], name="site_id"),
    )  # fmt: skip
    links = pd.DataFrame(
        {
            "place_a": ["p1", EVIL], "place_b": [EVIL, "site:S1"], "kind": ["microwave", "fibre"], "length_km": [10.26, 3.0], "freq_ghz": [7.0, float("nan")],
            "availability_pct": [99.99, float("nan")], "cost_vnd": [300_000_000.0, 9e8], "payer": ["fund", None], "year": pd.array([2027, 2028], dtype="Int64"),
        },
        index=pd.Index(["l1", "l2"], name="link_id"),
    )  # fmt: skip
    villages = pd.DataFrame(
        {"site_ids": [("m1",), ("m1",), (), (EVIL,)], "year": pd.array([2027, 2028, pd.NA, pd.NA], dtype="Int64")},
        index=pd.Index(["A", "B", "C", "D"], name="village_id"),
    )
    nobody = np.zeros(plan.coverage.grid.shape, dtype=np.float32)
    atlas = SimpleNamespace(heights_m=(42.0,), households={42.0: nobody})
    build = SimpleNamespace(results=SimpleNamespace(sites=sites, links=links, villages=villages), places=places, atlas=atlas, after=None)
    return dataclasses.replace(plan, build=build)


def test_what_a_site_and_a_link_say() -> None:
    drawn = build_marks(with_build(fake_plan(("Một", "Hai", "Ba", "Bốn"))), "vi")
    assert drawn is not None
    mast, relay = drawn["sites"]
    assert mast == {
        "id": "m1", "at": [22.05, 103.05], "mark": "mast",
        "lines": [
            "Cột thông thường, cột cao 42 m", "Chi phí (ước tính): 2.345 triệu đồng",
            "Nguồn kinh phí: Quỹ Dịch vụ viễn thông công ích Việt Nam", "Xây dựng năm 2027", "Thêm 220 hộ có sóng", "Phục vụ: Hai, Một",
        ],
    }  # fmt: skip
    assert relay["mark"] == "relay"
    assert relay["lines"][0] == "Trạm chuyển tiếp"
    assert relay["lines"][3] == "Chưa xếp vào năm nào"
    microwave, fibre = drawn["links"]
    assert microwave["path"] == [[22.05, 103.05], [22.12, 103.12]]
    assert microwave["lines"][:3] == ["Vi ba, dài 10,3 km", "Tần số 7 GHz", "Độ sẵn sàng 99,99%"]
    assert fibre["lines"][:2] == ["Cáp quang, dài 3,0 km", "Chi phí (ước tính): 900 triệu đồng"]
    assert "Chưa xác định" in fibre["lines"][2]


def test_only_what_is_drawn_stands_in_the_legend() -> None:
    drawn = build_marks(with_build(fake_plan()), "vi", "en")
    assert drawn is not None
    assert list(drawn["marks"]) == ["mast", "relay"]
    assert drawn["markWords"] == {"mast": "Cột mới", "relay": "Trạm chuyển tiếp"}
    assert drawn["lineSubtitles"] == {"fibre": "Fibre link", "microwave": "Microwave link"}
    assert build_marks(fake_plan(), "vi") is None


def test_every_kind_has_a_shape_and_every_shape_is_another() -> None:
    assert set(BUILD_MARK_OF) == set(OPTION_KINDS)
    assert set(BUILD_MARK_OF.values()) == set(BUILD_MARKS)
    assert len({(mark["path"], mark["filled"]) for mark in BUILD_MARKS.values()}) == len(BUILD_MARKS)
    assert len({bool(line["dash"]) for line in BUILD_LINKS.values()}) == len(BUILD_LINKS)


def test_years_grow_lighter_and_what_is_in_none_is_told_apart() -> None:
    plan = with_build(fake_plan())
    assert village_years(plan) == {"A": 2027, "B": 2028, "D": 0}
    marks = phase_marks(plan)
    assert list(marks) == ["2027", "2028", "no_year", "not_planned"]
    assert lab(rgb_of(marks["2027"]["fill"]))[0] < lab(rgb_of(marks["2028"]["fill"]))[0] - 5
    assert [phase_word(key, "vi") for key in marks] == [
        "Được phủ sóng năm 2027", "Được phủ sóng năm 2028", "Trong phương án, chưa xếp năm", "Ngoài phương án"
    ]  # fmt: skip
    assert village_years(fake_plan()) == {}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_ids_and_names_are_data(name: str) -> None:
    plan = with_build(fake_plan())
    page = map_page(plan)
    assert name not in page
    assert page.count("<script>") == page.count("</script>") == 2
    literal = re.search(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)', page)
    assert literal is not None
    assert EVIL in {site["id"] for site in json.loads(json.loads(literal[1]))["build"]["sites"]}


def test_a_village_carries_what_it_can_be_filtered_and_coloured_by() -> None:
    payload = map_payload(with_build(fake_plan()), language="vi", bilingual=False, cards=False)
    keys = ("id", "communeCode", "payer", "measure", "planned", "phase")
    assert [tuple(village[key] for key in keys) for village in payload["villages"]] == [
        ("A", "00001", "fund", False, True, "2027"),
        ("B", "00001", "fund", True, True, "2028"),
        ("C", "00002", "operator", True, False, "not_planned"),
        ("D", "00002", "undecided", False, True, "no_year"),
    ]


@pytest.mark.parametrize("name", ["PAYER_MARKS", "YEAR_MARKS", "PHASE_MARKS"])
def test_villages_are_told_apart_without_colour(name: str) -> None:
    marks = getattr(palette, name)
    looks = list(marks.values()) if isinstance(marks, dict) else list(marks)
    seen = [(lab(rgb_of(str(look["fill"])))[0], look["weight"], look["dash"]) for look in looks]
    apart = [abs(a[0] - b[0]) > 10 or a[1:] != b[1:] for position, a in enumerate(seen) for b in seen[:position]]
    assert all(apart)


def test_the_payload_names_the_ink() -> None:
    payload = map_payload(fake_plan(), language="vi", bilingual=False, cards=False)
    assert payload["build"] is None
    assert lab(rgb_of(payload["buildInk"]))[0] < 40, "dark enough to be read on every surface, and in grey"
