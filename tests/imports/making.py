"""Makes the files that offices send: lists in many formats, with the faults that they have in life."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter

from geo_planner.imports.formats.legacy_text import _TCVN3, _VNI
from geo_planner.imports.places.vn2000 import from_wgs84, tm3_projection, utm_projection

DATA = Path(__file__).resolve().parents[2] / "data"
TONES = "\u0301\u0300\u0309\u0303\u0323"


@cache
def communes() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries" / "communes.geojson").set_index("code")


CODES = ("03463", "03463", "03442", "03451", "03460", "03388", "03571", "03532", "03595", "03618", "03433", "03640")
NAMES = (
    "Tia Ma Mủ",
    "Nậm Lằn",
    "Pa Ủ",
    "Là Pê",
    "Nậm Sẻ",
    "Sùng Chô",
    "Khèo Thầu",
    "Nậm Béo",
    "Mường Cang",
    "Sang Ngà",
    "Nậm Cấu",
    "Khoen On",
)


def places() -> tuple[np.ndarray, np.ndarray]:
    """A point well inside the commune of each row; two rows of one commune 500 m apart."""
    points = [communes().geometry[code].representative_point() for code in CODES]
    shift = np.array([0.005 * CODES[:i].count(code) for i, code in enumerate(CODES)])
    return np.array([p.x for p in points]).round(6) + shift, np.array([p.y for p in points]).round(6)


def metres(meridian: float = 103.0) -> tuple[np.ndarray, np.ndarray]:
    return from_wgs84(tm3_projection(meridian), *places())


def utm_metres() -> tuple[np.ndarray, np.ndarray]:
    return from_wgs84(utm_projection(48), *places())


def commune_names(kind: bool = True) -> list[str]:
    table = communes()
    return [f"{table['type'][code]} {table['name'][code]}" if kind else str(table["name"][code]) for code in CODES]


def plain(**changes: Sequence[Any] | None) -> dict[str, list[Any]]:
    """A clean list: title to cells. A change of None takes the column out."""
    lon, lat = places()
    table: dict[str, Sequence[Any] | None] = {
        "STT": list(range(1, 13)), "Thôn, bản": NAMES, "Xã": commune_names(), "Kinh độ": lon.tolist(), "Vĩ độ": lat.tolist(),
        "Số hộ": [20 + i for i in range(12)], "Điện lưới": ["có", "chưa"] * 6, **changes,
    }  # fmt: skip
    return {title: list(cells) for title, cells in table.items() if cells is not None}


def in_metres(
    meridian: float = 103.0, *, swapped: bool = False, titles: tuple[str, str] = ("X (m)", "Y (m)"), **changes: Any
) -> dict[str, list[Any]]:
    """X is the northing, as in Vietnam, unless swapped."""
    east, north = metres(meridian)
    first, second = (east, north) if swapped else (north, east)
    return plain(**{"Kinh độ": None, "Vĩ độ": None, titles[0]: first.round(3).tolist(), titles[1]: second.round(3).tolist(), **changes})


def rows_of(table: dict[str, list[Any]]) -> list[list[Any]]:
    return [list(table), *[list(row) for row in zip(*table.values(), strict=True)]]


def xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    sheet: str = "Sheet1",
    merge: Sequence[tuple[int, int, int, int]] = (),
    more: dict[str, Sequence[Sequence[Any]]] | None = None,
    hidden: Sequence[str] = (),
) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}) as book:
        for title, content in {sheet: rows, **(more or {})}.items():
            page = book.add_worksheet(title)
            if title in hidden:
                page.hide()
            for r, row in enumerate(content):
                for c, cell in enumerate(row):
                    if cell is not None:
                        page.write(r, c, cell)
            if title == sheet:
                for r0, c0, r1, c1 in merge:
                    page.merge_range(r0, c0, r1, c1, rows[r0][c0])
    return path


def csv(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    separator: str = ",",
    encoding: str | Callable[[str], bytes] = "utf-8",
    decimal: str = ".",
    newline: str = "\n",
) -> Path:
    def cell(value: Any) -> str:
        text = "" if value is None else str(value).replace(".", decimal) if isinstance(value, float) else str(value)
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(sign in text for sign in f'{separator}"\n') else text

    text = newline.join(separator.join(cell(value) for value in row) for row in rows) + newline
    path.write_bytes(text.encode(encoding) if isinstance(encoding, str) else encoding(text))
    return path


def tcvn3(text: str) -> bytes:
    back = {sign: byte for byte, sign in _TCVN3.items()}
    return "".join(back.get(sign, back.get(sign.lower(), sign)) for sign in text).encode("latin-1")


def vni(text: str) -> bytes:
    back = {sign: pair for pair, sign in _VNI.items()}
    return "".join(back.get(sign, sign) for sign in text).encode("latin-1")


def windows_1258(text: str) -> bytes:
    out = b""
    for sign in text:
        try:
            out += sign.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", sign)
            base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES))
            out += base.encode("cp1258") + "".join(p for p in parts if p in TONES).encode("cp1258")
    return out


def frame(table: dict[str, list[Any]] | None = None, crs: str | None = "EPSG:4326", metres_of: float | None = None) -> gpd.GeoDataFrame:
    table = table or plain(**{"Kinh độ": None, "Vĩ độ": None})
    x, y = places() if metres_of is None else metres(metres_of)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=crs)


def shapefile(
    path: Path,
    layer: gpd.GeoDataFrame,
    *,
    encoding: str = "UTF-8",
    drop: Sequence[str] = (),
    stem: str = "ban",
    extra: dict[str, bytes] | None = None,
) -> Path:
    folder = path.parent / f"{path.stem}_parts"
    folder.mkdir()
    layer.to_file(folder / f"{stem}.shp", encoding=encoding)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix not in drop:
                archive.write(part, part.name)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def kml_text(placemarks: str | None = None, head: str = "") -> str:
    if placemarks is None:
        lon, lat = places()
        placemarks = "".join(
            f"<Placemark><name>{name}</name><ExtendedData><Data name='Xã'><value>{commune}</value></Data></ExtendedData><Point><coordinates>{x},{y},0</coordinates></Point></Placemark>"
            for name, commune, x, y in zip(NAMES, commune_names(), lon, lat, strict=True)
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>bản</name>{placemarks}</Folder></Document></kml>'


def zipped(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def dms(value: float, letter: str) -> str:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return f"{degrees}°{minutes:02d}'{(value - degrees - minutes / 60) * 3600:.2f}\"{letter}".replace(".", ",")


def changed_member(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """A zip with one entry rewritten."""
    buffer = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, change(content) if entry.filename == member else content)
    return path


def roads(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    lon, lat = places()
    lines = [shapely.LineString([(x, y), (x + 0.02, y + 0.01), (x + 0.03, y)]) for x, y in zip(lon[:4], lat[:4], strict=True)]
    return gpd.GeoDataFrame({"ten": ["QL4H", "QL12", "TL127", "TL128"], "cap": [4, 3, 5, 5]}, geometry=lines, crs="EPSG:4326").to_crs(crs)


def told(what: Any, language: str) -> str:
    """What the import says, in a language."""
    return what.text(language)
