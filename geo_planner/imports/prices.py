"""Prices that an office filled in: a table with titles of its own, amounts as people write them, to the rows of the layer.

A row without any figure keeps the price that is there. Headings and notes between the rows, which carry no price, are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from geo_planner.errors import EVERY_ONE, Fault, InputError, fault
from geo_planner.imports.cells.figures import Style, decimal_style, parse
from geo_planner.imports.cells.texts import clean_texts, shown
from geo_planner.imports.draft import Correction, Draft, Options
from geo_planner.imports.grid import Cell, Grid, HeaderPlace, RawTable, as_text, called, is_blank
from geo_planner.imports.naming import layer_label
from geo_planner.imports.opening import InputFile, refuse
from geo_planner.imports.reading import read_grids
from geo_planner.imports.titles.headers import ColumnMapping, find_header, is_index_row
from geo_planner.imports.titles.mapping import map_columns
from geo_planner.letters import fold, plain_figures
from geo_planner.schema import PRICES
from geo_planner.study_area.price_items import ESTIMATES, ITEMS, currency, price_faults
from geo_planner.study_area.tables import ROW, typed_table
from geo_planner.words import LANGUAGES, Said, first_of, said

_NEEDED = ("item", "low", "base", "high")
_COLUMNS = tuple(column.name for column in PRICES.columns)
_LISTED = 40
_DONG = {"": 1.0, "nghin": 1e3, "ngan": 1e3, "trieu": 1e6, "ty": 1e9, "ti": 1e9}
_AMOUNT = re.compile(r"([+-]?[\d.,' ]*\d)\s*(nghin|ngan|trieu|ty|ti)?\s*(d|dong|vnd|đ)?", re.ASCII)


class _Amount(NamedTuple):
    """A price as it is read: text of a figure of its unit, or what is wrong with it."""

    text: str
    wrong: str = ""


def draft_prices(draft: Draft, file: InputFile, options: Options, remembered: Mapping[str, str]) -> Draft:
    """The rows of a file as prices: everything that is wrong with any of them is told at once.

    Raises
    ------
    InputError
        When the file holds no table of prices, or several.
    """
    grid, mapping, table = price_table(file, options, remembered)
    rows, titles = table.frame, table.titles
    draft = replace(draft, table=table, header=HeaderPlace(grid.name, mapping.first, mapping.last, mapping.titles)).with_(
        statements=table.statements, titles=titles
    )
    if rows.empty:
        raise InputError([fault(file.name, "empty.rows")])
    texts, faults = _clean(rows, titles, file.name)
    items, renamed = _items(texts["item"])
    blank = texts[list(ESTIMATES)].eq("").all(axis=1)
    kept = blank & items.isin(list(ITEMS))
    told = (
        [said("prices_kept.blank", n=int(kept.sum()), items=first_of([ITEMS[name].title for name in items[kept]], _LISTED))]
        if kept.any()
        else []
    )
    texts, items = texts[~kept].assign(item=items[~kept]), items[~kept]
    if texts.empty:
        raise InputError([fault(file.name, "empty.rows")])
    amounts, wrong = _amounts(texts, file.name, titles)
    faults += [*_unknown(items, file.name, titles), *wrong]
    unread = {(one.row, one.column) for one in faults}
    rows = texts.assign(**amounts).rename_axis(index=ROW)
    typed, found = typed_table(rows, PRICES, file.name, of_a_kind=EVERY_ONE)
    found = [*found, *price_faults(typed, file.name)]
    shown = [replace(one, column=titles.get(one.column or "", one.column)) for one in found]
    faults += [one for one in shown if (one.row, one.column) not in unread]
    corrected = [done for done in [*renamed, *_corrected(rows, texts)] if done[0] in rows.index]
    return draft.with_(rows=rows, faults=sorted(faults, key=lambda one: one.row or 0), corrected=corrected, statements=told)


def price_table(file: InputFile, options: Options, remembered: Mapping[str, str]) -> tuple[Grid, ColumnMapping, RawTable]:
    """The sheet of a file that holds prices, what its titles mean, and its rows as they stand there.

    Raises
    ------
    InputError
        When the file holds no table of prices, or several.
    """
    if file.family == "vector":
        raise refuse(file.name, "not_prices.no_table")
    grid, mapping = _table_in(file, options, remembered)
    rows, titles, skipped = _rows_of(grid, mapping)
    return grid, mapping, RawTable(rows, titles, skipped=tuple(skipped), statements=(*grid.statements, *mapping.statements))


def _table_in(file: InputFile, options: Options, remembered: Mapping[str, str]) -> tuple[Grid, ColumnMapping]:
    """The one sheet with items and prices, and what its titles mean."""
    grids = read_grids(file, max_bytes=options.max_bytes, max_rows=options.max_rows)
    if options.sheet is not None:
        names = [grid.name for grid in grids]
        grids = called(grids, options.sheet)
        if len(grids) != 1:
            raise refuse(file.name, "unknown_sheet", sheet=options.sheet, known=names)
    told = {title: "" if target == "-" else target for title, target in options.column_map.items()}
    known = frozenset(fold(title) for title, target in {**remembered, **told}.items() if target)
    headed = [(grid, header) for grid in grids if not grid.hidden and (header := find_header(grid, PRICES.name, known)) is not None]
    found = list[tuple[Grid, ColumnMapping]]()
    for grid, header in headed:
        mapping = map_columns(header, PRICES.name, column_map=told, remembered=remembered, file=file.name, ticks=False)
        if set(_NEEDED) <= set(mapping.targets.values()) and any(not is_blank(c) for row in grid.rows[mapping.last + 1 :] for c in row):
            found.append((grid, mapping))
    if len(found) > 1:
        listed = [said("sheet_of_rows", sheet=grid.name, n=max(len(grid.rows) - mapping.last - 1, 0)) for grid, mapping in found]
        raise refuse(file.name, "several_sheets", sheets=listed, first=found[0][0].name)
    if not found:
        raise refuse(file.name, "no_header", layer=layer_label(PRICES.name))
    return found[0]


def _rows_of(grid: Grid, mapping: ColumnMapping) -> tuple[pd.DataFrame, dict[str, str], list[tuple[int, str, Said]]]:
    """Rows with an item or a price, the title of each column, and the rows that are headings, notes or counts of columns."""
    at = {target: i for i, target in mapping.targets.items()}
    kept, skipped = dict[int, list[Cell]](), list[tuple[int, str, Said]]()
    for r, cells in enumerate(grid.rows[mapping.last + 1 :], mapping.last + 1):
        row = [cells[at[name]] if name in at and at[name] < len(cells) else None for name in _COLUMNS]
        if all(is_blank(cell) for cell in cells):
            continue
        prices = [cell for name, cell in zip(_COLUMNS, row, strict=True) if name in ESTIMATES and not is_blank(cell)]
        is_item = _item_of(as_text(row[0])) in ITEMS
        why = "not_data.index" if is_index_row(cells) else "not_data.note" if not prices and not is_item else ""
        if why:
            skipped.append((r + 1, " | ".join(as_text(cell) for cell in cells if not is_blank(cell))[:200], said(why)))
        else:
            kept[r + 1] = row
    titles = {name: mapping.titles[i] for name, i in at.items()}
    frame = pd.DataFrame(list(kept.values()), columns=list(_COLUMNS), index=pd.Index(list(kept), name="row"), dtype=object)
    return frame, titles, skipped


def _clean(rows: pd.DataFrame, titles: Mapping[str, str], file: str) -> tuple[pd.DataFrame, list[Fault]]:
    texts, faults = rows.copy(), list[Fault]()
    for name in _COLUMNS:
        texts[name], wrong = clean_texts(rows[name])
        refused = texts[name][texts[name].isin(wrong)]
        faults += [Fault(file, wrong[text], int(str(row)), titles.get(name, name), shown(text)[:80]) for row, text in refused.items()]
    return texts, faults


def _item_of(text: str) -> str:
    """The name of an item, from itself or from its title in either language; the text where it is none."""
    named = {fold(item.title.text(language)): name for name, item in ITEMS.items() for language in LANGUAGES}
    word = text.strip()
    return word if word in ITEMS else named.get(fold(word), word)


def _items(texts: pd.Series) -> tuple[pd.Series, list[Correction]]:
    items = texts.map(_item_of)
    changed = items[items != texts]
    return items, [(int(str(row)), "item", texts[row], name, said("rows_done.item_by_name")) for row, name in changed.items()]


def _unknown(items: pd.Series, file: str, titles: Mapping[str, str]) -> list[Fault]:
    told = list[Fault]()
    for row, name in items[~items.isin(list(ITEMS))].items():
        key = "price_item_unknown.in_list" if name else "price_item_blank.in_list"
        told.append(fault(file, key, row=int(str(row)), column=titles["item"], value=name[:80] or None))
    return told


def _amounts(texts: pd.DataFrame, file: str, titles: Mapping[str, str]) -> tuple[dict[str, pd.Series], list[Fault]]:
    """Low, base and high price as figures of the unit of their row; blank where they cannot be read."""
    style = decimal_style(_figure_of(text) for name in ESTIMATES for text in texts[name])
    found, faults = dict[str, pd.Series](), list[Fault]()
    for name in ESTIMATES:
        read = [amount(text, unit, style) for text, unit in zip(texts[name], texts["unit"], strict=True)]
        found[name] = pd.Series([one.text for one in read], index=texts.index, dtype=object)
        faults += [
            fault(file, one.wrong, row=int(str(row)), column=titles[name], value=text[:80])
            for row, text, one in zip(texts.index, texts[name], read, strict=True)
            if one.wrong
        ]
    return found, faults


def _figure_of(text: str) -> str:
    found = _AMOUNT.fullmatch(_folded(text))
    return found.group(1) if found else text


def _folded(text: str) -> str:
    """Words without marks, figures and their signs as they are."""
    plain = plain_figures(text).strip().casefold()
    return re.sub(r"[^\W\d_]+", lambda word: fold(word.group()), plain)


def amount(text: str, unit: str, style: Style = "") -> _Amount:
    """An amount as people write it, in figures of a unit.

    Examples
    --------
    >>> amount("1.234.567", "đ/km").text, amount("1,2 tỷ", "đ/trạm").text, amount("350 triệu", "triệu đồng/trạm").text
    ('1234567', '1200000000', '350')
    >>> amount("hai tỷ", "đ/km").wrong, amount("1.234", "triệu đồng/km").wrong
    ('price_amount.not_read', 'price_amount.two_readings')
    """
    found = _AMOUNT.fullmatch(_folded(text))
    if not text:
        return _Amount("")
    if found is None:
        return _Amount("", "price_amount.not_read")
    figure, scale, dong = found.groups()
    kind, factor = currency(unit) or ("VND", 1.0)
    in_words = bool(scale or dong)
    if in_words and kind != "VND":
        return _Amount("", "price_amount.other_currency")
    # a đồng has no fractions: three figures behind a sign are thousands
    value, unsure = parse(figure, whole=kind == "VND" and factor == 1.0 and not scale, style=style)
    if value is None:
        return _Amount("", "price_amount.two_readings" if unsure else "price_amount.not_read")
    there = value * _DONG[scale or ""] / factor if in_words else value
    return _Amount(as_text(round(there, 6)))


def _corrected(rows: pd.DataFrame, texts: pd.DataFrame) -> Sequence[Correction]:
    return [
        (int(str(row)), name, texts.at[row, name], rows.at[row, name], said("rows_done.amount"))
        for name in ESTIMATES
        for row in rows.index
        if rows.at[row, name] not in ("", texts.at[row, name])
    ]
