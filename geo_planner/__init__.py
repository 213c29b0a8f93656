"""geo_planner: from a list of villages without mobile signal to a terrain-checked, ranked, defensible proposal.

>>> from geo_planner import load_scenario, load_study_area, run  # doctest: +SKIP
>>> scenario = load_scenario(Path("data/scenarios/lai_chau_sample.yaml"))  # doctest: +SKIP
>>> plan = run(scenario, load_study_area(Path("data"), scenario))  # doctest: +SKIP
>>> plan.villages[["rank", "name", "score"]].head()  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_planner.config import Scenario, load_scenario
    from geo_planner.errors import Fault, GeoPlannerError, InputError
    from geo_planner.plan import Plan, run
    from geo_planner.study_area import StudyArea, load_study_area

__all__ = ["Fault", "GeoPlannerError", "InputError", "Plan", "Scenario", "StudyArea", "load_scenario", "load_study_area", "run"]

_HOMES = {
    "config": ("Scenario", "load_scenario"),
    "errors": ("Fault", "GeoPlannerError", "InputError"),
    "plan": ("Plan", "run"),
    "study_area": ("StudyArea", "load_study_area"),
}


def __getattr__(name: str) -> Any:
    # on first use, so that a command that needs little starts at once
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"geo_planner.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
