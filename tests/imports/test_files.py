"""Each file that an office may send has the outcome that its row in the table states."""

from __future__ import annotations

import json
import os
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from geo_planner.imports import import_layer
from geo_planner.imports.places.vn2000 import from_wgs84
from tests.imports import making as m


@dataclass(frozen=True)
class Case:
    """A file and what must come of it.

    Attributes
    ----------
    make : callable
        Folder to path of the file.
    fault : str
        Code that must be among the faults; empty: the import succeeds.
    says : tuple of str
        Words that must stand in statements or faults.
    options : dict
    rows : int
        Accepted rows.
    layer : str
    moved_m : float
        How far an accepted village may lie from its true place.
    """

    make: Callable[[Path], Path]
    fault: str = ""
    says: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    rows: int = 12
    layer: str = "villages"
    moved_m: float = 2.0


TITLE = [["DANH SÁCH CÁC THÔN, BẢN CHƯA CÓ SÓNG DI ĐỘNG"], ["(Kèm theo Công văn số 12/SKHCN)"], []]
TAIL = [
    ["", "Tổng cộng", None, None, None, 306],
    [],
    [None, None, None, "Lai Châu, ngày 05 tháng 11 năm 2026"],
    [None, None, None, "NGƯỜI LẬP BIỂU"],
    [],
    [None, None, None, "Nguyễn Văn A"],
    ["Ghi chú: toạ độ đo bằng GPS cầm tay"],
]


def table(**changes: Any) -> list[list[Any]]:
    return m.rows_of(m.plain(**changes))


def replaced(title: str, row: int, value: Any, **changes: Any) -> list[list[Any]]:
    """The clean list with one cell changed."""
    rows = table(**changes)
    rows[row][rows[0].index(title)] = value
    return rows


