"""Which commune of today a row means: by code, by today's name, or by the former commune and its district.

Codes were reused when communes merged, and so were names: old Mường Than went into Than Uyên, while today's Mường Than is
another place. A name or code with two readings that lead to different communes is therefore never decided by itself: the
district, the other names of the same column or the position decide, and the report says so; else the row is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from geo_planner.imports.grid import as_text
from geo_planner.imports.naming import either, title_of
from geo_planner.imports.places.gazetteer import KINDS, CommuneIndex, Unit, split_kind
from geo_planner.letters import fold, plain_figures
from geo_planner.words import Label, Said, said

FIELDS = ("commune_code", "former_commune_code", "commune", "former_commune", "district", "former_place")
CONTRADICTION = "unknown_commune.rows_contradict"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a row lead to.

    Attributes
    ----------
    codes : tuple of str
        Communes of today; one when it is certain, several when the position must decide, none when nothing fits.
    how : Said or None
        When it is more than the code or today's name as written.
    wrong : Said or None
        Why nothing fits, as a fault says it.
    former : str
        Name of the former commune, where the row names one.
    """

    codes: tuple[str, ...] = ()
    how: Said | None = None
    wrong: Said | None = None
    former: str = ""


def resolve(frame: pd.DataFrame, index: CommuneIndex, titles: Mapping[str, str]) -> tuple[pd.Series, list[Said]]:
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
        empty = _wrong("blank.rows_no_commune_column")
        return pd.Series([empty] * len(frame), index=frame.index, dtype=object), []
    words = pd.DataFrame({name: [_word(cell) for cell in frame[name]] for name in present}, index=frame.index)
    codes = [name for name in present if name.endswith("_code")]
    plain = words[codes].map(plain_figures)
    other = int((plain != words[codes]).to_numpy().sum())
    words[codes] = plain
    edition, statements = _edition(words, index, titles)
    if other:
        statements.append(said("rows_told.commune_digits", n=other))
    cache: dict[tuple[str, ...], Reading] = {}
    readings = []
    for row in words.itertuples(index=False, name=None):
        if row not in cache:
            cache[row] = _read(dict(zip(present, row, strict=True)), index, edition)
        readings.append(cache[row])
    return pd.Series(readings, index=frame.index, dtype=object), statements


def _word(cell: object) -> str:
    return " ".join(unicodedata.normalize("NFC", as_text(cell)).split()) if not isinstance(cell, float) or cell == cell else ""  # type: ignore[arg-type]


def _edition(words: pd.DataFrame, index: CommuneIndex, titles: Mapping[str, str]) -> tuple[dict[str, str], list[Said]]:
    """Whether the names and the codes of a column are today's or the former ones, where the column itself shows it."""
    edition, told = {"commune": "", "commune_code": ""}, list[Said]()
    if "commune" in words:
        title = fold(titles.get("commune", ""))
        names = [name for name in words["commune"].unique() if name]
        only_former = [name for name in names if not index.new(name) and index.former(name)]
        if "former_commune" in words or "former_place" in words or re.search(r"\b(moi|hien nay|sau|new)\b", title):
            edition["commune"] = "new"
        elif only_former:
            told.append(said("rows_told.former_communes", title=title_of(titles.get("commune", "commune")), example=only_former[0]))
    with_codes = "commune_code" if "commune_code" in words else "commune"
    if with_codes in words:
        codes = [_code(word) for word in words[with_codes].unique() if word]
        old = [code for code in codes if code not in index.names and index.former_code(code)]
        if old:
            edition["commune_code"] = "former"
            told.append(said("rows_told.former_codes", title=title_of(titles.get(with_codes, with_codes)), example=old[0]))
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
    if _is_code(row.get("commune", ""), index):
        readings.append(_by_code_for_name(row["commune"], index, edition["commune_code"]))
    elif row.get("commune"):
        readings.append(_by_name(row["commune"], district, index, "new" if row.get("former_commune") else edition["commune"]))
    if not readings:
        return _wrong("blank.rows_commune")
    failed = next((reading for reading in readings if not reading.codes), None)
    if failed:
        return failed
    common = set(readings[0].codes).intersection(*(reading.codes for reading in readings[1:]))
    if not common:
        return _wrong(CONTRADICTION, readings=_but([_leads_to(reading, index) for reading in readings]))
    hows = [reading.how for reading in readings if reading.how]
    how = said("rows_commune.several", parts=hows) if len(hows) > 1 else hows[0] if hows else None
    former = next((reading.former for reading in readings if reading.former), "")
    return Reading(tuple(sorted(common)), how, former=former)


