"""Why a village stands where it stands, and with whom it ties: sentences made from the figures and from nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from geo_planner.preferences.settings import Criterion
from geo_planner.ranking.scoring import Ranking
from geo_planner.words import LANGUAGES, Label, Language, Said, households, said

_SHARES = ("poverty_share", "no_coverage_probability")
_ROADS = {0.0: "criterion_value.road_car", 0.5: "criterion_value.road_motorbike", 1.0: "criterion_value.road_foot"}
_UNITS = {"hộ": "criterion_figure.households", "giờ": "criterion_figure.hours", "triệu đồng/hộ": "criterion_figure.cost"}
"""Units of the built-in criteria; any other stands as the scenario writes it."""
_STRONG, _WEAK = 3, 2
"""How many criteria a sentence names on the side that decides, and on the other."""
MOST_NAMES = 3
_LEAST = 0.0005
"""Differences from the average that the three decimals shown would round to nothing."""


def described(criterion: Criterion, value: float) -> Said:
    """The value of a criterion in words.

    >>> described(Criterion(name="households"), 107.0).text("vi"), described(Criterion(name="road_difficulty"), 0.5).text("vi")
    ('107 hộ', 'chỉ đi được xe máy')
    >>> described(Criterion(name="households_without_signal"), 105.9).text("vi")
    'khoảng 106 hộ'
    """
    if pd.isna(value):
        return said("criterion_value.missing")
    if criterion.name == "road_difficulty" and value in _ROADS:
        return said(_ROADS[value])
    if criterion.name in _SHARES:
        return said("criterion_value.share", value=value)
    if not criterion.unit and value in (0.0, 1.0) and set(criterion.bounds) == {0.0, 1.0}:
        return said("criterion_value.yes" if value == 1.0 else "criterion_value.no")
    if _UNITS.get(criterion.unit) == "criterion_figure.households" and value >= 0:
        return said("criterion_figure.households", value=households(value))
    figure = said("criterion_value.tenths" if abs(value) < 1000 else "criterion_value.whole", value=value)
    if not criterion.unit:
        return figure
    key = _UNITS.get(criterion.unit)
    return said("criterion_figure.unit", value=figure, unit=criterion.unit) if key is None else said(key, value=figure)


def _title(criterion: Criterion) -> Label:
    return Label(criterion.name, criterion.vi, criterion.en)


def _inside(criterion: Criterion) -> Label:
    """The title as it stands inside a sentence."""
    return Label(criterion.name, _lower_first(criterion.vi), _lower_first(criterion.en))


def _lower_first(title: str) -> str:
    return title if len(title) > 1 and title[1].isupper() else title[:1].lower() + title[1:]


def explained(
    criteria: Sequence[Criterion],
    *,
    villages: pd.DataFrame,
    values: pd.DataFrame,
    order: Ranking,
    simulation: pd.DataFrame,
    top_k: int,
    swaps: pd.DataFrame,
    what_if: pd.DataFrame,
) -> pd.Series:
    """The sentences on each village; the first says where it stands and why.

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
    Series of tuple of Said
        Same index as `order`.
    """
    rank, lifts = order.rank, order.contributions - order.contributions.mean()
    ties = Ties(order, villages)
    by_name = {c.name: c for c in criteria}
    inside = {c.name: _inside(c) for c in criteria}
    nearest = {key: row for row in swaps[swaps["smallest"]].to_dict("records") for key in [(row["village_id"], row["direction"])]}
    lacking: dict[Any, list[dict[Hashable, Any]]] = {}
    for row in what_if.to_dict("records"):
        lacking.setdefault(row["village_id"], []).append(row)
    told = []
    for village in rank.index:
        lift = lifts.loc[village].sort_values(kind="stable")
        above, below = (
            [said(key, title=inside[n], value=described(by_name[n], values.loc[village, n]), by=abs(lift[n])) for n in side[:_STRONG]]
            for key, side in (
                ("explain_item.more", [n for n in reversed(lift.index) if lift[n] > _LEAST]),
                ("explain_item.less", [n for n in lift.index if lift[n] < -_LEAST]),
            )
        )
        facts = {"rank": int(rank[village]), "n": len(rank), "score": float(order.score[village])}
        tie = ties.settled(village)
        told.append(
            (
                *([_standing(facts, above, below)] if tie is None else _standing_in_a_tie(facts, above, below, tie)),
                _certainty(simulation.loc[village], top_k),
                *_swap(nearest.get((village, "below")), nearest.get((village, "above")), int(rank[village]), by_name),
                *_unknown(lacking.get(village, []), by_name),
            )
        )
    return pd.Series(told, index=rank.index, dtype=object)


def explanations(told: pd.Series) -> pd.DataFrame:
    """What :func:`explained` says, as one paragraph a village: ``explanation_vi``, ``explanation_en``."""
    columns = {
        f"explanation_{language}": [" ".join(sentence.text(language) for sentence in sentences) for sentences in told]
        for language in LANGUAGES
    }
    return pd.DataFrame(columns, index=told.index).astype("string")


def _listed(items: Sequence[Said]) -> Said:
    """Items as in a sentence; they may hold commas, so they are parted by semicolons."""
    return items[0] if len(items) == 1 else said("listed", first=items[:-1], last=items[-1])


def _standing(facts: Mapping[str, Any], above: list[Said], below: list[Said]) -> Said:
    high = 2 * facts["rank"] <= facts["n"] + 1
    main, other = (above, below[:_WEAK]) if high else (below, above[:_WEAK])
    if main and other:
        return said("explain_standing.high_but" if high else "explain_standing.low_but", **facts, main=_listed(main), other=_listed(other))
    if main:
        return said("explain_standing.high" if high else "explain_standing.low", **facts, main=_listed(main))
    if other:
        return said("explain_average.below" if high else "explain_average.above", **facts, other=_listed(other))
    return said("explain_average.all", **facts)


def _standing_in_a_tie(facts: Mapping[str, Any], above: list[Said], below: list[Said], tie: Said) -> list[Said]:
    """What settled the place, and only then how the score compares: its tied neighbours have the same score, so that explains no order."""
    sides = {name: _listed(items) for name, items in (("above", above), ("below", below)) if items}
    key = "both" if len(sides) == 2 else next(iter(sides), None)
    return [said("explain_tied", **facts, tie=tie), *([] if key is None else [said(f"explain_compared.{key}", **sides)])]


def _certainty(row: pd.Series, top_k: int) -> Said:
    low, high = int(row["rank_low"]), int(row["rank_high"])
    key = "explain_certainty.fixed" if low == high else "explain_certainty.range"
    return said(key, low=low, high=high, k=top_k, chance=float(row[f"p_top_{top_k}"]))


def _swap(down: dict[Hashable, Any] | None, up: dict[Hashable, Any] | None, rank: int, criteria: dict[str, Criterion]) -> list[Said]:
    facts: dict[str, Any] = {}
    for row, falls in ((down, True), (up, False)):
        # a tie is told with the rank itself
        if row is None or row["change"] == 0:
            continue
        # several villages may move at once: only a change in the sense of the sentence is told
        if pd.isna(row["rank_after"]) or (int(row["rank_after"]) > rank) != falls or int(row["rank_after"]) == rank:
            continue
        # as many decimals as it takes to tell the two apart
        decimals = next((d for d in (1, 2, 3) if round(row["change"] * 100, d) != 0), 4)
        now, then = (said(f"share_decimals.{decimals}", share=row[key]) for key in ("weight_now", "weight_swap"))
        moves = "explain_weight.grows" if row["change"] > 0 else "explain_weight.falls"
        facts["lower" if falls else "higher"] = int(row["rank_after"])
        facts["down" if falls else "up"] = said(moves, title=_title(criteria[row["criterion"]]), now=now, then=then)
    if not facts:
        return []
    return [said("explain_swap.both" if len(facts) == 4 else "explain_swap.down" if "down" in facts else "explain_swap.up", **facts)]


def _unknown(rows: list[dict[Hashable, Any]], criteria: dict[str, Criterion]) -> list[Said]:
    if not rows:
        return []
    titles = [said("explain_title", title=_title(criteria[r["criterion"]])) for r in rows]
    best, worst = int(rows[0]["rank_best"]), int(rows[0]["rank_worst"])
    if best == worst:
        return [said("explain_unknown.same", titles=_listed(titles))]
    return [said("explain_unknown.matters", titles=_listed(titles), first=titles[0], best=best, worst=worst)]


def tied(others: Sequence[str], names: Mapping[Hashable, object]) -> Said:
    """Tied villages by name and id, the first few of many.

    >>> tied(("A2",), {"A2": "Bản Hai"}).text("vi"), tied(("A2", "A3"), {}).text("en")
    ('Bản Hai (A2)', 'A2; A3')
    """
    told = [_named(village, names) for village in others[:MOST_NAMES]]
    more = len(others) - len(told)
    return said("tied_villages.more", names=told, more=more) if more else said("tied_villages.all", names=told)


def tied_names(others: Sequence[str], names: Mapping[Hashable, object], language: Language) -> str:
    """The same in one language; empty where nobody has the same score."""
    return tied(others, names).text(language)


def tied_column(tied_with: pd.Series, names: Mapping[Hashable, object], language: Language) -> pd.Series:
    """For a table that people read: the tied villages by name, empty where there are none."""
    return tied_with.map(lambda others: tied_names(others, names, language)).astype("string")


class Ties:
    """The ties of an order, and what settled each of them."""

    def __init__(self, order: Ranking, villages: pd.DataFrame) -> None:
        self._order = order
        self._names: Mapping[Hashable, object] = villages["name"].to_dict() if "name" in villages else {}
        count = pd.to_numeric(villages["households"], errors="coerce").astype("Float64").fillna(0.0)
        # ids as text: ties are told by text ids, whatever the index holds
        self._count = {str(village): float(n) for village, n in count.items()}
        self._rules: dict[str, list[str]] = {}
        self._rank = {str(village): int(place) for village, place in order.rank.items()}

    def settled(self, village: Hashable) -> Said | None:
        """Who ties with a village and what put them in order; None where nobody does."""
        others = self._order.tied_with[village]
        if not others:
            return None
        first = min(str(village), others[0], key=self._rank.__getitem__)
        if first not in self._rules:  # once for all villages of the tie
            self._rules[first] = self._rules_of(sorted((str(village), *others), key=self._rank.__getitem__))
        rules = [said(f"tie_rule.{rule}") for rule in self._rules[first]]
        return said("tie_settled", tie=said("tied_with.clause", others=tied(others, self._names)), rules=rules)

    def _rules_of(self, listed: list[str]) -> list[str]:
        """What it took to put them in order; a step that neither households nor the id explain was settled by need."""
        counts = [self._count[village] for village in listed]
        steps = zip(counts, counts[1:], listed, listed[1:], strict=False)
        need = ["need"] if any(upper < lower or (upper == lower and first > second) for upper, lower, first, second in steps) else []
        if len(set(counts)) == 1:
            return [*need, "id"]
        return [*need, "households", *(["then_id"] if len(set(counts)) < len(counts) else [])]


def _named(village: str, names: Mapping[Hashable, object]) -> str:
    name = names.get(village)
    if name is None or pd.isna(name):
        return village
    return f"{' '.join(str(name).split())} ({village})"
