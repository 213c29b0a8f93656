"""geo_planner: from a list of villages without mobile signal to a terrain-checked, ranked, defensible proposal.

>>> from geo_planner import load_scenario, load_study_area, run  # doctest: +SKIP
>>> scenario = load_scenario(Path("data/scenarios/lai_chau_sample.yaml"))  # doctest: +SKIP
>>> plan = run(scenario, load_study_area(Path("data"), scenario))  # doctest: +SKIP
>>> plan.villages[["rank", "name", "score"]].head()  # doctest: +SKIP
"""

from geo_planner.config import Scenario, load_scenario
from geo_planner.errors import Fault, GeoPlannerError, InputError
from geo_planner.plan import Plan, run
from geo_planner.sources import StudyArea, load_study_area

__all__ = ["Fault", "GeoPlannerError", "InputError", "Plan", "Scenario", "StudyArea", "load_scenario", "load_study_area", "run"]
