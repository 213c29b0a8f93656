"""What the council prefers, as a scenario states it: criteria with their bounds, weights by hand or by pairwise judgements."""

from geo_planner.preferences.catalogue import CATALOGUE, BuiltIn
from geo_planner.preferences.settings import Criterion, RankingSettings
from geo_planner.settings import ASSUMPTION

__all__ = ["ASSUMPTION", "CATALOGUE", "BuiltIn", "Criterion", "RankingSettings"]
