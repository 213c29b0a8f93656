"""The documents of the plan that the app shows, made in the background into one archive; nothing is modelled anew, nothing kept on the disk."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from geo_planner.build.rebuild import StoppedError
from geo_planner.documents.facts import Office, proposal_facts
from geo_planner.documents.office_template import check_template
from geo_planner.documents.pack import order_of, scratch_folder, write_documents, zipped
from geo_planner.documents.records import ProposalFacts
from geo_planner.ui.build_job import Stop, Told
from geo_planner.ui.loading import LoadedPlan, exported_files
from geo_planner.words import Language, Said

LETTERHEAD = "giay_tieu_de.docx"
"""What an upload is called here: of its own name nothing is used."""
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen on the page.

    Attributes
    ----------
    day : date or None
        None: the documents leave it blank.
    letterhead : bytes or None
        A Word file, as it was uploaded.
    """

    formats: tuple[str, ...]
    language: Language
    day: dt.date | None = None
    letterhead: bytes | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """What came of it.

    Attributes
    ----------
    content : bytes
        A zip file.
    files : int
        How many documents are in it, without the manifest.
    missing : int
        So many fields stand blank in them.
    """

    content: bytes
    wish: Wish
    files: int
    not_written: tuple[Said, ...]
    missing: int


def facts_on(loaded: LoadedPlan, office: Office, day: dt.date | None) -> ProposalFacts:
    """What the documents of that day would say.

    Raises
    ------
    InputError
        When the office's fields contradict the plan.
    """
    return proposal_facts(loaded.plan, office=office.model_copy(update={"date": day.isoformat() if day else ""}))


def make_archive(loaded: LoadedPlan, office: Office, wish: Wish, tell: Told, stop: Stop) -> Archive:
    """Write the documents and pack them.

    Raises
    ------
    GeoPlannerError
        As :func:`geo_planner.documents.pack.write_documents`.
    StoppedError
        When `stop` says so.
    """

    def told(step: str, share: float) -> None:
        if stop():
            raise StoppedError
        tell(step, share)

    with scratch_folder() as folder:
        template = None
        if wish.letterhead is not None:
            template = folder / LETTERHEAD
            template.write_bytes(wish.letterhead)
        order = order_of(wish.formats, wish.language, template=template, crs=wish.crs)
        told("pack_facts", 0.0)
        facts = facts_on(loaded, office, wish.day)
        files = exported_files(loaded.key, loaded.plan)
        pack = write_documents(loaded.plan, facts, files, order, folder / "pack", progress=told, begun=0.1)
        return Archive(zipped(pack), wish, len(pack.files) - 1, pack.not_written, len(facts.missing))


def why_no_letterhead(content: bytes) -> None:
    """Refuse an upload that is no letterhead, before anything is made with it.

    Raises
    ------
    InputError
        With what is wrong: no Word file, links to other files, places that it lacks.
    """
    with scratch_folder() as folder:
        path = folder / LETTERHEAD
        path.write_bytes(content)
        check_template(path)


def day_written(text: str) -> dt.date | None:
    """A day as people write it; None for a blank.

    Raises
    ------
    ValueError
        When it is none.

    >>> day_written("30/11/2026"), day_written(" 2026-11-30 "), day_written("")
    (datetime.date(2026, 11, 30), datetime.date(2026, 11, 30), None)
    """
    text = text.strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if found is None:
        return dt.date.fromisoformat(text)
    day, month, year = map(int, found.groups())
    return dt.date(year, month, day)
