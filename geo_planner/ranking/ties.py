"""Ties in words: who has the same score, and what settled the order among them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from geo_planner.ranking.scoring import Ranking
from geo_planner.words import Language, Said, said

_MOST_NAMES = 3


def tied(others: Sequence[str], names: Mapping[Hashable, object]) -> Said:
    """Tied villages by name and id, the first few of many.

    >>> tied(("A2",), {"A2": "Bản Hai"}).text("vi"), tied(("A2", "A3"), {}).text("en")
    ('Bản Hai (A2)', 'A2; A3')
    """
    told = [_named(village, names) for village in others[:_MOST_NAMES]]
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
