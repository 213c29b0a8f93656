"""Profiles below a detail map: from a proposed site to a village that it serves, and along its link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo_planner.documents.map_sheet import MM_PER_POINT, Box, Sheet, fitting, lines_of, round_step
from geo_planner.documents.records import LinkFacts, ProposalFacts, SiteFacts
from geo_planner.documents.wording import Wording, place_name
from geo_planner.errors import UsageError
from geo_planner.export.palette import INK, PROFILE_GROUND, PROFILE_GROUND_EDGE, PROFILE_RAY, PROFILE_RIDGE, PROFILE_RIDGE_INK, PROFILE_ZONE
from geo_planner.link import LinkProfile, Obstacle, link_profile, to_metres, worst_obstacle
from geo_planner.link.sentences import gap_m
from geo_planner.plan import Plan
from geo_planner.words import number, said


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A path to be drawn.

    Attributes
    ----------
    title : str
    profile : LinkProfile
    obstacle : Obstacle or None
        What comes nearest to the ray; None where the terrain is not known.
    ends : (str, str)
        What stands at either end.
    """

    title: str
    profile: LinkProfile
    obstacle: Obstacle | None
    ends: tuple[str, str]


def paths_of(plan: Plan, facts: ProposalFacts, site: SiteFacts, say: Wording) -> list[DrawnPath]:
    """At most two: to the village that ranks first among those served, and along the first link by radio; of a relay its first two links."""
    villages = sorted((facts.village(ident) for ident in site.villages), key=lambda village: village.rank)
    found = []
    for village in villages[:1]:
        names = say.site(site.number), village.name
        place = village.position.lon, village.position.lat
        rx = plan.scenario.service.rx_height_m
        found.append(_path(plan, _of(site), place, (site.mast_height_m, rx), site.freq_mhz, names, say, "mobile"))
    links = [link for link in facts.links if link.link_id in site.link_ids and link.kind == "microwave"]
    found += [_link_path(plan, facts, site, link, say) for link in links]
    return [path for path in found if path is not None][:2]


def _of(site: SiteFacts) -> tuple[float, float]:
    return site.position.lon, site.position.lat


def _link_path(plan: Plan, facts: ProposalFacts, site: SiteFacts, link: LinkFacts, say: Wording) -> DrawnPath | None:
    """From the site to the other end, at the least heights at which the hop is clear."""
    if plan.build is None:
        return None
    here, there = (link.place_a, link.place_b) if link.place_a == site.place_id else (link.place_b, link.place_a)
    row = plan.build.links.loc[link.link_id]
    heights = {link.place_a: row.get("height_a_m"), link.place_b: row.get("height_b_m")}
    end = plan.build.places.loc[there]
    names = say.site(site.number), place_name(there, facts, say)
    freq_mhz = None if link.freq_ghz is None else 1000.0 * link.freq_ghz
    return _path(plan, _of(site), (end["lon"], end["lat"]), (heights[here], heights[there]), freq_mhz, names, say, "link")


def _path(
    plan: Plan,
    start: tuple[float, float],
    end: tuple[float, float],
    heights_m: tuple[Any, Any],
    freq_mhz: float | None,
    names: tuple[str, str],
    say: Wording,
    kind: str,
) -> DrawnPath | None:
    """None where a height or the frequency is not known, or both ends are one place."""
    known = [each is not None and np.isfinite(float(each)) and float(each) > 0 for each in (*heights_m, freq_mhz)]
    if not all(known) or freq_mhz is None:
        return None
    xy = [to_metres(plan.terrain.crs, *map(float, place)) for place in (start, end)]
    try:
        profile = link_profile(
            plan.terrain, xy[0], xy[1], mast_height_m=float(heights_m[0]), rx_height_m=float(heights_m[1]), freq_mhz=freq_mhz,
            effective_earth_factor=plan.scenario.propagation.effective_earth_factor,
        )  # fmt: skip
    except UsageError:
        return None
    told = {"start": names[0], "end": names[1], "km": profile.length_km, "ghz": freq_mhz / 1000.0, "mhz": freq_mhz}
    ends = tuple(
        said("pack_map.antenna", name=name, height=number(float(height), 1, say.language, keep_zeros=False)).text(say.language)
        for name, height in zip(names, heights_m, strict=True)
    )
    title = said(f"pack_map.profile_{kind}", **told).text(say.language)
    return DrawnPath(title, profile, worst_obstacle(profile), (ends[0], ends[1]))


