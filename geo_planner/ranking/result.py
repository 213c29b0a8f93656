"""One entry: villages, their values and the settings in; order, doubts, reasons and questions out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner.preferences.settings import Criterion, RankingSettings
from geo_planner.preferences.weights import Ahp
from geo_planner.ranking.criteria import Context, criteria_values
from geo_planner.ranking.explain import explained, explanations
from geo_planner.ranking.fairness import fairness
from geo_planner.ranking.gates import responsibility
from geo_planner.ranking.methods import METHODS, Comparison, compare, contributions
from geo_planner.ranking.questions import questions
from geo_planner.ranking.robustness import Simulation, simulate
from geo_planner.ranking.scoring import MIDPOINT, Ranking, rank_villages, rank_within, ranking_of, urgency
from geo_planner.ranking.sensitivity import additive, swap_points, what_if


@dataclass(frozen=True, slots=True)
class RankingResult:
    """Everything that the ranking says; tables on the index of the villages unless told otherwise.

    Attributes
    ----------
    score, rank, rank_in_group : Series
    tied_with : Series of tuple of str
        The other villages of the same score, in order of rank; the rank then tells what settled the tie, not a greater need.
    contributions : DataFrame
        One column a criterion; rows add up to `score`.
    contributions_exact : bool
        False where the method's score is no sum (both kinds of TOPSIS) and the contributions share it out for display.
    missing : Series of tuple of str
    responsibility : DataFrame
        ``responsibility``, ``responsibility_reason``, ``responsibility_datum``.
    values : DataFrame
        Before scaling; NaN where not known.
    criteria : tuple of Criterion
        With the weights that count, summing to 1.
    ahp : Ahp or None
        The pairwise table worked out, where the scenario holds one.
    simulation : Simulation
    methods : Comparison
    swaps, what_if, questions : DataFrame
        Tables of their own, see :mod:`geo_planner.ranking.tables`.
    explained : Series of tuple of Said
        Why each village stands where it stands, sentence by sentence.
    explanations : DataFrame
        The same in words: ``explanation_vi``, ``explanation_en``.
    fairness : dict of str to DataFrame
        By ``commune_name`` (or ``commune_code``), ``ethnic_group``, ``border``, ``region_class``, as far as the villages have them.
    """

    score: pd.Series
    rank: pd.Series
    rank_in_group: pd.Series
    tied_with: pd.Series
    contributions: pd.DataFrame
    contributions_exact: bool
    missing: pd.Series
    responsibility: pd.DataFrame
    values: pd.DataFrame
    criteria: tuple[Criterion, ...]
    ahp: Ahp | None
    simulation: Simulation
    methods: Comparison
    swaps: pd.DataFrame
    what_if: pd.DataFrame
    questions: pd.DataFrame
    explained: pd.Series
    explanations: pd.DataFrame
    fairness: dict[str, pd.DataFrame]

    def records(self) -> dict[Hashable, dict[str, Any]]:
        """The keys that the ranking adds to each village of summary.json; plain Python values, None where not known."""
        swaps = _by_village(self.swaps[self.swaps["smallest"]].drop(columns="smallest"))
        asked = _by_village(self.questions)
        drawn = self.simulation.table.to_dict("index")
        ranks_of = self.methods.ranks.to_dict("index")
        tied_by = self.methods.tied_with.to_dict("index")
        told = self.explanations.to_dict("index")
        datum = self.responsibility["responsibility_datum"]
        return {
            village: {
                **{key: int(drawn[village][key]) for key in ("rank_low", "rank_high", "rank_median")},
                "p_top_k": {str(k): float(drawn[village][f"p_top_{k}"]) for k in self.simulation.top_k},
                "swap": swaps.get(village, []),
                "tied_with": list(self.tied_with[village]),
                "methods": {str(name): int(place) for name, place in ranks_of[village].items()},
                "methods_tied_with": {str(name): list(others) for name, others in tied_by[village].items()},
                "explanation": {language: str(told[village][f"explanation_{language}"]) for language in ("vi", "en")},
                "questions": asked.get(village, []),
                "responsibility_datum": str(datum[village]),
            }
            for village in self.rank.index
        }

    def summary(self) -> dict[str, Any]:
        """What the ranking adds at the top of summary.json: weights, methods with their tau, fairness; plain Python values."""
        tau = self.methods.tau.round(6)
        return {
            "weights": {c.name: c.weight for c in self.criteria},
            "ahp": None if self.ahp is None else {"consistency_ratio": self.ahp.consistency_ratio, "consistent": self.ahp.consistent},
            "contributions_exact": self.contributions_exact,
            "methods": {
                name: {
                    "can_reverse_ranks": METHODS[str(name)].can_reverse_ranks,
                    "kendall_tau": {str(other): _plain(value) for other, value in tau[name].items()},
                }
                for name in self.methods.ranks
            },
            "fairness": {
                name: [{"group": str(g), **{k: _plain(v) for k, v in row.items()}} for g, row in t.iterrows()]
                for name, t in self.fairness.items()
            },
            "draws": self.simulation.draws,
        }


def rank(
    villages: pd.DataFrame, settings: RankingSettings, *, seed: int, travel: pd.DataFrame | None = None, values: pd.DataFrame | None = None
) -> RankingResult:
    """Put the villages in order and question that order.

    Parameters
    ----------
    villages : DataFrame
        Index ``village_id``; columns of ``schema.VILLAGES`` and those that the coverage and the communes add (``coverage_probability``,
        ``nearest_site_km``, ``border``, ``region_class``, ``region_known``, ``commune_name``); optional ``ethnic_group``,
        ``public_service_km``, ``disaster_watch`` and whatever the scenario's own criteria read.
    settings : RankingSettings
    seed : int
        Of every random draw.
    travel : DataFrame, optional
        As :func:`geo_planner.ranking.travel.village_travel` gives it; without it every travel time is missing.
    values : DataFrame, optional
        Values of the criteria that are already worked out; else :func:`geo_planner.ranking.criteria.criteria_values` does it.

    Raises
    ------
    InputError
        When a criterion names no column, or a cell that it reads is neither a number nor yes/no.
    """
    criteria = settings.weighted_criteria()
    if values is None:
        values = criteria_values(villages, criteria, Context(travel, settings.cost))
    households = villages["households"]
    main = order_of(values, criteria, settings, households)
    who = responsibility(villages)
    # swaps are told for the order of a method that is a sum: for TOPSIS that of the weighted sum
    swap_rank = main.rank if additive(settings.method) == settings.method else rank_villages(values, criteria, households=households).rank
    swaps = swap_points(values, criteria, swap_rank, method=settings.method, thresholds=settings.promethee)
    doubts = what_if(values, criteria, households=households, method=settings.method)
    inputs = pd.DataFrame({"households": households, "coverage_probability": villages["coverage_probability"]})
    simulation = simulate(values, criteria, settings.robustness, inputs=inputs, top_k=settings.top_k, seed=seed)
    told = explained(
        criteria, villages=villages, values=values, order=main, simulation=simulation.table, top_k=settings.top_k,
        swaps=swaps if METHODS[settings.method].additive else swaps.iloc[:0], what_if=doubts,
    )  # fmt: skip
    return RankingResult(
        score=main.score,
        rank=main.rank,
        rank_in_group=rank_within(main.rank, who["responsibility"]),
        tied_with=main.tied_with,
        contributions=main.contributions,
        contributions_exact=METHODS[settings.method].additive,
        missing=main.missing,
        responsibility=who,
        values=values,
        criteria=criteria,
        ahp=settings.ahp(),
        simulation=simulation,
        methods=compare(values, settings, households=households),
        swaps=swaps,
        what_if=doubts,
        questions=questions(villages, criteria, doubts),
        explained=told,
        explanations=explanations(told),
        fairness=fairness(villages, main.rank, main.score, top_k=settings.top_k),
    )


def order_of(values: pd.DataFrame, criteria: tuple[Criterion, ...], settings: RankingSettings, households: pd.Series) -> Ranking:
    """The order by the method of the settings, not questioned."""
    if settings.method == "weighted_sum":
        return rank_villages(values, criteria, households=households)
    u = urgency(values, criteria)
    shares = pd.DataFrame(
        contributions(settings.method, u.fillna(MIDPOINT).to_numpy(), criteria, settings.promethee), index=u.index, columns=u.columns
    )
    return ranking_of(shares.sum(axis=1).rename("score"), shares, u.to_numpy(), criteria=criteria, households=households)


def _by_village(table: pd.DataFrame) -> dict[Hashable, list[dict[str, Any]]]:
    found: dict[Hashable, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        found.setdefault(row.pop("village_id"), []).append({str(key): _plain(value) for key, value in row.items()})
    return found


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
