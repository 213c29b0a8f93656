"""The cells of all columns but place and position in the schema's words; what was changed and what is wrong told by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports.cells import figures
from geo_planner.imports.cells.devices import main_level, with_levels_of_lte, with_silence
from geo_planner.imports.cells.texts import clean_texts, cleaned_how, shown
from geo_planner.imports.cells.values import NO_NETWORK, convert
from geo_planner.imports.draft import Correction, Draft
from geo_planner.imports.grid import RawTable
from geo_planner.imports.naming import choices_told, title_of, word_told
from geo_planner.imports.vocabulary import COMMUNE, POSITION
from geo_planner.schema import Column, Layer
from geo_planner.schema.kinds import CommuneCode, Coordinate, Figure, Text, Worded
from geo_planner.words import Said, said

_MOST_WORDS = 20


def fill_values(draft: Draft, table: RawTable, layer: Layer, file: str) -> Draft:
    """The draft with the columns of the schema, then the further ones of the file."""
    frame = table.frame
    declared = {column.name: column for column in layer.columns if not isinstance(column.kind, (Coordinate, CommuneCode))}
    texts, titles = dict[str, pd.Series](), {name: table.titles.get(name, name) for name in map(str, frame)}
    for name, title in titles.items():
        texts[name], wrong = clean_texts(frame[name])
        draft = _with_refused_texts(draft, texts[name], wrong, name, title, file)
        if name not in POSITION and not (name in declared and isinstance(declared[name].kind, Text)):
            draft = draft.with_(corrected=_cleaned(frame[name], texts[name], name))
    style, level, silent = _style(frame, texts, declared.values()), main_level(layer), None
    if style == "comma":
        draft = draft.with_(statements=[said("rows_told.decimal_comma")])
    filled = dict[str, pd.Series | str]()
    for name, column in declared.items():
        filled[name] = ""
        if name not in frame:
            continue
        draft = draft.with_(titles={name: titles[name]}, found={name: texts[name]})
        if isinstance(column.kind, Figure):
            draft, readable = _with_unit(draft, column, titles[name], file)
            if not readable:
                continue
        converted = convert(frame[name], texts[name], column, style, titles[name])
        filled[name] = converted["text"]
        as_found = frame[name].where(converted["done"].notna(), texts[name]) if isinstance(column.kind, Text) else texts[name]
        draft = _with_values(draft, converted, as_found.map(shown), column, titles[name], file)
        if column == level:
            silent = pd.Series([done == NO_NETWORK for done in converted["done"]], index=frame.index)
    draft = draft.with_(rows=draft.rows.assign(**filled))
    if silent is not None and level is not None:
        draft = with_silence(draft, silent, titles[level.name], file)
    draft = with_levels_of_lte(draft, layer)
    further = {name: texts[name] for name in titles if name not in declared and name not in (*POSITION, *COMMUNE)}
    return draft.with_(rows=pd.concat([draft.rows, pd.DataFrame(further, index=frame.index)], axis=1))


def _with_refused_texts(draft: Draft, texts: pd.Series, wrong: Mapping[str, Said], name: str, title: str, file: str) -> Draft:
    rows = {int(str(row)): text for row, text in texts[texts.isin(wrong)].items()} if wrong else {}
    faults = [Fault(file, wrong[text], row, title, shown(text)[:80]) for row, text in rows.items()]
    return draft.with_(faults=faults, told=[(row, name) for row in rows])


def _cleaned(cells: pd.Series, texts: pd.Series, name: str) -> list[Correction]:
    return [
        (int(row), name, shown(cell), text, how)
        for row, cell, text in zip(cells.index, cells, texts, strict=True)
        if isinstance(cell, str) and cell != text and (how := cleaned_how(cell, text))
    ]


def _style(frame: pd.DataFrame, texts: Mapping[str, pd.Series], declared: Iterable[Column]) -> figures.Style:
    """The decimal sign of the table, told by its figures and coordinates."""
    written = [column.name for column in declared if isinstance(column.kind, Figure)]
    return figures.decimal_style(
        figures.split_unit(text)[0] if name in written else text
        for name in (*written, "lon", "lat", "x", "y")
        if name in frame
        for text in texts[name][[isinstance(cell, str) for cell in frame[name]]].unique()[:1000]
    )


def _with_unit(draft: Draft, column: Column, title: str, file: str) -> tuple[Draft, bool]:
    """What is said of the unit that a title names, and whether the column can be read in it."""
    unit, wrong = figures.title_unit(title, column)
    own = figures.own_unit(column)
    if wrong:
        unfit = fault(file, "unit.rows", column=title[:80], why=wrong, own=figures.told(own, without="template"), title=title[:80])
        return draft.with_(faults=[unfit], unread=[column.name]), False
    if unit and figures.in_unit(1.0, unit, column) != 1.0:
        told = said("rows_told.unit", title=title_of(title), unit=figures.shown(unit), own=figures.told(own))
        draft = draft.with_(statements=[told])
    return draft, True


def _with_values(draft: Draft, converted: pd.DataFrame, was: pd.Series, column: Column, title: str, file: str) -> Draft:
    text, done, why = converted["text"], converted["done"], converted["wrong"]
    changed, wrong = done.notna() & why.isna(), why.notna()
    corrected = [
        (int(row), column.name, before, after, how)
        for row, before, after, how in zip(converted.index[changed], was[changed], text[changed], done[changed], strict=True)
    ]
    faults = [
        Fault(file, _unread(column, reason), int(row), title, found[:80])
        for row, found, reason in zip(converted.index[wrong], was[wrong], why[wrong], strict=True)
    ]
    statements = list[Said]()
    if isinstance(column.kind, Worded):
        same = ~wrong & (was != text)
        counts = Counter(zip(was[same], text[same], strict=True)).most_common(_MOST_WORDS)
        words = [said("rows_told.word", before=before, after=word_told(after, column.name), n=n) for (before, after), n in counts]
        statements = [said("rows_told.words", title=title_of(title), words=words)] if words else []
    told = [(int(row), column.name) for row in converted.index[wrong]]
    return draft.with_(faults=faults, corrected=corrected, statements=statements, told=told)


def _unread(column: Column, why: Said) -> Said:
    """What is wrong with a cell, and what is to be written there."""
    if column.choices:
        return said("choice.rows", why=why, words=choices_told(column.name, column.choices))
    return said(f"type.rows_{column.kind.remedy or column.kind.name}", why=why)
