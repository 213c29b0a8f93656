"""Former scenarios as dated copies in ``scenarios/former``, which also tell what was done last.

A copy is named ``<time>.<what was done>.<name of the scenario>.yaml``; the time is UTC, to the millisecond. Of a scenario that was newly
made there is a copy too, so that its making can be undone; it is none that anybody would bring back.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from geo_planner.errors import OutputError, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.files.folders import refuse_link
from geo_planner.scenario_files.titles import title_of

logger = logging.getLogger(__name__)

FORMER = "former"
MOST_COPIES = 50
"""So many copies are kept of a scenario; beside them the newest that was kept when it was taken away."""
_TAKEN_AWAY = ("deleted", "removed")
Done = Literal["created", "changed", "replaced", "deleted", "undone", "removed"]
"""``replaced``: by a copy that was brought back; ``undone``: a state that an undo took back; ``removed``: a new scenario whose making was undone."""
_UNDOABLE = ("created", "changed", "replaced", "deleted")
_NAME = re.compile(rf"(\d{{8}}T\d{{6}}_\d{{3}}Z)\.({'|'.join(get_args(Done))})\.(.+)(\.ya?ml)")
_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Former:
    """A dated copy.

    Attributes
    ----------
    done : str
        What was done to the scenario when the copy was kept; see :data:`Done`.
    stem, ending : str
        Of the scenario's file.
    when : datetime
        In UTC.
    """

    path: Path
    done: Done
    stem: str
    ending: str
    when: datetime

    @property
    def title(self) -> str:
        """Its Vietnamese title, or its file's name."""
        title = title_of(self.path)
        return self.stem if title == self.path.stem else title


def former_copies(root: Path) -> list[Former]:
    """All that can be brought back in a study area, the newest first."""
    return [copy for copy in _all(root / "scenarios") if copy.done != "created"]


def last_change(root: Path) -> Former | None:
    """What an undo would take back; None where nothing was done, or all of it was taken back."""
    return next((copy for copy in _all(root / "scenarios") if copy.done in _UNDOABLE), None)


def as_former(path: Path) -> Former | None:
    """A copy by its file; None for a file that is no copy of ours."""
    named = _NAME.fullmatch(path.name)
    if named is None or path.parent.name != FORMER or not path.is_file():
        return None
    stamp, done, stem, ending = named.groups()
    second, _, milli = stamp.removesuffix("Z").partition("_")
    try:
        when = datetime.strptime(second, _TIME).replace(tzinfo=UTC) + timedelta(milliseconds=int(milli))
    except ValueError:
        return None
    return Former(path, _done(done), stem, ending, when)


def keep_copy(path: Path, done: Done) -> Path:
    """Keep a scenario as it stands now; returns the copy.

    Raises
    ------
    OutputError
        When it cannot be kept; then nothing may be changed either.
    """
    folder = path.parent / FORMER
    refuse_link(path.parent.parent, f"{path.parent.name}/{FORMER}")
    latest = next(_all(path.parent), None)
    try:
        content = path.read_bytes()
        folder.mkdir(exist_ok=True)
        when = datetime.now(UTC)
        if latest is not None and latest.when >= when:  # two within a millisecond, or a clock that was put back: the order counts
            when = latest.when + timedelta(milliseconds=1)
        while True:
            copy = folder / f"{when:{_TIME}}_{when.microsecond // 1000:03}Z.{done}.{path.name}"
            try:
                put_in_place(copy, content, new=True)
            except FileExistsError:
                when += timedelta(milliseconds=1)
            else:
                return copy
    except OSError as error:
        raise OutputError("not_written.scenario", path=folder, why=system_says(error)) from error


def settle_copies(folder: Path) -> None:
    """Let go of the oldest copies of each scenario; called by the one who holds the lock, after the files were changed."""
    kept, taken_away = Counter[str](), set[str]()
    for copy in _all(folder):
        name = f"{copy.stem}{copy.ending}"
        last_state = copy.done in _TAKEN_AWAY and name not in taken_away
        if last_state:
            taken_away.add(name)
        kept[name] += 1
        if kept[name] > MOST_COPIES and not last_state:
            try:
                copy.path.unlink(missing_ok=True)
            except OSError as error:
                logger.info("a former copy stays although there are enough: %s", error)


def _all(folder: Path) -> Iterator[Former]:
    """Every copy, the newest first."""
    try:
        names = sorted((folder / FORMER).iterdir(), key=lambda path: path.name, reverse=True)
    except OSError:
        return iter(())
    return (copy for path in names if (copy := as_former(path)) is not None)


def _done(word: str) -> Done:
    return next(known for known in get_args(Done) if known == word)
