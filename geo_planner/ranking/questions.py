"""What is missing, put as questions to those who can answer, with what the answer would change."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_planner.preferences.catalogue import CATALOGUE
from geo_planner.preferences.settings import Criterion
from geo_planner.ranking.gates import gate_questions
from geo_planner.words import LANGUAGES, Label, Said, said

QUESTION_COLUMNS = (
    "village_id", "datum", "asks", "question_vi", "question_en", "why_vi", "why_en", "rank_now", "rank_best", "rank_worst", "span",
)  # fmt: skip


def questions(villages: pd.DataFrame, criteria: Sequence[Criterion], what_if: pd.DataFrame) -> pd.DataFrame:
    """Questions of the gates, then those of the criteria, the ones that could move a village farthest first.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``.
    what_if : DataFrame
        As :func:`geo_planner.ranking.sensitivity.what_if` gives it: one row for each missing datum.

    Returns
    -------
    DataFrame
        ``village_id``; ``datum`` (columns of the list that are blank, joined by "; "); ``asks`` ("commune", "department", "model": who can
        answer); the question and why it matters in both languages; ``rank_now``, ``rank_best``, ``rank_worst``, ``span`` (NA for the
        questions of the gates, which move no rank).
    """
    gates = gate_questions(villages)
    by_name = {c.name: c for c in criteria}
    asked = set(zip(gates["village_id"], gates["datum"], strict=True))
    rows = []
    for row in what_if.to_dict("records"):
        datum, *words = _question(by_name[row["criterion"]], villages.loc[row["village_id"]])
        # the same blank may lack to two criteria: what_if is sorted, so the wider span is met first
        if (row["village_id"], datum) in asked:
            continue
        asked.add((row["village_id"], datum))
        rows.append(
            (
                row["village_id"],
                datum,
                *words,
                *_why(row["rank_now"], row["rank_best"], row["rank_worst"]),
                row["rank_now"],
                row["rank_best"],
                row["rank_worst"],
                row["span"],
            )
        )
    columns = list(QUESTION_COLUMNS)
    table = pd.concat(
        [gates.reindex(columns=columns).astype(object), pd.DataFrame(rows, columns=columns).astype(object)], ignore_index=True
    )
    figures = dict.fromkeys(("rank_now", "rank_best", "rank_worst", "span"), "Int64")
    return table.astype({**dict.fromkeys(columns[:7], "string"), **figures})


def _question(criterion: Criterion, village: pd.Series) -> tuple[str, str, str, str]:
    """Datum, who is asked, and the question in both languages."""
    entry = CATALOGUE.get(criterion.name) if criterion.column is None else None
    if entry is None:
        asked = said("ask.figure", title=Label(criterion.name, criterion.vi, criterion.en))
        return criterion.column or criterion.name, "commune", *_worded(asked)
    blank = [name for name in entry.reads if name not in village.index or pd.isna(village[name])]
    if blank == ["coverage_probability"]:
        entry = CATALOGUE["no_coverage_probability"]
    return "; ".join(blank or entry.reads), entry.asks, *_worded(entry.question)


def _why(now: int, best: int, worst: int) -> tuple[str, str]:
    return _worded(said("ask_why.same", now=now) if best == worst else said("ask_why.range", now=now, best=best, worst=worst))


def _worded(what: Said) -> tuple[str, str]:
    vi, en = (what.text(language) for language in LANGUAGES)
    return vi, en
