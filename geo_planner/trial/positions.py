"""A typed position to a place of the plan's province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_planner.trial.kept import kept

if TYPE_CHECKING:
    from geo_planner.imports.places.typed import Position, Province
    from geo_planner.plan import Plan


def parse_position(text: str, plan: Plan, *, hints: str = "") -> Position:
    """The place that people mean by what they type: degrees, degrees-minutes-seconds, VN-2000 or UTM, in either order.

    Parameters
    ----------
    text : str
    plan : Plan
        Whose communes the place should lie in.
    hints : str
        What is known of the coordinate system, as people say it (``VN-2000, KTT 103``, ``UTM 48``, ``EPSG:9205``).

    Raises
    ------
    UsageError
        With a sentence: no two coordinates, outside the province, or several places that they may mean.
    """
    from geo_planner.imports.places.typed import read_position  # here: few type a position, and with it comes all that reads lists

    return read_position(text, kept(plan, "province", lambda: _province(plan)), hints=hints)


def _province(plan: Plan) -> Province:
    from geo_planner.imports.places.typed import Province

    area = plan.study_area
    west, _, east, _ = area.communes.total_bounds
    return Province(area.communes.geometry.to_crs(area.metric_crs).union_all(), area.metric_crs, float(west + east) / 2.0)
