"""The ``ranking:`` section of a scenario: frozen, and closed to unknown keys. Every assumption is marked as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from geo_planner.errors import SettingError
from geo_planner.preferences.catalogue import CATALOGUE
from geo_planner.preferences.weights import CONSISTENT_BELOW, LARGEST_TABLE, Ahp, ahp, pairwise_table
from geo_planner.settings import ASSUMPTION, Settings
from geo_planner.words import LANGUAGES

MethodName = Literal["weighted_sum", "topsis_fixed", "topsis", "promethee_ii"]
DrawnMethod = Literal["weighted_sum", "topsis_fixed", "topsis"]


def _still_offered(method: Any) -> Any:
    """Scenarios of earlier editions may name a method that put a village last for being more urgent than its ideal."""
    if method == "spotis":
        raise SettingError("withdrawn_method.spotis")
    return method


class Criterion(Settings):
    """One criterion: urgency grows from bounds[0] to bounds[1], whichever of the two is larger.

    For a name in ``catalogue.CATALOGUE`` anything but the name may be left out; any other name reads the village column of that name (or
    `column`), a number or yes/no.
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="Stable word; the village column it reads unless it is a built-in criterion."
    )
    vi: str = Field(min_length=1, description="Title in Vietnamese.")
    en: str = Field(min_length=1, description="Title in English.")
    unit: str = Field(default="", description="Unit of the value and of the bounds.")
    bounds: tuple[float, float] = Field(
        description="Values of least and greatest urgency. Fixed, so that a new village reorders nobody. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    weight: float = Field(ge=0, le=1000, description="Weight; only the proportions count. Assumption.", json_schema_extra=ASSUMPTION)
    source: str = Field(default="", description="Where the bounds and the weight come from.")
    assumption: bool = Field(default=True, description="Whether bounds or weight are an assumption; false where a rule fixes both.")
    column: str | None = Field(
        default=None, min_length=1, description="Village column of a criterion of one's own, where it differs from the name."
    )
    sd: float | None = Field(
        default=None,
        ge=0,
        description="Standard deviation of the value, in its unit, for the simulation; null: taken as exact. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    explain_vi: str = Field(default="", description="Why it counts, in Vietnamese.")
    explain_en: str = Field(default="", description="Why it counts, in English.")

    @model_validator(mode="before")
    @classmethod
    def _from_catalogue(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            return data
        if "ideal" in data:
            raise SettingError("withdrawn_method.ideal")
        known = CATALOGUE.get(data["name"])
        if known is None or "column" in data:
            return data
        declared: dict[str, Any] = {key: getattr(known, key) for key in ("unit", "bounds", "weight", "source")}
        for language in LANGUAGES:
            declared |= {language: known.title.text(language), f"explain_{language}": known.why.text(language)}
        if "source" not in data:
            declared["assumption"] = known.assumption
        return {**declared, **data}

    @model_validator(mode="after")
    def _bounds_differ(self) -> Self:
        if self.bounds[0] == self.bounds[1]:
            raise SettingError("setting.bounds_equal")
        return self


class Judgement(Settings):
    """One cell of an AHP table: `more` counts `times` as much as `than` (Saaty's scale 1 to 9)."""

    more: str
    than: str
    times: float = Field(ge=1 / 9, le=9)


class Robustness(Settings):
    """The simulation that answers how sure a place in the list is."""

    draws: int = Field(default=10_000, ge=100, le=60_000, description="Number of draws.")
    concentration: float = Field(
        default=60.0,
        ge=1,
        le=100_000,
        description="Dirichlet concentration around the weights: larger means less doubt. Assumption: at 60 a weight of 20 % varies by about 5 points.",
        json_schema_extra=ASSUMPTION,
    )
    methods: tuple[Annotated[DrawnMethod, BeforeValidator(_still_offered)], ...] = Field(
        default=("weighted_sum", "topsis_fixed", "topsis"), min_length=1, description="Methods that take turns in the draws."
    )
    households_sd: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="Relative standard deviation of household counts (lognormal). Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    coverage_sd: float = Field(
        default=0.5,
        ge=0,
        le=3,
        description="Standard deviation of the model's common error at a village, in units of service.sigma_db. Assumption.",
        json_schema_extra=ASSUMPTION,
    )


class Promethee(Settings):
    """Thresholds of the linear preference function, on the scale from 0 to 1."""

    indifference: float = Field(
        default=0.05, ge=0, lt=1, description="Differences up to this do not count. Assumption.", json_schema_extra=ASSUMPTION
    )
    preference: float = Field(
        default=0.40, gt=0, le=1, description="Differences from this on count in full. Assumption.", json_schema_extra=ASSUMPTION
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.indifference >= self.preference:
            raise SettingError("setting.indifference")
        return self


class RoadSpeed(Settings):
    road_class: str = Field(min_length=1)
    kmh: float = Field(gt=0, le=120)


# OSM highway classes; speeds of mountain roads. Assumption.
_ROAD_SPEEDS = (
    ("trunk", 40),
    ("primary", 35),
    ("secondary", 30),
    ("tertiary", 25),
    ("unclassified", 20),
    ("residential", 15),
    ("track", 10),
    ("path", 5),
    ("footway", 5),
)


class Travel(Settings):
    """Travel over terrain and roads. Rivers, gates and seasons are not modelled."""

    walk_kmh: float = Field(
        default=6.0, gt=0, le=10, description="Top speed of Tobler's hiking function, reached on a slope of -5 % (Tobler 1993)."
    )
    off_road_factor: float = Field(default=0.6, gt=0, le=1, description="Speed off path over speed on a path (Tobler 1993: 3/5).")
    road_speeds: tuple[RoadSpeed, ...] = Field(
        default=tuple(RoadSpeed(road_class=c, kmh=v) for c, v in _ROAD_SPEEDS),
        description="Speed by class of road. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    default_road_kmh: float = Field(
        default=15.0, gt=0, le=120, description="Speed on a road of any other class. Assumption.", json_schema_extra=ASSUMPTION
    )
    max_hours: float = Field(default=48.0, gt=0, le=1000, description="A journey longer than this counts as this long.")


class CostAssumptions(Settings):
    """Rough cost of covering one village by itself, until a build plan exists. None of these figures is a norm."""

    site_mvnd: float = Field(
        default=2250.0,
        gt=0,
        description="Mast, shelter and radio of a mountain site, million VND. Assumption (ước tính 1,5–3 tỷ).",
        json_schema_extra=ASSUMPTION,
    )
    fibre_mvnd_per_km: float = Field(
        default=32.0,
        ge=0,
        description="Fibre, million VND per km of route. Assumption (ước tính 25–40 triệu/km).",
        json_schema_extra=ASSUMPTION,
    )
    route_factor: float = Field(
        default=1.4,
        ge=1,
        le=5,
        description="Length of a route over the straight line to the nearest site. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    vsat_mvnd: float = Field(
        default=600.0,
        ge=0,
        description="Satellite backhaul over 5 years, million VND; caps the fibre. Assumption (ước tính 10 triệu/tháng).",
        json_schema_extra=ASSUMPTION,
    )
    solar_mvnd: float = Field(
        default=450.0,
        ge=0,
        description="Solar and battery where there is no grid, million VND. Assumption (ước tính 300–600 triệu).",
        json_schema_extra=ASSUMPTION,
    )
    motorbike_factor: float = Field(
        default=1.15,
        ge=1,
        le=5,
        description="Site works where only motorbikes get through, over those by car. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    foot_factor: float = Field(
        default=1.4,
        ge=1,
        le=5,
        description="Site works where everything is carried, over those by car. Assumption.",
        json_schema_extra=ASSUMPTION,
    )


class RankingSettings(Settings):
    """How the villages are put in order, and how that order is questioned."""

    criteria: tuple[Criterion, ...] = Field(min_length=1)
    method: Annotated[MethodName, BeforeValidator(_still_offered)] = Field(
        default="weighted_sum", description="Method whose order is the rank; the others stand beside it."
    )
    weights: Literal["hand", "equal", "ahp"] = Field(default="hand", description="Where the weights come from.")
    pairwise: tuple[Judgement, ...] = Field(
        default=(), description="AHP judgements, one for every pair of criteria with a weight above zero."
    )
    accept_inconsistent: bool = Field(
        default=False, description="Use an AHP table though its consistency ratio exceeds 0.1; it is then flagged."
    )
    top_k: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="The scenario's own k: how many villages the first phase may hold. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    robustness: Robustness = Robustness()
    promethee: Promethee = Promethee()
    travel: Travel = Travel()
    cost: CostAssumptions = CostAssumptions()

    @model_validator(mode="after")
    def _usable(self) -> Self:
        names = [c.name for c in self.criteria]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise SettingError("setting.criteria_twice", names=twice)
        if sum(c.weight for c in self.criteria) <= 0:
            raise SettingError("setting.no_weight")
        if self.weights == "ahp" and not self.pairwise:
            raise SettingError("setting.ahp_without_judgements")
        judged = self.ahp()
        if judged is not None and not judged.consistent and not self.accept_inconsistent:
            first, second, fits = judged.worst
            facts = {
                "ratio": judged.consistency_ratio,
                "limit": CONSISTENT_BELOW,
                "first": first,
                "second": second,
                "fits": float(f"{fits:.2g}"),
            }
            raise SettingError("setting.judgements_contradict", **facts)
        return self

    def ahp(self) -> Ahp | None:
        """The AHP table worked out, where the scenario holds one; criteria of weight zero stay out of it.

        Raises
        ------
        ValueError
            When the table is incomplete, doubled, too large or names no criterion.
        """
        if not self.pairwise:
            return None
        names = [c.name for c in self.criteria if c.weight > 0]
        if len(names) > LARGEST_TABLE:
            raise SettingError("setting.pairwise_too_large", most=LARGEST_TABLE, n=len(names))
        pairs = [(j.more, j.than) for j in self.pairwise]
        if len(set(pairs)) < len(pairs):
            raise SettingError("setting.pair_twice")
        return ahp(pairwise_table(names, {(j.more, j.than): j.times for j in self.pairwise}))

    def weighted_criteria(self) -> tuple[Criterion, ...]:
        """The criteria with the weights that count, summing to 1; a weight of zero keeps a criterion out under every scheme."""
        if self.weights == "ahp" and (judged := self.ahp()) is not None:
            raw = {c.name: float(judged.weights.get(c.name, 0.0)) for c in self.criteria}
        elif self.weights == "equal":
            raw = {c.name: float(c.weight > 0) for c in self.criteria}
        else:
            raw = {c.name: c.weight for c in self.criteria}
        total = sum(raw.values())
        return tuple(c.model_copy(update={"weight": raw[c.name] / total}) for c in self.criteria)

    def weight_figures(self) -> dict[str, float]:
        """The weights that count as people read them: as they were set by hand, under every other scheme in per cent.

        In the proportions of :meth:`weighted_criteria`; the weights of a scenario's criteria are these only where they were set by hand.
        """
        if self.weights == "hand":
            return {c.name: c.weight for c in self.criteria}
        return {c.name: 100.0 * c.weight for c in self.weighted_criteria()}
