"""Cells seen by phones, from OpenCelliD with the user's own key. A hint at where masts are, never the station layer itself."""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from pathlib import Path

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, UsageError
from geo_planner.sources.fetch.area import Area
from geo_planner.sources.fetch.errors import ContentError
from geo_planner.sources.fetch.service import Service, Staged, provenance

BASE_URL = "https://opencellid.org"
SOURCE = "OpenCelliD"
LICENCE = "CC BY-SA 4.0, OpenCelliD Project"
VIETNAM_MCC = "452"

OPENCELLID_FILE = "opencellid/cells.csv"
COLUMNS = (
    "radio",
    "mcc",
    "net",
    "area",
    "cell",
    "unit",
    "lon",
    "lat",
    "range",
    "samples",
    "changeable",
    "created",
    "updated",
    "average_signal",
)
_KEEP = ("radio", "net", "area", "cell", "lon", "lat", "range", "samples", "updated")
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
        raise UsageError("OpenCelliD needs a key of your own. Register at opencellid.org and set OPENCELLID_KEY to it.")
    url = service.url(BASE_URL, f"ocid/downloads?token={key}&type=mcc&file={VIETNAM_MCC}.csv.gz")
    try:
        file = service.get(url, "gzip", secret=key, max_age_days=7.0)
    except ContentError as error:
        raise ContentError(
            "OpenCelliD sent no data: the key is wrong, or its downloads of today are used up. Check the key, or try tomorrow."
        ) from error
    (folder / OPENCELLID_FILE).parent.mkdir(parents=True, exist_ok=True)
    cells = _cut(file.path, folder / OPENCELLID_FILE, area)
    notes = [
        Fault(
            OPENCELLID_FILE,
            "the positions are estimated from phones and can be kilometres off",
            "Use them to ask operators, not as stations.",
            level="warning",
            code="estimated_positions",
        )
    ]
    return Staged({OPENCELLID_FILE: provenance([file], source=SOURCE, licence=LICENCE, crs=GEOGRAPHIC, cells=cells)}, tuple(notes))


def _cut(source: Path, out: Path, area: Area) -> int:
    west, south, east, north = area.degrees(_MARGIN_KM)
    kept = 0
    try:
        with gzip.open(source, "rt", encoding="utf-8", newline="") as stream, out.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(_KEEP)
            for record in csv.reader(stream):
                row = dict(zip(COLUMNS, record, strict=False))
                if row.get("radio") == "radio" or "lat" not in row:
                    continue
                if west <= float(row["lon"]) <= east and south <= float(row["lat"]) <= north:
                    writer.writerow([row.get(name, "") for name in _KEEP])
                    kept += 1
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise ContentError("The file from OpenCelliD is damaged. Delete it from the cache folder and try again.") from error
    return kept
