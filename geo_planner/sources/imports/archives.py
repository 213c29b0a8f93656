"""Zip archives that may be hostile: bombs, entries that climb out of the folder, links, XML with entities."""

from __future__ import annotations

import stat
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo_planner.sources.imports.files import refuse

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
                raise refuse(
                    name,
                    f"the archive holds {len(members):,} entries, more than {MAX_MEMBERS:,}",
                    "Pack only the files that are needed.",
                    "zip_bomb",
                )
            if sum(member.file_size for member in members) > limit:
                raise refuse(
                    name,
                    f"the archive unpacks to more than {limit:,} bytes",
                    "Pack only the files that are needed, or raise the limit.",
                    "zip_bomb",
                )
            for member in members:
                _check_size(member, name, max_bytes)
            names = [member.filename for member in members]
            if len(set(names)) != len(names):
                raise refuse(name, "an entry stands twice in the archive", "Pack it again.", "damaged")
            for member in members:
                entry = PurePosixPath(member.filename.replace("\\", "/"))
                if entry.is_absolute() or ".." in entry.parts or ":" in member.filename or any(ord(sign) < 32 for sign in member.filename):
                    raise refuse(
                        name,
                        "an entry of the archive points outside of it",
                        "Do not use this archive; pack the files again.",
                        "zip_slip",
                        value=member.filename[:80],
                    )
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise refuse(
                        name,
                        "an entry of the archive is a symbolic link",
                        "Pack the files themselves.",
                        "symlink",
                        value=member.filename[:80],
                    )
                if member.flag_bits & 0x1:
                    raise refuse(name, "the archive is protected by a password", "Pack it without a password.", "encrypted")
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, zipfile.LargeZipFile) as error:
        raise refuse(name, "the archive is damaged or cut off", "Save or download it again.", "damaged") from error


def _check_size(member: zipfile.ZipInfo, name: str, max_bytes: int) -> None:
    lower = member.filename.lower()
    limit = (STRINGS_FACTOR if lower.endswith("sharedstrings.xml") else PART_FACTOR) * max_bytes
    if member.file_size > limit:
        raise refuse(
            name,
            f"one part of the archive unpacks to {member.file_size:,} bytes, more than {limit:,}",
            "Split the table, or raise the limit.",
            "zip_bomb",
            value=member.filename[:80],
        )
    is_text = lower.endswith((".xml", ".rels", ".kml", ".vml"))
    if is_text and member.file_size > _RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise refuse(
            name,
            f"one part of the archive unpacks to {member.file_size // max(member.compress_size, 1):,} times its size, as only traps do",
            "Do not use this file; save the table again from the program that made it.",
            "zip_bomb",
            value=member.filename[:80],
        )


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
        raise refuse(
            name,
            "the XML declares a document type or entities, which no map or workbook needs",
            "Do not use this file; export it again from a program you trust.",
            "xml_entities",
        ) from error
    except _TooDeepError as error:
        raise refuse(name, f"the XML nests deeper than {MAX_DEPTH} levels", "Export it again.", "xml_depth") from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refuse(name, f"the XML is damaged or cut off ({error})", "Save or export it again.", "damaged") from error
