"""``signing_list.xlsx``: one form to sign, the villages by who pays, with sums that are formulas and equal those of the plan."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from geo_planner.documents.letterhead import issuing_body, number_and_sign, place_and_day, signer_lines
from geo_planner.documents.records import GroupFacts, ProposalFacts, VillageFacts
from geo_planner.documents.wording import BLANK, Wording
from geo_planner.export.palette import BANNER, BANNER_INK, HEADING
from geo_planner.export.tables import Cell
from geo_planner.export.text_width import wrapped_lines
from geo_planner.export.workbook import Book, new_workbook, page_of, put, save_workbook
from geo_planner.words import Language

FILE = "signing_list.xlsx"
_COLUMNS: tuple[tuple[str, float, str], ...] = (
    ("stt", 5, "centre"), ("village", 23, "text"), ("commune", 15, "text"), ("x", 10, "metres"), ("y", 9.5, "metres"), ("lat", 9.5, "degrees"),
    ("lon", 10.5, "degrees"), ("households", 10, "count"), ("status", 12, "centre"), ("source", 27, "text"), ("plan", 27, "text"), ("cost", 17, "count"),
    ("year", 8, "centre"),
)  # fmt: skip
"""Column, width in characters, look."""
_AT = {name: at for at, (name, _, _) in enumerate(_COLUMNS)}
_WIDTHS = [width for _, width, _ in _COLUMNS]
_LAST = len(_COLUMNS) - 1
_OVER = {"vn2000": ("x", "y"), "wgs84": ("lat", "lon")}
"""Titles above two columns each."""
_LOOKS: dict[str, dict[str, Any]] = {
    "centre": {"align": "center", "text_wrap": True}, "text": {"align": "left", "text_wrap": True, "indent": 1},
    "metres": {"align": "right", "num_format": "0_)"}, "degrees": {"align": "right", "num_format": "0.00000_)"},
    "count": {"align": "right", "num_format": "#,##0_)"},
}  # fmt: skip
_LEFT, _RIGHT = (0, _AT["x"]), (_AT["source"], _LAST)
_SIGNERS = ((0, _AT["x"]), (_AT["y"], _AT["source"]), (_AT["plan"], _LAST))
"""Where the blocks of the signers stand, three beside each other."""
_LINE_PT = 14.5
_PAGE_PT, _MARGIN_PT = (841.9, 595.3), (57.6, 79.2)
"""A4 on its side, and what the margins take of it, width and height."""
_SPARE = 0.95
"""Of the width and the height of a page, what is filled: programs draw letters and lines a little differently."""
_WITH_SIGNERS = 2
"""Villages that at least stand on the page that is signed."""
_ROMAN = ("I", "II", "III", "IV")


@dataclass(slots=True)
class _Form:
    """The sheet in the making, and the next free row.

    Attributes
    ----------
    heights : list of float
        Of the rows so far, points.
    together : dict of int to int
        Rows from which, and up to which, nothing is parted.
    """

    book: Book
    sheet: Worksheet
    say: Wording
    row: int = 0
    heights: list[float] = field(default_factory=list)
    together: dict[int, int] = field(default_factory=dict)

    def across(self, first: int, last: int, text: str, *, size: float = 11, **look: Any) -> float:
        """A text over some columns of the current row; returns the height that it needs."""
        shape = self.book.format(font_size=size, text_wrap=True, **look)
        self.sheet.merge_range(self.row, first, self.row, last, "", shape)
        put(self.sheet, self.row, first, text, shape)
        return wrapped_lines(text, sum(_WIDTHS[first : last + 1]), size=size, bold=look.get("bold", False)) * size * 1.32 + 2

    def line(self, text: str, **look: Any) -> None:
        """A text over the whole width, and on to the next row."""
        self.down(self.across(0, _LAST, text, **look))

    def down(self, height: float) -> None:
        self.sheet.set_row(self.row, height)
        self.heights.append(height)
        self.row += 1


def write_signing_list(facts: ProposalFacts, folder: Path, language: Language = "vi") -> list[Path]:
    """Write ``signing_list.xlsx``, on A4 landscape.

    Parameters
    ----------
    facts : ProposalFacts
    folder : Path
        Is there.
    language : {"vi", "en"}
        ``en``: a reading version.

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    say = Wording(language)
    content = io.BytesIO()
    title = say("signing_title", province=facts.province)
    workbook = new_workbook(content, title=title)
    sample = say("sample_line") if facts.uses_sample_data else None
    book = Book(workbook, title, "", sample)
    form = _Form(book, workbook.add_worksheet(say("signing_sheet")), say)
    _page(form, sample)
    for at, width in enumerate(_WIDTHS):
        form.sheet.set_column(at, at, width)
    if sample:
        form.line(sample, size=12, bold=True, align="center", font_color=BANNER_INK, bg_color=BANNER)
    printed = form.row
    _head(form, facts)
    titles = form.row
    _titles(form)
    table = form.row
    _table(form, facts)
    total = form.row - 1
    _notes(form, facts)
    _signers(form, facts)
    form.together[max(total - _WITH_SIGNERS, table)] = form.row
    _pages(form, printed, sum(form.heights[titles:table]))
    # the line above the form is for the screen: on paper the header has it on every page
    form.sheet.print_area(printed, 0, form.row - 1, _LAST)
    path = folder / FILE
    save_workbook(workbook, content, path)
    return [path]


