"""An import acts on every row that is wrong, however many there are."""

from __future__ import annotations

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
