"""The pack of documents of a finished plan: a folder that appears as a whole, with a manifest of its own. Nothing is modelled anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.pdf import write_pdf
from geo_planner.documents.proposal import write_proposal
from geo_planner.documents.records import ProposalFacts
from geo_planner.errors import OutputError, UsageError
from geo_planner.export.folder import check_output, output_folder
from geo_planner.files.written import MANIFEST, PACK, read_manifest
from geo_planner.plan import load_plan
from geo_planner.stored.folder import SUMMARY
from geo_planner.words import Language, Said

FORMATS = ("docx", "pdf")
"""What this version writes."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Pack:
    """What an export wrote.

    Attributes
    ----------
    folder : Path
    files : dict of str to Path
        By name, ``manifest.json`` last.
    not_written : tuple of Said
        Why a format that was asked for is not among them.
    facts : ProposalFacts
        What the documents say, with all that is missing.
    """

    folder: Path
    files: dict[str, Path]
    not_written: tuple[Said, ...]
    facts: ProposalFacts


def asked_formats(text: str) -> tuple[str, ...]:
    """Formats of a list such as ``docx,pdf``, each once and in the order of :data:`FORMATS`.

    Raises
    ------
    UsageError
        When there is none, or one that this version does not write.
    """
    asked = {word.strip().lower() for word in text.split(",")} - {""}
    if not asked:
        raise UsageError("pack_formats.none", known=FORMATS)
    unknown = tuple(sorted(asked - set(FORMATS)))
    if unknown:
        raise UsageError("pack_formats.not_written", asked=tuple(word[:40] for word in unknown[:8]), known=FORMATS)
    return tuple(known for known in FORMATS if known in asked)


def day_of(text: str) -> dt.date:
    """A day written 2026-11-30.

    Raises
    ------
    UsageError
        When it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("pack_day", value=text[:40]) from error


def write_pack(
    plan_folder: Path,
    out: Path | None = None,
    *,
    formats: Sequence[str] = FORMATS,
    language: Language = "vi",
    date: dt.date | None = None,
    template: Path | None = None,
    progress: Progress | None = None,
) -> Pack:
    """Write the documents of a finished plan.

    Parameters
    ----------
    plan_folder : Path
        As ``geo-planner plan -o`` wrote it.
    out : Path, optional
        Folder to write; ``pack`` inside the plan's when left out. A former pack there is replaced as a whole, once the new one is made.
    formats : sequence of str
        Of :data:`FORMATS`. The PDF is made from the Word document, which stays in its place where there can be no PDF.
    language : {"vi", "en"}
    date : date, optional
        As :func:`geo_planner.documents.facts.proposal_facts`.
    template : Path, optional
        As :func:`geo_planner.documents.proposal.write_proposal`.
    progress : callable, optional
        Called with the name of the step and the share of the whole that is done.

    Raises
    ------
    UsageError
        When there is no plan in the folder, no such template, or a format is not written by this version.
    InputError
        With every fault of the stored plan, of the office's fields or of the template.
    OutputError
        When the folder holds a plan or files of somebody else, or cannot be written. A former pack is as it was.
    """
    tell = progress or (lambda _step, _share: None)
    formats = asked_formats(",".join(formats))
    tell("pack_plan", 0.0)
    plan = load_plan(plan_folder)
    out = plan_folder / PACK if out is None else out
    _check_folder(out)
    tell("pack_facts", 0.4)
    facts = proposal_facts(plan, date=date)
    stored = read_manifest(plan_folder) or {"files": {}}
    manifest = {
        "kind": PACK, "scenario": facts.scenario, "summary_sha256": stored["files"].get(SUMMARY), "versions": plan.manifest["versions"],
        "formats": list(formats), "language": language, "date": None if facts.date is None else facts.date.isoformat(),
        "missing": [each.key for each in facts.missing], "uses_sample_data": facts.uses_sample_data,
    }  # fmt: skip
    not_written: list[Said] = []
    with output_folder(out, manifest, timed=False) as staging:
        tell("pack_docx", 0.6)
        (document,) = write_proposal(facts, staging, language, template=template)
        if "pdf" in formats:
            tell("pack_pdf", 0.8)
            made, why_not = write_pdf(document, staging, day=facts.date)
            not_written += [] if why_not is None else [why_not]
            if made and "docx" not in formats:
                document.unlink()
        names = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
    tell("pack_pdf" if "pdf" in formats else "pack_docx", 1.0)
    return Pack(out, {name: out / name for name in (*names, MANIFEST)}, tuple(not_written), facts)


def _check_folder(out: Path) -> None:
    """Before the work: nothing but a former pack is replaced, least of all the plan itself."""
    check_output(out)
    document = read_manifest(out)
    if document is not None and document.get("kind") != PACK:
        raise OutputError("pack_over_results", folder=out)
