"""The built-in criteria, declared once: what each measures, its fixed bounds, weight and source; their words are in the catalogue of sentences.

Bounds and weights are defaults for the province to change; none stands in a decree. A scenario that names one of these criteria may leave
out anything declared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geo_planner.words import Said, said

ASSUMED = "giả định, để tỉnh quyết định"

Answerer = Literal["commune", "department", "model"]
"""Who can supply a value that is missing: the commune, the department, or nobody but a better model or terrain."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Declaration of one criterion.

    Attributes
    ----------
    name : str
    unit : str
        Of the value and of the bounds; empty for shares and yes/no.
    bounds : tuple of float
        Value of least and of greatest urgency; the order is the direction.
    weight : float
        Only the proportions count.
    reads : tuple of str
        Village columns behind the value; a blank in one of them is what the question asks for.
    asks : {"commune", "department", "model"}
        Who can supply what is missing.
    source : str
    assumption : bool
        Whether bounds or weight are an assumption, which the province may change.
    """

    name: str
    unit: str
    bounds: tuple[float, float]
    weight: float
    reads: tuple[str, ...]
    asks: Answerer = "commune"
    source: str = ASSUMED
    assumption: bool = True

    @property
    def title(self) -> Said:
        return said(f"criterion.{self.name}")

    @property
    def why(self) -> Said:
        """One sentence for the council: why the criterion counts."""
        return said(f"criterion_why.{self.name}")

    @property
    def question(self) -> Said:
        """The question for what is missing."""
        return said(f"criterion_ask.{self.name}")


_ALL = (
    BuiltIn("households", "hộ", (0, 150), 25, ("households",)),
    BuiltIn("households_without_signal", "hộ", (0, 150), 25, ("households", "coverage_probability")),
    BuiltIn("poverty_share", "", (0, 1), 20, ("households", "poor_households", "near_poor_households")),
    BuiltIn("no_coverage_probability", "", (0, 1), 15, ("coverage_probability",), asks="department"),
    BuiltIn("nearest_site_km", "km", (0, 15), 10, ("nearest_site_km",), asks="department"),
    BuiltIn("travel_to_signal_h", "giờ", (0, 3), 10, ("travel_to_signal_h",), asks="model"),
    BuiltIn("travel_to_seat_h", "giờ", (0, 5), 8, ("travel_to_seat_h",), asks="department"),
    BuiltIn("road_difficulty", "", (0, 1), 8, ("road_access",)),
    BuiltIn("border", "", (0, 1), 8, ("border",), asks="department"),
    BuiltIn("region_iii", "", (0, 1), 6, ("region_class",), asks="department", source="QĐ 113/QĐ-UBND ngày 16/1/2026; trọng số giả định"),
    BuiltIn("school_site", "", (0, 1), 5, ("school_site",)),
    BuiltIn("health_post", "", (0, 1), 3, ("health_post",)),
    BuiltIn("public_service_km", "km", (0, 30), 5, ("public_service_km",)),
    BuiltIn("grid_power", "", (0, 1), 0, ("grid_power",)),
    BuiltIn("disaster_watch", "", (0, 1), 5, ("disaster_watch",)),
    BuiltIn(
        "standalone_cost_per_household_mvnd",
        "triệu đồng/hộ",
        (150, 15),
        8,
        ("households", "grid_power", "nearest_site_km", "road_access"),
        source="ước tính, xem ranking.cost",
        assumption=False,
    ),
)

CATALOGUE: dict[str, BuiltIn] = {entry.name: entry for entry in _ALL}
