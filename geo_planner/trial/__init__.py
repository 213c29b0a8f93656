"""What a planner asks at the map: facts of a place, a mast on trial, why a village has no signal, what would cure it, where something is."""

from typing import TYPE_CHECKING

from geo_planner.trial.cures import cures
from geo_planner.trial.figures import Sector, TrialMast, mast_of_option, usual_mast
from geo_planner.trial.fixing import Fixed, forbidden, undone, with_trial
from geo_planner.trial.masts import Trial, trial_mast
from geo_planner.trial.points import Level, PointFacts, Server, point_facts
from geo_planner.trial.positions import parse_position
from geo_planner.trial.search import Found, find
from geo_planner.trial.together import gained_together
from geo_planner.trial.why import MastPath, WhyNot, why_not

if TYPE_CHECKING:  # a name for pages; with its module comes all that reads lists
    from geo_planner.imports.places.typed import Position as Position

__all__ = [
    "Fixed", "Found", "Level", "MastPath", "PointFacts", "Sector", "Server", "Trial", "TrialMast", "WhyNot", "cures", "find", "forbidden",
    "gained_together", "mast_of_option", "parse_position", "point_facts", "trial_mast", "undone", "usual_mast", "why_not", "with_trial",
]  # fmt: skip
