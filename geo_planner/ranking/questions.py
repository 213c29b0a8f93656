"""What is missing, put as questions to those who can answer, with what the answer would change."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_planner.preferences.catalogue import CATALOGUE
from geo_planner.preferences.settings import Criterion
from geo_planner.ranking.gates import gate_questions

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
        return (
            criterion.column or criterion.name,
            "commune",
            f"{criterion.vi}: số liệu của bản là bao nhiêu?",
            f"{criterion.en}: what is the village's figure?",
        )
    blank = [name for name in entry.reads if name not in village.index or pd.isna(village[name])]
    if blank == ["coverage_probability"]:
        entry = CATALOGUE["no_coverage_probability"]
    return "; ".join(blank or entry.reads), entry.asks, entry.ask_vi, entry.ask_en


def _why(now: int, best: int, worst: int) -> tuple[str, str]:
    if best == worst:
        return (
            f"Không đổi thứ hạng hiện tại ({now}), nhưng cần cho hồ sơ.",
            f"It does not change the present rank ({now}), but the file needs it.",
        )
    return (
        f"Đang tạm tính ở giữa thang, xếp thứ {now}; tùy câu trả lời, thứ hạng có thể từ {best} đến {worst}.",
        f"Counted at the middle of its scale for now, rank {now}; the answer could place it anywhere from {best} to {worst}.",
    )
