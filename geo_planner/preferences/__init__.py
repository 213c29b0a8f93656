"""What the council prefers, as a scenario states it: criteria with their bounds, weights by hand or by pairwise judgements."""

from geo_planner.preferences.catalogue import CATALOGUE, BuiltIn
from geo_planner.preferences.settings import Criterion, RankingSettings

__all__ = ["CATALOGUE", "BuiltIn", "Criterion", "RankingSettings"]
