"""What a build plan says of money and years: budgets, rates, how an estimate is made up, how it is shared out, how it falls into years."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.errors import SettingError
from geo_planner.settings import ASSUMPTION, Settings


class YearBudget(Settings):
    """What may be spent in a year."""

    year: int = Field(ge=2020, le=2100, description="Calendar year.")
    budget_vnd: int = Field(ge=0, le=10**15, description="What may be spent in that year, đồng.")


class EstimateSettings(Settings):
    """How an estimate is made up, as offices make it: shares of works and equipment, then contingency, then value-added tax."""

    management_share: float = Field(
        0.03, ge=0, le=1, description="Project management, of works and equipment. Assumption.", json_schema_extra=ASSUMPTION
    )
    consulting_share: float = Field(
        0.07, ge=0, le=1, description="Consulting (survey, design, supervision), of works and equipment. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
    other_share: float = Field(
        0.02, ge=0, le=1, description="Other costs (insurance, audit, fees), of works and equipment. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
    contingency_share: float = Field(
        0.10, ge=0, le=1, description="Contingency, of all that stands before it. Assumption.", json_schema_extra=ASSUMPTION
    )
    vat_share: float = Field(
        0.10, ge=0, le=1, description="Value-added tax, on all but project management. Assumption.", json_schema_extra=ASSUMPTION
    )


class AccessSettings(Settings):
    """What the height of a mast and a place without a road do to its cost."""

    road_end_m: float = Field(
        100.0, ge=0, le=10_000, description="Up to this distance from a road nothing is carried. Assumption.", json_schema_extra=ASSUMPTION
    )
    unknown_road_m: float = Field(
        2000.0, ge=0, le=50_000,
        description="Where the distance to a road is not known, the high estimate carries over this one. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
    height_share: float = Field(
        0.5, ge=0, le=1,
        description="Share of the works of a mast that grows with its height; the price is that of 40 m, of a low mast 20 m. Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
    mast_t_per_m: float = Field(
        0.03, ge=0, le=1, description="Mass of a mast per metre: sections of 6 m and 180 kg. Assumption.", json_schema_extra=ASSUMPTION
    )
    foundation_t: float = Field(
        8.0, ge=0, le=200, description="Mass of foundation, cabinet and power of a tall mast. Assumption.", json_schema_extra=ASSUMPTION
    )
    low_foundation_t: float = Field(2.5, ge=0, le=200, description="The same of a low mast. Assumption.", json_schema_extra=ASSUMPTION)
    roadless_factor: float = Field(
        2.0, ge=1, le=10, description="Yearly upkeep at a place without a road, times that of one with a road (fuel costs twice)."
    )


class PayerSettings(Settings):
    """How the cost of what serves villages of several payers is shared out."""

    share_by: Literal["households", "villages"] = Field(
        "households",
        description="Shared by newly covered households, or by newly covered villages whatever their size. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    commitment_stages: tuple[Literal["surveyed", "planned", "building", "on_air"], ...] = Field(
        ("planned", "building", "on_air"),
        description="Stages at which an operator counts as having begun or promised to cover a village. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    fund_pays_power_first: bool = Field(
        False, description="Villages that need power first are counted in the Fund's sum instead of on a line of their own."
    )


class PhaseSettings(Settings):
    """How what was chosen falls into years."""

    build_months: int = Field(3, ge=1, le=36, description="From survey to on air, months.")
    start_month: int = Field(
        4, ge=1, le=12, description="Month in which work begins on the money of a year. Assumption.", json_schema_extra=ASSUMPTION
    )
    carry_unspent: bool = Field(False, description="What one year leaves may be spent in the next.")


class MoneySettings(Settings):
    """Budgets, rates and years; the part of the section ``build`` that speaks of money."""

    budget_vnd: int | None = Field(
        None, ge=0, le=10**15, description="What may be spent in all, đồng; null: the sum of the years, or no limit where there are none."
    )
    years: tuple[YearBudget, ...] = Field((), max_length=50, description="Budget of each year, in order.")
    horizon_years: int = Field(
        10, ge=1, le=50, description="Years of operation that count in present value and total. Assumption.", json_schema_extra=ASSUMPTION
    )
    discount_rate: float = Field(0.08, ge=0, le=1, description="Discount rate a year. Assumption.", json_schema_extra=ASSUMPTION)
    price_year: int = Field(2026, ge=2000, le=2100, description="Year to whose prices all amounts are brought.")
    price_factor: float = Field(
        1.0,
        ge=0.1,
        le=10,
        description="All prices of the table times this, to try what dearer or cheaper building would change; 1: as they stand.",
    )
    price_rise: float = Field(
        0.03, ge=-0.5, le=1, description="Rise of prices a year, for prices of another year. Assumption.", json_schema_extra=ASSUMPTION
    )
    usd_vnd: float = Field(
        26_300.0, gt=0, le=1_000_000, description="Đồng for a US dollar, as read on the day stated for it; without a day: Assumption.",
        json_schema_extra=ASSUMPTION,
    )  # fmt: skip
    usd_vnd_date: str | None = Field(
        None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Day on which the dollar's rate was read; null: the rate is assumed."
    )
    battery_life_years: int = Field(
        8, ge=1, le=50, description="After so many years batteries are bought anew. Assumption.", json_schema_extra=ASSUMPTION
    )
    estimate: EstimateSettings = EstimateSettings()
    access: AccessSettings = AccessSettings()
    payers: PayerSettings = PayerSettings()
    phases: PhaseSettings = PhaseSettings()

    @model_validator(mode="after")
    def _years_rise(self) -> Self:
        years = [each.year for each in self.years]
        if any(later <= earlier for earlier, later in itertools.pairwise(years)):
            raise SettingError("build_setting.years_order", years=years)
        return self

    @field_validator("usd_vnd_date")
    @classmethod
    def _a_day(cls, written: str | None) -> str | None:
        if written is not None:
            try:
                date.fromisoformat(written)
            except ValueError as error:
                raise SettingError("build_setting.no_such_day") from error
        return written

    def assumes(self, name: str) -> bool:
        """As declared; but the dollar's rate of a stated day was read, not assumed."""
        return super().assumes(name) and not (name == "usd_vnd" and self.usd_vnd_date is not None)

    def limit_vnd(self) -> int | None:
        """What may be spent in all: the budget, at most the sum of the years; None: no limit is set.

        >>> MoneySettings(years=(YearBudget(year=2027, budget_vnd=5), YearBudget(year=2028, budget_vnd=7))).limit_vnd()
        12
        """
        of_years = sum(each.budget_vnd for each in self.years) if self.years else None
        limits = [limit for limit in (self.budget_vnd, of_years) if limit is not None]
        return min(limits) if limits else None
