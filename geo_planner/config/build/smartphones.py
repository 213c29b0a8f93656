"""What a build plan says of smartphones for poor and near-poor households: a line of its own, beside the stations."""

from __future__ import annotations

from pydantic import Field

from geo_planner.settings import ASSUMPTION, Settings


class SmartphoneSettings(Settings):
    """Support for poor and near-poor households of villages that the plan newly covers."""

    include: bool = Field(False, description="Show the line; it is never part of the stations' cost.")
    amount_vnd: int = Field(500_000, ge=0, le=10**9, description="Support for a household, đồng (programme to 2025).")
    near_poor: bool = Field(True, description="Near-poor households are eligible too.")
    provided_share: float = Field(
        0.0, ge=0, le=1, description="Share of these households that received a tablet since 2021 and are not eligible. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
