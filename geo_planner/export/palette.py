"""Colours and classes of map, charts and spreadsheets: one place, so that page, app, documents and their legends cannot disagree.

Every class can be told apart without seeing colour: village marks differ in fill, outline and dash, and the shades of the
surfaces grow darker in one direction. Blue always means signal, burnt orange always means none.

A surface is painted opaque in the very colour of its swatch, and the relief lies over it as shadows and lights that take
nothing from level ground: what a reader finds on the map is what the legend shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo_planner.config import Service

Rgba = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SurfaceClass:
    """A class of a surface: the values from `least` upwards (to the next class) and their colour."""

    least: float
    colour: str


# Village marks by status: fill, outline, outline width, dash, colour of the rank number.
VILLAGE_MARKS: dict[str, dict[str, str | float]] = {
    "no_signal": {"fill": "#c24a00", "line": "#4a1c00", "weight": 1.5, "dash": "", "ink": "#ffffff"},
    "partial": {"fill": "#f6c945", "line": "#5c4300", "weight": 1.5, "dash": "", "ink": "#2b1f00"},
    "covered": {"fill": "#ffffff", "line": "#0b5cad", "weight": 3.0, "dash": "", "ink": "#0b4a8c"},
    "unknown": {"fill": "#ffffff", "line": "#5f6670", "weight": 2.0, "dash": "3 3", "ink": "#3c424a"},
}

# Tints of the statuses in print, apart for colour-blind eyes and in grey; the word stands in the cell all the same.
STATUS_FILLS = {"no_signal": "#F2B79F", "partial": "#FFEFB0", "covered": "#CFE2F3", "unknown": "#EDEDED"}

AGREEMENT_COLOURS = {"weaker": "#d55e00", "agrees": "#3c444d", "stronger": "#0b5cad"}
# Samples against the model: full where they are weaker, hollow where they are stronger, small where both agree.
MEASURED_MARKS: dict[str, dict[str, str | float | bool]] = {
    "weaker": {"radius": 5, "weight": 1, "color": "#4a1c00", "fill": True, "fillColor": AGREEMENT_COLOURS["weaker"], "fillOpacity": 0.95},
    "agrees": {"radius": 3, "weight": 1, "color": "#ffffff", "fill": True, "fillColor": AGREEMENT_COLOURS["agrees"], "fillOpacity": 0.9},
    "stronger": {
        "radius": 4.5,
        "weight": 2.5,
        "color": AGREEMENT_COLOURS["stronger"],
        "fill": True,
        "fillColor": "#ffffff",
        "fillOpacity": 0.9,
    },
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
    classes = [SurfaceClass(least, "#5aa0d0")]
    if least > AS_LIKELY_AS_NOT:
        classes.insert(0, SurfaceClass(AS_LIKELY_AS_NOT, "#f0dc9a"))
    if least < NEARLY_CERTAIN:
        classes.append(SurfaceClass(NEARLY_CERTAIN, "#1f5f9e"))
    return tuple(classes)


# the darkest sand stays clearly lighter than the lightest green, for a sheet that is printed in greys
_WEAK_SHADES = ("#f5e5b5", "#e8c86f")
_STRONG_SHADES = ("#6fb0b0", "#33789f", "#24558f")


def rsrp_classes(service: Service) -> tuple[SurfaceClass, ...]:
    """Classes of the RSRP as the scenario sets their limits; they only help to read the map and decide nothing.

    Those below the service threshold are sand, those from it on run from green to dark blue.
    """
    limits = sorted(service.class_limits_dbm)
    weak = [limit for limit in limits if limit < service.rsrp_threshold_dbm]
    strong = limits[len(weak) :]
    shades = [*_shades(_WEAK_SHADES, len(weak)), *_shades(_STRONG_SHADES, len(strong))]
    return tuple(SurfaceClass(limit, shade) for limit, shade in zip(limits, shades, strict=True))


OVERLAP_CLASSES = (
    SurfaceClass(1, "#a9cfe6"),
    SurfaceClass(2, "#4a90c4"),
    SurfaceClass(3, "#1c5188"),
)
"""Number of sites that would each cover the place; the last class holds all larger numbers."""

MAST_CLASSES = (
    SurfaceClass(1, "#dcc8e6"),
    SurfaceClass(50, "#b48cc8"),
    SurfaceClass(100, "#8550a0"),
    SurfaceClass(200, "#52246b"),
)
"""Households that a mast in the place would newly cover; what is not there yet is neither signal nor its lack."""

CHANGE_COLOURS = {"same": "#b9d3ea", "lost": "#e0863f", "new": "#1c5a99"}
"""What a build plan makes of a place: served as before, no longer, newly; apart in grey too, and hatched where there is signal afterwards."""

# What is to be built: a shape a kind, all in one ink that no status and no surface has; outlines are paths in a square of 18.
BUILD_INK = "#9c1f66"
BUILD_MARKS: dict[str, dict[str, str | bool]] = {
    "mast": {"path": "M9 1.5L17 16H1Z", "filled": True},
    "sector": {"path": "M3 16V2A14 14 0 0 1 17 16Z", "filled": True},
    "relay": {"path": "M2 2H16L2 16H16Z", "filled": True},
    "satellite": {"path": "M9 1L17 9L9 17L1 9Z", "filled": True},
    "terminal": {"path": "M9 1L17 9L9 17L1 9Z", "filled": False},
}
BUILD_MARK_OF = {
    "low_mast": "mast",
    "macro_mast": "mast",
    "re_aim": "sector",
    "remote_sector": "sector",
    "add_band": "sector",
    "relay": "relay",
    "satellite_mast": "satellite",
    "satellite_terminal": "terminal",
}
BUILD_LINKS: dict[str, dict[str, str | float]] = {"microwave": {"dash": "7 5", "weight": 2.2}, "fibre": {"dash": "", "weight": 2.6}}
# Villages by payer and by the year in which the plan covers them: hues of their own, for blue and orange speak of signal.
PAYER_MARKS: dict[str, dict[str, str | float]] = {
    "fund": {"fill": "#00573f", "line": "#00251b", "weight": 1.5, "dash": "", "ink": "#ffffff"},
    "operator": {"fill": "#9fd9c2", "line": "#00251b", "weight": 1.5, "dash": "", "ink": "#00251b"},
    "power_first": {"fill": "#ffffff", "line": "#00573f", "weight": 3.0, "dash": "", "ink": "#00573f"},
    "undecided": {"fill": "#ffffff", "line": "#5f6670", "weight": 2.0, "dash": "3 3", "ink": "#3c424a"},
}
YEAR_MARKS: tuple[dict[str, str | float], ...] = tuple(
    {"fill": fill, "line": "#2a0f38", "weight": 1.5, "dash": "", "ink": ink}
    for fill, ink in (("#52246b", "#ffffff"), ("#8d53a8", "#ffffff"), ("#c39bd6", "#2a0f38"), ("#eadcf2", "#2a0f38"))
)
PHASE_MARKS: dict[str, dict[str, str | float]] = {
    "no_year": {"fill": "#ffffff", "line": "#52246b", "weight": 3.0, "dash": "", "ink": "#52246b"},
    "not_planned": {"fill": "#ffffff", "line": "#5f6670", "weight": 2.0, "dash": "3 3", "ink": "#3c424a"},
}
SERVER_COLOURS = ("#8dd3c7", "#fdb462", "#bebada", "#b3de69", "#fccde5", "#d9c9a3", "#80b1d3")
"""Areas of masts: they only keep neighbours apart, and mean nothing."""
HATCH_INK = (29, 39, 51, 150)
MEASURED_ALONE: dict[str, str | float | bool] = {
    "radius": 4, "weight": 2, "color": "#3c444d", "fill": True, "fillColor": "#ffe08a", "fillOpacity": 0.9,
}  # fmt: skip


def _shades(ends: tuple[str, ...], n: int) -> list[str]:
    """`n` colours spread evenly over a ramp; a single one is the ramp's last."""
    ramp = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in ends]
    made = []
    for position in range(n):
        at = (len(ramp) - 1) * (position / (n - 1) if n > 1 else 1.0)
        low = min(int(at), len(ramp) - 2)
        made.append("#" + "".join(f"{round(a + (b - a) * (at - low)):02x}" for a, b in zip(ramp[low], ramp[low + 1], strict=True)))
    return made


