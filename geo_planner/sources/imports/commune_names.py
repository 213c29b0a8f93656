"""Which commune of today a row means: by code, by today's name, or by the former commune and its district.

Codes were reused when communes merged, and so were names: old Mường Than went into Than Uyên, while today's Mường Than is
another place. A name or code with two readings that lead to different communes is therefore never decided by itself: the
district, the other names of the same column or the position decide, and the report says so; else the row is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo_planner.letters import plain_figures
from geo_planner.sources.imports.commune_index import KINDS, CommuneIndex, Unit, split_kind
from geo_planner.sources.imports.folding import fold
from geo_planner.sources.imports.grid import as_text

FIELDS = ("commune_code", "former_commune_code", "commune", "former_commune", "district", "former_place")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a row lead to.

    Attributes
    ----------
    codes : tuple of str
        Communes of today; one when it is certain, several when the position must decide, none when nothing fits.
    how : str
        In words, when it is more than the code or today's name as written.
    reason, remedy : str
        Why nothing fits.
    """

    codes: tuple[str, ...] = ()
    how: str = ""
    reason: str = ""
    remedy: str = ""
    former: str = ""


def resolve(frame: pd.DataFrame, index: CommuneIndex, titles: Mapping[str, str]) -> tuple[pd.Series, list[str]]:
    """A :class:`Reading` a row, and what was decided for the columns as a whole.

    Parameters
    ----------
    frame : DataFrame
        The rows as read; those of :data:`FIELDS` that it has are used.
    index : CommuneIndex
    titles : mapping of str to str
        Title in the file of each column: "xã (mới)" settles what the names in it are.
    """
    present = [name for name in FIELDS if name in frame]
    if not present:
        empty = Reading((), "", "there is no column for the commune", "Add one: code, name, or former commune and district.")
        return pd.Series([empty] * len(frame), index=frame.index, dtype=object), []
    words = pd.DataFrame({name: [_word(cell) for cell in frame[name]] for name in present}, index=frame.index)
    codes = [name for name in present if name.endswith("_code")]
    plain = words[codes].map(plain_figures)
    other = int((plain != words[codes]).to_numpy().sum())
    words[codes] = plain
    edition, statements = _edition(words, index, titles)
    if other:
        statements.append(f"{other} codes of communes are written with digits of another form: read as 0–9.")
    cache: dict[tuple[str, ...], Reading] = {}
    readings = []
    for row in words.itertuples(index=False, name=None):
        if row not in cache:
            cache[row] = _read(dict(zip(present, row, strict=True)), index, edition)
        readings.append(cache[row])
    return pd.Series(readings, index=frame.index, dtype=object), statements


def _word(cell: object) -> str:
    return " ".join(unicodedata.normalize("NFC", as_text(cell)).split()) if not isinstance(cell, float) or cell == cell else ""  # type: ignore[arg-type]


