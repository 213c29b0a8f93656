"""Who first: gates, criteria, methods, the doubts about them and the reasons in words.

:func:`rank` does it all; the modules below it work by themselves on tables.
"""

from geo_planner.preferences.catalogue import CATALOGUE, BuiltIn
from geo_planner.preferences.settings import Criterion, RankingSettings
from geo_planner.preferences.weights import Ahp, ahp, pairwise_table
from geo_planner.ranking.criteria import DERIVED, Context, criteria_values, standalone_cost_mvnd, unknown_criteria, unread_cells
from geo_planner.ranking.explain import explained, explanations
from geo_planner.ranking.fairness import fairness, fairness_table
from geo_planner.ranking.gates import gate_questions, responsibility
from geo_planner.ranking.methods import METHODS, Comparison, Method, compare
from geo_planner.ranking.questions import questions
from geo_planner.ranking.result import RankingResult, rank
from geo_planner.ranking.robustness import Simulation, simulate
from geo_planner.ranking.scoring import MIDPOINT, Ranking, rank_villages, rank_within
from geo_planner.ranking.sensitivity import swap_points, what_if
from geo_planner.ranking.travel import travel_time_h, village_travel

__all__ = [
    "CATALOGUE",
    "DERIVED",
    "METHODS",
    "MIDPOINT",
    "Ahp",
    "BuiltIn",
    "Comparison",
    "Context",
    "Criterion",
    "Method",
    "Ranking",
    "RankingResult",
    "RankingSettings",
    "Simulation",
    "ahp",
    "compare",
    "criteria_cell_faults",
    "criteria_values",
    "explained",
    "explanations",
    "fairness",
    "fairness_table",
    "gate_questions",
    "pairwise_table",
    "questions",
    "rank",
    "rank_villages",
    "rank_within",
    "responsibility",
    "simulate",
    "standalone_cost_mvnd",
    "swap_points",
    "travel_time_h",
    "unknown_criteria",
    "unread_cells",
    "village_travel",
    "what_if",
]
