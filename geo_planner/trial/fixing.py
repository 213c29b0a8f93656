"""A mast on trial put into a scenario, or a place forbidden there: files that the command line reads as well as the app.

A mast by hand becomes a row of the candidates that the scenario names, with height, band, power and sectors as they were tried, and its id an
entry of ``build.must``. The scenario and its candidates are
files of their own beside the former ones, which stay as they were: whoever wants back uses the former scenario. Only a scenario that a trial has made
is written again in its place; what it was before is kept in a dated folder.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_planner.build.described import OWN_BACKHAUL
from geo_planner.config import Scenario, load_scenario, write_scenario
from geo_planner.config.build import BuildSettings
from geo_planner.errors import InputError, OutputError, UsageError, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.link import to_metres
from geo_planner.schema import CANDIDATES
from geo_planner.study_area.tables import read_csv, typed_table
from geo_planner.trial.figures import TrialMast
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.plan import Plan

KEPT_IN = ".geo_planner/former"
_PREFIX = "tay-"
"""Of the ids of masts by hand ("đặt tay")."""
_OWN_FOLDER = "candidates"
_AZIMUTH_STEP_DEG = 0.5


@dataclass(frozen=True, slots=True)
class Fixed:
    """A wish that a scenario holds now.

    Attributes
    ----------
    scenario : Path
        The file that holds it.
    ids : tuple of str
        What stands in ``build.must`` or ``build.must_not``.
    written : tuple of Path
        Files that are new or were written again.
    former : tuple of (Path, Path or None)
        Each of these files and where what it was is kept; None: it was not there.
    statements : tuple of Said
    """

    scenario: Path
    ids: tuple[str, ...]
    written: tuple[Path, ...]
    former: tuple[tuple[Path, Path | None], ...]
    statements: tuple[Said, ...]


def with_trial(
    base: Path, new: Path, lon: float, lat: float, mast: TrialMast, *, name: str = "", titles: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Fixed:  # fmt: skip
    """Write a scenario in which a mast at this place must be built.

    Parameters
    ----------
    base : Path
        The scenario to start from.
    new : Path
        Beside it; or the same file, which is kept as it was.
    lon, lat : float
        WGS 84.
    mast : TrialMast
        All of it stands in the row, and the plan builds just that (:mod:`geo_planner.build.described`): joined by links, or by satellite where none
        lead there.
    name : str
        Of the place, for lists.
    titles : mapping of str to str, optional
        ``title_vi`` and ``title_en`` of the scenario that is written; those of `base` when left out.
    now : datetime, optional
        Names the folder of what is kept.

    Raises
    ------
    UsageError
        When `new` is there and is not `base`, or does not lie beside it.
    InputError
        When a file cannot be read, or the result is no valid scenario.
    OutputError
        When a file cannot be written.
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise UsageError("trial_refused.off_terrain", lat=lat, lon=lon)
    scenario, root = load_scenario(base), base.resolve().parent.parent
    rows = _candidate_rows(root, scenario)
    ident = _free_id({row.get("site_id", "") for row in rows})
    row = _row_of(ident, name, lon, lat, mast)
    own = f"{_OWN_FOLDER}/{new.stem}.csv"
    build = scenario.build or BuildSettings()
    document = {**_wished(scenario, must=(*build.must, ident)), **(titles or {})}
    document["layers"] = {**scenario.layers.model_dump(mode="json", exclude_unset=True), "candidates": own}
    if (root / own).exists() and scenario.layers.candidates != own:
        raise UsageError("new_scenario.there_already", path=root / own)
    begun = () if scenario.build else (said("trial_fixed.begun"),)
    files = {own: _csv_text([*rows, row])}
    return _write(root, base, new, document, files, (ident,), (said("trial_fixed.must", id=ident), *begun), now)