def _by_code(row: Mapping[str, str], index: CommuneIndex, edition: str) -> Reading:
    code = _code(row.get("commune_code", ""))
    if code and not re.search(r"\d", code) and index.named(code):
        by_name = _by_name(code, row.get("district", ""), index, "")
        here = said("rows_commune.in_code_column", name=code)
        return replace(by_name, how=said("rows_commune.several", parts=(here, by_name.how)) if by_name.how else here)
    old = index.former_code(_code(row.get("former_commune_code", "")))
    if not code:
        if not old:
            return _wrong("unknown_commune.rows_former_code", code=str(row.get("former_commune_code"))[:20])
        return _by_former_code(old[0], index)
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
            said("rows_commune.code_of_former", code=code, name=as_former[0].name, today=index.title(as_former[0].today)),
            former=as_former[0].name,
        )
    if code in index.names:
        if edition == "former" and as_former and as_former[0].today != code and not named:
            return Reading(tuple(sorted({code, as_former[0].today})), said("rows_commune.code_reused", code=code))
        return Reading((code,), None if row.get("commune_code") == code else said("rows_commune.leading_zero"))
    if as_former:
        return _by_former_code(as_former[0], index)
    return _wrong("unknown_commune.rows_code", code=code[:20])


def _is_code(text: str, index: CommuneIndex) -> bool:
    code = _code(plain_figures(text))
    return code.isdecimal() and not index.named(text) and (code in index.names or bool(index.former_code(code)))


def _by_code_for_name(text: str, index: CommuneIndex, edition: str) -> Reading:
    """A code where the list has a column of names, as a title that is only "Xã" may stand above either."""
    reading = _by_code({"commune_code": plain_figures(text)}, index, edition)
    here = said("rows_commune.in_name_column", code=text, communes=_titles(reading, index))
    return replace(reading, how=said("rows_commune.several", parts=(here, reading.how)) if reading.how else here)


def _by_former_code(unit: Unit, index: CommuneIndex) -> Reading:
    how = said("rows_commune.former_code", code=unit.code, name=unit.name, today=index.title(unit.today))
    return Reading((unit.today,), how, former=unit.name)


def _by_former_name(text: str, district: str, index: CommuneIndex) -> Reading:
    found = index.former(text, district)
    today = tuple(sorted({unit.today for unit in found}))
    if not found:
        if district and index.former(text):
            where = sorted({unit.district for unit in index.former(text)})
            return _wrong("unknown_commune.rows_district", name=text[:60], district=district[:60], where=where)
        if index.new(text):
            return replace(_of_today(index.new(text)), how=said("rows_commune.read_as_today", name=text))
        return _not_known("rows_former_name", text, index)
    if len(today) == 1:
        shown = (
            said("rows_commune.former_name", name=found[0].name, district=found[0].district, today=index.title(today[0]))
            if split_kind(found[0].name)[1] != split_kind(index.names.get(today[0], ""))[1]
            else None
        )
        return Reading(today, shown, former=found[0].name)
    units = [said("rows_commune.unit", name=unit.name, district=unit.district, today=index.title(unit.today)) for unit in found]
    return Reading(today, said("rows_commune.former_stands_for", name=text, units=either(units)))


def _of_today(units: list[Unit]) -> Reading:
    return Reading(tuple(sorted({unit.code for unit in units})))


def _by_name(text: str, district: str, index: CommuneIndex, edition: str) -> Reading:
    if not index.named(text):
        parts = [part.strip() for part in re.split(r"[,;/()–]|\s-\s", text) if part.strip()]
        if len(parts) > 1 and KINDS.get(fold(parts[1])):
            return _by_name(f"{parts[1]} {parts[0]}", district, index, edition)
        if len(parts) > 1 and index.named(parts[0]):
            return _by_name(parts[0], district or parts[1], index, edition)
        return _not_known("rows_name", text, index)
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
    return Reading(both, said("rows_commune.both", name=text, new=_titles(new, index), today=_titles(old, index)))


def _titles(reading: Reading, index: CommuneIndex) -> Said | Label | str:
    """The communes of a reading, one or the other."""
    return either([index.title(code) for code in reading.codes])


def _leads_to(reading: Reading, index: CommuneIndex) -> Said:
    return said("rows_commune.one_leads", communes=_titles(reading, index))


def _but(readings: Sequence[Said]) -> Said:
    *others, last = readings
    return said("rows_commune.but", one=_but(others), other=last) if others else last


def _wrong(key: str, **facts: Said | Label | str | Sequence[str]) -> Reading:
    return Reading(wrong=said(key, **facts))


def _not_known(variant: str, text: str, index: CommuneIndex) -> Reading:
    """A name that no commune has; with those that it is like."""
    near = index.suggestions(text)
    facts = {"name": text[:60], **({"near": either(near)} if near else {})}
    return _wrong(f"unknown_commune.{variant}{'_near' if near else ''}", **facts)


def ambiguous(reading: Reading, index: CommuneIndex) -> Said:
    """The fault of a row whose position does not decide either."""
    communes = [index.title(code) for code in reading.codes]
    return said("ambiguous_commune.rows", how=reading.how or said("rows_commune.same_name"), communes=communes)


def decided_by_place(reading: Reading) -> Said:
    """How a row was read whose position chose one of several communes."""
    return said("rows_commune.decided", how=reading.how or said("rows_commune.same_name"))


def counted(hows: Iterable[Said | None]) -> list[Said]:
    """Each way of reading once, with its rows."""
    return [said("rows_told.communes", how=how, n=n) for how, n in Counter(filter(None, hows)).items()]
