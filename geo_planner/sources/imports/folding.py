"""Words without marks, case and signs; see :mod:`geo_planner.sources.folding`."""

from geo_planner.sources.folding import fold, slug

__all__ = ["fold", "slug"]
