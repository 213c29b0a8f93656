"""Gates before scores: who is responsible, on what ground, and what has to be asked before anyone can say.

Electricity is a gate. Nothing here reads a weight or a score.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo_planner.words import LANGUAGES, said

_ASKED_OF = {"grid_power": "commune", "grid_power_year": "department", "extremely_difficult": "department"}
"""Which villages are extremely difficult a decision of the province says, and when the grid comes its power plan: no commune is asked for these."""


def responsibility(villages: pd.DataFrame) -> pd.DataFrame:
    """Who pays, by the three-way split; electricity is a gate.

    Parameters
    ----------
    villages : DataFrame
        Columns ``grid_power`` and ``extremely_difficult``; NA where not known.

    Returns
    -------
    DataFrame
        Same index: ``responsibility``, ``responsibility_reason`` (``responsibility_reason`` of the catalogue) and ``responsibility_datum``,
        the cells of the list that the decision rests on, for instance ``"grid_power=yes; extremely_difficult=yes"``. What is not known
        leaves the village undecided, with the question to ask.
    """
    power, difficult = villages["grid_power"], villages["extremely_difficult"]
    # power that is only planned is not there yet: the fund cannot build on it
    no_power = power.isin(["no", "planned"])
    has_power = (power == "yes").fillna(False).astype(bool)
    is_difficult = difficult.fillna(False).astype(bool)
    conditions = [no_power, has_power & is_difficult, has_power & difficult.notna(), has_power]
    who = np.select(conditions, ["power_first", "fund", "operator", "undecided"], "undecided")
    why = np.select(conditions, ["power_first", "fund", "operator", "ask_difficult"], "ask_power")
    datum = [_datum(p, d) for p, d in zip(power, difficult, strict=True)]
    table = {"responsibility": who, "responsibility_reason": why, "responsibility_datum": datum}
    return pd.DataFrame(table, index=villages.index).astype("string")


def _datum(power: Any, difficult: Any) -> str:
    shown = "" if pd.isna(power) else str(power)
    if shown != "yes":
        return f"grid_power={shown}"
    return f"grid_power=yes; extremely_difficult={'' if pd.isna(difficult) else ('yes' if difficult else 'no')}"


def gate_questions(villages: pd.DataFrame) -> pd.DataFrame:
    """Questions whose answers decide the responsibility, one row each.

    Returns
    -------
    DataFrame
        ``village_id``, ``datum``, ``asks``, ``question_vi``, ``question_en``, ``why_vi``, ``why_en``; in the order of the villages.
    """
    power, difficult = villages["grid_power"], villages["extremely_difficult"]
    year = villages["grid_power_year"] if "grid_power_year" in villages else pd.Series(pd.NA, index=villages.index)
    rows = []
    for village, p, d, y in zip(villages.index, power, difficult, year, strict=True):
        asked = ["grid_power"] if pd.isna(p) else ["grid_power_year"] if p == "planned" and pd.isna(y) else []
        # without power the list of difficult villages decides nothing yet
        if pd.isna(d) and (pd.isna(p) or p == "yes"):
            asked.append("extremely_difficult")
        rows += [
            (
                village,
                datum,
                _ASKED_OF[datum],
                *(what.text(language) for what in (said(f"ask.{datum}"), said(f"ask_why.{datum}")) for language in LANGUAGES),
            )
            for datum in asked
        ]
    return pd.DataFrame(rows, columns=["village_id", "datum", "asks", "question_vi", "question_en", "why_vi", "why_en"])
