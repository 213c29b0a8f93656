"""Cells seen by phones, from OpenCelliD with the user's own key. A hint at where masts are, never the station layer itself."""

from __future__ import annotations

import csv
import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import UsageError, warning
from geo_planner.fetch.area import Area
from geo_planner.fetch.download import Service, Staged, provenance
from geo_planner.fetch.errors import ContentError, RefusedFileError, UnfitFileError
from geo_planner.words import said

BASE_URL = "https://opencellid.org"
SOURCE = "OpenCelliD"
LICENCE = "CC BY-SA 4.0, OpenCelliD Project"
VIETNAM_MCC = "452"

OPENCELLID_FILE = "opencellid/cells.csv"
COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable", "created", "updated", "average_signal",
)  # fmt: skip
_KEEP = ("radio", "net", "area", "cell", "lon", "lat", "range", "samples", "updated")
_RADIOS = {"GSM", "UMTS", "CDMA", "LTE", "NR", "NBIOT"}
_NUMBERS = ("mcc", "net", "area", "cell", "lon", "lat")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,20})?", re.ASCII)
_LONGEST_LINE = 1_000
_MOST_UNPACKED = 1_000_000_000
"""A line of a cell has about 80 characters; the country's list some hundred megabytes."""
_MARGIN_KM = 30.0


def fetch_opencellid(area: Area, folder: Path, service: Service, *, key: str | None = None) -> Staged:
    """The cells of an area and its surroundings, made in `folder`.

    The key is the user's own (``key`` or the environment's ``OPENCELLID_KEY``); it is written down nowhere.

    Raises
    ------
    UsageError
        When there is no key.
    DownloadError
        When the file cannot be had; a refused key comes as an answer that is not the file.
    """
    key = key or os.environ.get("OPENCELLID_KEY")
    if not key or not key.isascii() or not key.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise UsageError("opencellid_key")
    url = service.url(BASE_URL, f"ocid/downloads?token={key}&type=mcc&file={VIETNAM_MCC}.csv.gz")
    try:
        file = service.get(url, "gzip", secret=key, max_age_days=7.0)
    except RefusedFileError:
        raise
    except ContentError as error:
        raise ContentError("content.opencellid_key") from error
    (folder / OPENCELLID_FILE).parent.mkdir(parents=True, exist_ok=True)
    try:
        kept, unreadable = _cut(file.path, folder / OPENCELLID_FILE, area)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, csv.Error) as error:
        service.forget(file)
        why = error.said if isinstance(error, UnfitFileError) else said("unfit.damaged")
        raise ContentError("content.opencellid", why=why) from error
    notes = [warning(OPENCELLID_FILE, "estimated_positions")]
    if unreadable:
        notes.append(warning(OPENCELLID_FILE, "cells_left_out", n=unreadable))
    facts = provenance([file], source=SOURCE, licence=LICENCE, crs=GEOGRAPHIC, cells=kept)
    return Staged({OPENCELLID_FILE: facts}, tuple(notes))


def _cut(source: Path, out: Path, area: Area) -> tuple[int, int]:
    """How many cells of the area were kept, and how many lines of the source are no cells at all."""
    west, south, east, north = area.degrees(_MARGIN_KM)
    kept = good = bad = 0
    with gzip.open(source, "rb") as stream, out.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(_KEEP)
        for record in csv.reader(_lines(stream)):
            if not record or record[0].lower() == "radio":
                continue
            cell = _cell(record)
            if cell is None:
                bad += 1
                continue
            good += 1
            if west <= float(cell["lon"]) <= east and south <= float(cell["lat"]) <= north:
                writer.writerow([cell[name] for name in _KEEP])
                kept += 1
    if not good:
        raise UnfitFileError("unfit.no_cells")
    return kept, bad


def _lines(stream: gzip.GzipFile) -> Iterator[str]:
    """Line by line, with an end: what unpacks to more than any list of cells is not unpacked."""
    total = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        total += len(line)
        if len(line) > _LONGEST_LINE:
            raise UnfitFileError("unfit.long_line", most=_LONGEST_LINE)
        if total > _MOST_UNPACKED:
            raise UnfitFileError("unfit.unpacked", mb=_MOST_UNPACKED / 1e6)
        yield line.decode("utf-8-sig" if total == len(line) else "utf-8")


def _cell(record: list[str]) -> dict[str, str] | None:
    """A line as a cell; None when it is none. Only words and numbers pass: the file may be opened in a spreadsheet."""
    row = dict(zip(COLUMNS, (text.strip() for text in record), strict=False))
    if row["radio"].upper() not in _RADIOS or not all(_NUMBER.fullmatch(row.get(n, "")) for n in _NUMBERS):
        return None
    return {name: row.get(name, "") if name == "radio" or _NUMBER.fullmatch(row.get(name, "")) else "" for name in _KEEP}