def _page(form: _Form, sample: str | None) -> None:
    page_of(form.sheet, form.book)
    form.sheet.hide_gridlines(2)
    form.sheet.set_header(f"&C&12&B{sample}" if sample else "", {"margin": 0.25})
    form.sheet.set_footer(f"&R&9{form.say('signing_page', page='&P', pages='&N')}", {"margin": 0.25})


def _pages(form: _Form, first: int, repeated_pt: float) -> None:
    """As small as the width asks for, and a new page where the rows that belong together would be parted."""
    # a fixed scale: where pages are fitted to a width, Excel does not look at breaks
    width = sum(int(7 * each + 5.5) for each in _WIDTHS) * 0.75
    scale = _SPARE * (_PAGE_PT[0] - _MARGIN_PT[0]) / width
    form.sheet.set_print_scale(int(100 * scale))
    room = _SPARE * (_PAGE_PT[1] - _MARGIN_PT[1]) / (int(100 * scale) / 100)
    form.sheet.set_h_pagebreaks(page_breaks(form.heights, first, form.together, room=room, repeated=repeated_pt))


def page_breaks(heights: Sequence[float], first: int, together: Mapping[int, int], *, room: float, repeated: float) -> list[int]:
    """Rows that begin a page.

    Parameters
    ----------
    heights : sequence of float
        Of all rows, points.
    first : int
        The first row that is printed.
    together : mapping of int to int
        Rows from which, and up to which, nothing is parted where a page has room for it.
    room, repeated : float
        Height of a page, and of the titles that are repeated on each but the first, points.
    """
    breaks: list[int] = []
    used = 0.0
    for row in range(first, len(heights)):
        whole = sum(heights[row : together.get(row, row + 1)])
        if whole > room - repeated:
            whole = heights[row]
        if used and used + whole > room:
            breaks.append(row)
            used = repeated
        used += heights[row]
    return breaks


def _head(form: _Form, facts: ProposalFacts) -> None:
    """Issuing body and national motto side by side, place and day, title, and what it is enclosed with."""
    say, office = form.say, facts.office
    body = issuing_body(office, say)
    rows: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
        ((office.parent_body or say("parent_body", province=facts.province)).upper(), say("motto_state"), {}, {"bold": True}),
        (body.upper(), say("motto"), {"bold": True, "underline": 1}, {"bold": True, "underline": 1, "size": 12}),
        (say("number", number=number_and_sign(office)), place_and_day(facts, say), {}, {"italic": True}),
    )
    for left, right, left_look, right_look in rows:
        height = form.across(*_LEFT, left, align="center", **left_look)
        form.down(max(height, form.across(*_RIGHT, right, align="center", **right_look)))
    form.down(8)
    form.line(form.book.title.upper(), size=14, bold=True, align="center")
    form.line(say("annex_of", number=number_and_sign(office), body=body, **say.dated(facts.date)), italic=True, align="center")
    form.down(8)


