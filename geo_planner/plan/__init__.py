"""Study area and scenario in, plan out: what a run gives, the order of its steps, and a plan read again from its folder."""

from geo_planner.plan.loading import kept_parts, load_plan
from geo_planner.plan.result import Measured, Plan
from geo_planner.plan.steps import CoverBy, Known, Progress, cover, planned, reordered, run, second_coverage, with_build

__all__ = [
    "CoverBy",
    "Known",
    "Measured",
    "Plan",
    "Progress",
    "cover",
    "kept_parts",
    "load_plan",
    "planned",
    "reordered",
    "run",
    "second_coverage",
    "with_build",
]
