"""Zip archives that may be hostile: bombs, entries that climb out of the folder, links, XML with entities."""

from __future__ import annotations

import stat
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo_planner.imports.files import refuse

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
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refuse(name, "damaged.xml", why=str(error)) from error