def draw_path(sheet: Sheet, box: Box, path: DrawnPath, say: Wording, size: float) -> None:
    """A profile with its title above and its figures at the sides, all within the box."""
    title, title_size = fitting(path.title, size * 1.1, box.width, least=size * 0.85, weight="bold")
    title_mm = 1.6 * title_size * MM_PER_POINT
    sheet.text(box.left, box.top - title_mm * 0.8, title, title_size, weight="bold")
    left_mm, below_mm = 1.9 * size, 2.6 * size * MM_PER_POINT + 1.0
    frame = Box(box.left + left_mm, box.bottom + below_mm, box.width - left_mm - 1.0, box.height - title_mm - below_mm - 1.0)
    profile = path.profile
    ground = profile.ground_m + profile.bulge_m
    known = profile.known
    reach = np.concatenate([ground, profile.ray_m + profile.fresnel_m, profile.ray_m - profile.fresnel_m]) if known else ground
    if not np.isfinite(reach).any():
        sheet.frame(frame)
        sheet.text(
            frame.left + frame.width / 2,
            frame.bottom + frame.height / 2,
            said("link_picture.unknown").text(say.language),
            size,
            ha="center",
        )
        return
    low, high = float(np.nanmin(reach)), float(np.nanmax(reach))
    room = max(high - low, 20.0)
    low, high = low - 0.06 * room, high + (0.42 if known else 0.12) * room

    def at(km: Any, metres: Any) -> tuple[Any, Any]:
        x = frame.left + frame.width * (0.02 + 0.96 * np.asarray(km) / profile.length_km)
        return x, frame.bottom + frame.height * (np.asarray(metres) - low) / (high - low)

    _draw_axes(sheet, frame, path, say, size, (low, high), at)
    x, y = at(profile.distance_km, ground)
    fill: Any = {"linewidth": 0.0, "zorder": 3}
    sheet.axes.fill_between(x, frame.bottom, np.where(np.isfinite(y), y, frame.bottom), color=PROFILE_GROUND, **fill)
    sheet.axes.plot(x, y, color=PROFILE_GROUND_EDGE, linewidth=0.9, zorder=4)
    if known:
        _draw_ray(sheet, frame, path, say, size, at)
    sheet.frame(frame, linewidth=0.6)


def _draw_axes(sheet: Sheet, frame: Box, path: DrawnPath, say: Wording, size: float, heights: tuple[float, float], at: Any) -> None:
    low, high = heights
    step = round_step(high - low, max(int(frame.height / 5.0), 3))
    for metres in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step:
        _, y = at(0.0, metres)
        sheet.axes.plot([frame.left, frame.right], [y, y], color="#d5dade", linewidth=0.4, zorder=1)
        sheet.text(frame.left - 0.8, float(y), number(float(metres), 0, say.language), size * 0.9, ha="right", va="center")
    step = round_step(path.profile.length_km, max(int(frame.width / 16.0), 2))
    for km in np.arange(0, np.floor(path.profile.length_km / step) + 1) * step:
        x, _ = at(km, low)
        sheet.axes.plot([x, x], [frame.bottom, frame.bottom - 0.8], color=INK, linewidth=0.5)
        sheet.text(float(x), frame.bottom - 1.2, number(float(km), 2, say.language, keep_zeros=False), size * 0.9, ha="center", va="top")
    line = size * 1.25 * MM_PER_POINT
    sheet.text(
        frame.left + frame.width / 2,
        frame.bottom - 1.4 - line,
        said("pack_map.profile_axes").text(say.language),
        size * 0.9,
        ha="center",
        va="top",
    )


def _draw_ray(sheet: Sheet, frame: Box, path: DrawnPath, say: Wording, size: float, at: Any) -> None:
    profile, spot = path.profile, path.obstacle
    x, low = at(profile.distance_km, profile.ray_m - profile.fresnel_m)
    _, high = at(profile.distance_km, profile.ray_m + profile.fresnel_m)
    _, ray = at(profile.distance_km, profile.ray_m)
    sheet.axes.fill_between(x, low, high, color=PROFILE_ZONE, alpha=0.35, linewidth=0.0, zorder=5)
    sheet.axes.plot(x, ray, color=PROFILE_RAY, linewidth=1.1, zorder=6)
    for end, side, words in ((0, "left", path.ends[0]), (-1, "right", path.ends[1])):
        _, foot = at(0.0, profile.ground_m[end] + profile.bulge_m[end])
        sheet.axes.plot([x[end]] * 2, [foot, ray[end]], color=INK, linewidth=1.8, zorder=7, solid_capstyle="butt")
        near = np.abs(profile.distance_km - profile.distance_km[end]) <= 0.42 * profile.length_km
        _, ground = at(0.0, (profile.ground_m + profile.bulge_m)[near].max())
        top = max(float(ground), float(high[near].max())) + 0.8
        told = "\n".join(lines_of(words, size * 0.9, 0.36 * frame.width, most=2))
        sheet.text(float(x[end]), min(top, frame.top - 5.0), told, size * 0.9, ha=side, va="bottom", multialignment=side, zorder=9)
    if spot is None:
        return
    blocked = spot.above_ray_m >= 0.0
    km = spot.distance_km
    on_ray = float(np.interp(km, profile.distance_km, profile.ray_m))
    (sx, sy), (_, ry) = at(km, on_ray + spot.above_ray_m), at(km, on_ray)
    sheet.axes.plot([sx, sx], [ry, sy], color=PROFILE_RIDGE, linewidth=1.2, zorder=8)
    sheet.axes.plot([sx], [sy], marker="v" if blocked else "^", markersize=4.5, color=PROFILE_RIDGE, zorder=8, linestyle="none")
    words = said("pack_map.ridge" if blocked else "pack_map.closest", km=km, gap=gap_m(spot.above_ray_m)).text(say.language)
    shown, small = fitting(words, size * 0.95, frame.width - 2.0, least=size * 0.7)
    sheet.text(
        frame.left + frame.width / 2, frame.top - 1.0, shown, small, ha="center", va="top", color=PROFILE_RIDGE_INK, weight="bold", zorder=9
    )
