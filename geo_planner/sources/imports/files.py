"""What a file is, by its content, and whether it may be opened at all.

A user's file is never opened in place: it is copied into a private folder under a plain name, so that neither its name nor
a program that writes to it meanwhile can play a part, and no reader leaves side files next to it.
"""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from geo_planner.errors import InputError, UsageError, prose_fault

Family = Literal["spreadsheet", "text", "vector"]

FAMILY: dict[str, Family] = {
    "xlsx": "spreadsheet", "xls": "spreadsheet", "ods": "spreadsheet", "csv": "text", "gpkg": "vector", "geojson": "vector",
    "kml": "vector", "kmz": "vector", "gpx": "vector", "shp": "vector", "zip": "vector",
}  # fmt: skip
_BY_NAME = {".xlsm": "xlsx", ".json": "geojson", ".txt": "csv", ".tsv": "csv", **{f".{name}": name for name in FAMILY}}
_FOREIGN = (
    (b"%PDF", "a PDF document", "Export the table from the program that made it, as xlsx or csv."),
    (b"\x89PNG", "a picture", "Give a table or a map layer."),
    (b"\xff\xd8\xff", "a picture", "Give a table or a map layer."),
    (b"II*\0", "a raster (TIFF)", "Give a table or a vector layer; terrain is named by terrain.path in the scenario."),
    (b"MM\0*", "a raster (TIFF)", "Give a table or a vector layer; terrain is named by terrain.path in the scenario."),
    (b"Rar!", "a rar archive", "Unpack it and give the file in it, or pack it as zip."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and give the file in it, or pack it as zip."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and give the file in it."),
)
_HTML = {"html", "head", "body", "meta", "table", "div", "style", "script", "title", "font", "center", "p", "br", "span", "link", "form"}
SUPPORTED = "xlsx, xls, ods, csv, GeoPackage, GeoJSON, KML, KMZ, GPX or a zipped shapefile"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that may be opened: its private copy, its format by content, its own name for the report."""

    path: Path
    name: str
    format: str
    statements: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        return FAMILY[self.format]


def refuse(
    file: str, reason: str, remedy: str, code: str, *, row: int | None = None, column: str | None = None, value: str | None = None
) -> InputError:
    """An error with one fault, for what concerns the file as a whole."""
    return InputError([prose_fault(file, reason, remedy, row=row, column=column, value=value, code=code)])


@contextmanager
def opened(path: Path, *, max_bytes: int, name: str | None = None) -> Iterator[InputFile]:
    """A private copy of a file whose size and content are those of a format that can be read.

    `name` is what the file is called in the report where `path` is only a temporary place of it (an upload).

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When it is a link, no plain file, too large, empty, or of another kind than its name says.
    """
    name = plain_name(name) if name else path.name
    if not path.exists() and not path.is_symlink():
        raise UsageError(f"There is no file {path}. Check the path.")
    if path.is_symlink():
        raise refuse(name, "the file is a symbolic link", "Give the file itself.", "symlink")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise refuse(name, "this is no plain file", f"Give a file: {SUPPORTED}.", "not_a_file")
    if status.st_size > max_bytes:
        raise refuse(
            name,
            f"the file has {status.st_size:,} bytes, more than the limit of {max_bytes:,}",
            "Split it, or raise the limit.",
            "too_large",
        )
    if status.st_size == 0:
        raise refuse(name, "the file is empty", "Give a file with at least a header and one row.", "empty")
    if (path.parent / f"{path.name}-wal").is_file() and (path.parent / f"{path.name}-wal").stat().st_size > 0:
        raise refuse(
            name,
            "the file is open in another program and not all of it is saved",
            "Save and close it there (for instance in QGIS), then try again.",
            "held_open",
        )
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        copy = Path(folder) / "input"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise refuse(
                name,
                f"the file cannot be read ({error.strerror})",
                "Close it in other programs and check that it may be read.",
                "unreadable",
            ) from error
        kind = _format_by_content(copy, name)
        statements = _compare_with_name(kind, name)
        copy = copy.rename(copy.with_suffix(f".{kind}"))
        if kind == "shp":
            _copy_parts(path, copy, max_bytes)
        yield InputFile(copy, name, kind, statements)


def plain_name(name: str) -> str:
    """A name that somebody else gave a file, without folders and signs that are not to be seen."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(sign for sign in unicodedata.normalize("NFC", last) if sign.isprintable()).strip()[:200] or "file"


def _copy_parts(path: Path, copy: Path, max_bytes: int) -> None:
    """The other files of a shapefile that lies open in a folder."""
    for part in path.parent.iterdir():
        suffix = part.suffix.lower()
        if (
            part.stem == path.stem
            and suffix in (".dbf", ".shx", ".prj", ".cpg")
            and part.is_file()
            and not part.is_symlink()
            and part.stat().st_size <= max_bytes
        ):
            shutil.copyfile(part, copy.with_suffix(suffix))


