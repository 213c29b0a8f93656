"""csv and other delimited text: which encoding, which separator, then a grid of words."""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from geo_planner.imports.formats.legacy_text import CONVERSIONS, detect
from geo_planner.imports.grid import MAX_COLUMNS, Cell, Grid
from geo_planner.imports.opening import InputFile, refuse, utf_16_without_mark
from geo_planner.words import Said, said

_SEPARATORS = {",": "separator.commas", ";": "separator.semicolons", "\t": "separator.tabs", "|": "separator.bars"}
_SLACK = 1000
_COMMON = 50_000
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_text_table(file: InputFile, *, max_rows: int) -> Grid:
    """A text file as a grid.

    Raises
    ------
    InputError
        When the encoding cannot be told, quotation marks do not close, or the file is beyond the limits.
    """
    text, statement = decode(file.path.read_bytes(), file.name)
    if "\0" in text:
        raise refuse(file.name, "null_bytes.text", row=text[: text.index("\0")].count("\n") + 1)
    if text.count("\n") > 4 * (max_rows + _SLACK):
        raise refuse(file.name, "too_many_rows.lines", n=text.count("\n"), most=max_rows)
    separator = _separator(text)
    rows: list[list[Cell]] = []
    common: dict[str, str] = {}  # words that come again are held once
    try:
        for record in csv.reader(_lines(text), delimiter=separator, strict=True):
            rows.append(
                [(common.setdefault(cell, cell) if len(common) < _COMMON else common.get(cell, cell)) if cell else None for cell in record]
            )
            if len(rows) > max_rows + _SLACK:
                raise refuse(file.name, "too_many_rows.file", most=max_rows)
            if len(record) > MAX_COLUMNS:
                raise refuse(file.name, "too_many_columns.line", row=len(rows), at=len(rows), most=MAX_COLUMNS)
    except csv.Error as error:
        if "field larger" in str(error):
            raise refuse(file.name, "too_long.field", row=len(rows) + 1, most=csv.field_size_limit()) from error
        raise refuse(file.name, "csv.quotes", row=len(rows) + 1) from error
    if not any(any(row) for row in rows):
        raise refuse(file.name, "empty.read_file")
    return Grid("", rows, statements=(statement, said(_SEPARATORS[separator])))


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, one at a time: a stream over it, or a list of them, would hold it all once more."""
    start = 0
    for end in _LINE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def decode(content: bytes, name: str) -> tuple[str, Said]:
    """The text of a file in Unicode (NFC), and what it was.

    Raises
    ------
    InputError
        When no encoding makes words of it.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding), said("text_encoding.mark", name=encoding)
            except UnicodeDecodeError as error:
                raise refuse(name, "encoding.mark", name=encoding) from error
    unmarked = utf_16_without_mark(content)
    if unmarked:
        try:
            return content.decode(unmarked), said("text_encoding.no_mark", name=unmarked)
        except UnicodeDecodeError:
            pass  # null bytes of another origin: told below
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_bytes(content, name)
    return text, said("text_encoding.utf_8")


def _decode_bytes(content: bytes, name: str) -> tuple[str, Said]:
    western = content.decode("latin-1")
    code = detect(itertools.islice(_lines(western), 5000))
    if code is None or code == "unicode":
        line = next((i for i, row in enumerate(content.split(b"\n"), 1) if not row.isascii()), 1)
        raise refuse(name, "encoding.unknown", row=line)
    converted = "\n".join(CONVERSIONS[code](line) for line in western.split("\n"))
    return unicodedata.normalize("NFC", converted), said("text_encoding.converted", name=code)


def _separator(text: str) -> str:
    """The separator that gives the most columns on the most lines."""
    lines = [line for line in itertools.islice(_lines(text), 200) if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
        except csv.Error:
            return (0, 0)
        columns, times = max(((n, k) for n, k in counts.items() if n > 1), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        return (times, columns)

    # With decimal commas every line splits at commas too: the other separators are asked first and win a tie.
    order = [";", "\t", "|", ","]
    scores = {separator: score(separator) for separator in order}
    best = max(scores.values())
    return next(s for s in order if scores[s] == best or (s != "," and scores[s][0] >= 0.8 * best[0] > 0 and scores[s][1] >= 3))
