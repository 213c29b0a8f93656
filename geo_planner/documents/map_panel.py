"""What stands beside every map: title, banner of sample data, legend, scale, grid, sources, day and body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo_planner.documents.letterhead import issuing_body
from geo_planner.documents.map_ground import GRID_CODE
from geo_planner.documents.map_marks import Draw
from geo_planner.documents.map_sheet import Box, Column, Sheet, fitting
from geo_planner.documents.map_view import View, draw_scale_bar, scale_words
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.export.palette import BANNER, BANNER_INK, INK_SOFT
from geo_planner.files.manifest import Citation
from geo_planner.words import said

_SHOWN = ("boundaries/communes", "basemap/", "roads/", "sites/", "terrain/", "villages/", "land_cover/")
"""The layers that a map shows, by where they lie in a study area."""


@dataclass(frozen=True, slots=True)
class Legend:
    """What a map's signs mean.

    Attributes
    ----------
    entries : sequence of (Draw, str)
    notes : sequence of str
    listed_title : str
    listed : sequence of str
        What the numbers on the map stand for, as far as there is room.
    sources : bool
        Whether sources, day and body are told; not on a picture of a document that tells them itself.
    """

    entries: Sequence[tuple[Draw, str]]
    notes: Sequence[str] = ()
    listed_title: str = ""
    listed: Sequence[str] = ()
    sources: bool = True


def draw_head(sheet: Sheet, box: Box, title: str, lines: Sequence[str], banner: str | None, size: float) -> None:
    """Title and the lines below it in the middle; the banner on a ground of its own below them."""
    middle = box.left + box.width / 2.0
    told, first_size = fitting(title, size, box.width, least=0.6 * size, weight="bold")
    y = box.top - 0.36 * size
    sheet.text(middle, y, told, first_size, ha="center", weight="bold")
    for line in lines:
        y -= 0.36 * size
        told, line_size = fitting(line, 0.62 * size, box.width, least=0.42 * size)
        sheet.text(middle, y, told, line_size, ha="center", color=INK_SOFT)
    if banner:
        draw_banner(sheet, Box(box.left, box.bottom, box.width, 5.0), banner)


def draw_banner(sheet: Sheet, box: Box, words: str) -> None:
    sheet.frame(box, facecolor=BANNER, edgecolor=BANNER_INK, linewidth=0.6, zorder=16)
    told, size = fitting(words, 8.5, box.width - 4.0, least=5.0, weight="bold")
    sheet.text(
        box.left + box.width / 2,
        box.bottom + box.height / 2,
        told,
        size,
        ha="center",
        va="center",
        color=BANNER_INK,
        weight="bold",
        zorder=17,
    )


def draw_panel(sheet: Sheet, boxes: Sequence[Box], view: View, legend: Legend, facts: ProposalFacts, say: Wording, size: float) -> None:
    """Legend, scale and grid, the list of what is numbered, sources, day and body, one after another through the boxes."""
    column = Column(sheet, boxes, size)
    column.heading(said("pack_map.legend").text(say.language))
    for draw, words in legend.entries:
        column.entry(draw, words)
    column.y -= 1.5
    _scale(column, view, say)
    for note in legend.notes:
        column.paragraph(note, size=0.9 * size)
    _listed(column, legend, facts, say)
    if legend.sources:
        _sources(column, facts, say)


def _listed(column: Column, legend: Legend, facts: ProposalFacts, say: Wording) -> None:
    """As many lines as leave the sources their room."""
    if not legend.listed:
        return
    column.heading(legend.listed_title)
    size = 0.82 * column.size
    keep = _sources_mm(column, facts) + 2.0 * column.line_mm(size)
    for at, line in enumerate(legend.listed):
        if column.left_mm - keep < 2.0 * column.line_mm(size):
            column.paragraph(said("pack_map.more", n=len(legend.listed) - at).text(say.language), size=size)
            return
        column.paragraph(line, size=size, most=2, gap=0.25)


def _scale(column: Column, view: View, say: Wording) -> None:
    size = column.size
    column.need(3.2 * size)
    column.paragraph(scale_words(view, say.language), weight="bold", gap=0.2)
    column.y = draw_scale_bar(column.sheet, view, column.box.left, column.y, say.language, 0.9 * size) - 0.6
    column.paragraph(said("pack_map.grid", code=f"EPSG:{GRID_CODE}").text(say.language), size=0.9 * size)


def _shown_sources(facts: ProposalFacts) -> list[Citation]:
    return [each for each in facts.sources if each.file.startswith(_SHOWN)] or list(facts.sources)


def _sources_mm(column: Column, facts: ProposalFacts) -> float:
    return (2 * len(_shown_sources(facts)) + 9) * column.line_mm(0.85 * column.size)


def _sources(column: Column, facts: ProposalFacts, say: Wording) -> None:
    """Each source in two lines at most: the whole of it stands in annex V. The last lines keep their room."""
    size = 0.85 * column.size
    line_mm = column.line_mm(size)
    column.heading(said("pack_map.sources").text(say.language))
    lines = [f"– {each.source or say('source_missing')}{f' ({say.day(each.date)})' if each.date else ''}" for each in _shown_sources(facts)]
    for line in [*lines, f"– {said('pack_map.model', model=facts.model.edition).text(say.language)}"]:
        if column.last and column.left_mm < 5.0 * line_mm:
            break
        column.paragraph(line, size=size, most=2, gap=0.3)
    column.need(2.0 * line_mm)
    made_by = said("pack_map.made_by", body=issuing_body(facts.office, say), **say.dated(facts.date)).text(say.language)
    column.paragraph(made_by, size=size, most=3)
