"""Shapefiles: their parts taken out of an archive, their attributes decoded by the code page that the .cpg names.

GDAL's own conversion from windows-1258 cuts texts at their end: it measures the room before tone marks are joined to their
letters. The bytes are therefore read one sign each and decoded by us, titles too. Titles are cut at ten bytes and texts at the width
of their column, also in the middle of a letter: what is left of it is taken off.
"""

from __future__ import annotations

import codecs
import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pandas as pd
from pyproj import CRS
from pyproj.exceptions import ProjError

from geo_planner.files.opening import Vector
from geo_planner.imports.formats.legacy_text import detect
from geo_planner.imports.naming import listed_names, listed_rows
from geo_planner.imports.opening import InputFile, archive, refuse
from geo_planner.letters import fold
from geo_planner.words import Said, said

_RAW = "ISO-8859-1"
_NUMBER_AT_END = re.compile(rb"_\d{1,2}\Z")


def read_shapefile(source: Vector) -> tuple[pd.DataFrame, list[Said], tuple[int, ...]]:
    """The features of a shapefile, what was decided about the encoding of their texts, and how many bytes each title has.

    Where no code page is named and the bytes are not UTF-8, they come as a western program shows them, for the recognition
    of legacy text. The .cpg of this private copy is taken away, so that GDAL does not use it.
    """
    named = _named_page(source.path)
    codec = codec_of(named) if named else None
    told = [said("cpg.unknown", page=named)] if named and codec is None else []
    table = source.table(encoding=_RAW)
    lengths = tuple(len(str(title)) for title in table.columns if title != "geometry")
    if codec in (None, "utf-8"):
        if not _are_utf_8(_texts(table)):
            return table, [*told, said("attribute_encoding.not_as_said" if codec else "attribute_encoding.not_utf_8")], lengths
        cut = _cut_texts(table)
        return _decoded(table, _utf_8), [*told, said("attribute_encoding.utf_8"), *cut], lengths
    decode, sentence = _decoder(_texts(table), str(codec), named)
    return _decoded(table, decode), [*told, sentence], lengths


def unpacked(file: InputFile, source_layer: str | None, max_bytes: int) -> tuple[Path, list[Said]]:
    """The shapefile of an archive, its parts laid side by side under a plain name; and what else lies in it."""
    with archive(file.path, file.name, max_bytes=max_bytes) as opened:
        members = {name: PurePosixPath(name.replace("\\", "/")) for name in opened.namelist() if "__MACOSX" not in name}
        shapes = [name for name, entry in members.items() if entry.suffix.lower() == ".shp"]
        wanted = [name for name in shapes if source_layer is None or fold(members[name].stem) == fold(source_layer)]
        listed = [members[name].stem for name in shapes]
        if not wanted:
            raise refuse(file.name, "unknown_layer.archive", layer=source_layer, known=listed)
        if len(wanted) > 1:
            raise refuse(file.name, "several_layers.archive", names=listed)
        folder = file.path.parent / "shapefile"
        folder.mkdir()
        stem = members[wanted[0]].with_suffix("")
        for name, entry in members.items():
            if entry.with_suffix("") == stem and entry.suffix.lower() in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                with opened.open(name) as source, (folder / f"layer{entry.suffix.lower()}").open("wb") as target:
                    shutil.copyfileobj(source, target)
    if not (folder / "layer.dbf").exists():
        raise refuse(file.name, "damaged.no_dbf")
    if not (folder / "layer.shx").exists():
        raise refuse(file.name, "damaged.no_shx")
    stems = {entry.with_suffix("") for name, entry in members.items() if name in shapes}
    others = [
        str(entry)
        for name, entry in members.items()
        if not name.endswith("/")
        and entry.suffix
        and ((name in shapes and name != wanted[0]) or not any(_is_part(entry, of) for of in stems))
    ]
    return folder / "layer.shp", [said("not_read_in_archive", names=listed_names(others))] if others else []


def _is_part(entry: PurePosixPath, stem: PurePosixPath) -> bool:
    """Whether a file belongs to a shapefile: ``ban.dbf``, ``ban.shp.xml``."""
    return entry.parent == stem.parent and (entry.name.startswith(f"{stem.name}.") or entry.with_suffix("") == stem)


def prj_as_written(path: Path) -> CRS | None:
    """The system in the words of the .prj: GDAL takes a grid without a named datum for the best-known system of that grid."""
    try:
        return CRS.from_wkt(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ProjError):
        return None


def without_unread_system(path: Path) -> list[Said]:
    """Take the .prj of this private copy away where nobody can read it: the features can be read, and where they lie shows the system.

    GDAL also reads what old programs wrote line by line (``Projection UTM``).
    """
    prj = path.with_suffix(".prj")
    if not prj.is_file() or prj_as_written(prj) is not None or prj.read_bytes()[:200].lstrip()[:10].lower() == b"projection":
        return []
    prj.unlink()
    return [said("prj_unread")]