def _titles(form: _Form) -> None:
    """Two rows of titles, repeated on every page."""
    look = form.book.format(bold=True, border=1, text_wrap=True, align="center", bg_color=HEADING)
    top, paired = form.row, {name for pair in _OVER.values() for name in pair}
    for key, pair in _OVER.items():
        form.sheet.merge_range(top, _AT[pair[0]], top, _AT[pair[1]], form.say(f"signing_{key}"), look)
    for name, at in _AT.items():
        title = form.say(f"signing_{name}")
        if name in paired:
            form.sheet.write_string(top + 1, at, title, look)
        else:
            form.sheet.merge_range(top, at, top + 1, at, title, look)
    form.down(2 * _LINE_PT + 3)
    form.down(_LINE_PT + 3)
    form.sheet.repeat_rows(top, top + 1)


def _table(form: _Form, facts: ProposalFacts) -> None:
    """The groups with their villages; the sums stand in the row of the group and in the last one."""
    groups = [group for group in facts.groups if group.villages or (group.cost is not None and group.cost.base)]
    sums = []
    at = 0
    for number, group in zip(_ROMAN, groups, strict=False):
        sums.append(form.row)
        _group_row(form, number, group)
        for village in group.villages:
            at += 1
            _village_row(form, _village(at, village, facts, form.say))
        rest = _not_shared(group)
        if rest:
            _village_row(form, {"village": form.say("signing_rest"), "cost": rest})
    _total_row(form, facts, sums)


def _not_shared(group: GroupFacts) -> int:
    """What the payer bears beyond (or, below zero, short of) the shares of the villages of the group, đồng: nothing of it belongs to one village."""
    return 0 if group.cost is None else group.cost.base - sum(village.cost_share_vnd or 0 for village in group.villages)


def _group_row(form: _Form, number: str, group: GroupFacts) -> None:
    n = len(group.villages)
    last = form.row + n + (1 if _not_shared(group) else 0)
    if n:
        form.together[form.row] = form.row + 2
    look: dict[str, Any] = {"bold": True, "border": 1, "bg_color": HEADING}
    for at in range(_LAST + 1):
        put(form.sheet, form.row, at, None, form.book.format(**look))
    put(form.sheet, form.row, 0, number, form.book.format(**look, align="center"))
    text = form.say("signing_group", group=form.say.group(group.key), n=n)
    height = form.across(_AT["village"], _AT["lon"], text, align="left", indent=1, **look)
    values = {"households": group.households, "cost": None if group.cost is None else group.cost.base}
    _sums(form, values, {name: f"=SUM({xl_range(form.row + 1, _AT[name], last, _AT[name])})" for name in values}, look)
    form.down(max(height, _LINE_PT + 4))


def _total_row(form: _Form, facts: ProposalFacts, rows: list[int]) -> None:
    look: dict[str, Any] = {"bold": True, "border": 1}
    for at in range(_LAST + 1):
        put(form.sheet, form.row, at, None, form.book.format(**look))
    form.across(0, _AT["lon"], form.say("signing_total", n=len(facts.villages)), align="center", **look)
    values = {
        "households": sum(group.households for group in facts.groups),
        "cost": None if facts.money is None else facts.money.capex.base,
    }
    formulas = {name: "=" + ("+".join(xl_rowcol_to_cell(row, _AT[name]) for row in rows) or "0") for name in values}
    _sums(form, values, formulas, look)
    form.down(_LINE_PT + 6)


