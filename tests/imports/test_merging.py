"""A list that comes again meets its own rows: by id, by commune and name, by place; cells by what they are, not by their order."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.ids import cell_ids, place_ids
from geo_planner.imports.known_places import without_leading_word
from tests.imports import making as m

NORTH_500_M = 0.0045


def put(area: Path, tmp_path: Path, table: Sequence[Sequence[Any]], layer: str = "villages", **options: Any) -> ImportReport:
    report = import_layer(layer, m.csv(tmp_path / "list.csv", table), area, **options)
    assert report.written, report.faults
    return report


def layer_of(area: Path, layer: str = "villages") -> pd.DataFrame:
    return pd.read_csv(area / layer / f"{layer}.csv", dtype=str, keep_default_na=False)


def codes_of(report: ImportReport, level: str = "fault") -> set[str]:
    return {fault.code for fault in report.faults if fault.level == level}


def with_ids(table: list[list[Any]]) -> list[list[Any]]:
    return [["Mã bản", *table[0]], *([f"B{i:02d}", *row] for i, row in enumerate(table[1:]))]


def twin(table: list[list[Any]], at: int, name: str, north: float = 2 * NORTH_500_M) -> list[Any]:
    """A row beside another one, under another name."""
    row = list(table[at])
    row[table[0].index("Thôn, bản")] = name
    row[table[0].index("Vĩ độ")] += north
    return row


# --- villages ---------------------------------------------------------------------------------------------------------


def test_an_id_depends_on_the_exact_name_alone() -> None:
    alone = place_ids(["03460"], ["Nậm Sẻ"], [""])[0]
    both = place_ids(["03460", "03460"], ["Nậm Sé", "Nậm Sẻ"], ["", ""])
    assert both[1] == alone != both[0]
    assert place_ids(["03460"], ["NẬM  SẺ"], [""])[0] == alone
    assert alone.startswith("03460-nam-se-")
    assert place_ids(["03460"], ["Nam Se"], [""]) == ["03460-nam-se"]


def test_a_homonym_that_comes_later_doubles_nothing(empty_area: Path, tmp_path: Path) -> None:
    first = m.rows_of(m.plain())
    second = [*first, twin(first, 5, "Nậm Sé")]
    orders = itertools.permutations([first, second, first], 3)
    results = []
    for order in orders:
        shutil.rmtree(empty_area / "villages", ignore_errors=True)
        for table in order:
            put(empty_area, tmp_path, table)
        found = layer_of(empty_area)
        assert len(found) == 13
        assert found["name"].is_unique
        results.append(dict(zip(found["name"], found["village_id"], strict=True)))
    assert all(result == results[0] for result in results)


def test_rows_are_recognised_one_by_one(empty_area: Path, tmp_path: Path) -> None:
    plain = m.rows_of(m.plain())
    put(empty_area, tmp_path, with_ids(plain))
    report = put(empty_area, tmp_path, [*plain, twin(plain, 5, "Nậm Sé")])
    assert (report.counts["added"], report.counts["updated"]) == (1, 12)
    found = layer_of(empty_area).set_index("name")["village_id"]
    assert found["Nậm Sẻ"] == "B04"
    assert found["Nậm Sé"].startswith("03460-")
    assert report.accepted["village_id"].tolist()[:12] == [f"B{i:02d}" for i in range(12)], "the report names the ids of the layer"


@pytest.mark.parametrize("word", ["Bản", "Thôn", "bản", "Xóm", "Tổ dân phố", "Khu", "Điểm", "Làng", "Buôn", "Ấp"])
def test_a_leading_word_makes_no_other_village(word: str, empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, m.rows_of(m.plain()))
    for names in ([f"{word} {name}" for name in m.NAMES], list(m.NAMES)):
        report = put(empty_area, tmp_path, m.rows_of(m.plain(**{"Thôn, bản": names})))
        assert (report.counts["added"], report.counts["updated"]) == (0, 12)
        if names[0] != m.NAMES[0]:
            assert any("written otherwise" in text for text in map(str, report.statements))


def test_a_number_is_no_name_without_its_word() -> None:
    assert without_leading_word("Bản 2") == "ban 2"
    assert without_leading_word("Tổ dân phố số 7") != without_leading_word("Bản số 7") or "so" in without_leading_word("Bản số 7")
    assert without_leading_word("Bản Nậm Sẻ 2") == "nam se 2"
    assert without_leading_word("Bản") == "ban"


def test_villages_that_only_count_stay_apart(empty_area: Path, tmp_path: Path) -> None:
    table = m.rows_of(m.plain(**{"Thôn, bản": [f"Bản {i}" for i in range(12)]}))
    put(empty_area, tmp_path, table)
    report = put(empty_area, tmp_path, m.rows_of(m.plain(**{"Thôn, bản": [f"Khu {i}" for i in range(12)]})))
    assert report.counts["added"] == 12


def test_another_spelling_far_away_is_another_village_and_told(empty_area: Path, tmp_path: Path) -> None:
    table = m.rows_of(m.plain())
    put(empty_area, tmp_path, table)
    report = put(empty_area, tmp_path, [table[0], twin(table, 5, "Nậm Sé"), twin(table, 1, "Bản Tia Ma Mủ")])
    assert report.counts["added"] == 2
    warned = [fault for fault in report.faults if fault.code == "similar_name"]
    assert [fault.row for fault in warned] == [2, 3]
    near = put(empty_area, tmp_path, [table[0], twin(table, 11, "Nậm Câu", NORTH_500_M / 2)])
    assert (near.counts["added"], near.counts["updated"]) == (0, 1), "a spelling at the same place is the same village"


def test_two_villages_of_one_name_in_the_layer_are_told_apart_by_their_place_or_asked_for(empty_area: Path, tmp_path: Path) -> None:
    table = with_ids(m.rows_of(m.plain()))
    double = ["B99", *twin(m.rows_of(m.plain()), 5, "Nậm Sẻ", 4 * NORTH_500_M)]
    put(empty_area, tmp_path, [*table, double])
    report = put(empty_area, tmp_path, m.rows_of(m.plain()))
    assert (report.counts["added"], report.counts["updated"]) == (0, 12)
    between = [m.rows_of(m.plain())[0], twin(m.rows_of(m.plain()), 5, "Nậm Sẻ", 2 * NORTH_500_M)]
    unclear = import_layer("villages", m.csv(tmp_path / "f.csv", between), empty_area)
    assert codes_of(unclear) == {"which_place"}
    assert not unclear.written


def test_a_list_with_ids_takes_over_the_villages_of_one_without(empty_area: Path, tmp_path: Path) -> None:
    plain = m.rows_of(m.plain())
    put(empty_area, tmp_path, plain)
    report = put(empty_area, tmp_path, with_ids(plain))
    assert (report.counts["added"], report.counts["updated"]) == (0, 12)
    assert layer_of(empty_area)["village_id"].tolist() == [f"B{i:02d}" for i in range(12)]


def test_an_id_of_other_origin_is_not_touched_but_told(empty_area: Path, tmp_path: Path) -> None:
    plain = m.rows_of(m.plain())
    put(empty_area, tmp_path, with_ids(plain))
    other = [["Mã bản", *plain[0]], *([f"X{i}", *row] for i, row in enumerate(plain[1:]))]
    report = put(empty_area, tmp_path, other)
    assert report.counts["added"] == 12
    assert "two_ids" in codes_of(report, "warning")


def test_a_village_that_jumps_is_told(empty_area: Path, tmp_path: Path) -> None:
    table = m.rows_of(m.plain())
    put(empty_area, tmp_path, table)
    report = put(empty_area, tmp_path, [table[0], twin(table, 5, "Nậm Sẻ", 0.025)])
    assert report.counts["updated"] == 1
    assert "moved" in codes_of(report, "warning")


@pytest.mark.parametrize("own", [0, 4])
def test_real_rows_among_samples_are_kept(own: int, area: Path, tmp_path: Path) -> None:
    table = m.rows_of(m.plain())
    if own:
        put(area, tmp_path, table[: own + 1], mode="merge")
        assert (layer_of(area)["is_sample"] == "yes").sum() == 20
    before = layer_of(area)
    real = set(before.loc[before["is_sample"] != "yes", "village_id"])
    report = put(area, tmp_path, [table[0], *table[8:]])
    after = layer_of(area)
    assert not (after["is_sample"] == "yes").any()
    if own:
        assert real <= set(after["village_id"])
        assert any("sample rows give way" in text for text in map(str, report.statements))
        assert report.counts["removed"] == 20
    else:
        assert len(after) == 5, "a bundled layer is an example as a whole"


# --- stations ---------------------------------------------------------------------------------------------------------

TITLES = ["Mã trạm", "Tên trạm", "Kinh độ", "Vĩ độ", "Tình trạng", "Công nghệ", "Băng tần", "Azimuth", "Chiều cao cột"]


def cells(*which: tuple[str, int | None, int | None, int], site: str = "S1", at: int = 0, name: str = "Trạm 1") -> list[list[Any]]:
    """Rows of one mast: technology, band, azimuth, height."""
    lon, lat = m.places()
    return [[site, name, lon[at], lat[at], "đang phát", *cell] for cell in which]


THREE = (("LTE", 1800, 0, 30), ("LTE", 1800, 120, 31), ("LTE", 1800, None, 32))


def heights(area: Path) -> dict[tuple[str, str, str], str]:
    found = layer_of(area, "sites")
    assert not found.duplicated(["site_id", "cell_id"]).any()
    return {
        (t, f, a): h
        for t, f, a, h in zip(found["technology"], found["freq_mhz"], found["azimuth_deg"], found["mast_height_m"], strict=True)
    }


def test_cells_keep_what_is_theirs_in_any_order(empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, [TITLES, *cells(*THREE)], "sites")
    first = layer_of(empty_area, "sites")
    for order in itertools.permutations(THREE):
        report = put(empty_area, tmp_path, [TITLES, *cells(*order)], "sites")
        assert (report.counts["added"], report.counts["updated"]) == (0, 3)
        assert layer_of(empty_area, "sites").equals(first)


@pytest.mark.parametrize("cell", THREE)
def test_one_cell_touches_no_other(cell: tuple[str, int, int | None, int], empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, [TITLES, *cells(*THREE)], "sites")
    put(empty_area, tmp_path, [TITLES, *cells((*cell[:3], 77))], "sites")
    after = heights(empty_area)
    assert sorted(after.values()) == sorted(["77", *(str(c[3]) for c in THREE if c is not cell)])


def test_a_blank_azimuth_is_the_one_that_is_left(empty_area: Path, tmp_path: Path) -> None:
    full = (("LTE", 1800, 0, 30), ("LTE", 1800, 120, 31), ("LTE", 1800, 240, 32))
    put(empty_area, tmp_path, [TITLES, *cells(*full)], "sites")
    put(empty_area, tmp_path, [TITLES, *cells(("LTE", 1800, None, 99), *full[:2])], "sites")
    assert heights(empty_area) == {("LTE", "1800", "0"): "30", ("LTE", "1800", "120"): "31", ("LTE", "1800", "240"): "99"}


def test_a_cell_that_may_be_any_is_asked_for(empty_area: Path, tmp_path: Path) -> None:
    full = (("LTE", 1800, 0, 30), ("LTE", 1800, 120, 31), ("LTE", 1800, 240, 32))
    put(empty_area, tmp_path, [TITLES, *cells(*full)], "sites")
    before = layer_of(empty_area, "sites")
    for one in (("LTE", 1800, None, 99), ("LTE", 1800, 60, 99)):
        report = import_layer("sites", m.csv(tmp_path / "f.csv", [TITLES, *cells(one)]), empty_area)
        assert codes_of(report) == {"which_cell"}
        assert layer_of(empty_area, "sites").equals(before)


def test_a_turned_antenna_replaces_the_list_of_its_band_and_says_so(empty_area: Path, tmp_path: Path) -> None:
    old = (("LTE", 1800, 0, 30), ("LTE", 1800, 120, 31), ("LTE", 900, None, 40))
    put(empty_area, tmp_path, [TITLES, *cells(*old)], "sites")
    report = put(empty_area, tmp_path, [TITLES, *cells(("LTE", 1800, 130, 31), ("LTE", 1800, 0, 30))], "sites")
    assert set(heights(empty_area)) == {("LTE", "1800", "0"), ("LTE", "1800", "130"), ("LTE", "900", "")}
    assert any("give way" in text for text in map(str, report.statements))
    assert report.counts["removed"] == 1


def test_another_technology_is_added(empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, [TITLES, *cells(*THREE)], "sites")
    report = put(empty_area, tmp_path, [TITLES, *cells(("GSM", 900, 0, 30), ("GSM", 900, 120, 30))], "sites")
    assert report.counts["added"] == 2
    assert len(heights(empty_area)) == 5


def test_cells_that_agree_in_all_are_numbered_and_known_again(empty_area: Path, tmp_path: Path) -> None:
    same = (("LTE", 1800, None, 30), ("LTE", 1800, None, 31), ("LTE", 1800, None, 32))
    put(empty_area, tmp_path, [TITLES, *cells(*same)], "sites")
    first = layer_of(empty_area, "sites")
    assert len(first) == 3
    put(empty_area, tmp_path, [TITLES, *cells(*reversed(same))], "sites")
    assert layer_of(empty_area, "sites").equals(first)


def test_a_list_with_cell_ids_takes_over_the_cells_of_one_without(empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, [TITLES, *cells(*THREE)], "sites")
    named = [["Mã cell", *TITLES], *([f"C{row[7]}", *row] for row in cells(*THREE[:2]))]
    report = put(empty_area, tmp_path, named, "sites")
    assert (report.counts["added"], report.counts["updated"]) == (0, 2)
    assert set(layer_of(empty_area, "sites")["cell_id"]) >= {"C0", "C120"}


def test_cell_ids_come_from_what_a_cell_is() -> None:
    rows = pd.DataFrame(
        {
            "site_id": ["S"] * 4,
            "cell_id": ["", "x", "", ""],
            "technology": ["LTE", "", "LTE", ""],
            "freq_mhz": ["900.0", "", "900", ""],
            "azimuth_deg": ["120", "", "120.0", ""],
        }
    )
    assert cell_ids(rows) == ["S-LTE-900-az120", "x", "S-LTE-900-az120-2", "S-1"]


def test_any_order_of_any_list_of_cells_gives_one_layer(empty_area: Path, tmp_path: Path) -> None:
    draw = random.Random(3)
    sites = [
        row
        for i in range(6)
        for row in cells(
            *((t, f, a, 20 + a // 10 + i) for t, f in (("LTE", 1800), ("GSM", 900)) for a in (0, 120, 240)), site=f"S{i}", at=i
        )
    ]
    put(empty_area, tmp_path, [TITLES, *sites], "sites")
    first = layer_of(empty_area, "sites").sort_values(["site_id", "cell_id"]).reset_index(drop=True)
    for _ in range(4):
        part = draw.sample(sites, k=draw.randrange(5, len(sites)))
        put(empty_area, tmp_path, [TITLES, *part], "sites")
        assert layer_of(empty_area, "sites").sort_values(["site_id", "cell_id"]).reset_index(drop=True).equals(first)


def without_id(rows: list[list[Any]]) -> list[list[Any]]:
    return [TITLES[1:], *(row[1:] for row in rows)]


def test_two_masts_of_one_name_are_two(empty_area: Path, tmp_path: Path) -> None:
    cell = ("LTE", 1800, None, 30)
    rows = without_id([*cells(cell, at=0, name="Trạm UBND xã"), *cells(cell, at=5, name="Trạm UBND xã")])
    for _ in range(2):
        put(empty_area, tmp_path, rows, "sites")
        found = layer_of(empty_area, "sites")
        assert len(found) == found["site_id"].nunique() == 2
        rows[1:] = reversed(rows[1:])


def test_two_masts_of_one_name_in_one_commune_are_asked_for(empty_area: Path, tmp_path: Path) -> None:
    cell = ("LTE", 1800, None, 30)
    rows = without_id([*cells(cell, name="Trạm UBND xã"), *cells(cell, name="Trạm UBND xã")])
    rows[2][2] += 0.02
    report = import_layer("sites", m.csv(tmp_path / "f.csv", rows), empty_area)
    assert codes_of(report) == {"same_name"}
    put(empty_area, tmp_path, rows[:2], "sites")
    assert codes_of(import_layer("sites", m.csv(tmp_path / "g.csv", [rows[0], rows[2]]), empty_area)) == {"same_name"}


def test_a_mast_without_an_id_is_known_by_name_and_place(empty_area: Path, tmp_path: Path) -> None:
    put(empty_area, tmp_path, [TITLES, *cells(*THREE)], "sites")
    report = put(empty_area, tmp_path, without_id(cells(*THREE)), "sites")
    assert (report.counts["added"], report.counts["updated"]) == (0, 3)
    assert set(layer_of(empty_area, "sites")["site_id"]) == {"S1"}


# --- titles -----------------------------------------------------------------------------------------------------------


def named_twice() -> list[list[Any]]:
    return m.rows_of(m.plain(**{"Thôn, bản": None, "Điểm": [f"D{i}" for i in range(12)], "Bí danh": list(m.NAMES)}))


def test_two_titles_told_to_be_one_column_are_a_fault(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", named_twice())
    assert codes_of(import_layer("villages", file, area, column_map={"Điểm": "name", "Bí danh": "name"})) == {"two_columns"}


def test_what_is_told_now_counts_before_what_was_told(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", named_twice())
    assert import_layer("villages", file, area, column_map={"Điểm": "name"}).exit_status == 0
    assert layer_of(area)["name"].tolist() == [f"D{i}" for i in range(12)]
    assert import_layer("villages", file, area, column_map={"Bí danh": "name"}, mode="replace").exit_status == 0
    assert layer_of(area)["name"].tolist() == list(m.NAMES)
    again = import_layer("villages", file, area, mode="replace")
    assert again.exit_status == 0, again.faults
    assert layer_of(area)["name"].tolist() == list(m.NAMES)


def test_two_remembered_titles_of_one_column_are_asked_for(area: Path, tmp_path: Path) -> None:
    for title in ("Điểm", "Bí danh"):
        table = m.rows_of(m.plain(**{"Thôn, bản": None, title: list(m.NAMES)}))
        assert import_layer("villages", m.csv(tmp_path / "f.csv", table), area, column_map={title: "name"}).exit_status == 0
    assert codes_of(import_layer("villages", m.xlsx(tmp_path / "f.xlsx", named_twice()), area)) == {"two_columns"}


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_sample_features_give_way_and_others_stay(area: Path, tmp_path: Path) -> None:
    layer = m.roads()
    layer["is_sample"] = ["yes", "no", None, "yes"]
    (tmp_path / "f.geojson").write_text(layer.to_json(), encoding="utf-8")
    import_layer("roads", tmp_path / "f.geojson", area)
    fresh = m.roads().iloc[:1].assign(ten="Đường mới")
    fresh["geometry"] = fresh.geometry.translate(0.001, 0.001)
    (tmp_path / "g.geojson").write_text(fresh.to_json(), encoding="utf-8")
    report = import_layer("roads", tmp_path / "g.geojson", area)
    assert (report.counts["added"], report.counts["removed"]) == (1, 2)
    import geopandas as gpd

    assert set(gpd.read_file(area / "roads" / "roads.geojson")["ten"]) == {"QL12", "TL127", "Đường mới"}
    assert np.isfinite(report.counts["updated"])
