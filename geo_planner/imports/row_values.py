"""The cells of all columns but place and position in the schema's words; what was changed and what is wrong told by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports import quantities
from geo_planner.imports.draft import Draft
from geo_planner.imports.figures import Style, decimal_style
from geo_planner.imports.layout.data_rows import RawTable
from geo_planner.imports.naming import choices_told, title_of, word_told
from geo_planner.imports.titles.synonyms import COMMUNE, POSITION
from geo_planner.imports.values import NO_SERVICE, clean_texts, cleaned_how, convert, shown
from geo_planner.letters import fold
from geo_planner.schema import Column, Layer
from geo_planner.words import Said, said

_BY_PLACE = ("lon", "lat", "commune_code")
_WITH_A_REMEDY = ("azimuth_deg", "freq_mhz", "technology", "time")
"""Columns whose faults say what is to be written there; those of the others say it by their kind."""
_MOST_WORDS = 20


def fill_values(draft: Draft, table: RawTable, schema: Layer, file: str) -> None:
    """Put the columns of the schema into the draft, then the further ones of the file."""
    frame = table.frame
    declared = {column.name: column for column in schema.columns if column.name not in _BY_PLACE}
    texts, titles = dict[str, pd.Series](), {name: table.titles.get(name, name) for name in map(str, frame)}
    for name in titles:
        texts[name], wrong = clean_texts(frame[name])
        _tell_texts(draft, texts[name], wrong, name, titles[name], file)
        if name not in POSITION and (name not in declared or declared[name].kind != "text"):
            _tell_cleaning(draft, frame[name], texts[name], name)
    style = _style(draft, frame, texts, declared)
    for name, column in declared.items():
        if name not in frame:
            draft.rows[name] = ""
            continue
        draft.titles[name], draft.found[name] = titles[name], texts[name]
        if column.kind in ("int", "float") and not _unit_is_clear(draft, column, titles[name], file):
            draft.rows[name] = ""
            continue
        converted = convert(frame[name], texts[name], column, style, titles[name])
        draft.rows[name] = converted["text"]
        as_found = frame[name].where(converted["done"].notna(), texts[name]) if column.kind == "text" else texts[name]
        _tell_values(draft, converted, as_found.map(shown), column, titles[name], file)
        if name == "rsrp_dbm":
            draft.rows["_no_service"] = [done == NO_SERVICE for done in converted["done"]]
    if "_no_service" in draft.rows:
        _no_service(draft, titles, file)
    if fold(titles.get("rsrp_dbm", "")) == "level" or fold(titles.get("rsrq_db", "")) == "qual":
        _levels_of_lte(draft, titles)
    for name in titles:
        if name not in declared and name not in (*POSITION, *COMMUNE, "commune_code"):
            draft.rows[name] = texts[name]


def _tell_texts(draft: Draft, texts: pd.Series, wrong: Mapping[str, Said], name: str, title: str, file: str) -> None:
    for row, text in texts[texts.isin(wrong)].items() if wrong else ():
        draft.faults.append(Fault(file, wrong[text], int(str(row)), title, ascii(text)[:80]))
        draft.told.add((int(str(row)), name))


def _tell_cleaning(draft: Draft, cells: pd.Series, texts: pd.Series, name: str) -> None:
    draft.corrected += [
        (int(row), name, shown(cell), text, how)
        for row, cell, text in zip(cells.index, cells, texts, strict=True)
        if isinstance(cell, str) and cell != text and (how := cleaned_how(cell, text))
    ]


def _style(draft: Draft, frame: pd.DataFrame, texts: Mapping[str, pd.Series], declared: Mapping[str, Column]) -> Style:
    """The decimal sign of the table, told by its figures and coordinates."""
    names = [name for name, column in declared.items() if column.kind in ("int", "float")]
    shown = [
        quantities.split_unit(text)[0] if name in declared else text
        for name in (*names, "lon", "lat", "x", "y")
        if name in frame
        for text in texts[name][[isinstance(cell, str) for cell in frame[name]]].unique()[:1000]
    ]
    style = decimal_style(shown)
    if style == "comma":
        draft.statements.append(said("rows_told.decimal_comma"))
    return style


def _unit_is_clear(draft: Draft, column: Column, title: str, file: str) -> bool:
    unit, wrong = quantities.title_unit(title, column)
    own = quantities.own_unit(column)
    if wrong:
        column_unit = quantities.told(own, without="template")
        draft.faults.append(fault(file, "unit.rows", column=title[:80], why=wrong, own=column_unit, title=title[:80]))
        draft.unread.add(column.name)
        return False
    if unit and quantities.in_unit(1.0, unit, column) != 1.0:
        draft.statements.append(said("rows_told.unit", title=title_of(title), unit=quantities.shown(unit), own=quantities.told(own)))
    return True


def _tell_values(draft: Draft, converted: pd.DataFrame, was: pd.Series, column: Column, title: str, file: str) -> None:
    changed = converted["done"].notna() & converted["wrong"].isna()
    draft.corrected += [
        (int(row), column.name, before, after, why)
        for row, before, after, why in zip(
            converted.index[changed], was[changed], converted.loc[changed, "text"], converted.loc[changed, "done"], strict=True
        )
    ]
    wrong = converted["wrong"].notna()
    for row, text, why in zip(converted.index[wrong], was[wrong], converted.loc[wrong, "wrong"], strict=True):
        if column.choices:
            what = said("choice.rows", why=why, words=choices_told(column.name, column.choices))
        else:
            what = said(f"type.rows_{column.name if column.name in _WITH_A_REMEDY else column.kind}", why=why)
        draft.faults.append(Fault(file, what, int(row), title, text[:80]))
        draft.told.add((int(row), column.name))
    if column.kind in ("choice", "yes_no"):
        same = converted["wrong"].isna() & (was != converted["text"])
        counts = Counter(zip(was[same], converted.loc[same, "text"], strict=True)).most_common(_MOST_WORDS)
        if counts:
            words = [said("rows_told.word", before=before, after=word_told(after), n=n) for (before, after), n in counts]
            draft.statements.append(said("rows_told.words", title=title_of(title), words=words))


def _no_service(draft: Draft, titles: Mapping[str, str], file: str) -> None:
    """Where the device wrote into the level that it found no network, that is what the row says."""
    without = draft.rows.pop("_no_service").astype(bool)
    against = without & (draft.rows["no_service"] == "no")
    for row in draft.rows.index[against]:
        level, service = titles["rsrp_dbm"], titles.get("no_service", "no_service")
        draft.faults.append(fault(file, "contradiction.rows", row=int(row), column=level, level_title=level, service=service))
    draft.rows["no_service"] = draft.rows["no_service"].mask(without, "yes")


def _levels_of_lte(draft: Draft, titles: Mapping[str, str]) -> None:
    """Drive-test programs call every level ``Level``: it is RSRP on LTE and NR, another figure on older networks."""
    other = ~draft.rows["technology"].isin(["LTE", "NR", ""])
    names = [name for name, title in (("rsrp_dbm", "level"), ("rsrq_db", "qual")) if fold(titles.get(name, "")) == title]
    for name in names:
        gone = other & (draft.rows[name] != "")
        draft.corrected += [
            (int(row), name, was, "", said("rows_done.level_of_other", technology=technology))
            for row, was, technology in zip(
                draft.rows.index[gone], draft.rows.loc[gone, name], draft.rows.loc[gone, "technology"], strict=True
            )
        ]
        draft.rows[name] = draft.rows[name].mask(gone, "")
    draft.statements.append(said("rows_told.levels_of_lte", titles=[titles[name] for name in names]))
