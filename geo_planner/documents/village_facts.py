"""The villages of a plan as documents speak of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.build.payers import payer_of
from geo_planner.documents.records import Position, StationFacts, StatusFacts, VillageFacts
from geo_planner.imports.places.vn2000 import from_wgs84, tm3_projection
from geo_planner.plan import Plan
from geo_planner.trial import why_not
from geo_planner.words import Said, said

MERIDIAN_DEG = 103.0


def positions(lon: Any, lat: Any) -> list[Position]:
    """Places in WGS 84 and in VN-2000 around 103°00'.

    >>> place, = positions([103.0], [22.0])
    >>> round(place.east_m), round(place.north_m)
    (499804, 2433662)
    """
    degrees = [np.asarray(values, dtype=float) for values in (lon, lat)]
    if not degrees[0].size:
        return []
    east, north = from_wgs84(tm3_projection(MERIDIAN_DEG), *degrees)
    return [Position(*map(float, each)) for each in zip(*degrees, north, east, strict=True)]


def village_facts(plan: Plan, cost_shares: Mapping[str, int] | None) -> tuple[VillageFacts, ...]:
    """All villages, in order of rank.

    Parameters
    ----------
    plan : Plan
    cost_shares : mapping or None
        As :func:`geo_planner.documents.build_facts.village_shares`; None without a build plan.
    """
    table = plan.villages
    places = positions(table.geometry.x, table.geometry.y)
    payer = None if plan.build is None else payer_of(table, plan.build.settings.payers)
    gets = None if plan.build is None else plan.build.results.villages
    former = _former_communes(plan)
    found = []
    for place, (village_id, row) in zip(places, table.iterrows(), strict=True):
        ident = str(village_id)
        commune = plan.communes.loc[row["commune_code"]]
        declared, modelled, measured = _statuses(plan, row)
        given = None if gets is None else gets.loc[ident]
        before, after = (None, None) if given is None else (number(given["households_before"]), number(given["households_after"]))
        found.append(
            VillageFacts(
                village_id=ident, name=text(row["name"]), commune_code=text(row["commune_code"]), commune=text(row["commune_name"]), commune_type=text(commune.get("type")),
                former_communes=former(row), rank=int(row["rank"]), rank_in_group=int(row["rank_in_group"]),
                rank_range=(int(row["rank_low"]), int(row["rank_high"])), score=float(row["score"]), group=str(row["responsibility"]),
                reason=text(row["responsibility_reason"]), position=place, position_quality=text(row.get("position_quality")),
                households=whole(row.get("households")),
                population=whole(row.get("population")),
                poor_households=whole(row.get("poor_households")),
                near_poor_households=whole(row.get("near_poor_households")),
                grid_power=text(row.get("grid_power")), road_access=text(row.get("road_access")),
                extremely_difficult=yes_no(row.get("extremely_difficult")), border=yes_no(commune.get("border")),
                region_class=text(commune.get("region_class")), declared=declared, modelled=modelled, measured=measured,
                coverage_probability=number(row["coverage_probability"]), rsrp_dbm=number(row["rsrp_dbm"]),
                nearest_site_id=text(row["nearest_site_id"]), nearest_site_km=number(row["nearest_site_km"]), stations=_stations(plan, ident),
                site_ids=() if given is None else tuple(given["site_ids"]),
                households_gained=None if before is None or after is None else after - before,
                households_terminal=None if given is None else number(given["households_terminal"]),
                cost_share_vnd=None if cost_shares is None else cost_shares.get(ident, 0), year=None if given is None else whole(given["year"]),
                payer="" if payer is None or given is None or not given["site_ids"] else str(payer[ident]),
                commitment_operator=text(row.get("commitment_operator")), commitment_stage=text(row.get("commitment_stage")),
                commitment_quarter=text(row.get("commitment_quarter")), missing=tuple(row["missing"]), flags=tuple(row["flags"]),
                source=text(row.get("source")), sample=bool(row["depends_on_sample"]),
            )
        )  # fmt: skip
    return tuple(found)


def _statuses(plan: Plan, row: pd.Series) -> tuple[StatusFacts, StatusFacts, StatusFacts]:
    model = said("document_source.model", model=str(plan.manifest["model_edition"]))
    return (
        StatusFacts("declared", text(row.get("declared_status")) or "unknown", text(row.get("source")), text(row.get("status_date"))),
        StatusFacts("modelled", text(row["modelled_status"]) or "unknown", model, ""),
        StatusFacts("measured", text(row.get("measured_status")) or "unknown", _measured_source(row), text(row.get("measured_to"))[:10]),
    )


def _measured_source(row: pd.Series) -> str | Said:
    samples = whole(row.get("n_samples"))
    return said("document_source.samples", n=samples, operators=text(row.get("operators_measured"))) if samples else ""


def _stations(plan: Plan, village_id: str) -> tuple[StationFacts, ...]:
    operators = plan.sites.get("operator")
    return tuple(
        StationFacts(
            path.site_id, path.name, "" if operators is None else text(operators[path.site_id, path.cell_id]), path.distance_km, path.state, path.sentence
        )
        for path in why_not(plan, village_id).paths
    )  # fmt: skip


def _former_communes(plan: Plan) -> Any:
    """By village: its own former commune where the list names it, else those that were merged into its commune."""
    former = plan.study_area.former_communes
    merged: dict[str, tuple[str, ...]] = {}
    if former is not None:
        for code, part in former.dropna(subset=["commune_code"]).groupby("commune_code"):
            merged[str(code)] = tuple(str(name) for name in part.sort_values("code")["name"].dropna())

    def of(row: pd.Series) -> tuple[str, ...]:
        own = text(row.get("former_commune"))
        return (own,) if own else merged.get(text(row["commune_code"]), ())

    return of


def text(value: Any) -> str:
    """A cell as text; blank where there is none."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)


def number(value: Any) -> float | None:
    """A cell as a finite number; None where there is none."""
    if value is None or pd.isna(value) or not math.isfinite(float(value)):
        return None
    return float(value)


def whole(value: Any) -> int | None:
    """A cell as a whole number; None where there is none."""
    found = number(value)
    return None if found is None else round(found)


def yes_no(value: Any) -> bool | None:
    return None if value is None or pd.isna(value) else bool(value)
