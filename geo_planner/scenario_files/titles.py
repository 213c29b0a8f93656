"""Titles of scenarios, and the names of their files: a title is anybody's text, a file's name is letters, digits and underscores."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import yaml

from geo_planner.errors import UsageError
from geo_planner.files.folders import stands_there
from geo_planner.letters import skeleton, slug

LONGEST_TITLE = 160
_LONGEST_STEM = 60
_MOST_BYTES = 2_000_000
_TITLE_LINE = re.compile(r"^title_vi[ \t]*:.*$", re.MULTILINE)
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows keeps for devices, with any ending."""


def clean_title(text: str) -> str:
    """A title as it is kept: one line, in NFC, without blanks at its ends.

    Raises
    ------
    UsageError
        When nothing is left of it, or it is too long for a list.

    Examples
    --------
    >>> clean_title("  Ngưỡng\\n −105 dBm ")
    'Ngưỡng −105 dBm'
    """
    title = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(sign.isprintable() and not sign.isspace() for sign in title):
        raise UsageError("scenario_title.empty")
    if len(title) > LONGEST_TITLE:
        raise UsageError("scenario_title.long", n=len(title), most=LONGEST_TITLE)
    if not title.isprintable():
        shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in title)
        raise UsageError("scenario_title.unseen", title=shown[:LONGEST_TITLE])
    return title


def file_stem(title: str) -> str:
    """A file's name for a title, without its ending: no marks, no blanks, no name that a system keeps for itself.

    Examples
    --------
    >>> file_stem("Ngưỡng −105 dBm / xã Đồn Đạc"), file_stem("CON"), file_stem("///")
    ('nguong_105_dbm_xa_don_dac', 'kich_ban_con', 'kich_ban')
    """
    stem = slug(title).replace("-", "_")[:_LONGEST_STEM].strip("_")
    return f"kich_ban_{stem}".strip("_") if not stem or stem in _DEVICES else stem


def free_path(folder: Path, stem: str, ending: str = ".yaml") -> Path:
    """A path that nothing has yet: the name itself, else with a number behind it. Names that differ in capitals only count as one."""
    taken = {path.stem.casefold() for path in folder.iterdir()} if folder.is_dir() else set()
    number, free = 2, stem
    while free.casefold() in taken or stands_there(folder / f"{free}{ending}"):
        number, free = number + 1, f"{stem}_{number}"
    return folder / f"{free}{ending}"


def scenario_files(folder: Path) -> list[Path]:
    """The scenarios of a folder, by name."""
    return sorted(path for ending in ("yaml", "yml") for path in folder.glob(f"*.{ending}") if not path.name.startswith("."))


def title_of(path: Path) -> str:
    """The Vietnamese title of a scenario, faulty or not; its file's name where it has none or cannot be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return path.stem
        line = _TITLE_LINE.search(path.read_text(encoding="utf-8-sig"))
        told = yaml.safe_load(line[0])["title_vi"] if line else None
    except (OSError, ValueError, TypeError, LookupError, AttributeError, yaml.YAMLError, RecursionError):
        return path.stem
    return told if isinstance(told, str) and told.strip() else path.stem


def refuse_taken(folder: Path, title: str, own: Path | None) -> None:
    """Refuse a title that another scenario bears: in a list the two could not be told apart.

    Raises
    ------
    UsageError
    """
    for path, other in _titles(folder):
        if (own is None or path.name != own.name) and _compared(other) == _compared(title):
            raise UsageError("scenario_title.taken", title=title, file=path.name)


def _titles(folder: Path) -> Iterator[tuple[Path, str]]:
    return ((path, title_of(path)) for path in scenario_files(folder))


def _compared(title: str) -> str:
    return " ".join(skeleton(title).casefold().split())
