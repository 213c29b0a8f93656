"""What a file is, by its content, and whether it may be opened at all; zip archives and XML that may be hostile.

A user's file is never opened in place: it is copied into a private folder under a plain name, so that neither its name nor
a program that writes to it meanwhile can play a part, and no reader leaves side files next to it.
"""

from __future__ import annotations

import logging
import re
import shutil
import stat
import tempfile
import unicodedata
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from geo_planner.errors import Fault, InputError, UsageError, fault, system_says
from geo_planner.imports.naming import listed_names
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)
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
    (b"GIF8", said("mislabelled.picture")),
    (b"BM", said("mislabelled.picture")),
    (b"RIFF", said("mislabelled.picture")),
    (b"{\\rtf", said("mislabelled.word")),
    (b"II*\0", said("mislabelled.tiff")),
    (b"MM\0*", said("mislabelled.tiff")),
    (b"Rar!", said("mislabelled.archive", kind="rar")),
    (b"7z\xbc\xaf", said("mislabelled.archive", kind="7z")),
    (b"\x1f\x8b", said("mislabelled.gzip")),
)
_OFFICE_PARTS = {
    "word/document.xml": "mislabelled.word", "ppt/presentation.xml": "mislabelled.slides", "xl/workbook.bin": "mislabelled.binary_workbook",
}  # fmt: skip
"""Parts of the zip that tell what else an Office file is."""
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
            raise refuse(name, "unreadable.read_file", why=system_says(error)) from error
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
    if start.startswith("[") and _BY_NAME.get(Path(name).suffix.lower()) == "geojson":
        raise refuse(name, "mislabelled.json")
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
    for part, key in _OFFICE_PARTS.items():
        if part in lower:
            raise refuse(name, key)
    if any(member.endswith(".shp") for member in lower):
        return "zip"
    if any(member.endswith(".kml") for member in lower):
        return "kmz"
    packed = [plain_name(member) for member in members if Path(member.lower()).suffix in _BY_NAME]
    if packed:
        raise refuse(name, "mislabelled.packed", names=listed_names(packed))
    raise refuse(name, "mislabelled.zip", formats=SUPPORTED)


def _compound_content(path: Path, name: str) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refuse(name, "encrypted.workbook")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "xls"
    if "WordDocument".encode("utf-16-le") in content:
        raise refuse(name, "mislabelled.word")
    if Path(name).suffix.lower() == ".xls":
        raise refuse(name, "damaged.workbook")  # half of one: the list of its parts stands near the end
    raise refuse(name, "mislabelled.office")


UNPACKED_FACTOR = 10
"""Unpacked, an archive may be this many times the size limit of a file."""
PART_FACTOR = 4
"""One entry may be this many times the limit: no table needs more, and readers hold a part in memory as a whole."""
STRINGS_FACTOR = 2
MAX_RATIO = 100
"""Text of workbooks and maps shrinks to a tenth or a thirtieth; what shrinks further was made to fill the memory."""
_RATIO_FROM_BYTES = 10_000_000
MAX_MEMBERS = 10_000
MAX_DEPTH = 200
_PIECE = 1 << 20


class _DocumentTypeError(Exception):
    """The XML declares a document type, the only place where entities are made."""


class _TooDeepError(Exception):
    """The XML nests deeper than any map or table does."""


@contextmanager
def archive(path: Path, name: str, *, max_bytes: int) -> Iterator[zipfile.ZipFile]:
    """An open zip whose entries have plain names and sizes within the limits.

    Raises
    ------
    InputError
        For entries that leave the folder, links, encrypted entries, and more than the limit unpacked.
    """
    limit = UNPACKED_FACTOR * max_bytes
    try:
        with zipfile.ZipFile(path) as opened:
            members = opened.infolist()
            if len(members) > MAX_MEMBERS:
                raise refuse(name, "zip_bomb.entries", n=len(members), most=MAX_MEMBERS)
            if sum(member.file_size for member in members) > limit:
                raise refuse(name, "zip_bomb.whole", most=limit)
            for member in members:
                _check_size(member, name, max_bytes)
            names = [member.filename for member in members]
            if len(set(names)) != len(names):
                raise refuse(name, "damaged.entry_twice")
            for member in members:
                entry = PurePosixPath(member.filename.replace("\\", "/"))
                if entry.is_absolute() or ".." in entry.parts or ":" in member.filename or any(ord(sign) < 32 for sign in member.filename):
                    raise refuse(name, "zip_slip", value=member.filename[:80])
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise refuse(name, "symlink.entry", value=member.filename[:80])
                if member.flag_bits & 0x1:
                    raise refuse(name, "encrypted.archive")
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, zipfile.LargeZipFile) as error:
        raise refuse(name, "damaged.archive") from error


def _check_size(member: zipfile.ZipInfo, name: str, max_bytes: int) -> None:
    lower = member.filename.lower()
    limit = (STRINGS_FACTOR if lower.endswith("sharedstrings.xml") else PART_FACTOR) * max_bytes
    if member.file_size > limit:
        raise refuse(name, "zip_bomb.part", value=member.filename[:80], n=member.file_size, most=limit)
    is_text = lower.endswith((".xml", ".rels", ".kml", ".vml"))
    if is_text and member.file_size > _RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise refuse(name, "zip_bomb.ratio", value=member.filename[:80], times=member.file_size // max(member.compress_size, 1))


def pieces(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an entry, in pieces; never more than it declares (zipfile holds to that)."""
    with opened.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def check_xml(content: Iterator[bytes], name: str, *, on_piece: Callable[[bytes], None] | None = None, depth: bool = False) -> None:
    """Refuse XML that is not well-formed, declares a document type (and so entities), or nests without end.

    Raises
    ------
    InputError
    """
    parser = expat.ParserCreate()
    level = 0

    def doctype(*_: object) -> None:
        raise _DocumentTypeError

    def start(*_: object) -> None:
        nonlocal level
        level += 1
        if level > MAX_DEPTH:
            raise _TooDeepError

    def end(*_: object) -> None:
        nonlocal level
        level -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    if depth:
        parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        for piece in content:
            parser.Parse(piece, False)
            if on_piece is not None:
                on_piece(piece)
        parser.Parse(b"", True)
    except _DocumentTypeError as error:
        raise refuse(name, "xml_entities.read_file") from error
    except _TooDeepError as error:
        raise refuse(name, "xml_depth.read_file", most=MAX_DEPTH) from error
    except expat.ExpatError as error:
        logger.debug("no XML: %s", name, exc_info=error)
        raise refuse(name, "damaged.xml_at", line=error.lineno, at=error.offset + 1) from error
    except (ValueError, LookupError) as error:
        logger.debug("no XML: %s", name, exc_info=error)
        raise refuse(name, "damaged.xml") from error
