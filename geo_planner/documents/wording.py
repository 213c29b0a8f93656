"""How figures, places and blanks are written in the documents."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo_planner.documents.records import Amount, Position, ProposalFacts, StatusFacts, VillageFacts
from geo_planner.errors import Fault
from geo_planner.words import Language, Said, said, word, words_of
from geo_planner.words.figures import day, listing, number, percent

_FIGURE = re.compile(r"(?<![\w.])-?[0-9]+\.[0-9]+(?![\w.])")
_WORD = re.compile(r"(?<![^ ;])[a-z]+(?:_[a-z]+)*(?![^ ;:])")
BLANK = "……"
"""A field to fill in by hand."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences and figures of a document in one language."""

    language: Language

    def __call__(self, key: str, /, **facts: Any) -> str:
        return said(f"proposal.{key}", **facts).text(self.language)

    def told(self, what: str | Said) -> str:
        return what.text(self.language) if isinstance(what, Said) else what

    def vnd(self, amount: int | None) -> str:
        return "–" if amount is None else number(amount, 0, self.language)

    def billions(self, amount: int) -> str:
        """An amount as a sentence gives it: to two decimals of a thousand million or of a million."""
        for size, key in ((1_000_000_000, "billion"), (1_000_000, "million")):
            if amount >= size:
                return self(key, n=number(amount / size, 0 if amount % size == 0 else 2, self.language))
        return self("dong", n=self.vnd(amount))

    def budget(self, amount: int | None) -> str:
        """An amount that somebody set: short where that loses nothing."""
        short = amount is not None and amount % 10_000_000 == 0
        return self.billions(amount or 0) if short else self("dong", n=self.vnd(amount))

    def three_billions(self, amount: Amount) -> dict[str, str]:
        return {"low": self.billions(amount.low), "base": self.billions(amount.base), "high": self.billions(amount.high)}

    def amounts(self, amount: Amount | None) -> tuple[str, str, str]:
        return ("–", "–", "–") if amount is None else (self.vnd(amount.low), self.vnd(amount.base), self.vnd(amount.high))

    def figure(self, value: float | None, decimals: int = 0) -> str:
        return "–" if value is None else number(value, decimals, self.language)

    def plain(self, value: float | None) -> str:
        """A figure with the decimals that it has, two at most."""
        return "–" if value is None else number(value, 2, self.language, keep_zeros=False)

    def share(self, value: float | None) -> str:
        return "–" if value is None else percent(value, self.language)

    def day(self, when: str) -> str:
        return day(when, self.language) if when else ""

    def word(self, stable: str, of: str = "") -> str:
        return word(stable, self.language, of=of) if stable else self("unknown")

    def listing(self, items: Sequence[str]) -> str:
        return listing(items, self.language)

    def blank(self, text: str) -> str:
        return text or BLANK

    def dated(self, date: dt.date | None) -> dict[str, str]:
        """Day, month and year as the decree writes them: below 10, and months 1 and 2, with a zero in front."""
        if date is None:
            return {"day": BLANK, "month": BLANK, "year": BLANK}
        return {"day": f"{date.day:02d}", "month": f"{date.month:02d}" if date.month < 3 else str(date.month), "year": str(date.year)}

    def place(self, position: Position) -> tuple[str, ...]:
        wgs = self("wgs84", lat=number(position.lat, 5, self.language), lon=number(position.lon, 5, self.language))
        return wgs, self("vn2000", x=number(position.north_m, 0, self.language), y=number(position.east_m, 0, self.language))

    def coordinates(self, position: Position) -> tuple[str, ...]:
        """The same in a narrow column whose title names the systems."""
        lat, lon = (number(degrees, 5, self.language) for degrees in (position.lat, position.lon))
        x, y = (number(metres, 0, self.language) for metres in (position.north_m, position.east_m))
        return self("north", lat=lat), self("east", lon=lon), self("northing", x=x), self("easting", y=y)

    def status(self, status: StatusFacts) -> str:
        facts = {"kind": self(f"status_{status.kind}"), "status": self.word(status.status)}
        more = ", ".join(part for part in (self.told(status.source), self.day(status.date)) if part)
        return self("status_source", **facts, more=more) if more else self("status", **facts)

    def setting(self, value: bool | int | float | str) -> str:
        """The value of a setting; a figure with the decimals that it has."""
        if isinstance(value, bool):
            return self.word("yes" if value else "no")
        if isinstance(value, str):
            # lists and tables of figures and stable words come as text
            kinds = words_of("build_kind", self.language)
            words = _WORD.sub(lambda found: kinds.get(found.group()) or self.word(found.group()), value)
            return _FIGURE.sub(lambda found: number(float(found.group()), 6, self.language, keep_zeros=False), words)
        return number(float(value), 6, self.language, keep_zeros=False)

    def note(self, note: Fault) -> str:
        """What a warning says, with its row where it speaks of one; what to do in the program is nothing for a document."""
        reason, _ = note.texts(self.language)
        if note.row is not None:
            return self("note_at", file=note.file, row=note.row, reason=reason) + "."
        return f"{reason[:1].upper()}{reason[1:]}."

    def part(self, part: str) -> str:
        """A part of an estimate."""
        return said(f"estimate_part.{part}").text(self.language)

    def site_kind(self, kind: str) -> str:
        return words_of("build_kind", self.language).get(kind, kind)

    def site(self, number_: int) -> str:
        return self("site_label", n=f"{number_:02d}")

    def group(self, key: str) -> str:
        return self(f"group_{key}")


def place_name(place_id: str, facts: ProposalFacts, say: Wording) -> str:
    """An end of a link as people call it: a station's code, or the number of a proposed site."""
    here = sorted(site.number for site in facts.sites if site.place_id == place_id)
    if place_id.startswith("site:"):
        return say("station", code=place_id.removeprefix("site:"))
    return say.site(here[0]) if here else place_id


def commitment(village: VillageFacts, say: Wording) -> str:
    """Who has promised what, by when."""
    if not village.commitment_operator and not village.commitment_stage:
        return say("commitment_unknown")
    parts = [
        village.commitment_operator,
        say.word(village.commitment_stage, "commitment_stage").lower() if village.commitment_stage else "",
        village.commitment_quarter,
    ]
    return say("commitment", what=", ".join(part for part in parts if part))