def forbidden(
    base: Path, new: Path, plan: Plan, lon: float, lat: float, *, within_m: float = 500.0, titles: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Fixed:  # fmt: skip
    """Write a scenario in which nothing is built at a place: every place of the build plan, but for masts that stand, this near.

    Parameters
    ----------
    base, new, titles, now
        As of :func:`with_trial`.
    plan : Plan
        With the build plan of `base`.
    lon, lat : float
    within_m : float

    Raises
    ------
    UsageError
        Also when the build plan has no place there, or there is none.
    """
    if plan.build is None:
        raise UsageError("trial_refused.no_build")
    x_m, y_m = to_metres(plan.terrain.crs, lon, lat)
    places = plan.build.places
    near = (places["x_m"] - x_m) ** 2 + (places["y_m"] - y_m) ** 2 <= within_m**2
    stands = places["stands_at"] if "stands_at" in places else places.index.to_series()
    ids = tuple(sorted(set(stands[near & (places["kind"] != "existing")].astype(str))))
    if not ids:
        raise UsageError("trial_refused.no_place", within=within_m)
    scenario, root = load_scenario(base), base.resolve().parent.parent
    must_not = (scenario.build or BuildSettings()).must_not
    document = {**_wished(scenario, must_not=tuple(dict.fromkeys((*must_not, *ids)))), **(titles or {})}
    return _write(root, base, new, document, {}, ids, (said("trial_fixed.must_not", n=len(ids), within=within_m),), now)


def undone(fixed: Fixed) -> None:
    """Put back what the files were; those that were not there go.

    Raises
    ------
    OutputError
        When one cannot be written.
    """
    for path, before in fixed.former:
        try:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                put_in_place(path, before.read_bytes())
        except OSError as error:
            raise OutputError("not_written.file_of_area", path=path, why=system_says(error)) from error


def _wished(scenario: Scenario, **wishes: tuple[str, ...]) -> dict[str, Any]:
    """The section ``build`` with the wishes; begun where the scenario has none."""
    section = scenario.build.model_dump(mode="json", exclude_unset=True) if scenario.build else {}
    return {"build": {**section, **{name: list(ids) for name, ids in wishes.items()}}}


def _candidate_rows(root: Path, scenario: Scenario) -> list[dict[str, str]]:
    """The rows of the candidates that the scenario reads, as text."""
    relative = scenario.layers.candidates or CANDIDATES.path
    path = root / relative
    if not path.is_file():
        return []
    if path.suffix.lower() != ".csv":
        raise UsageError("trial_refused.candidates_csv", path=str(relative))
    table, faults = read_csv(path, str(relative))
    # a row that the plan would refuse is told here, before anything is written beside it
    faults += [] if faults else [found for found in typed_table(table, CANDIDATES, str(relative))[1] if found.level == "fault"]
    if faults:
        raise InputError(faults)
    return [{str(k): str(v) for k, v in row.items()} for row in table.fillna("").astype(str).to_dict("records")]


def _free_id(taken: set[str]) -> str:
    numbers = [int(found[1]) for ident in taken if (found := re.fullmatch(rf"{_PREFIX}(\d{{1,6}})", ident))]
    return f"{_PREFIX}{max(numbers, default=0) + 1:03d}"


def _csv_text(rows: list[dict[str, str]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _row_of(ident: str, name: str, lon: float, lat: float, mast: TrialMast) -> dict[str, str]:
    """The mast as a row of the candidates: every figure that was tried, to the last digit.

    Raises
    ------
    UsageError
        For sectors that do not stand evenly around, or are tilted each in its own way: a row has one azimuth and one tilt.
    """
    n, tilts = len(mast.sectors), {sector.tilt_deg for sector in mast.sectors if not math.isnan(sector.tilt_deg)}
    first = mast.sectors[0].azimuth_deg if n else math.nan
    uneven = any(
        abs((s.azimuth_deg - first - 360.0 * k / n + 180.0) % 360.0 - 180.0) > _AZIMUTH_STEP_DEG for k, s in enumerate(mast.sectors)
    )
    if uneven or len(tilts) > 1 or (tilts and any(math.isnan(sector.tilt_deg) for sector in mast.sectors)):
        raise UsageError("trial_refused.uneven")
    figures = {
        "mast_height_m": mast.height_m, "freq_mhz": mast.freq_mhz, "bandwidth_mhz": mast.bandwidth_mhz, "tx_power_dbm": mast.tx_power_dbm,
        "antenna_gain_dbi": mast.antenna_gain_dbi, "losses_db": mast.losses_db, "azimuth_deg": first, "tilt_deg": next(iter(tilts), math.nan) if n else mast.tilt_deg,
    }  # fmt: skip
    written = {key: "" if math.isnan(value) else repr(float(value)).removesuffix(".0") for key, value in figures.items()}
    words = {"technology": mast.technology, "n_cells": str(max(n, 1)), "backhaul": OWN_BACKHAUL if mast.satellite else ""}
    return {"site_id": ident, "name": name, "lon": repr(float(lon)), "lat": repr(float(lat)), **written, **words}


def _write(
    root: Path, base: Path, new: Path, document: dict[str, Any], files: Mapping[str, str], ids: tuple[str, ...], told: tuple[Said, ...],
    now: dt.datetime | None,
) -> Fixed:  # fmt: skip
    """Files of the area first, then the scenario that names them."""
    again = new.exists() and new.resolve() == base.resolve()
    if new.exists() and not again:
        raise UsageError("new_scenario.there_already", path=new)
    paths = [root / relative for relative in files]
    stamp = (now or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%dT%H%M%S")
    former = tuple((path, _kept_copy(root, path, stamp)) for path in (*paths, new))
    fixed = Fixed(new, ids, (*paths, new), former, told)
    try:
        for path, text in zip(paths, files.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            put_in_place(path, text.encode("utf-8"))
        if again:
            beside = new.with_name(f".{new.stem}.{stamp}.yaml")
            write_scenario(base, beside, {"name": load_scenario(base).name, **document})
            beside.replace(new)
        else:
            write_scenario(base, new, document)
    except OSError as error:
        undone(fixed)
        raise OutputError("not_written.file_of_area", path=new, why=system_says(error)) from error
    except (InputError, UsageError):
        undone(fixed)
        raise
    return fixed


def _kept_copy(root: Path, path: Path, stamp: str) -> Path | None:
    if not path.is_file():
        return None
    copy = root / KEPT_IN / stamp / path.resolve().relative_to(root)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(copy, path.read_bytes())
    except OSError as error:
        raise OutputError("not_written.file_of_area", path=copy, why=system_says(error)) from error
    return copy
