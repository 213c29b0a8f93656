"""Titles and texts of shapefiles that the format has cut, also in the middle of a letter."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.titles.cut_titles import completed
from tests.imports import making as m

OURS = ("Tên bản", "Xã", "Tổng số hộ", "Số hộ nghèo", "Số hộ cận nghèo", "Điện lưới quốc gia")
ASCII = ("Ten_ban", "Ten_xa", "Tong_so_ho", "So_ho_ngheo", "So_ho_can_ngheo", "Dien_luoi_quoc_gia")
COLUMNS = ("name", "commune", "households", "poor_households", "near_poor_households", "grid_power")


def cells() -> list[list[object]]:
    return [[m.NAMES[i], m.commune_names()[i], 80 + i, 30 + i, 5 + i, "có" if i % 2 else "chưa"] for i in range(12)]


def cut(titles: Sequence[str], encoding: str = "utf-8") -> list[bytes]:
    """As a program cuts them: ten bytes, a blank at the end taken off, titles that became the same numbered."""
    found = list[bytes]()
    for title in titles:
        plain = title.encode(encoding)[:10].rstrip()
        number = 1
        while plain in found:
            plain = title.encode(encoding)[:8] + b"_%d" % number
            number += 1
        found.append(plain)
    return found


def dbf(titles: Sequence[bytes], rows: Sequence[Sequence[object]], encoding: str = "utf-8", width: int = 60) -> bytes:
    fields = b"".join(
        struct.pack("<11sc4xBB14x", title, b"N" if isinstance(cell, int) else b"C", 10 if isinstance(cell, int) else width, 0)
        for title, cell in zip(titles, rows[0], strict=True)
    )
    records = b"".join(
        b" "
        + b"".join(
            str(cell).rjust(10).encode() if isinstance(cell, int) else str(cell).encode(encoding)[:width].ljust(width) for cell in row
        )
        for row in rows
    )
    size = 1 + sum(10 if isinstance(cell, int) else width for cell in rows[0])
    return struct.pack("<4BIHH20x", 3, 126, 1, 1, len(rows), 32 + len(fields) + 1, size) + fields + b"\r" + records + b"\x1a"


def shapefile(
    path: Path, titles: Sequence[bytes], rows: Sequence[Sequence[object]], *, cpg: bytes | None = b"UTF-8", **how: object
) -> Path:
    plain = m.shapefile(path.with_name("plain.zip"), m.frame().iloc[: len(rows)][["geometry"]])
    parts = path.parent / "plain_parts"
    members = {f"ban{suffix}": (parts / f"ban{suffix}").read_bytes() for suffix in (".shp", ".shx", ".prj")}
    members["ban.dbf"] = dbf(titles, rows, **how)  # type: ignore[arg-type]
    plain.unlink()
    return m.zipped(path, members | ({"ban.cpg": cpg} if cpg is not None else {}))


def figures(report: ImportReport) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("name", *COLUMNS[2:])) for row in report.accepted.to_dict("records")]


def right() -> list[tuple[str, ...]]:
    return [(row[0], str(row[2]), str(row[3]), str(row[4]), "yes" if row[5] == "có" else "no") for row in cells()]  # type: ignore[misc]


@pytest.mark.parametrize("cpg", [b"UTF-8", None])
def test_cut_titles_are_read_where_one_column_begins_so(cpg: bytes | None, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", shapefile(tmp_path / "f.zip", cut(ASCII), cells(), cpg=cpg), area)
    assert figures(report) == right(), report.faults
    assert "Title 'So_ho_nghe' is cut at ten bytes and read as poor_households." in map(str, report.statements)


@pytest.mark.parametrize("cpg", [b"UTF-8", None])
def test_titles_cut_within_a_letter_leave_the_cells_readable_and_are_asked(cpg: bytes | None, area: Path, tmp_path: Path) -> None:
    titles = cut(OURS)
    assert titles[2:5] == ["Tổng s".encode() + b"\xe1\xbb", "Số hộ".encode(), "Số h".encode() + b"\xe1\xbb_1"]
    path = shapefile(tmp_path / "f.zip", titles, cells(), cpg=cpg)
    report = import_layer("villages", path, area, accept_valid=True)
    assert not report.written
    assert {(fault.code, fault.column) for fault in report.faults} == {("cut_title", title) for title in ("Tổng s", "Số hộ", "Số h_1")}
    told = {"Tổng s": "households", "Số hộ": "poor_households", "Số h_1": "near_poor_households"}
    assert figures(import_layer("villages", path, area, column_map=told)) == right()
    assert figures(import_layer("villages", path, area)) == right(), "what was told is remembered"


@pytest.mark.parametrize(
    ("title", "layer", "target"),
    [
        ("So_ho_can_ngheo", "villages", "near_poor_households"),
        ("Ho_can_ngheo", "villages", "near_poor_households"),
        ("Tong_so_ho", "villages", "households"),
        ("Tong_so_nhan_khau", "villages", "population"),
        ("Duong_giao_thong", "villages", "road_access"),
        ("Nha_van_hoa", "villages", None),
        ("So_ho_dan_toc", "villages", "asked"),
        ("So_ho_dien_bien", "villages", None),
        ("Hien_trang_song", "villages", "asked"),
        ("Tong_dien_tich", "villages", None),
        ("Khoang_cach", "villages", None),
        ("population", "villages", "population"),
        ("near_poor_households", "villages", "near_poor_households"),
        ("settlement_radius_m", "villages", "settlement_radius_m"),
        ("former_commune", "villages", "former_commune"),
        ("Goc_phuong_vi", "sites", "azimuth_deg"),
        ("Cong_suat_phat", "sites", "tx_power_dbm"),
        ("Doanh_nghiep", "sites", "operator"),
        ("mast_height_m", "sites", "mast_height_m"),
    ],
)
def test_what_a_cut_title_is_read_as(title: str, layer: str, target: str | None) -> None:
    found, _, faults = completed(["name", title[:10]], [4, len(title[:10])], layer, {}, "f.zip")
    assert ("asked" if faults else found.get(1) or by_words(title[:10], layer)) == target


def by_words(title: str, layer: str) -> str | None:
    from geo_planner.imports.titles.meaning import targets_of

    return next(iter(targets_of(title, layer)), None)


def test_titles_that_began_alike_are_asked_and_never_guessed() -> None:
    titles = ["So_ho_nghe", "So_ho_ng_1"]
    _, _, faults = completed(titles, [10, 10], "villages", {}, "f.zip")
    assert [fault.column for fault in faults] == titles
    assert completed(titles, [10, 10], "villages", {0: "poor_households", 1: ""}, "f.zip")[2] == []


def test_texts_cut_within_a_letter_are_read_and_said(area: Path, tmp_path: Path) -> None:
    rows = cells()
    rows[0][0] = "Bản Huổi Lắn"
    width = len("Bản Huổi Lắ".encode()) - 1
    path = shapefile(tmp_path / "f.zip", cut(ASCII), rows, width=width)
    report = import_layer("villages", path, area, accept_valid=True)
    assert any("cut in the middle of a letter" in text and "'Bản Huổi L'" in text for text in map(str, report.statements))
    assert "Bản Huổi L" in set(report.accepted["name"]) | {str(f.value) for f in report.faults}


@pytest.mark.parametrize(("encoding", "cpg"), [("cp1258", b"1258"), ("tcvn3", None), ("vni", None)])
def test_files_of_older_encodings_stay_readable(encoding: str, cpg: bytes | None, area: Path, tmp_path: Path) -> None:
    encode = {"cp1258": m.windows_1258, "tcvn3": m.tcvn3, "vni": m.vni}[encoding]
    rows = [[encode(str(cell)).decode("latin-1") if isinstance(cell, str) else cell for cell in row] for row in cells()]
    path = shapefile(tmp_path / "f.zip", cut(ASCII), rows, cpg=cpg, encoding="latin-1")
    report = import_layer("villages", path, area)
    # TCVN3 has no capitals with a tone.
    assert [(row[0].casefold(), *row[1:]) for row in figures(report)] == [(row[0].casefold(), *row[1:]) for row in right()], report.faults
