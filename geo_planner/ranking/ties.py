"""Ties in words: who has the same score, and what settled the order among them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from geo_planner.ranking.scoring import Ranking
from geo_planner.ranking.wording import Language

_MOST_NAMES = 3
_SETTLED: dict[str, dict[Language, str]] = {
    "need": {
        "vi": "bản không kém ở tiêu chí nào và hơn ở ít nhất một tiêu chí xếp trước",
        "en": "the one at least as urgent in every criterion and more in one comes first",
    },
    "households": {"vi": "bản có nhiều hộ hơn xếp trước", "en": "the one with more households comes first"},
    "id": {
        "vi": "số hộ không phân biệt được, nên xếp theo mã bản",
        "en": "the number of households does not tell them apart, so the id does",
    },
    "then_id": {"vi": "nếu số hộ cũng không phân biệt được thì theo mã bản", "en": "and where that does not tell them apart, the id does"},
}


def tied_names(others: Sequence[str], names: Mapping[Hashable, object], language: Language) -> str:
    """Tied villages by name and id, the first few of many.

    >>> tied_names(("A2",), {"A2": "Bản Hai"}, "vi"), tied_names(("A2", "A3"), {}, "en")
    ('Bản Hai (A2)', 'A2; A3')
    """
    told = [_named(village, names) for village in others[:_MOST_NAMES]]
    more = len(others) - len(told)
    if not more:
        return "; ".join(told)
    return f"{'; '.join(told)} và {more} bản khác" if language == "vi" else f"{'; '.join(told)} and {more} more"


def tie_words(others: Sequence[str], names: Mapping[Hashable, object], language: Language) -> str:
    """ "Tied with …" in words; empty where nobody has the same score."""
    if not others:
        return ""
    return f"{'đồng điểm với' if language == 'vi' else 'tied with'} {tied_names(others, names, language)}"


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

    def settled(self, village: Hashable, language: Language) -> str:
        """Who ties with a village and what put them in order; empty where nobody does."""
        others = self._order.tied_with[village]
        if not others:
            return ""
        first = min(str(village), others[0], key=self._rank.__getitem__)
        if first not in self._rules:  # once for all villages of the tie
            self._rules[first] = self._rules_of(sorted((str(village), *others), key=self._rank.__getitem__))
        why = ", ".join(_SETTLED[rule][language] for rule in self._rules[first])
        return f"{tie_words(others, self._names, language)}: {why}"

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
    # one line, and no full stop at which a reader of sentences would stop
    line = " ".join(str(name).split()).replace(". ", ".\u00a0")
    return f"{line} ({village})"
