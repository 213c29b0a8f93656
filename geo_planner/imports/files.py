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
from typing import Any, Literal

from geo_planner.errors import Fault, InputError, UsageError, fault
from geo_planner.words import Said, said

Family = Literal["spreadsheet", "text", "vector"]

FAMILY: dict[str, Family] = {
    "xlsx": "spreadsheet", "xls": "spreadsheet", "ods": "spreadsheet", "csv": "text", "gpkg": "vector", "geojson": "vector",
    "kml": "vector", "kmz": "vector", "gpx": "vector", "shp": "vector", "zip": "vector",
}  # fmt: skip
_BY_NAME = {".xlsm": "xlsx", ".json": "geojson", ".txt": "csv", ".tsv": "csv", **{f".{name}": name for name in FAMILY}}
_FOREIGN = (
    (b"%PDF", said("mislabelled.pdf")),
    (b"\x89PNG", said("mislabelled.picture")),
    (b"\xff\xd8\xff", said("mislabelled.picture")),
    (b"II*\0", said("mislabelled.tiff")),
    (b"MM\0*", said("mislabelled.tiff")),
    (b"Rar!", said("mislabelled.archive", kind="rar")),
    (b"7z\xbc\xaf", said("mislabelled.archive", kind="7z")),
    (b"\x1f\x8b", said("mislabelled.gzip")),
)
_HTML = {"html", "head", "body", "meta", "table", "div", "style", "script", "title", "font", "center", "p", "br", "span", "link", "form"}
SUPPORTED = said("formats_read")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that may be opened: its private copy, its format by content, its own name for the report."""

    path: Path
    name: str
    format: str
    statements: tuple[Said, ...] = ()

    @property
    def family(self) -> Family:
        return FAMILY[self.format]


def refuse(
    file: str, key: str, /, *, row: int | None = None, column: str | None = None, value: str | None = None, **facts: Any
) -> InputError:
    """An error with one fault, for what concerns the file as a whole: its key in the catalogue and its facts."""
    return InputError([fault(file, key, row=row, column=column, value=value, **facts)])


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
        raise UsageError("no_file_to_import", path=path)
    if path.is_symlink():
        raise refuse(name, "symlink.read_file")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise refuse(name, "not_a_file", formats=SUPPORTED)
    if status.st_size > max_bytes:
        raise refuse(name, "too_large.read_bytes", n=status.st_size, most=max_bytes)
    if status.st_size == 0:
        raise refuse(name, "empty.read_file")
    if (path.parent / f"{path.name}-wal").is_file() and (path.parent / f"{path.name}-wal").stat().st_size > 0:
        raise refuse(name, "held_open")
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        copy = Path(folder) / "input"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise refuse(name, "unreadable.read_file", why=error.strerror) from error
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


def _compare_with_name(kind: str, name: str) -> tuple[Said, ...]:
    suffix = Path(name).suffix.lower()
    promised = _BY_NAME.get(suffix)
    if promised is None or promised == kind:
        return ()
    if FAMILY[promised] == FAMILY[kind] == "spreadsheet" or {promised, kind} <= {"kmz", "zip"}:
        return (said("read_by_content", ending=suffix, kind=kind),)
    raise refuse(name, "mislabelled.ending", ending=suffix, kind=kind)


def _format_by_content(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(8192)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise InputError([Fault(name, what)])
    if head.startswith(b"PK"):
        return _zip_content(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_content(path, name)
    if head.startswith(b"SQLite format 3\0"):
        if head[68:72] not in (b"GPKG", b"GP10", b"GP11"):
            raise refuse(name, "mislabelled.sqlite")
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
            raise refuse(name, "null_bytes.binary", formats=SUPPORTED)
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
        raise refuse(name, "mislabelled.html")
    if root == "workbook":
        raise refuse(name, "mislabelled.xml_2003")
    if not root and Path(name).suffix.lower() in (".kml", ".gpx"):
        return Path(name).suffix.lower()[1:]  # a long preamble, or damaged: its reader will say
    if root:
        raise refuse(name, "mislabelled.xml_root", root=root, formats=SUPPORTED)
    raise refuse(name, "mislabelled.xml", formats=SUPPORTED)


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
        raise refuse(name, "damaged.zip") from error
    lower = [member.lower() for member in members]
    if "xl/workbook.xml" in lower:
        return "xlsx"
    if any(member.endswith(".shp") for member in lower):
        return "zip"
    if any(member.endswith(".kml") for member in lower):
        return "kmz"
    raise refuse(name, "mislabelled.zip", formats=SUPPORTED)


def _compound_content(path: Path, name: str) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refuse(name, "encrypted.workbook")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    raise refuse(name, "mislabelled.office")
