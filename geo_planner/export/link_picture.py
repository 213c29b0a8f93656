"""Picture of a path: terrain with the earth's bulge, ray, first Fresnel zone, the blocking ridge, both antennas.

For documents and notebooks, so it is drawn for paper: no colour carries a meaning alone, and the bytes depend on nothing but the card.
"""

from __future__ import annotations

import io
import math
from typing import Any, Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from geo_planner.export.drawing import drawing
from geo_planner.export.palette import (
    INK,
    PROFILE_GROUND,
    PROFILE_GROUND_EDGE,
    PROFILE_RAY,
    PROFILE_RIDGE,
    PROFILE_RIDGE_INK,
    PROFILE_ZONE,
    THRESHOLD,
)
from geo_planner.link import FRESNEL_SHARE, AnswerCard
from geo_planner.link.sentences import gap_m, place
from geo_planner.words import Language, number, said

Format = Literal["png", "svg"]

_SETTINGS: Final[dict[Any, Any]] = {"font.family": "DejaVu Sans", "font.size": 9.0, "svg.hashsalt": "geo_planner", "svg.fonttype": "path"}

_RELATIVE: Final = {"left": 0.0, "center": 0.5, "right": 1.0}


def link_picture(
    card: AnswerCard,
    *,
    language: Language = "vi",
    width_in: float = 8.0,
    height_in: float = 4.2,
    dpi: int = 150,
    image_format: Format = "png",
    title: str | None = None,
) -> bytes:
    """Draw the path of a card.

    Parameters
    ----------
    card : AnswerCard
        Where the terrain is not known the ray and the zone are left out, and the gaps are hatched.
    language : {"vi", "en"}
    width_in, height_in : float
        Size in inches.
    dpi : int
        Dots per inch of a PNG.
    image_format : {"png", "svg"}
    title : str, optional
        Plain text above the picture, for instance the names of site and village; else the two positions.

    Returns
    -------
    bytes
        The same for the same card with one version of matplotlib: no date, no name of a program, fixed ids.
    """
    with drawing(_SETTINGS):
        figure = Figure(figsize=(width_in, height_in), dpi=dpi, layout="constrained")
        axes = figure.subplots()
        _draw(axes, card, language)
        # the names come from tables: a dollar sign in one of them is no formula
        axes.set_title(title or _between(card, language), loc="left", fontsize=10, color=INK, parse_math=False)
        if card.rests_on_sample_terrain:
            figure.supxlabel(said("link.sample_terrain").text(language), fontsize=8.5, color=THRESHOLD, fontweight="bold")
        out = io.BytesIO()
        figure.savefig(out, format=image_format, metadata={"Software": None} if image_format == "png" else {"Date": None, "Creator": None})
    return out.getvalue()


def _between(card: AnswerCard, language: Language) -> str:
    ends = {"mast": place(card.mast_lonlat_deg), "point": place(card.point_lonlat_deg)}
    return said("link_picture.between", length=card.profile.length_km, **ends).text(language)


def _words(key: str, language: Language, **facts: Any) -> str:
    return said(f"link_picture.{key}", **facts).text(language)


def _draw(axes: Axes, card: AnswerCard, language: Language) -> None:
    profile = card.profile
    km, top_m = profile.distance_km, profile.ground_m + profile.bulge_m
    if not np.isfinite(top_m).any():
        axes.set_ylim(0.0, 1.0)
        axes.set_yticks([])
    else:
        reach = [top_m] if not profile.known else [top_m, profile.ray_m - profile.fresnel_m, profile.ray_m + profile.fresnel_m]
        low, high = min(float(np.nanmin(a)) for a in reach), max(float(np.nanmax(a)) for a in reach)
        room = max(high - low, 20.0)
        axes.set_ylim(low - 0.08 * room, high + 0.3 * room)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0, language)))
    floor_m = axes.get_ylim()[0]
    label = _words("ground", language, bulge=float(profile.bulge_m.max()), k=profile.effective_earth_factor)
    axes.fill_between(km, floor_m, top_m, color=PROFILE_GROUND, linewidth=0, zorder=2, label=label)
    axes.plot(km, top_m, color=PROFILE_GROUND_EDGE, linewidth=1.2, zorder=3)
    if profile.known:
        _draw_ray(axes, card, language)
    else:
        gaps = np.isnan(profile.ground_m)
        # half a step to either side: a single unknown point is a gap too
        step = float(km[1]) / 2.0
        for k, at in enumerate(km[gaps]):
            axes.axvspan(
                at - step,
                at + step,
                facecolor="none",
                edgecolor="#888888",
                hatch="///",
                linewidth=0,
                label=_words("unknown", language) if k == 0 else None,
            )
    axes.set_xlim(-0.03 * km[-1], 1.03 * km[-1])
    axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 5, 10]))
    ticks = axes.get_xticks()
    decimals = max(0, -math.floor(math.log10(float(ticks[1] - ticks[0])) + 1e-9))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, decimals, language)))
    axes.set_xlabel(_words("x", language))
    axes.set_ylabel(_words("y", language))
    axes.grid(visible=True, axis="y", color="#e4e7ea", linewidth=0.6, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=8.5)


