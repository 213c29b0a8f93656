"""The cells of all columns but place and position in the schema's words; what was changed and what is wrong told by cell."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo_planner.errors import prose_fault
from geo_planner.schema import Column, Layer
from geo_planner.sources.imports import quantities, words
from geo_planner.sources.imports.draft import Draft
from geo_planner.sources.imports.figures import Style, decimal_style
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.layout import RawTable
from geo_planner.sources.imports.synonyms import COMMUNE, POSITION
from geo_planner.sources.imports.values import NO_SERVICE, clean_texts, cleaned_how, convert, shown

_BY_PLACE = ("lon", "lat", "commune_code")
_REMEDY = {
    "int": "Write a whole number, or leave the cell blank.",
    "float": "Write a number such as 42,5, or leave the cell blank.",
    "yes_no": "Write có or không (yes or no), or leave the cell blank.",
    "date": "Write day/month/year, or leave the cell blank.",
    "text": "Type the text anew.",
}
_REMEDY_OF = {
    "azimuth_deg": "Write one direction in degrees (a row is one cell), or leave the cell blank for an omnidirectional antenna.",
    "freq_mhz": "Write one frequency in MHz or one band (B28): a row is one cell.",
    "technology": "Write one technology: LTE, NR, UMTS or GSM; give each cell a row of its own.",
    "time": "Write it as 2026-01-28 09:30:00 or 28/01/2026 09:30:00.",
}


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
        as_found = frame[name].where(converted["done"] != "", texts[name]) if column.kind == "text" else texts[name]
        _tell_values(draft, converted, as_found.map(shown), column, titles[name], file)
        if name == "rsrp_dbm":
            draft.rows["_no_service"] = converted["done"].str.contains(NO_SERVICE, regex=False)
    if "_no_service" in draft.rows:
        _no_service(draft, titles, file)
    if fold(titles.get("rsrp_dbm", "")) == "level" or fold(titles.get("rsrq_db", "")) == "qual":
        _levels_of_lte(draft, titles)
    for name in titles:
        if name not in declared and name not in (*POSITION, *COMMUNE, "commune_code"):
            draft.rows[name] = texts[name]


def _tell_texts(draft: Draft, texts: pd.Series, wrong: Mapping[str, str], name: str, title: str, file: str) -> None:
    for row, text in texts[texts.isin(wrong)].items() if wrong else ():
        code = "path" if "path" in wrong[text] else "too_long" if "signs, more" in wrong[text] else "control_characters"
        draft.faults.append(
            prose_fault(file, wrong[text], "Type the text anew.", row=int(str(row)), column=title, value=ascii(text)[:80], code=code)
        )
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
        draft.statements.append("Numbers are written with a decimal comma.")
    return style


def _unit_is_clear(draft: Draft, column: Column, title: str, file: str) -> bool:
    unit, wrong = quantities.title_unit(title, column)
    own = quantities.own_unit(column)
    if wrong:
        remedy = f'Give the figures in {own or "the unit of the template"}, or leave the column out: --map "{title[:80]}=-".'
        draft.faults.append(prose_fault(file, wrong, remedy, column=title[:80], code="unit"))
        draft.unread.add(column.name)
        return False
    if unit and quantities.in_unit(1.0, unit, column) != 1.0:
        draft.statements.append(f"{title}: the figures are in {quantities.shown(unit)}, as the title says, and are converted to {own}.")
    return True


def _tell_values(draft: Draft, converted: pd.DataFrame, was: pd.Series, column: Column, title: str, file: str) -> None:
    changed = (converted["done"] != "") & (converted["wrong"] == "")
    draft.corrected += [
        (int(row), column.name, before, after, why)
        for row, before, after, why in zip(
            converted.index[changed], was[changed], converted.loc[changed, "text"], converted.loc[changed, "done"], strict=True
        )
    ]
    wrong = converted["wrong"] != ""
    for row, text, reason in zip(converted.index[wrong], was[wrong], converted.loc[wrong, "wrong"], strict=True):
        remedy = _REMEDY_OF.get(column.name, _REMEDY.get(column.kind, ""))
        if column.choices:
            remedy = f"Write one of: {words.listed(column.name, column.choices)}, or leave the cell blank."
        draft.faults.append(
            prose_fault(file, reason, remedy, row=int(row), column=title, value=text[:80], code="choice" if column.choices else "type")
        )
        draft.told.add((int(row), column.name))
    if column.kind in ("choice", "yes_no"):
        same = (converted["wrong"] == "") & (was != converted["text"])
        counts = pd.Series(
            [f"{before} → {after or 'not known'}" for before, after in zip(was[same], converted.loc[same, "text"], strict=True)],
            dtype=object,
        ).value_counts()
        if len(counts):
            draft.statements.append(f"{title}: {', '.join(f'{words} ({n})' for words, n in list(counts.items())[:20])}.")


def _no_service(draft: Draft, titles: Mapping[str, str], file: str) -> None:
    """Where the device wrote into the level that it found no network, that is what the row says."""
    without = draft.rows.pop("_no_service").astype(bool)
    against = without & (draft.rows["no_service"] == "no")
    for row in draft.rows.index[against]:
        reason = f"{titles['rsrp_dbm']} says that there is no network, {titles.get('no_service', 'no_service')} that there is one"
        draft.faults.append(
            prose_fault(file, reason, "Correct one of the two.", row=int(row), column=titles["rsrp_dbm"], code="contradiction")
        )
    draft.rows["no_service"] = draft.rows["no_service"].mask(without, "yes")


def _levels_of_lte(draft: Draft, titles: Mapping[str, str]) -> None:
    """Drive-test programs call every level ``Level``: it is RSRP on LTE and NR, another figure on older networks."""
    other = ~draft.rows["technology"].isin(["LTE", "NR", ""])
    names = [name for name, title in (("rsrp_dbm", "level"), ("rsrq_db", "qual")) if fold(titles.get(name, "")) == title]
    for name in names:
        gone = other & (draft.rows[name] != "")
        draft.corrected += [
            (int(row), name, was, "", f"the level of a {technology} cell is no RSRP")
            for row, was, technology in zip(
                draft.rows.index[gone], draft.rows.loc[gone, name], draft.rows.loc[gone, "technology"], strict=True
            )
        ]
        draft.rows[name] = draft.rows[name].mask(gone, "")
    draft.statements.append(
        f"{' and '.join(repr(titles[name]) for name in names)}: taken as RSRP and RSRQ of LTE and NR cells; left out for cells of other networks."
    )