def two_level(folder: Path) -> Path:
    body = m.rows_of(m.in_metres())[1:]
    top = ["STT", "Thôn, bản", "Xã", "Số hộ", "Điện lưới", "Toạ độ VN-2000, KTT 103°00'", None]
    low = [None, None, None, None, None, "X (m)", "Y (m)"]
    merge = [(3, c, 4, c) for c in range(5)] + [(3, 5, 3, 6)]
    return m.xlsx(folder / "f.xlsx", [*TITLE, top, low, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"], *body], merge=merge)


def merged_communes(folder: Path) -> Path:
    rows = table()
    rows[2][2] = None
    return m.xlsx(folder / "f.xlsx", rows, merge=[(1, 2, 2, 2)])


def grouped(folder: Path) -> Path:
    rows: list[list[Any]] = [["STT", "Tên bản", "Kinh độ", "Vĩ độ", "Số hộ"]]
    lon, lat = m.places()
    for i, name in enumerate(m.NAMES):
        if i == 0 or m.CODES[i] != m.CODES[i - 1]:
            rows.append([["I", "II", "III", "IV"][i % 4], m.commune_names()[i], None, None, None])
        rows.append([i + 1, name, lon[i], lat[i], 20])
    return m.xlsx(folder / "f.xlsx", rows)


def formula_without_value(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for r, row in enumerate(table(), 1):
        for c, cell in enumerate(row, 1):
            book.active.cell(r, c, cell)
    book.active["F5"] = "=F4+1"
    book.save(folder / "f.xlsx")
    return folder / "f.xlsx"


def xls(folder: Path) -> Path:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Bản")
    for r, row in enumerate([*TITLE, *table(), *TAIL]):
        for c, cell in enumerate(row):
            if cell is not None:
                sheet.write(r, c, cell)
    book.save(str(folder / "f.xls"))
    return folder / "f.xls"


def ods(folder: Path) -> Path:
    pd.DataFrame(table()[1:], columns=table()[0]).to_excel(folder / "f.ods", engine="odf", index=False)
    return folder / "f.ods"


def gpkg(folder: Path, crs: str | None = "EPSG:9205", meridian: float | None = 103.0, name: str = "f.gpkg", **layers: Any) -> Path:
    m.frame(crs=crs, metres_of=meridian).to_file(folder / name, layer="ban", driver="GPKG")
    for layer, content in layers.items():
        content.to_file(folder / name, layer=layer, driver="GPKG")
    return folder / name


def geojson(folder: Path, text: str | None = None) -> Path:
    (folder / "f.geojson").write_text(text or m.frame().to_json(), encoding="utf-8")
    return folder / "f.geojson"


def shape_frame(table: dict[str, list[Any]] | None = None, **options: Any) -> Any:
    """Field names of a shapefile are ten ASCII signs at most."""
    return m.frame(table or {"TEN": list(m.NAMES), "XA": m.commune_names(), "SO_HO": list(range(20, 32))}, **options)


def text(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def bomb(folder: Path) -> Path:
    return m.changed_member(
        m.xlsx(folder / "f.xlsx", table()),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * 30_000_000),
    )


def far_cell(folder: Path) -> Path:
    return m.changed_member(
        m.xlsx(folder / "f.xlsx", table()),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )


def linked(folder: Path) -> Path:
    (folder / "f.csv").symlink_to(m.csv(folder / "true.csv", table()))
    return folder / "f.csv"


def zip_with_link(folder: Path) -> Path:
    path = m.shapefile(folder / "f.zip", shape_frame())
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("extra.txt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return path


def gpx(folder: Path) -> Path:
    lon, lat = m.places()
    points = "".join(
        f'<wpt lon="{x}" lat="{y}"><name>{n}</name><desc>{c}</desc></wpt>'
        for x, y, n, c in zip(lon, lat, m.NAMES, m.commune_names(), strict=True)
    )
    return text(folder, "f.gpx", f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>')


def legacy_cells(encode: Callable[[str], bytes]) -> Callable[[Path], Path]:
    """An xlsx whose titles are Unicode and whose cells were typed with an old font."""
    return lambda folder: m.xlsx(
        folder / "f.xlsx", [table()[0], *[[encode(c).decode("latin-1") if isinstance(c, str) else c for c in row] for row in table()[1:]]]
    )


LON, LAT = m.places()
DMS = {"Kinh độ": [m.dms(x, "E") for x in LON], "Vĩ độ": [m.dms(y, "N") for y in LAT]}
ONE_CELL = {"Kinh độ": None, "Vĩ độ": None, "Toạ độ": [f"{y}, {x}" for x, y in zip(LON, LAT, strict=True)]}
FORMER = [
    "Tà Tổng",
    "Tà Tổng",
    "Tá Bạ",
    "Mù Cả",
    "Vàng San",
    "Lả Nhì Thàng",
    "Tông Qua Lìn",
    "Pa Khoá",
    "Mường Than",
    "Phúc Than",
    "Kan Hồ",
    "Ta Gia",
]
DISTRICT = ["Mường Tè"] * 5 + ["Phong Thổ", "Phong Thổ", "Sìn Hồ", "Than Uyên", "Than Uyên", "Mường Tè", "Than Uyên"]
EAST, NORTH = m.metres()
HALF_SWAPPED = [(LAT[i], LON[i]) if i == 4 else (LON[i], LAT[i]) for i in range(12)]
NFD = [unicodedata.normalize("NFD", name) for name in m.NAMES]
GRID = CRS("+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m")
VN2000_DEGREES = from_wgs84("", LON, LAT)
UTM = dict(zip(("E", "N"), m.utm_metres(), strict=True))
EVIL = ['=HYPERLINK("http://x","y")', "<b>Nậm</b> & <script>", "+84 bản", "@SUM(1)", *m.NAMES[4:]]

CASES = {
    # spreadsheets
    "xlsx clean": Case(lambda d: m.xlsx(d / "f.xlsx", table()), says=("WGS84 degrees", "có → yes")),
    "xlsx titles above, total, note, signature below": Case(
        lambda d: m.xlsx(d / "f.xlsx", [*TITLE, *table(), *TAIL]), says=("header in row 4", "total row: row 17", "note or signature")
    ),
    "xlsx header of two rows, merged, VN-2000": Case(
        two_level, says=("EPSG:9205", "first column is the northing", "numbers of the columns")
    ),
    "xlsx commune merged downwards": Case(merged_communes, says=("merged",)),
    "xlsx grouped by commune headings": Case(grouped, says=("headings above the rows",)),
    "xlsx on the second sheet": Case(lambda d: m.xlsx(d / "f.xlsx", [["Bìa"]], more={"Danh sách": table()}), says=("Sheet 'Danh sách'",)),
    "xlsx hidden sheet left alone": Case(lambda d: m.xlsx(d / "f.xlsx", table(), more={"cũ": table()}, hidden=["cũ"])),
    "xlsx two sheets alike": Case(lambda d: m.xlsx(d / "f.xlsx", table(), more={"Bản sao": table()}), "several_sheets", ("--sheet",)),
    "xlsx two sheets alike, one named": Case(
        lambda d: m.xlsx(d / "f.xlsx", table(), more={"Bản sao": table()}), options={"sheet": "ban sao"}
    ),
    "xlsx formula without stored value": Case(formula_without_value, "uncached_formula"),
    "xlsx error value": Case(lambda d: m.xlsx(d / "f.xlsx", replaced("Số hộ", 3, "#REF!")), "type"),
    "xlsx cells in TCVN3": Case(legacy_cells(m.tcvn3), says=("TCVN3",)),
    "xlsx cells in VNI": Case(legacy_cells(m.vni), says=("VNI",)),
    "xls": Case(xls),
    "ods": Case(ods),
    "xlsx named xls": Case(lambda d: m.xlsx(d / "f.xlsx", table()).rename(d / "f.xls"), says=("read as xlsx",)),
    # text
    "csv utf-8": Case(lambda d: m.csv(d / "f.csv", table())),
    "csv utf-8-sig, semicolons, decimal comma": Case(
        lambda d: m.csv(d / "f.csv", table(), separator=";", encoding="utf-8-sig", decimal=",", newline="\r\n"),
        says=("semicolons", "decimal comma"),
    ),
    "csv tabs": Case(lambda d: m.csv(d / "f.txt", table(), separator="\t", encoding="utf-16")),
    "csv decimal comma quoted": Case(lambda d: m.csv(d / "f.csv", table(), decimal=",")),
    "csv windows-1258": Case(lambda d: m.csv(d / "f.csv", table(), encoding=m.windows_1258), says=("windows-1258",)),
    "csv TCVN3": Case(lambda d: m.csv(d / "f.csv", table(), encoding=m.tcvn3), says=("TCVN3",)),
    "csv VNI": Case(lambda d: m.csv(d / "f.csv", table(), encoding=m.vni), says=("VNI",)),
    "csv names in NFD": Case(lambda d: m.csv(d / "f.csv", table(**{"Thôn, bản": NFD}))),
    "csv unknown encoding": Case(lambda d: text(d, "f.csv", b"name,xa,lon,lat\n\xff\x81\x9d\xe3\xa4q\xfd,\x80\x81,1,2\n"), "encoding"),
    "csv open quotation mark": Case(lambda d: text(d, "f.csv", 'name,xã,lon,lat\n"Bản,Tà Tổng,102,22\n'), "csv"),
    "csv ragged row": Case(
        lambda d: m.csv(d / "f.csv", [*table(), [13, "Bản, dư", "Xã Tà Tổng", 102.6, 22.3, 5, "có", "x", "y"]]), "ragged_row"
    ),
    # coordinates
    "degrees minutes seconds": Case(lambda d: m.xlsx(d / "f.xlsx", table(**DMS))),
    "both coordinates in one cell": Case(lambda d: m.xlsx(d / "f.xlsx", table(**ONE_CELL)), says=("first column is the latitude",)),
    "longitude and latitude exchanged": Case(
        lambda d: m.csv(d / "f.csv", table(**{"Kinh độ": LAT.tolist(), "Vĩ độ": LON.tolist()})), says=("first column is the latitude",)
    ),
    "one row exchanged": Case(
        lambda d: m.csv(d / "f.csv", table(**{"Kinh độ": [a for a, _ in HALF_SWAPPED], "Vĩ độ": [b for _, b in HALF_SWAPPED]}))
    ),
    "VN-2000 with X east": Case(
        lambda d: m.csv(d / "f.csv", m.rows_of(m.in_metres(swapped=True))), says=("EPSG:9205", "first column is the easting")
    ),
    "VN-2000 zone 104": Case(lambda d: m.csv(d / "f.csv", m.rows_of(m.in_metres(104.0))), says=("EPSG:9206",)),
    "VN-2000 grouped digits": Case(
        lambda d: m.csv(
            d / "f.csv",
            table(
                **{
                    "Kinh độ": None,
                    "Vĩ độ": None,
                    "X": [f"{n:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".") for n in NORTH],
                    "Y": [f"{e:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".") for e in EAST],
                }
            ),
            separator=";",
        )
    ),
    "stated zone does not fit": Case(
        lambda d: m.csv(d / "f.csv", m.rows_of(m.in_metres())), "wrong_zone", ("EPSG:9205",), {"crs": "EPSG:5897"}
    ),
    "title names another zone": Case(
        lambda d: m.csv(d / "f.csv", m.rows_of(m.in_metres(titles=("X (KTT 104)", "Y (KTT 104)")))), "wrong_zone", ("central meridian 104",)
    ),
    "degrees below a heading that says VN-2000": Case(
        lambda d: m.xlsx(d / "f.xlsx", [["Hệ toạ độ VN-2000"], *table()]), "ambiguous_crs", ("EPSG:4756", "EPSG:4326")
    ),
    "VN-2000 degrees by their titles": Case(
        lambda d: m.csv(
            d / "f.csv",
            table(
                **{
                    "Kinh độ": None,
                    "Vĩ độ": None,
                    "Kinh độ (VN-2000)": VN2000_DEGREES[0].tolist(),
                    "Vĩ độ (VN-2000)": VN2000_DEGREES[1].tolist(),
                }
            ),
        )
    ),
    "UTM of unknown datum": Case(
        lambda d: m.csv(d / "f.csv", table(**{"Kinh độ": None, "Vĩ độ": None, "X": UTM["E"].tolist(), "Y": UTM["N"].tolist()})),
        "ambiguous_crs",
        ("EPSG:3405", "EPSG:32648", "--crs"),
    ),
    "UTM with the datum stated": Case(
        lambda d: m.csv(d / "f.csv", table(**{"Kinh độ": None, "Vĩ độ": None, "X": UTM["E"].tolist(), "Y": UTM["N"].tolist()})),
        options={"crs": "EPSG:3405"},
    ),
    "UTM with the datum in the title": Case(
        lambda d: m.csv(
            d / "f.csv",
            table(**{"Kinh độ": None, "Vĩ độ": None, "X (VN-2000 UTM)": UTM["E"].tolist(), "Y (VN-2000 UTM)": UTM["N"].tolist()}),
        )
    ),
    "unknown crs stated": Case(lambda d: m.csv(d / "f.csv", table()), "unknown_crs", options={"crs": "EPSG:99"}),
    "another province": Case(lambda d: m.csv(d / "f.csv", table(**{"Kinh độ": (LON + 3).tolist()})), "no_crs_fits"),
    "one coordinate blank": Case(lambda d: m.csv(d / "f.csv", replaced("Kinh độ", 3, None)), "coordinates", rows=11),
    "a village in the wrong commune": Case(lambda d: m.csv(d / "f.csv", replaced("Xã", 1, "Xã Khoen On")), "wrong_commune", rows=11),
    # communes
    "codes that lost the leading zero": Case(
        lambda d: m.xlsx(d / "f.xlsx", table(**{"Xã": None, "Mã xã": [int(code) for code in m.CODES]}))
    ),
    "names without marks or kind": Case(
        lambda d: m.csv(
            d / "f.csv",
            table(
                Xã=[
                    "Ta Tong",
                    "TA TONG",
                    "pa u",
                    "Mu  Ca",
                    "hua-bum",
                    "doan ket",
                    "Dao San",
                    "Pu Sam Cap",
                    "Than Uyen",
                    "Muong Than",
                    "Bum To",
                    "Khoen On",
                ]
            ),
        )
    ),
    "former communes and districts": Case(lambda d: m.csv(d / "f.csv", table(**{"Xã": None, "Xã cũ": FORMER, "Huyện cũ": DISTRICT}))),
    "former communes in the column of communes": Case(lambda d: m.csv(d / "f.csv", table(Xã=FORMER, Huyện=DISTRICT)), says=("former",)),
    "former code with the former name": Case(lambda d: m.csv(d / "f.csv", replaced("Xã", 5, "Vàng San", **{"Mã xã": m.CODES}))),
    "unknown commune": Case(lambda d: m.csv(d / "f.csv", replaced("Xã", 2, "Tà Tỏng Xa")), "unknown_commune", rows=11),
    "code and name contradict": Case(
        lambda d: m.csv(d / "f.csv", replaced("Mã xã", 1, "03640", **{"Mã xã": m.CODES})), "unknown_commune", ("contradict",), rows=11
    ),
    # values
    "thousands and units": Case(lambda d: m.csv(d / "f.csv", replaced("Số hộ", 2, "1.234 hộ"))),
    "no whole number": Case(lambda d: m.csv(d / "f.csv", replaced("Số hộ", 2, "mười")), "type", rows=11),
    "unknown word": Case(lambda d: m.csv(d / "f.csv", replaced("Điện lưới", 2, "thuỷ điện nhỏ")), "choice", rows=11),
    "good rows taken": Case(lambda d: m.csv(d / "f.csv", replaced("Số hộ", 2, "mười")), options={"accept_valid": True}, rows=11),
    "name blank": Case(lambda d: m.csv(d / "f.csv", replaced("Thôn, bản", 2, None)), "blank", rows=11),
    "the same village twice": Case(lambda d: m.csv(d / "f.csv", [*table(), table()[1]]), "duplicate_id"),
    "figures like formulas, marked-up names": Case(lambda d: m.csv(d / "f.csv", table(**{"Thôn, bản": EVIL}))),
    "columns of one's own titles": Case(
        lambda d: m.csv(
            d / "f.csv",
            [
                ["a", "b", "c", "d"],
                *[[n, c, x, y] for n, c, x, y in zip(m.NAMES, m.commune_names(), LON.tolist(), LAT.tolist(), strict=True)],
            ],
        ),
        options={"column_map": {"a": "name", "b": "commune", "c": "lon", "d": "lat"}},
    ),
    "no header": Case(lambda d: m.csv(d / "f.csv", table()[1:]), "no_header", ("--map",)),
    "told column does not exist": Case(lambda d: m.csv(d / "f.csv", table()), "unknown_title", options={"column_map": {"Tên": "name"}}),
    "told target does not exist": Case(lambda d: m.csv(d / "f.csv", table()), "unknown_target", options={"column_map": {"Xã": "nothing"}}),
    "no commune at all": Case(lambda d: m.csv(d / "f.csv", table(Xã=None)), "no_commune"),
    # vector files
    "GeoPackage VN-2000": Case(gpkg, says=("EPSG:9205", "as the file states")),
    "GeoPackage with several layers": Case(lambda d: gpkg(d, khac=m.frame()), "several_layers", ("--layer",)),
    "GeoPackage, layer named": Case(lambda d: gpkg(d, khac=m.frame()), options={"source_layer": "ban"}),
    "GeoPackage whose system is wrong": Case(lambda d: gpkg(d, crs="EPSG:9210"), "wrong_zone", ("EPSG:9205",)),
    "shapefile zip": Case(lambda d: m.shapefile(d / "f.zip", shape_frame(crs="EPSG:9205", metres_of=103.0))),
    "shapefile without prj": Case(
        lambda d: m.shapefile(d / "f.zip", shape_frame(crs="EPSG:9205", metres_of=103.0), drop=[".prj"]),
        says=("found by where the rows lie",),
    ),
    "shapefile in TCVN3 without cpg": Case(
        lambda d: m.shapefile(
            d / "f.zip",
            shape_frame(
                {"TEN": [m.tcvn3(n).decode("latin-1") for n in m.NAMES], "XA": [m.tcvn3(n).decode("latin-1") for n in m.commune_names()]}
            ),
            encoding="ISO-8859-1",
            drop=[".cpg"],
        ),
        says=("TCVN3",),
    ),
    "shapefile, grid without datum": Case(
        lambda d: m.shapefile(d / "f.zip", shape_frame(crs=None, metres_of=103.0), extra={"ban.prj": GRID.to_wkt("WKT1_ESRI").encode()}),
        "datum_unknown",
        ("--crs",),
    ),
    "shapefile without dbf": Case(lambda d: m.shapefile(d / "f.zip", shape_frame(), drop=[".dbf"]), "damaged"),
    "GeoJSON": Case(geojson),
    "GeoJSON of areas": Case(
        lambda d: geojson(d, m.frame().assign(geometry=lambda t: shapely.buffer(t.geometry.array, 0.002)).to_json()),
        says=("areas are taken",),
        moved_m=60,
    ),
    "GeoJSON in metres": Case(lambda d: geojson(d, m.frame(metres_of=103.0, crs=None).to_json()), says=("holds metres", "EPSG:9205")),
    "KML": Case(lambda d: text(d, "f.kml", m.kml_text())),
    "KMZ": Case(lambda d: m.zipped(d / "f.kmz", {"doc.kml": m.kml_text()})),
    "GPX": Case(gpx, options={"column_map": {"desc": "commune"}}),
    # hostile
    "zip bomb": Case(bomb, "zip_bomb", options={"max_bytes": 1_000_000}),
    "a cell at the far end": Case(far_cell, "too_many_cells"),
    "too many rows": Case(lambda d: m.csv(d / "f.csv", table() * 200), "too_many_rows", options={"max_rows": 100}),
    "too large": Case(lambda d: m.csv(d / "f.csv", table()), "too_large", options={"max_bytes": 100}),
    "entities in a KML": Case(
        lambda d: text(d, "f.kml", m.kml_text(head='<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>')), "xml_entities"
    ),
    "entities in an xlsx": Case(
        lambda d: m.changed_member(
            m.xlsx(d / "f.xlsx", table()),
            "xl/sharedStrings.xml",
            lambda x: x.replace(b"?>", b'?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1),
        ),
        "xml_entities",
    ),
    "endless nesting": Case(lambda d: text(d, "f.kml", "<kml>" + "<Folder>" * 100_000), "xml_depth"),
    "zip that climbs out": Case(lambda d: m.shapefile(d / "f.zip", shape_frame(), extra={"../../evil.txt": b"x"}), "zip_slip"),
    "zip with a link": Case(zip_with_link, "symlink"),
    "a link": Case(linked, "symlink"),
    "cut off": Case(lambda d: text(d, "f.xlsx", m.xlsx(d / "g.xlsx", table()).read_bytes()[:3000]), "damaged"),
    "GeoPackage cut off": Case(lambda d: text(d, "f.gpkg", gpkg(d, name="g.gpkg").read_bytes()[:20_000]), "damaged"),
    "workbook packed": Case(
        lambda d: m.zipped(d / "f.zip", {"xã/danh sách.xlsx": m.xlsx(d.parent / "g.xlsx", table()).read_bytes()}), "mislabelled"
    ),
    "text named xlsx": Case(lambda d: m.csv(d / "f.xlsx", table()), "mislabelled"),
    "web page named xls": Case(lambda d: text(d, "f.xls", "<html><table><tr><td>Bản</td></tr></table></html>"), "mislabelled"),
    "PDF named csv": Case(lambda d: text(d, "f.csv", b"%PDF-1.7\n%\xe2\xe3"), "mislabelled"),
    "raster": Case(lambda d: text(d, "f.gpkg", b"II*\0" + bytes(100)), "mislabelled"),
    "empty file": Case(lambda d: text(d, "f.csv", b""), "empty"),
    "header only": Case(lambda d: m.csv(d / "f.csv", table()[:1]), "empty"),
    "null bytes": Case(lambda d: text(d, "f.csv", b"name,x\0a,lon,lat\n"), "null_bytes"),
    "right-to-left mark": Case(lambda d: m.csv(d / "f.csv", replaced("Thôn, bản", 2, "Bản \u202egnãh")), "control_characters", rows=11),
    "control character": Case(lambda d: m.csv(d / "f.csv", replaced("Thôn, bản", 2, "Bản \x07")), "control_characters", rows=11),
    "path in a name": Case(lambda d: m.csv(d / "f.csv", replaced("Thôn, bản", 2, "../../etc/passwd")), "path", rows=11),
    "path in an id": Case(lambda d: m.csv(d / "f.csv", table(**{"Mã bản": [f"a/{i}" for i in range(12)]})), "type"),
    "infinite": Case(lambda d: m.csv(d / "f.csv", replaced("Kinh độ", 2, "1e999")), "coordinates", rows=11),
    "not a number": Case(lambda d: geojson(d, m.frame().to_json().replace(f"[{LON[2]}", "[NaN")), "coordinates"),
    "huge number": Case(lambda d: m.xlsx(d / "f.xlsx", replaced("Số hộ", 2, 1e300)), "type", rows=11),
    "negative households": Case(lambda d: m.csv(d / "f.csv", replaced("Số hộ", 2, -5)), "range", rows=11),
    "very long name": Case(lambda d: m.csv(d / "f.csv", replaced("Thôn, bản", 2, "Bản " * 2000)), "too_long", rows=11),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_has_its_stated_outcome(name: str, area: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]) -> None:
    case = CASES[name]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = case.make(inbox)
    before = contents(area)

    report = import_layer(case.layer, path, area, **case.options)

    said = " ".join(map(str, [*report.statements, *report.faults]))
    assert all(word in said for word in case.says), said
    if case.fault:
        assert case.fault in {fault.code for fault in report.faults if fault.level == "fault"}, said
        assert (report.exit_status, report.written) == (1, False)
        assert contents(area) == before
        assert all(fault.reason and fault.remedy for fault in report.faults)
        return
    assert (report.exit_status, report.written) == (0, True), said
    written = pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)
    assert len(written) == len(report.accepted) == case.rows
    kept = [i for i in range(12) if case.rows == 12 or i != 1]
    assert list(written["commune_code"]) == [m.CODES[i] for i in kept]
    if name != "figures like formulas, marked-up names":
        # TCVN3 has no capitals with tones: Ủ comes back as ủ.
        assert [n.casefold() for n in written["name"]] == [m.NAMES[i].casefold() for i in kept]
    east = (written["lon"].astype(float) - LON[kept]) * 111_195 * np.cos(np.radians(22.3))
    north = (written["lat"].astype(float) - LAT[kept]) * 111_195
    assert np.hypot(east, north).max() < case.moved_m
    entry = json.loads((area / "manifest.json").read_text(encoding="utf-8"))["files"]["villages/villages.csv"]
    assert entry["source"] == path.name
    assert entry["sha256"] == contents(area)["villages/villages.csv"]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40


def test_text_that_looks_like_formulas_is_kept_as_it_is(area: Path, tmp_path: Path) -> None:
    import_layer("villages", CASES["figures like formulas, marked-up names"].make(tmp_path), area)
    names = pd.read_csv(area / "villages" / "villages.csv")["name"]
    assert list(names[:4]) == EVIL[:4]


def test_a_truncated_shapefile_is_a_fault_and_not_a_crash(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "f.shp"
    path.write_bytes(struct.pack(">i", 9994) + os.urandom(200))
    assert import_layer("villages", path, area).exit_status == 1


def test_lines_are_no_villages(area: Path, tmp_path: Path) -> None:
    m.roads().to_file(tmp_path / "f.gpkg", driver="GPKG")
    report = import_layer("villages", tmp_path / "f.gpkg", area, column_map={"ten": "name", "cap": "commune"})
    assert report.exit_status == 1
    assert shapely.LineString.__name__ in " ".join(map(str, report.faults))
