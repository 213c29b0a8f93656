"""What a pack can hold: a table of formats, each with the word for its step and the function that writes it. Writers are loaded when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo_planner.documents.records import ProposalFacts
from geo_planner.plan import Plan
from geo_planner.words import Language, Said

WORKBOOK = "priority_list.xlsx"
"""Of the plan's files, what goes into the pack as it is."""
Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    formats : tuple of str
        Of :data:`FORMATS`, in their order.
    language : {"vi", "en"}
    template : Path or None
        Letterhead of the office, for the Word document and its PDF.
    crs : str or None
        System of the map layers; the writer's own when None.
    """

    formats: tuple[str, ...]
    language: Language = "vi"
    template: Path | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What documents are made of.

    Attributes
    ----------
    files : mapping of str to bytes
        Of the plan's own files those that a format takes over: :data:`WORKBOOK`.
    scratch : Path
        An empty folder beside the pack, which goes with it.
    """

    plan: Plan
    facts: ProposalFacts
    files: Mapping[str, bytes]
    scratch: Path


Writer = Callable[[Material, Path, Order, Told], list[Said]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes
    ----------
    step : str
        Word of the step, ``step.…`` of the catalogue.
    write : callable
        Writes below the folder that it is given; returns why something is not written.
    weight : float
        About how long it takes beside the others.
    """

    step: str
    write: Writer
    weight: float


def _docx(material: Material, folder: Path, order: Order, _tell: Told) -> list[Said]:
    from geo_planner.documents.maps import site_pictures
    from geo_planner.documents.proposal import write_proposal

    pictures = site_pictures(material.plan, material.facts, material.scratch, order.language)
    write_proposal(material.facts, folder, order.language, template=order.template, pictures=pictures)
    return []


def _pdf(material: Material, folder: Path, order: Order, tell: Told) -> list[Said]:
    """From the Word document, which stays where there can be no PDF, and goes where it was not asked for."""
    from geo_planner.documents.pdf import write_pdf
    from geo_planner.documents.proposal import FILE

    document = folder / FILE
    if not document.exists():
        _docx(material, folder, order, tell)
        tell(0.4)
    made, why_not = write_pdf(document, folder, day=material.facts.date, scratch=material.scratch)
    if made and "docx" not in order.formats:
        document.unlink()
    return [] if why_not is None else [why_not]


def _xlsx(material: Material, folder: Path, order: Order, _tell: Told) -> list[Said]:
    """The form to sign, and the workbook of the plan beside it."""
    from geo_planner.documents.signing_list import write_signing_list

    write_signing_list(material.facts, folder, order.language)
    (folder / WORKBOOK).write_bytes(material.files[WORKBOOK])
    return []


def _maps(material: Material, folder: Path, order: Order, tell: Told) -> list[Said]:
    from geo_planner.documents.maps import write_maps

    write_maps(material.plan, material.facts, folder, order.language, progress=lambda *told: tell(float(told[-1])))
    return []


def _gis(material: Material, folder: Path, order: Order, _tell: Told) -> list[Said]:
    from geo_planner.documents.gis import write_gis

    write_gis(material.plan, material.facts, folder, order.language, crs=order.crs)
    return []


def _letters(material: Material, folder: Path, order: Order, _tell: Told) -> list[Said]:
    from geo_planner.documents.letters import write_letters

    write_letters(material.plan, material.facts, folder, order.language)
    return []


TABLE: dict[str, Format] = {
    "docx": Format("pack_docx", _docx, 3.0),
    "pdf": Format("pack_pdf", _pdf, 8.0),
    "xlsx": Format("pack_xlsx", _xlsx, 1.0),
    "maps": Format("pack_maps", _maps, 20.0),
    "gis": Format("pack_gis", _gis, 3.0),
    "letters": Format("pack_letters", _letters, 1.0),
}
FORMATS = tuple(TABLE)
"""What this version writes, in the order of its lists."""
