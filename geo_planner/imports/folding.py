"""Words without marks, case and signs; see :mod:`geo_planner.folding`."""

from geo_planner.folding import fold, slug

__all__ = ["fold", "slug"]
