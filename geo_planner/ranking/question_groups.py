"""The same question asked of many villages, told once, with what its answers decide."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo_planner.words import Language


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """One question and the villages that it is asked about.

    Attributes
    ----------
    asks : str
        "commune", "department" or "model".
    question_vi, question_en : str
    why_vi, why_en : str
        What the answer decides, where it is the same for every village: who pays. Empty for questions that may move ranks.
    villages : DataFrame
        Index ``village_id``: ``datum`` (blank columns joined by "; "), ``rank_now``, ``rank_best``, ``rank_worst``, ``span``; the village
        that may move farthest first, then by rank.
    """

    asks: str
    question_vi: str
    question_en: str
    why_vi: str
    why_en: str
    villages: pd.DataFrame

    @property
    def decides_payer(self) -> bool:
        """Whether the answer decides who pays, and not how a village ranks."""
        return bool(self.villages["span"].isna().all())

    @property
    def span(self) -> int:
        """By how many places the answer for one village can move its rank, at most."""
        spans = self.villages["span"].dropna()
        return int(spans.max()) if len(spans) else 0

    def question(self, language: Language) -> str:
        return str(getattr(self, f"question_{language}"))

    def why(self, language: Language) -> str:
        return str(getattr(self, f"why_{language}"))


def question_groups(questions: pd.DataFrame, rank: pd.Series) -> tuple[QuestionGroup, ...]:
    """Questions of the same words to the same people, once each: those that decide who pays first, then by how far they can move a rank.

    Parameters
    ----------
    questions : DataFrame
        As :func:`geo_planner.ranking.questions` gives it.
    rank : Series of int
        By ``village_id``; villages without a rank of their own in `questions` (those of the gates) take this one.
    """
    groups = []
    for (asks, question), rows in questions.groupby(["asks", "question_vi"], sort=False):
        now = rows["rank_now"].fillna(rows["village_id"].map(rank).astype("Int64"))
        villages = rows.assign(rank_now=now).sort_values(["span", "rank_now"], ascending=[False, True], na_position="first", kind="stable")
        gate = rows["span"].isna().all()
        first = rows.iloc[0]
        groups.append(
            QuestionGroup(
                str(asks), str(question), str(first["question_en"]), str(first["why_vi"]) if gate else "", str(first["why_en"]) if gate else "",
                villages.set_index("village_id")[["datum", "rank_now", "rank_best", "rank_worst", "span"]],
            )
        )  # fmt: skip
    return tuple(sorted(groups, key=lambda group: (not group.decides_payer, -group.span, -len(group.villages))))
