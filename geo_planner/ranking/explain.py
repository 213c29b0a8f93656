"""Why a village stands where it stands, in Vietnamese and in English, made from the figures and from nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from geo_planner.labels import word
from geo_planner.preferences.settings import Criterion
from geo_planner.ranking.scoring import Ranking
from geo_planner.ranking.ties import Ties
from geo_planner.ranking.wording import Language, listing, number, percent

_SHARES = ("poverty_share", "no_coverage_probability")
_ROADS: dict[float, dict[Language, str]] = {
    0.0: {"vi": "ô tô đến được", "en": "cars get through"},
    0.5: {"vi": "chỉ đi được xe máy", "en": "motorbikes only"},
    1.0: {"vi": "phải đi bộ", "en": "on foot only"},
}
_STRONG, _WEAK = 3, 2
"""How many criteria a sentence names on the side that decides, and on the other."""
_LEAST = 0.0005
"""Differences from the average that the three decimals shown would round to nothing."""


def describe(criterion: Criterion, value: float, language: Language) -> str:
    """The value of a criterion in words, for instance ``107 hộ``, ``có``, ``84 %`` or ``chỉ đi được xe máy``."""
    if pd.isna(value):
        return "chưa có số liệu, tạm tính giữa thang" if language == "vi" else "not known, counted at the middle of its scale"
    if criterion.name == "road_difficulty" and value in _ROADS:
        return _ROADS[value][language]
    if criterion.name in _SHARES:
        return percent(value, language)
    if not criterion.unit and value in (0.0, 1.0) and set(criterion.bounds) == {0.0, 1.0}:
        return word("yes" if value == 1.0 else "no", language).lower()
    return f"{number(value, 1 if abs(value) < 1000 else 0, language)} {_unit(criterion.unit, language)}".rstrip()


_UNITS_EN = {"hộ": "", "giờ": "h", "triệu đồng/hộ": "million VND per household"}


def _unit(unit: str, language: Language) -> str:
    return _UNITS_EN.get(unit, unit) if language == "en" else unit


def _title(criterion: Criterion, language: Language) -> str:
    return criterion.vi if language == "vi" else criterion.en


def _lower_first(title: str) -> str:
    return title if len(title) > 1 and title[1].isupper() else title[:1].lower() + title[1:]


def explanations(
    criteria: Sequence[Criterion],
    *,
    villages: pd.DataFrame,
    values: pd.DataFrame,
    order: Ranking,
    simulation: pd.DataFrame,
    top_k: int,
    swaps: pd.DataFrame,
    what_if: pd.DataFrame,
) -> pd.DataFrame:
    """One paragraph a village.

    Parameters
    ----------
    criteria : sequence of Criterion
        With the weights that count, summing to 1.
    villages : DataFrame
        ``households``, and ``name`` where they have one.
    values : DataFrame
        Of the criteria, before scaling.
    order : Ranking
        Whose places are explained.
    simulation : DataFrame
        ``Simulation.table``.
    top_k : int
        The k whose probability is told.
    swaps, what_if : DataFrame
        Of :mod:`geo_planner.ranking.sensitivity`.

    Returns
    -------
    DataFrame
        Same index as `order`: ``explanation_vi``, ``explanation_en``.
    """
    rank, lifts = order.rank, order.contributions - order.contributions.mean()
    ties = Ties(order, villages)
    by_name = {c.name: c for c in criteria}
    nearest = {key: row for row in swaps[swaps["smallest"]].to_dict("records") for key in [(row["village_id"], row["direction"])]}
    lacking: dict[Any, list[dict[Hashable, Any]]] = {}
    for row in what_if.to_dict("records"):
        lacking.setdefault(row["village_id"], []).append(row)
    texts: dict[Language, list[str]] = {"vi": [], "en": []}
    for village in rank.index:
        for language, paragraphs in texts.items():
            lift = lifts.loc[village].sort_values(kind="stable")
            told = {
                n: f"{_lower_first(_title(by_name[n], language))} ({describe(by_name[n], values.loc[village, n], language)}; {_signed(lift[n], language)})"
                for n in lift.index
            }
            above = [told[n] for n in reversed(lift.index) if lift[n] > _LEAST]
            below = [told[n] for n in lift.index if lift[n] < -_LEAST]
            sentences = [
                _standing(
                    int(rank[village]), len(rank), float(order.score[village]), above, below, ties.settled(village, language), language
                ),
                _certainty(simulation.loc[village], top_k, language),
                _swap(nearest.get((village, "below")), nearest.get((village, "above")), int(rank[village]), by_name, language),
                _unknown(lacking.get(village, []), by_name, language),
            ]
            paragraphs.append(" ".join(s for s in sentences if s))
    return pd.DataFrame({"explanation_vi": texts["vi"], "explanation_en": texts["en"]}, index=rank.index).astype("string")


def _signed(value: float, language: Language) -> str:
    return ("+" if value > 0 else "−") + number(abs(value), 3, language, keep_zeros=True)


def _standing(rank: int, n: int, score: float, above: list[str], below: list[str], tie: str, language: Language) -> str:
    if tie:
        return _standing_in_a_tie(rank, n, score, above, below, tie, language)
    high = 2 * rank <= n + 1
    main, other = (above[:_STRONG], below[:_WEAK]) if high else (below[:_STRONG], above[:_WEAK])
    points = number(score, 3, language, keep_zeros=True)
    if language == "vi":
        text = f"Xếp thứ {rank} trên {n} bản ({points} điểm)"
        why = f" vì {'hơn' if high else 'kém'} mức trung bình ở: {listing(main, 'vi')}" if main else ", các tiêu chí đều ở mức trung bình"
        but = f"; {'kém hơn' if high else 'bù lại, hơn'} ở: {listing(other, 'vi')}" if other else ""
    else:
        text = f"Rank {rank} of {n} ({points} points)"
        why = (
            f" because it stands {'above' if high else 'below'} the average in: {listing(main, 'en')}"
            if main
            else ", average in every criterion"
        )
        but = f"; {'below' if high else 'but above'} it in: {listing(other, 'en')}" if other else ""
    return f"{text}{why}{but}."


def _standing_in_a_tie(rank: int, n: int, score: float, above: list[str], below: list[str], tie: str, language: Language) -> str:
    """What settled the place, and only then how the score compares: its tied neighbours have the same score, so that explains no order."""
    points = number(score, 3, language, keep_zeros=True)
    if language == "vi":
        text, average, over, under = (
            f"Xếp thứ {rank} trên {n} bản ({points} điểm), {tie}",
            "So với mức trung bình, điểm này",
            "hơn ở",
            "kém ở",
        )
    else:
        text, average, over, under = (
            f"Rank {rank} of {n} ({points} points), {tie}",
            "Compared with the average, it stands",
            "above in",
            "below in",
        )
    parts = [f"{word} {listing(some, language)}" for word, some in ((f"{over}:", above[:_STRONG]), (f"{under}:", below[:_STRONG])) if some]
    return f"{text}. {average} {'; '.join(parts)}." if parts else f"{text}."


def _certainty(row: pd.Series, top_k: int, language: Language) -> str:
    low, high, sure = int(row["rank_low"]), int(row["rank_high"]), percent(float(row[f"p_top_{top_k}"]), language)
    if language == "vi":
        span = f"thứ hạng giữ nguyên {low}" if low == high else f"thứ hạng nằm trong khoảng {low}–{high}"
        return (
            f"Xét cả sai số của trọng số, số liệu và phương pháp, {span} (90 % số lần mô phỏng); khả năng thuộc {top_k} bản đầu là {sure}."
        )
    span = f"the rank stays {low}" if low == high else f"the rank lies between {low} and {high}"
    return f"With the doubt about weights, data and methods, {span} (90 % of the draws); the probability of being among the first {top_k} is {sure}."


def _swap(
    down: dict[Hashable, Any] | None, up: dict[Hashable, Any] | None, rank: int, criteria: dict[str, Criterion], language: Language
) -> str:
    clauses = []
    for row, falls in ((down, True), (up, False)):
        if row is None:
            continue
        # a tie is told with the rank itself
        if row["change"] == 0:
            continue
        # several villages may move at once: only a change in the sense of the sentence is told
        if pd.isna(row["rank_after"]) or (int(row["rank_after"]) > rank) != falls or int(row["rank_after"]) == rank:
            continue
        c = criteria[row["criterion"]]
        # as many decimals as it takes to tell the two apart
        decimals = next((d for d in (1, 2, 3) if round(row["change"] * 100, d) != 0), 4)
        now, then = (percent(row[key], language, decimals) for key in ("weight_now", "weight_swap"))
        grows = row["change"] > 0
        if language == "vi":
            move = f"tăng từ {now} lên trên {then}" if grows else f"giảm từ {now} xuống dưới {then}"
            clauses.append(f"sẽ {'xuống' if falls else 'lên'} thứ {int(row['rank_after'])} nếu trọng số “{c.vi}” {move}")
        else:
            move = f"grew from {now} beyond {then}" if grows else f"fell from {now} below {then}"
            clauses.append(f"it would {'fall' if falls else 'rise'} to rank {int(row['rank_after'])} if the weight of “{c.en}” {move}")
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _unknown(rows: list[dict[Hashable, Any]], criteria: dict[str, Criterion], language: Language) -> str:
    if not rows:
        return ""
    first = rows[0]
    titles = [f"“{_title(criteria[r['criterion']], language)}”" for r in rows]
    best, worst = int(first["rank_best"]), int(first["rank_worst"])
    if language == "vi":
        text = f"Chưa có số liệu về {listing(titles, 'vi')}, đang tạm tính ở giữa thang"
        if best == worst:
            return f"{text}; có số liệu thì thứ hạng vẫn không đổi."
        return (
            f"{text}; cần hỏi trước nhất là {titles[0]}: sẽ lên thứ {best} nếu ở mức cấp thiết nhất, xuống thứ {worst} nếu ở mức thấp nhất."
        )
    text = f"Not known, and counted at the middle of the scale: {listing(titles, 'en')}"
    if best == worst:
        return f"{text}; knowing it would not change the rank."
    return f"{text}. Ask first for {titles[0]}: rank {best} if it were at its most urgent, rank {worst} if at its least."
