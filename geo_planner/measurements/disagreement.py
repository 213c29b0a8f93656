"""Where measurements contradict what was declared or modelled. Nothing is overruled: each of them may be the one that is right."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo_planner.errors import Fault, warning
from geo_planner.words import Said, said

_WITH_SIGNAL = ("partial", "covered")


def disagreements(villages: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Villages whose declared or modelled status the measurements contradict.

    A centre that was measured counts even where the settlement around it was not: signal there contradicts ``no_signal``.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``; ``declared_status``, ``modelled_status`` and, where there is one, ``status_date``.
    measured : DataFrame
        From :func:`geo_planner.measurements.measured_status`, same index.

    Returns
    -------
    DataFrame
        A row a contradiction, in the order of `villages`: ``village_id``, ``against`` (``declared`` or ``modelled``), ``code`` (word of
        ``wording.DISAGREEMENTS``), ``stated_status``, ``measured_status``, ``centre_status``, ``n_samples``, ``n_no_service``,
        ``measured_to``, ``stated_date`` (of a declaration), ``operators_measured``.
    """
    columns = ["village_id", "against", "code", "stated_status", "measured_status", "centre_status", "n_samples", "n_no_service", "measured_to", "stated_date", "operators_measured"]  # fmt: skip
    rows = []
    for village in villages.index:
        seen = measured.loc[village]
        for against in ("declared", "modelled"):
            stated = villages.at[village, f"{against}_status"]
            code = _contradiction(
                against, "unknown" if pd.isna(stated) else str(stated), str(seen["measured_status"]), str(seen["centre_status"])
            )
            if code is None:
                continue
            date = villages.at[village, "status_date"] if against == "declared" and "status_date" in villages else pd.NA
            rows.append((village, against, code, stated, *seen[["measured_status", "centre_status", "n_samples", "n_no_service", "measured_to"]], date, seen["operators_measured"]))  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _contradiction(against: str, stated: str, measured: str, centre: str) -> str | None:
    if stated == "unknown":
        return None
    if stated == "no_signal":
        return f"{against}_no_signal_but_measured_signal" if centre == "covered" else None
    if centre == "no_signal":
        return f"{against}_signal_but_measured_no_signal"
    if measured in _WITH_SIGNAL and measured != stated:
        return f"{against}_and_measured_differ_in_extent"
    return None


def disagreement_notes(table: pd.DataFrame, *, file: str = "measurements/measurements.csv") -> tuple[Fault, ...]:
    """The same as warnings for the notes of a plan."""
    return tuple(
        warning(
            file,
            str(row.code),
            value=str(row.village_id),
            village=str(row.village_id),
            stated=row.stated_status,
            seen=_seen(row),
            samples=said("samples_seen.undated", n=row.n_samples)
            if pd.isna(row.measured_to)
            else said("samples_seen.dated", n=row.n_samples, last=str(row.measured_to)),
        )
        for row in table.itertuples(index=False)
    )


def _seen(row: Any) -> Said:
    """What was measured of the village, or of its centre alone."""
    if row.measured_status != "unknown":
        return said("measured_as.village", status=row.measured_status)
    return said("measured_as.centre", status=row.centre_status)