def _sums(form: _Form, values: Mapping[str, int | None], formulas: Mapping[str, str], look: dict[str, Any]) -> None:
    """Formulas that carry the stored value, for programs that do not work them out; a dash where there is nothing to sum."""
    for name, value in values.items():
        if value is None:
            put(form.sheet, form.row, _AT[name], "–", form.book.format(**look, align="center"))
        else:
            form.sheet.write_formula(form.row, _AT[name], formulas[name], form.book.format(**look, **_LOOKS["count"]), value)


def _village(at: int, village: VillageFacts, facts: ProposalFacts, say: Wording) -> dict[str, Cell]:
    signal, place = village.signal, village.position
    kind = say(f"status_{signal.kind}")
    more = ", ".join(part for part in (say.told(signal.source), say.day(signal.date)) if part)
    return {
        "stt": at, "village": village.name, "commune": village.commune, "x": round(place.north_m), "y": round(place.east_m), "lat": round(place.lat, 5),
        "lon": round(place.lon, 5), "households": BLANK if village.households is None else village.households, "status": say.word(signal.status),
        "source": say("status", kind=kind, status=more) if more else say("signing_no_source", kind=kind),
        "plan": "\n".join(_plan(village, facts, say)), "cost": "–" if village.cost_share_vnd is None else village.cost_share_vnd,
        "year": str(village.year) if village.year is not None else say("col_no_year") if village.site_ids else "–",
    }  # fmt: skip


def _plan(village: VillageFacts, facts: ProposalFacts, say: Wording) -> Iterator[str]:
    sites = sorted((site for site in facts.sites if site.site_id in village.site_ids), key=lambda site: site.number)
    for site in sites:
        yield say("status", kind=say.site(site.number), status=say.site_kind(site.kind))
    if not sites:
        yield say("plan_not_asked") if facts.money is None else say("plan_none")


def _village_row(form: _Form, values: Mapping[str, Cell]) -> None:
    height = 1
    for name, width, style in _COLUMNS:
        value = values.get(name)
        text = isinstance(value, str) and style in ("count", "metres")
        look = form.book.format(border=1, **({"align": "center"} if text else _LOOKS[style]))
        put(form.sheet, form.row, _AT[name], value, look)
        if isinstance(value, str):
            height = max(height, wrapped_lines(value, width, indent=style == "text"))
    form.down(max(18.0, height * _LINE_PT + 3))


def _notes(form: _Form, facts: ProposalFacts) -> None:
    notes = []
    if facts.money is not None:
        low, _, high = form.say.amounts(facts.money.capex)
        notes.append(form.say("cost_note", low=low, high=high, price_year=facts.money.price_year))
        notes.append(form.say("signing_shares"))
    unknown = sum(group.households_unknown for group in facts.groups)
    if unknown:
        notes.append(form.say("signing_unknown", n=unknown))
    form.down(4)
    for note in notes:
        form.line(note, italic=True, size=10, align="left")


def _signers(form: _Form, facts: ProposalFacts) -> None:
    """Bodies that sign beside the issuing one, three in a row; the issuing one last, on the right."""
    office, say = facts.office, form.say
    titles = [[body] for body in office.signing_bodies] + [signer_lines(office)]
    names = [BLANK] * len(office.signing_bodies) + [office.signer_name or BLANK]
    signers = list(zip(titles, names, strict=True))
    for first in range(0, len(signers), len(_SIGNERS)):
        blocks = signers[first : first + len(_SIGNERS)]
        # a row that is not full: the last one stands on the right
        places = (*_SIGNERS[: len(blocks) - 1], _SIGNERS[-1])
        form.down(10)
        form.down(
            max(
                form.across(*place, "\n".join(title).upper(), bold=True, align="center", valign="top")
                for place, (title, _) in zip(places, blocks, strict=True)
            )
        )
        for place in places:
            form.across(*place, say("signing_here"), italic=True, align="center")
        form.down(_LINE_PT + 2)
        form.down(60)
        form.down(max(form.across(*place, name, bold=True, align="center") for place, (_, name) in zip(places, blocks, strict=True)))
