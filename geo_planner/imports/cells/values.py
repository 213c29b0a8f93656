"""Cells to the text that the schema's reader takes: how each kind of column reads what offices write, each change told.

Works on the distinct values of a column, so that a hundred thousand rows cost what their vocabulary costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from geo_planner.imports.cells import moments, radio
from geo_planner.imports.cells.figures import Style, as_figure, title_unit
from geo_planner.imports.cells.texts import Change, cleaned_how, not_known, refused
from geo_planner.imports.cells.words import read_word, symbol
from geo_planner.imports.grid import ERROR_CELLS, Cell, as_text
from geo_planner.imports.naming import together, word_told
from geo_planner.letters import fold, latin, lookalikes, plain_figures
from geo_planner.schema import Column, Kind
from geo_planner.schema.kinds import Azimuth, Day, Figure, Frequency, Id, Level, Moment, Operator, Quarter, Technology, Text, Worded
from geo_planner.schema.vocabulary import NO_SERVICE, OMNIDIRECTIONAL, UNKNOWN
from geo_planner.schema.vocabulary.bands import LAST_BAND
from geo_planner.words import Said, said

NO_NETWORK = said("rows_done.no_network")
"""What is said of a level in whose cell the device wrote that it found no network."""
_UNAVAILABLE = "2147483647"
"""What a phone writes for a level that it cannot tell."""


class _Written(NamedTuple):
    """A cell as it is written, its text, and what is known of where it stands."""

    cell: Cell
    text: str
    column: Column
    style: Style
    title: str


def convert(cells: pd.Series, texts: pd.Series, column: Column, style: Style, title: str = "") -> pd.DataFrame:
    """A column in the schema's words.

    Parameters
    ----------
    cells : Series
        As read.
    texts : Series
        The same, cleaned.
    column : Column
    style : {"comma", "point", ""}
    title : str
        Of the column in the file: its unit, and what a mark below it means.

    Returns
    -------
    DataFrame
        ``text``, ``done`` (None: as it was), ``wrong`` (None: fine), same index.
    """
    reader = next(_READERS[kind] for kind in type(column.kind).__mro__ if kind in _READERS)
    keys = [(type(cell), text, cleaned_how(cell, text)) for cell, text in zip(cells, texts, strict=True)]
    found = dict[object, Change]()
    for key, cell in zip(keys, cells, strict=True):
        if key not in found:
            _, text, cleaned = key
            written = _Written(cell, text, column, style, title)
            became, done, wrong = refused(text, "error_value", value=text) if text in ERROR_CELLS else reader(written)
            found[key] = became, together((cleaned if isinstance(column.kind, Text) else None, done)), wrong
    return pd.DataFrame([found[key] for key in keys], columns=["text", "done", "wrong"], index=cells.index, dtype=object)


def _text(written: _Written) -> Change:
    text = written.text
    right = latin(text)
    return right, said("rows_done.lookalikes", signs=lookalikes(text)) if right != text else None, None


def _id(written: _Written) -> Change:
    return written.text, None, said("rows_wrong.id") if re.search(r"[\\/\0]", written.text) else None


def _technology(written: _Written) -> Change:
    return _by_one_name(written, *radio.technology(written.text))


def _operator(written: _Written) -> Change:
    return _by_one_name(written, radio.operator(written.text))


def _by_one_name(written: _Written, word: str, wrong: Said | None = None) -> Change:
    """A name that lists spell in many ways."""
    text = written.text
    if text and fold(text) in UNKNOWN:
        return not_known(text)
    if wrong or word != text:
        return word, said("rows_done.means", text=text, word=word_told(word)) if word != text else None, wrong
    return _text(written)


def _word(written: _Written) -> Change:
    return read_word(written.column, written.text, written.title)


def _moment(written: _Written) -> Change:
    return _in_plain_signs(written, lambda plain: moments.as_time(written.cell, plain, written.title))


def _day(written: _Written) -> Change:
    return _unless_unknown(written, lambda plain: moments.as_date(written.cell, plain))


def _quarter(written: _Written) -> Change:
    return _unless_unknown(written, lambda plain: moments.as_quarter(written.cell, plain))


def _figure(written: _Written) -> Change:
    return _unless_unknown(written, lambda plain: as_figure(written.cell, plain, written.column, written.style, written.title))


def _azimuth(written: _Written) -> Change:
    if fold(written.text) not in OMNIDIRECTIONAL:
        return _figure(written)
    return _in_plain_signs(written, lambda plain: ("", said("rows_done.omni", text=plain), None))


def _level(written: _Written) -> Change:
    kind = written.column.kind
    if isinstance(kind, Level) and kind.tells_service and fold(written.text) in NO_SERVICE:
        return "", NO_NETWORK, None
    if isinstance(written.cell, bool) or plain_figures(written.text) != _UNAVAILABLE:
        return _figure(written)
    return _in_plain_signs(written, lambda _: ("", said("rows_done.no_level"), None))


def _frequency(written: _Written) -> Change:
    def by_band(plain: str) -> Change:
        titled = "" if title_unit(written.title, written.column)[0] else written.title
        is_band = re.search(r"\b(band|bang)\b", fold(titled)) is not None
        frequency, wrong = radio.band_mhz(plain, is_band=is_band)
        if wrong:
            return plain, None, wrong
        if frequency is not None:
            return as_text(frequency), said("rows_done.band", text=plain, frequency=frequency), None
        if titled and not is_band and re.fullmatch(r"\d{1,3}", plain) and int(plain) <= LAST_BAND:
            return refused(plain, "band_or_frequency")
        return as_figure(written.cell, plain, written.column, written.style, written.title)

    return _figure(written) if isinstance(written.cell, bool) else _unless_unknown(written, by_band)


def _unless_unknown(written: _Written, read: Callable[[str], Change]) -> Change:
    """What is read of a cell that does not say that nobody knows."""
    unknown = fold(written.text) in UNKNOWN and symbol(written.text) in ("", "box")
    return not_known(written.text) if unknown else _in_plain_signs(written, read)


def _in_plain_signs(written: _Written, read: Callable[[str], Change]) -> Change:
    """What is read of a cell with its digits and signs as a keyboard has them, told of the cell as it is written."""
    plain = plain_figures(written.text)
    became, done, wrong = read(plain)
    if plain == written.text:
        return became, done, wrong
    return (written.text, None, wrong) if wrong else (became, together((said("rows_done.plain_signs"), done)), None)


_READERS: dict[type[Kind], Callable[[_Written], Change]] = {
    Text: _text,
    Id: _id,
    Technology: _technology,
    Operator: _operator,
    Moment: _moment,
    Day: _day,
    Quarter: _quarter,
    Worded: _word,
    Figure: _figure,
    Azimuth: _azimuth,
    Level: _level,
    Frequency: _frequency,
}
"""How a kind of column is read; a kind that is not here is read as the one that it is a case of."""
