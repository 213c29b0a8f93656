"""The pack of documents of a finished plan: a folder that appears as a whole, with a manifest of its own. Nothing is modelled anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.formats import FORMATS, TABLE, WORKBOOK, Format, Material, Order
from geo_planner.documents.office_template import check_template
from geo_planner.documents.records import ProposalFacts
from geo_planner.errors import OutputError, UsageError
from geo_planner.export.folder import check_output, output_folder
from geo_planner.files.staged import clear_abandoned, in_use
from geo_planner.files.written import MANIFEST, PACK, read_manifest
from geo_planner.plan import Plan, load_plan
from geo_planner.stored.folder import SUMMARY
from geo_planner.words import Language, Said

__all__ = [
    "FORMATS",
    "TAKEN",
    "Order",
    "Pack",
    "asked_formats",
    "day_of",
    "order_of",
    "scratch_folder",
    "write_documents",
    "write_pack",
    "zipped",
]

TAKEN = (SUMMARY, WORKBOOK)
"""Files of the plan that a pack refers to or takes over."""
Progress = Callable[[str, float], None]
_FACTS, _WRITING = 0.25, 0.3
_SCRATCH = "geo_planner_pack_"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_ZIP_MODE = 0o644 << 16


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


def order_of(formats: Sequence[str], language: Language = "vi", *, template: Path | None = None, crs: str | None = None) -> Order:
    """What is asked for, checked.

    Raises
    ------
    UsageError
        As :func:`asked_formats`; where there is no such letterhead; where one, or a system of coordinates, is named that no format would use.
    InputError
        When the letterhead cannot be filled in.
    """
    asked = asked_formats(",".join(formats))
    if template is not None and not {"docx", "pdf"} & set(asked):
        raise UsageError("pack_option.template")
    if crs is not None and "gis" not in asked:
        raise UsageError("pack_option.crs")
    if template is not None:
        check_template(template)
    return Order(asked, language, template, crs)


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
    plan_folder: Path, order: Order, out: Path | None = None, *, date: dt.date | None = None, progress: Progress | None = None
) -> Pack:
    """Write the documents of a finished plan.

    Parameters
    ----------
    plan_folder : Path
        As ``geo-planner plan -o`` wrote it.
    order : Order
    out : Path, optional
        Folder to write; ``pack`` inside the plan's when left out. A former pack there is replaced as a whole, once the new one is made.
    date : date, optional
        As :func:`geo_planner.documents.facts.proposal_facts`.
    progress : callable, optional
        Called with the name of the step and the share of the whole that is done.

    Raises
    ------
    UsageError
        When there is no plan in the folder, or no such letterhead.
    InputError
        With every fault of the stored plan, of the office's fields or of the letterhead.
    OutputError
        When the folder holds a plan or files of somebody else, or cannot be written. A former pack is as it was.
    """
    tell = progress or (lambda _step, _share: None)
    tell("pack_plan", 0.0)
    plan = load_plan(plan_folder)
    out = plan_folder / PACK if out is None else out
    _check_folder(out)
    tell("pack_facts", _FACTS)
    facts = proposal_facts(plan, date=date)
    files = {name: (plan_folder / name).read_bytes() for name in TAKEN}
    return write_documents(plan, facts, files, order, out, progress=tell, begun=_WRITING)


def write_documents(
    plan: Plan, facts: ProposalFacts, files: Mapping[str, bytes], order: Order, out: Path, *, progress: Progress, begun: float = 0.0
) -> Pack:
    """Write the documents of a plan that is at hand.

    Parameters
    ----------
    plan : Plan
    facts : ProposalFacts
        Of this plan.
    files : mapping of str to bytes
        Of the plan's files those of :data:`TAKEN`.
    order : Order
    out : Path
        Folder to write; as for :func:`write_pack`.
    progress : callable
        As for :func:`write_pack`. What it raises ends the work; a former pack is as it was.
    begun : float
        The share of the whole that is done already.

    Raises
    ------
    UsageError, InputError, OutputError
        As :func:`write_pack`.
    """
    _check_folder(out)
    if order.crs is not None:
        from geo_planner.documents.gis import layer_crs

        layer_crs(order.crs, plan.communes)  # before the work, not after it
    manifest = {
        "kind": PACK, "scenario": facts.scenario, "summary_sha256": hashlib.sha256(files[SUMMARY]).hexdigest(), "versions": plan.manifest["versions"],
        "formats": list(order.formats), "language": order.language, "date": None if facts.date is None else facts.date.isoformat(),
        "missing": [each.key for each in facts.missing], "uses_sample_data": facts.uses_sample_data,
    }  # fmt: skip
    if order.crs is not None:
        manifest["crs"] = order.crs
    # the maps first: the request shows them
    steps = [TABLE[name] for name in sorted(order.formats, key=lambda name: name != "maps")]
    whole, done = sum(step.weight for step in steps), 0.0
    not_written: list[Said] = []

    def tell(step: Format, before: float, share: float) -> None:
        progress(step.step, begun + (1.0 - begun) * min((before + share * step.weight) / whole, 1.0))

    with scratch_folder() as scratch, output_folder(out, manifest, timed=False) as staging:
        for step in steps:
            told = partial(tell, step, done)
            told(0.0)
            not_written += step.write(Material(plan, facts, files, scratch), staging, order, told)
            done += step.weight
        names = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
    progress(steps[-1].step, 1.0)
    return Pack(out, {name: out / name for name in (*names, MANIFEST)}, tuple(not_written), facts)


def zipped(pack: Pack) -> bytes:
    """All files of a pack in one archive, the same byte for byte each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(pack.files):
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _ZIP_MODE, 3
            archive.writestr(entry, pack.files[name].read_bytes())
    return buffer.getvalue()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder of this process; what a killed one left of that kind goes."""
    clear_abandoned(Path(tempfile.gettempdir()).glob(f"{_SCRATCH}????????"))
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, ignore_cleanup_errors=True) as folder, in_use(Path(folder)):
        yield Path(folder)


def _check_folder(out: Path) -> None:
    """Before the work: nothing but a former pack is replaced, least of all the plan itself."""
    check_output(out)
    document = read_manifest(out)
    if document is not None and document.get("kind") != PACK:
        raise OutputError("pack_over_results", folder=out)