def _compare_with_name(kind: str, name: str) -> tuple[str, ...]:
    suffix = Path(name).suffix.lower()
    promised = _BY_NAME.get(suffix)
    if promised is None or promised == kind:
        return ()
    if FAMILY[promised] == FAMILY[kind] == "spreadsheet" or {promised, kind} <= {"kmz", "zip"}:
        return (f"The file is named {suffix} but holds {kind}: read as {kind}.",)
    raise refuse(name, f"the file is named {suffix} but its content is {kind}", f"Rename it to .{kind}, or export it again.", "mislabelled")


def _format_by_content(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(8192)
    for magic, what, remedy in _FOREIGN:
        if head.startswith(magic):
            raise refuse(name, f"the file is {what}", remedy, "mislabelled")
    if head.startswith(b"PK"):
        return _zip_content(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_content(path, name)
    if head.startswith(b"SQLite format 3\0"):
        if head[68:72] not in (b"GPKG", b"GP10", b"GP11"):
            raise refuse(name, "the file is a SQLite database but not a GeoPackage", "Export the layer as GeoPackage.", "mislabelled")
        return "gpkg"
    if head.startswith(b"\0\0\x27\x0a"):
        return "shp"
    return _text_content(head, name)


def _text_content(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace")
    elif unmarked := utf_16_without_mark(head):
        text = head.decode(unmarked, errors="replace")
    else:
        if b"\0" in head:
            raise refuse(
                name, "the file holds null bytes: it is damaged or of a format that is not read", f"Give {SUPPORTED}.", "null_bytes"
            )
        text = head.decode("utf-8-sig", errors="replace")
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _markup_content(start, name)
    if start.startswith("{"):
        return "geojson"
    return "csv"


def utf_16_without_mark(content: bytes) -> str:
    """The byte order of UTF-16 text that does not state it, from where its null bytes lie; empty for other content."""
    head = content[: 8192 - 8192 % 2]
    pairs = len(head) // 2
    if b"\0" not in head or pairs < 4:
        return ""
    first, second = head[0::2].count(0), head[1::2].count(0)
    for nulls, others, name in ((second, first, "utf-16-le"), (first, second, "utf-16-be")):
        # A table is mostly figures, separators and plain letters: half of it at least is ASCII.
        if 2 * nulls > pairs and not others:
            return name
    return ""


def _markup_content(start: str, name: str) -> str:
    """What XML or HTML is, by its root element: the text of a placemark may hold any other."""
    root = _root_element(start)
    if root in ("kml", "gpx"):
        return root
    if root in ("document", "folder", "placemark") and Path(name).suffix.lower() == ".kml":
        return "kml"
    if root in _HTML:
        raise refuse(
            name,
            "the file is a web page (HTML), whatever its name says; many web systems save their tables so",
            "Open it in Excel or LibreOffice and save it as xlsx.",
            "mislabelled",
        )
    if root == "workbook":
        raise refuse(name, "the file is an XML spreadsheet of 2003", "Open it in Excel or LibreOffice and save it as xlsx.", "mislabelled")
    if not root and Path(name).suffix.lower() in (".kml", ".gpx"):
        return Path(name).suffix.lower()[1:]  # a long preamble, or damaged: its reader will say
    raise refuse(
        name, f"the file is XML of a kind that is not read{f' ({root})' if root else ''}", f"Save it as {SUPPORTED}.", "mislabelled"
    )


def _root_element(start: str) -> str:
    """The root element in lower case and without its prefix; empty when the beginning of the file does not reach it."""
    preamble = r"\A(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)+"
    rest = re.sub(preamble, "", start, flags=re.DOTALL | re.IGNORECASE)
    found = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", rest)
    return found.group(1).lower() if found else ""


def _zip_content(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
            if (
                "mimetype" in members
                and archive.getinfo("mimetype").file_size < 200
                and b"opendocument.spreadsheet" in archive.read("mimetype")
            ):
                return "ods"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zipfile.LargeZipFile) as error:
        raise refuse(name, "the zip archive is damaged or cut off", "Save or download it again.", "damaged") from error
    lower = [member.lower() for member in members]
    if "xl/workbook.xml" in lower:
        return "xlsx"
    if any(member.endswith(".shp") for member in lower):
        return "zip"
    if any(member.endswith(".kml") for member in lower):
        return "kmz"
    raise refuse(name, "the archive holds neither a workbook, a shapefile nor a KML", f"Give {SUPPORTED}.", "mislabelled")


def _compound_content(path: Path, name: str) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refuse(name, "the workbook is protected by a password", "Save it without a password.", "encrypted")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    raise refuse(name, "the file is an Office document but not a workbook", "Save the table as xlsx.", "mislabelled")
