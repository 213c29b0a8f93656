"""What a plan holds, kept in ``plan.gpkg``: its tables where they stand anyway, the rest as one document a part in the table ``stored``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from geo_planner.calibration import Calibration
from geo_planner.errors import Fault, InputError, fault
from geo_planner.files.exact import NotExactError, decoded, encoded, form_of
from geo_planner.measurements import MeasuredAgainstModelled
from geo_planner.preferences.weights import Ahp
from geo_planner.ranking.methods import Comparison
from geo_planner.ranking.result import RankingResult
from geo_planner.ranking.robustness import Simulation
from geo_planner.words import Said
from geo_planner.words.said import Label

GPKG, TABLE = "plan.gpkg", "stored"
_CLASSES: tuple[type, ...] = (Ahp, Calibration, Comparison, Fault, Label, MeasuredAgainstModelled, RankingResult, Said, Simulation)
_HOMES = {
    "villages": "villages",
    "ranking.simulation.table": "robustness",
    "ranking.swaps": "swaps",
    "ranking.questions": "questions",
    "ranking.what_if": "what_if",
    "measured.by_operator": "measured_by_operator",
    "measured.against_model.residuals": "measurements",
    "measured.against_model.statistics": "measured_vs_modelled",
}


def stored_rows(parts: Mapping[str, Any], written: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The table ``stored``.

    Parameters
    ----------
    parts : mapping
        By name: values of the kinds that :func:`geo_planner.files.exact.encoded` knows; the part ``build`` as
        :func:`geo_planner.build.stored.parts_of` gives it.
    written : mapping of str to DataFrame
        The layers and tables of the file by name, as they are written.

    Returns
    -------
    DataFrame
        ``part``, ``document`` (JSON); the first row, ``form``, tells with which fields it was written.
    """
    homes = {path: (name, written[name]) for path, name in _homes("build" in parts).items() if name in written}
    rows = [("form", form_of(_classes("build" in parts, form=True)))]
    rows += [(name, encoded(part, name, homes)) for name, part in parts.items()]
    return pd.DataFrame([(name, json.dumps(part, ensure_ascii=False)) for name, part in rows], columns=["part", "document"])


def stored_parts(folder: Path, *, build: bool) -> dict[str, Any]:
    """What :func:`stored_rows` kept.

    Parameters
    ----------
    folder : Path
        Its files are held against their hashes already.
    build : bool
        Whether the scenario asks for a build plan.

    Raises
    ------
    InputError
        When an older version wrote the folder, when it holds no build plan that the scenario asks for or one that it does not ask for.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote((folder / GPKG).as_posix())}?mode=ro&immutable=1", uri=True)) as database:
            tables = {str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if TABLE not in tables:
                raise InputError([fault(GPKG, "stored_plan.no_tables")])
            rows = dict(database.execute(f'SELECT part, document FROM "{TABLE}"').fetchall())  # noqa: S608 - a name of ours
            if ("build" in rows) != build:
                raise InputError([fault(GPKG, "stored_plan.no_build" if build else "stored_plan.build_unasked", column="build")])
            documents = {name: json.loads(document) for name, document in rows.items()}
            if documents.pop("form", None) != json.loads(json.dumps(form_of(_classes(build, form=True)))):
                raise InputError([fault(GPKG, "stored_plan.other_form")])
            classes = {cls.__name__: cls for cls in _classes(build)}
            read = _reader(database)
            return {name: decoded(document, classes, read) for name, document in documents.items()}
    except (sqlite3.Error, NotExactError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError([fault(GPKG, "stored_plan.other_form")]) from error


def _reader(database: sqlite3.Connection) -> Callable[[str], dict[str, list[Any]]]:
    @cache
    def read(name: str) -> dict[str, list[Any]]:
        quoted = name.replace('"', '""')
        cursor = database.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')  # noqa: S608 - quoted
        rows = cursor.fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(cursor.description)
        return {str(head[0]): list(values) for head, values in zip(cursor.description, columns, strict=True)}

    return read


def _classes(build: bool, *, form: bool = False) -> tuple[type, ...]:
    if not build:
        return _CLASSES
    from geo_planner.build import stored  # here, so that a plan without a build plan loads no solver

    return (*_CLASSES, *(stored.FORM if form else stored.CLASSES))


def _homes(build: bool) -> dict[str, str]:
    if not build:
        return _HOMES
    from geo_planner.build import stored

    return _HOMES | {f"build.{path}": name for path, name in stored.HOMES.items()}