def _edition(words: pd.DataFrame, index: CommuneIndex, titles: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Whether the names and the codes of a column are today's or the former ones, where the column itself shows it."""
    edition, told = {"commune": "", "commune_code": ""}, []
    if "commune" in words:
        title = fold(titles.get("commune", ""))
        names = [name for name in words["commune"].unique() if name]
        only_former = [name for name in names if not index.new(name) and index.former(name)]
        if "former_commune" in words or "former_place" in words or re.search(r"\b(moi|hien nay|sau|new)\b", title):
            edition["commune"] = "new"
        elif only_former:
            told.append(
                f"Column {titles.get('commune')!r} holds former communes (for instance {only_former[0]}); a name that is also one of today is decided by the position."
            )
    if "commune_code" in words:
        codes = [_code(word) for word in words["commune_code"].unique() if word]
        old = [code for code in codes if code not in index.names and index.former_code(code)]
        if old:
            edition["commune_code"] = "former"
            told.append(
                f"Column {titles.get('commune_code')!r} holds former codes (for instance {old[0]}): codes that were reused are not taken by themselves."
            )
    return edition, told


def _code(text: str) -> str:
    """Five digits, as spreadsheets lose the leading zero."""
    return text.zfill(5) if text.isdecimal() and len(text) < 5 else text


def _read(row: dict[str, str], index: CommuneIndex, edition: Mapping[str, str]) -> Reading:
    district = row.get("district", "")
    if row.get("former_place"):
        parts = [part.strip() for part in re.split(r"[,;/()–]|\s-\s", row["former_place"]) if part.strip()]
        row = {**row, "former_commune": row.get("former_commune") or parts[0]}
        district = district or (parts[1] if len(parts) > 1 else "")
    readings = []
    if row.get("commune_code") or row.get("former_commune_code"):
        readings.append(_by_code(row, index, edition["commune_code"]))
    if row.get("former_commune"):
        readings.append(_by_former_name(row["former_commune"], district, index))
    if row.get("commune"):
        readings.append(_by_name(row["commune"], district, index, "new" if row.get("former_commune") else edition["commune"]))
    if not readings:
        return Reading((), "", "the commune is blank", "Fill it in: code, name, or former commune and district.")
    failed = next((reading for reading in readings if not reading.codes), None)
    if failed:
        return failed
    common = set(readings[0].codes).intersection(*(reading.codes for reading in readings[1:]))
    if not common:
        shown = " but ".join(f"one column leads to {' or '.join(map(index.title, reading.codes))}" for reading in readings)
        return Reading((), "", f"code and names contradict each other: {shown}", "Correct the code, the name or the former name.")
    how = "; ".join(reading.how for reading in readings if reading.how)
    former = next((reading.former for reading in readings if reading.former), "")
    return Reading(tuple(sorted(common)), how, former=former)


def _by_code(row: Mapping[str, str], index: CommuneIndex, edition: str) -> Reading:
    code = _code(row.get("commune_code", ""))
    if code and not re.search(r"\d", code) and (index.new(code) or index.former(code)):
        by_name = _by_name(code, row.get("district", ""), index, "")
        return replace(by_name, how=f"{code} stands in the column for the code{f'; {by_name.how}' if by_name.how else ''}")
    old = index.former_code(_code(row.get("former_commune_code", "")))
    if not code:
        if not old:
            return Reading(
                (),
                "",
                f"the former commune code {row.get('former_commune_code')} is not in the merge table",
                "Use a code of boundaries/former_communes.csv.",
            )
        return Reading(
            (old[0].today,), f"former code {old[0].code} ({old[0].name}) is today {index.title(old[0].today)}", former=old[0].name
        )
    named = row.get("commune") or row.get("former_commune") or ""
    as_former = index.former_code(code)
    if (
        as_former
        and named
        and not any(unit.code == code for unit in index.new(named))
        and any(unit.code == code for unit in index.former(named))
    ):
        return Reading(
            (as_former[0].today,),
            f"code {code} is that of former {as_former[0].name}, today {index.title(as_former[0].today)}",
            former=as_former[0].name,
        )
    if code in index.names:
        if edition == "former" and as_former and as_former[0].today != code and not named:
            return Reading(tuple(sorted({code, as_former[0].today})), f"code {code} was reused")
        return Reading((code,), "" if row.get("commune_code") == code else "the leading zero of the code is restored")
    if as_former:
        return Reading(
            (as_former[0].today,),
            f"former code {code} ({as_former[0].name}) is today {index.title(as_former[0].today)}",
            former=as_former[0].name,
        )
    return Reading(
        (),
        "",
        f"the commune code {code[:20]} is in neither the communes nor the former communes of the province",
        "Use the five-digit code since 1 July 2025, or the name.",
    )


def _by_former_name(text: str, district: str, index: CommuneIndex) -> Reading:
    found = index.former(text, district)
    today = tuple(sorted({unit.today for unit in found}))
    if not found:
        if district and index.former(text):
            where = ", ".join(sorted({unit.district for unit in index.former(text)}))
            return Reading(
                (), "", f"there was no commune {text[:60]} in {district[:60]}; it lay in {where}", "Correct the district or the commune."
            )
        if index.new(text):
            return replace(_of_today(index.new(text)), how=f"{text} is read as the commune of today")
        return Reading(
            (), "", f"{text[:60]} is not among the former communes of the province", f"Check the spelling.{index.suggestions(text)}"
        )
    if len(today) == 1:
        shown = (
            f"former {found[0].name} ({found[0].district}) is today {index.title(today[0])}"
            if split_kind(found[0].name)[1] != split_kind(index.names.get(today[0], ""))[1]
            else ""
        )
        return Reading(today, shown, former=found[0].name)
    return Reading(
        today,
        f"former {text} stands for {' or '.join(f'{unit.name} ({unit.district}), today {index.title(unit.today)}' for unit in found)}",
    )


def _of_today(units: list[Unit]) -> Reading:
    return Reading(tuple(sorted({unit.code for unit in units})))


def _by_name(text: str, district: str, index: CommuneIndex, edition: str) -> Reading:
    if not index.new(text) and not index.former(text):
        parts = [part.strip() for part in re.split(r"[,;/()–]|\s-\s", text) if part.strip()]
        if len(parts) > 1 and KINDS.get(fold(parts[1])):
            return _by_name(f"{parts[1]} {parts[0]}", district, index, edition)
        if len(parts) > 1 and (index.new(parts[0]) or index.former(parts[0])):
            return _by_name(parts[0], district or parts[1], index, edition)
        return Reading(
            (),
            "",
            f"{text[:60]} is neither a commune of today nor a former one of the province",
            f"Check the spelling.{index.suggestions(text)}",
        )
    new = _of_today(index.new(text))
    if edition == "new" and new.codes:
        return new
    old = _by_former_name(text, district, index) if index.former(text) else Reading()
    if not old.codes:
        # A district that never held a commune of this name contradicts it only where today's name does not explain it.
        return new if new.codes else old
    if not new.codes or old.codes == new.codes:
        return new if new.codes else old
    both = tuple(sorted({*new.codes, *old.codes}))
    return Reading(
        both,
        f"{text} is both a commune of today ({' or '.join(map(index.title, new.codes))}) and a former one (today {' or '.join(map(index.title, old.codes))})",
    )


def ambiguous(reading: Reading, index: CommuneIndex) -> tuple[str, str]:
    """Reason and remedy for a row whose position does not decide either."""
    return (
        f"the commune can be read in several ways: {reading.how}",
        f'Write the code, or name the column that holds it: --map "TITLE=commune" for names of today, --map "TITLE=former_commune" for former ones (with --map "TITLE=district"). Choices: {", ".join(map(index.title, reading.codes))}.',
    )


def counted(hows: Iterable[str]) -> list[str]:
    """Each way of reading once, with its rows."""
    counts: dict[str, int] = {}
    for how in hows:
        if how:
            counts[how] = counts.get(how, 0) + 1
    return [f"{how[0].upper()}{how[1:]} ({n} row{'s' if n > 1 else ''})." for how, n in counts.items()]