def _draw_ray(axes: Axes, card: AnswerCard, language: Language) -> None:
    profile, spot = card.profile, card.obstacle
    km, ray_m, fresnel_m = profile.distance_km, profile.ray_m, profile.fresnel_m
    axes.fill_between(
        km, ray_m - fresnel_m, ray_m + fresnel_m, color=PROFILE_ZONE, alpha=0.3, linewidth=0, zorder=4,
        label=_words("zone", language, freq=profile.freq_mhz),
    )  # fmt: skip
    axes.plot(
        km,
        ray_m - FRESNEL_SHARE * fresnel_m,
        color=PROFILE_RAY,
        linewidth=0.8,
        linestyle=(0, (2, 2)),
        zorder=5,
        label=_words("inner", language),
    )
    axes.plot(km, ray_m, color=PROFILE_RAY, linewidth=1.6, zorder=6, label=_words("ray", language))
    for end, height_m in ((0, profile.mast_height_m), (-1, profile.rx_height_m)):
        foot_m = float(profile.ground_m[end])
        axes.plot([km[end]] * 2, [foot_m, foot_m + height_m], color=INK, linewidth=3, solid_capstyle="butt", zorder=7)
        axes.plot(km[end], foot_m + height_m, marker="o", markersize=4.5, color=INK, zorder=8)
    low, high = axes.get_ylim()
    for end, key, height_m, side in ((0, "mast", profile.mast_height_m, "left"), (-1, "point", profile.rx_height_m, "right")):
        # written above whatever is highest near that end, so that nothing crosses the words
        near = np.abs(km - km[end]) <= 0.16 * km[-1]
        top_m = float(max((profile.ground_m + profile.bulge_m)[near].max(), (ray_m + fresnel_m)[near].max()))
        axes.text(
            km[end], top_m + 0.02 * (high - low), _words(key, language, height=said("metres.tenths" if height_m % 1 else "metres.whole", value=height_m)),
            ha=side, va="bottom", fontsize=8.5, color=INK, zorder=11, bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    if spot is None:
        return
    blocked = spot.above_ray_m >= 0.0
    on_ray_m = float(np.interp(spot.distance_km, km, ray_m))
    axes.plot([spot.distance_km] * 2, [on_ray_m, on_ray_m + spot.above_ray_m], color=PROFILE_RIDGE, linewidth=2, zorder=8)
    axes.plot(spot.distance_km, on_ray_m + spot.above_ray_m, marker="v" if blocked else "^", markersize=8, color=PROFILE_RIDGE, zorder=9)
    side = "left" if spot.distance_km < 0.3 * km[-1] else "right" if spot.distance_km > 0.7 * km[-1] else "center"
    axes.annotate(
        _words("ridge" if blocked else "closest", language, km=spot.distance_km, gap=gap_m(spot.above_ray_m)),
        (spot.distance_km, on_ray_m + max(spot.above_ray_m, 0.0)), (spot.distance_km, high - 0.01 * (high - low)), ha=side, va="top", fontsize=9,
        color=PROFILE_RIDGE_INK, fontweight="bold", zorder=10, arrowprops={"arrowstyle": "-", "color": PROFILE_RIDGE, "linewidth": 0.9, "shrinkA": 0, "relpos": (_RELATIVE[side], 0.0)},
    )  # fmt: skip
