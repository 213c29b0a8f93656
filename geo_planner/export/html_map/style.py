"""Colours and classes of the map: one place, so that the page, the app and their legends cannot disagree.

Every class can be told apart without seeing colour: village marks differ in fill, outline and dash, and the shades of the
surfaces grow darker in one direction. Blue always means signal, burnt orange always means none.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo_planner.config import Service

Rgba = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SurfaceClass:
    """A class of a surface: the values from `least` upwards (to the next class), their colour and key of its label."""

    least: float
    colour: str
    opacity: float = 1.0

    @property
    def rgba(self) -> Rgba:
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return red, green, blue, round(255 * self.opacity)


# Village marks by status: fill, outline, outline width, dash, colour of the rank number.
VILLAGE_MARKS: dict[str, dict[str, str | float]] = {
    "no_signal": {"fill": "#c24a00", "line": "#4a1c00", "weight": 1.5, "dash": "", "ink": "#ffffff"},
    "partial": {"fill": "#f6c945", "line": "#5c4300", "weight": 1.5, "dash": "", "ink": "#2b1f00"},
    "covered": {"fill": "#ffffff", "line": "#0b5cad", "weight": 3.0, "dash": "", "ink": "#0b4a8c"},
    "unknown": {"fill": "#ffffff", "line": "#5f6670", "weight": 2.0, "dash": "3 3", "ink": "#3c424a"},
}

AREA_SHARE_CLASSES = (
    SurfaceClass(0.0, "#f4f7fb"),
    SurfaceClass(0.2, "#c6dbef"),
    SurfaceClass(0.4, "#8ebfe0"),
    SurfaceClass(0.6, "#4a90c4"),
    SurfaceClass(0.8, "#1c5a99"),
)
"""Share of a commune's area that is covered."""

NEARLY_CERTAIN = 0.95
AS_LIKELY_AS_NOT = 0.5


def probability_classes(service: Service) -> tuple[SurfaceClass, ...]:
    """Classes of the coverage probability around the threshold from which a place counts as covered."""
    least = service.min_probability
    classes = [SurfaceClass(least, "#5aa0d0", 0.74)]
    if least > AS_LIKELY_AS_NOT:
        classes.insert(0, SurfaceClass(AS_LIKELY_AS_NOT, "#f0dc9a", 0.74))
    if least < NEARLY_CERTAIN:
        classes.append(SurfaceClass(NEARLY_CERTAIN, "#1f5f9e", 0.74))
    return tuple(classes)


def rsrp_classes(service: Service) -> tuple[SurfaceClass, ...]:
    """Classes of the RSRP; they only help to read the map and decide nothing, save for the service threshold itself."""
    threshold = service.rsrp_threshold_dbm
    return (
        SurfaceClass(threshold - 8, "#f0dc9a", 0.74),
        SurfaceClass(threshold, "#8cc7c1", 0.74),
        SurfaceClass(threshold + 8, "#3f8fb5", 0.74),
        SurfaceClass(threshold + 18, "#1c4b86", 0.74),
    )


UNKNOWN_SURFACE: Rgba = (120, 120, 120, 110)
"""Cells whose value could not be computed."""