GROUND = "#f7f7f5"
"""The province where no class is painted."""

UNKNOWN_SURFACE = "#767676"
"""Places whose value could not be computed."""


def opaque(colour: str) -> Rgba:
    """``#rrggbb`` as a colour of a picture."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, 255


# The profile of a path, on the screen and on paper: Okabe and Ito's colours, apart for every kind of colour vision and in grey.
PROFILE_GROUND, PROFILE_GROUND_EDGE, PROFILE_RAY, PROFILE_ZONE = "#d9d2c5", "#6b5d48", "#0072b2", "#56b4e9"
PROFILE_RIDGE, PROFILE_RIDGE_INK = "#d55e00", "#a34700"

# Charts of the app: one hue with its tints, grey for what could be, brown for a threshold.
INK, INK_SOFT, INK_FAINT = "#1d2733", "#44505c", "#55606b"
BLUE, BLUE_PALE = "#0b5cad", "#a9cbe8"
BACKGROUND, GRID, GRID_FAINT = "#e3e8ed", "#e8ecf0", "#eef1f4"
THRESHOLD = "#7a4300"
POINTER = "#7c8894"

# Spreadsheets.
HEAD, HEAD_OPTIONAL, HEAD_BORDER, HEADING = "#1F3864", "#5B7DB1", "#8EA9DB", "#D9E2F3"
TOTAL = "#F2F2F2"
BANNER, BANNER_INK = "#FFE08A", "#7A1F00"
CELL_BORDER, REMARK_INK = "#BFBFBF", "#404040"
TRIAL_COVER: dict[str, Rgba] = {"newly": (224, 139, 83, 255), "also": (243, 214, 192, 255)}
"""What a mast on trial serves: what nothing serves today, and the rest. Opaque: over a background that shone through they would not be the legend's."""
