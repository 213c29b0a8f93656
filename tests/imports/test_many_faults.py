"""An import acts on every row that is wrong, however many there are."""

from __future__ import annotations

import time
from pathlib import Path

from geo_planner.errors import MOST_OF_A_KIND
from geo_planner.imports import import_layer
from tests import small_area as sa
from tests.imports import making as m


def test_every_wrong_row_of_a_long_list_is_rejected(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    n = 3 * MOST_OF_A_KIND
    rows: list[list[object]] = [["Mã bản", "Thôn, bản", "Mã xã", "Kinh độ", "Vĩ độ", "Số hộ"]]
    rows += [[f"N{i}", f"Bản số {i}", "03001", 103.001 + i * 1e-4, 22.01, -5 if i < n else 20] for i in range(n + 10)]
    report = import_layer("villages", m.csv(tmp_path / "ds.csv", rows), area, mode="replace", accept_valid=True)
    assert report.counts["rejected"] == n, report.faults[:3]
    assert (report.accepted["households"].astype(int) >= 0).all()


def test_a_long_list_without_names_is_refused_once_and_soon(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    rows: list[list[object]] = [["Mã bản", "Thôn, bản", "Mã xã", "Kinh độ", "Vĩ độ"]]
    rows += [[f"N{i}", "", "03001", round(103.001 + i * 1e-6, 6), 22.01] for i in range(20_000)]
    began = time.process_time()
    report = import_layer("villages", m.csv(tmp_path / "ds.csv", rows), area, mode="replace", accept_valid=True)
    assert [fault.code for fault in report.faults if fault.level == "fault"] == ["blank"]
    assert time.process_time() - began < 60  # every fault held against every other one took minutes


def test_a_long_list_under_one_id_says_of_each_row_where_the_id_stood_first(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    rows: list[list[object]] = [["Mã bản", "Thôn, bản", "Mã xã", "Kinh độ", "Vĩ độ"]]
    rows += [["N1", f"Bản số {i}", "03001", round(103.001 + i * 1e-6, 6), 22.01] for i in range(2_000)]
    report = import_layer("villages", m.csv(tmp_path / "ds.csv", rows), area, mode="replace", accept_valid=True)
    assert report.counts["rejected"] == 1_999
    assert {dict(fault.said.facts)["first"] for fault in report.faults if fault.code == "duplicate_id"} == {2}