def codec_of(page: str) -> str | None:
    """Python's name of a code page as .cpg files write it: ``1258``, ``CP1258``, ``ANSI 1258``, ``ISO 88591``, ``UTF8``.

    Examples
    --------
    >>> codec_of("ANSI 1258"), codec_of("88591"), codec_of("UTF-8"), codec_of("no such page")
    ('cp1258', 'iso8859-1', 'utf-8', None)
    """
    text = re.sub(r"^(ansi|oem|windows|ms|cp|code ?page)[ _-]*(?=\d)", "", page.strip().lower())
    digits = re.sub(r"\D", "", text)
    trials = [text, f"cp{digits}", f"iso8859-{digits[4:]}" if digits.startswith("8859") else "", "utf-8" if digits == "65001" else ""]
    if text.isdigit():
        trials = trials[1:]
    for trial in filter(None, trials):
        try:
            found = codecs.lookup(trial)
        except LookupError:
            continue
        return found.name
    return None


def _named_page(path: Path) -> str:
    cpg = path.with_suffix(".cpg")
    try:
        named = cpg.read_bytes()[:100].decode("ascii", errors="replace").replace("\0", "").strip()[:30]
        cpg.unlink()
    except OSError:
        return ""
    return named


def _texts(table: pd.DataFrame) -> list[str]:
    cells = [cell for title in _worded(table) for cell in table[title] if isinstance(cell, str)]
    return [text for text in (*map(str, table.columns), *cells) if not text.isascii()]


def _are_utf_8(raw: list[str]) -> bool:
    """Whether texts are UTF-8 but for a letter that was cut at the end; where all are cut so, one whole letter must speak for it."""
    whole = [_whole_letters(_bytes(text)) for text in raw]
    return all(text is not None for text in whole) and (not raw or any(not text.isascii() for text in whole if text))


def _whole_letters(content: bytes) -> str | None:
    """UTF-8 text without a letter that is cut at its end, or before the number that a cut title was given; None where it is not UTF-8."""
    number = _NUMBER_AT_END.search(content)
    parts = [content] if number is None else [content[: number.start()], number.group()]
    try:
        return "".join(codecs.getincrementaldecoder("utf-8")().decode(part) for part in parts)
    except UnicodeDecodeError:
        return None


def _utf_8(text: str) -> str:
    return text if text.isascii() else (_whole_letters(_bytes(text)) or "")


def _cut_texts(table: pd.DataFrame) -> list[Said]:
    """Texts that lost a part of their last letter: the file has no room for more."""
    cut = [
        (row, _utf_8(cell))
        for title in _worded(table)
        for row, cell in enumerate(table[title], 1)
        if isinstance(cell, str) and not cell.isascii() and _utf_8(cell).encode() != _bytes(cell)
    ]
    return [said("texts_cut", n=len(cut), rows=listed_rows(cut))] if cut else []


def _decoder(raw: list[str], codec: str, named: str) -> tuple[Callable[[str], str], Said]:
    """How to read the bytes: as the .cpg says, unless they cannot be that."""
    if _all_fit(raw, "utf-8") and raw:
        return lambda text: _bytes(text).decode("utf-8"), said("cpg.is_utf_8", page=named)
    found = detect(raw) if codec == "cp1258" else None
    if not _all_fit(raw, codec) or found in ("TCVN3 (ABC)", "VNI"):
        return lambda text: text, said("cpg.wrong", page=named)
    return lambda text: unicodedata.normalize("NFC", _bytes(text).decode(codec)), said("attribute_encoding.cpg", page=named)


def _all_fit(raw: list[str], codec: str) -> bool:
    try:
        for text in raw:
            _bytes(text).decode(codec)
    except (UnicodeDecodeError, UnicodeEncodeError):
        return False
    return True


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _worded(table: pd.DataFrame) -> list[str]:
    """Columns that may hold text."""
    kinds = pd.api.types
    return [
        title
        for title in table.columns
        if title != "geometry" and (kinds.is_object_dtype(table[title]) or kinds.is_string_dtype(table[title]))
    ]


def _decoded(table: pd.DataFrame, decode: Callable[[str], str]) -> pd.DataFrame:
    for title in _worded(table):
        table[title] = pd.Series(
            [decode(cell) if isinstance(cell, str) else cell for cell in table[title]], index=table.index, dtype=object
        )
    renamed = dict[str, str]()
    for title in map(str, table.columns):
        plain, again = decode(title) if title != "geometry" else title, 2
        while plain in renamed.values():
            plain, again = f"{decode(title)} ({again})", again + 1
        renamed[title] = plain
    return table.rename(columns=renamed)
