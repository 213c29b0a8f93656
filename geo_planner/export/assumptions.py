"""What a plan rests on: settings, criteria, sources, model, warnings. Two exports print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geo_planner.export.tables import Cell, plain
from geo_planner.files.manifest import Citation
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion
from geo_planner.settings import Settings
from geo_planner.words import Language, Said, said


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its path in the scenario, its value, its meaning, and whether it is our assumption rather than a rule."""

    key: str
    value: Cell
    meaning: Said
    assumed: bool


@dataclass(frozen=True, slots=True)
class WeighedCriterion:
    """One criterion and the weight that ranked: its share of the whole, and the same as people read it; whether bounds or weight are assumed.

    ``figure`` is the number set by hand, or per cent where the weights are equal or come from pairwise judgements.
    """

    criterion: Criterion
    share: float
    figure: float
    assumed: bool


def settings_of(plan: Plan) -> list[Setting]:
    """Every setting but the criteria, in the order of the scenario."""
    return [Setting(key, _shown(value), said(f"setting.{key}"), assumed) for key, value, assumed in _leaves(plan.scenario)]


def criteria_of(plan: Plan) -> list[WeighedCriterion]:
    """The criteria with the weights in force, the only place where exports and pages take them from.

    The scenario's own criteria carry the weights set by hand, which rank only under that scheme.
    """
    figures = plan.scenario.ranking.weight_figures()
    return [WeighedCriterion(c, c.weight, figures[c.name], c.assumption) for c in plan.ranking.criteria]


def sources_of(plan: Plan) -> list[Citation]:
    """Every file that was read, with source, licence, date and hash. Of a file outside the study area only the name is told."""
    return sorted((replace(c, file=_without_folder(c.file)) for c in plan.study_area.citations), key=lambda c: c.file)


def citation_words(citation: Citation, language: Language = "vi") -> str:
    """Source, licence and date of a file as a line of a document; what nobody wrote down is said to be missing."""
    source: str | Said = citation.source or said("citation.no_source")
    parts: list[str | Said] = [said("citation.imported", source=source) if citation.origin == "import" else source]
    if citation.licence:
        parts.append(said("citation.licence", licence=citation.licence))
    if citation.date:
        parts.append(said("citation.date", date=citation.date))
    return said("citation.line", parts=parts).text(language)


def model_of(plan: Plan) -> list[tuple[str, Cell]]:
    """Model, edition and versions as the manifest states them."""
    skip = {"scenario", "files", "created", "program"}
    # A hash stands for an input, and the inputs have a list of their own.
    return [(key, value) for key, value in _flat(plan.manifest) if key.split(".")[0] not in skip and not _is_hash(value)]


def notes_of(plan: Plan) -> list[str]:
    """The warnings of the input and of the run, one sentence each."""
    return [str(note) for note in plan.notes]


def sample_note(plan: Plan) -> str | None:
    """The line that every output carries which rests on sample data."""
    return said("sample_banner").text("vi") if plan.uses_sample_data else None


def scenario_title(plan: Plan) -> str:
    """Title of the run in Vietnamese, or its name where it has none."""
    return plan.scenario.title_vi or plan.scenario.name


def _leaves(settings: Settings, prefix: str = "") -> Iterator[tuple[str, Any, bool]]:
    """Path, value, and whether it is an assumption; without what the record of a run leaves out."""
    recorded = settings.model_dump()
    for name in type(settings).model_fields:
        if name not in recorded:
            continue
        value = getattr(settings, name)
        if isinstance(value, Settings):
            yield from _leaves(value, f"{prefix}{name}.")
        elif not (isinstance(value, tuple) and value and isinstance(value[0], Settings)):
            yield f"{prefix}{name}", value, settings.assumes(name)


def _flat(node: Any, prefix: str = "") -> Iterator[tuple[str, Cell]]:
    if isinstance(node, Mapping):
        for key in sorted(node, key=str):
            yield from _flat(node[key], f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, _shown(node)


def _shown(value: Any) -> Cell:
    return _without_folder(value) if isinstance(value, str) else plain(value)


def _without_folder(text: str) -> str:
    # A layer given on the command line has an absolute path, which says nothing to the reader and differs by machine.
    path = Path(text)
    return path.name if path.is_absolute() and path.name else text


def _is_hash(value: Cell) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
