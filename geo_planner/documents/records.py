"""What documents say of a plan, as records. Only names and texts of others are worded in them; amounts are whole đồng."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from geo_planner.documents.office import Office
from geo_planner.errors import Fault
from geo_planner.files.manifest import Citation
from geo_planner.words import Language, Said


@dataclass(frozen=True, slots=True)
class Position:
    """A place in both systems that lists carry.

    Attributes
    ----------
    lon, lat : float
        WGS 84, degrees.
    north_m, east_m : float
        VN-2000, zone of 3 degrees around 103°00' (EPSG:9205); X is the northing in Vietnamese practice, Y the easting.
    """

    lon: float
    lat: float
    north_m: float
    east_m: float


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the three estimates, whole đồng."""

    low: int
    base: int
    high: int


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """One of the three statuses of a village.

    Attributes
    ----------
    kind : {"declared", "modelled", "measured"}
    status : str
        ``no_signal``, ``partial``, ``covered`` or ``unknown``.
    source : str or Said
        Who says so; blank where nobody wrote it down.
    date : str
        ISO 8601 as far as known, blank where not.
    """

    kind: str
    status: str
    source: str | Said
    date: str


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A mast on air near a village, and what stands between them (:func:`geo_planner.trial.why_not`)."""

    site_id: str
    name: str
    operator: str
    distance_km: float
    state: str
    sentence: Said


@dataclass(frozen=True, slots=True)
class VillageFacts:
    """All that documents say of one village; None and blank where not known.

    Attributes
    ----------
    commune_type : str
        ``Xã``, ``Phường`` or ``Thị trấn``, as the layer of communes says; blank where it does not.
    former_communes : tuple of str
        The village's own where the list names it, else those that were merged into its commune.
    group : {"fund", "operator", "power_first", "undecided"}
    reason : str
        Why it is in its group: ``responsibility_reason`` of the catalogue.
    stations : tuple of StationFacts
        The mast that table and card name first, then by level; the nearest one is among them.
    site_ids : tuple of str
        What of the build plan serves it.
    households_gained : float or None
        With mobile signal by the build plan; None without one, and where the list does not say how many households there are.
    cost_share_vnd : int or None
        Of the investment (base estimate), by the households that each site serves; all villages' shares and ``Money.unshared_vnd`` add up to the
        investment. None without a build plan.
    payer : str
        Who bears the village in the build plan: its group, or blank where an operator has promised to cover it or nothing is built.
    sample : bool
        Whether anything made up takes part in its figures.
    """

    village_id: str
    name: str
    commune_code: str
    commune: str
    commune_type: str
    former_communes: tuple[str, ...]
    rank: int
    rank_in_group: int
    rank_range: tuple[int, int]
    score: float
    group: str
    reason: str
    position: Position
    position_quality: str
    households: int | None
    population: int | None
    poor_households: int | None
    near_poor_households: int | None
    grid_power: str
    road_access: str
    extremely_difficult: bool | None
    border: bool | None
    region_class: str
    declared: StatusFacts
    modelled: StatusFacts
    measured: StatusFacts
    coverage_probability: float | None
    rsrp_dbm: float | None
    nearest_site_id: str
    nearest_site_km: float | None
    stations: tuple[StationFacts, ...]
    site_ids: tuple[str, ...]
    households_gained: float | None
    households_terminal: float | None
    cost_share_vnd: int | None
    year: int | None
    payer: str
    commitment_operator: str
    commitment_stage: str
    commitment_quarter: str
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    source: str
    sample: bool

    @property
    def commune_title(self) -> str:
        """The commune with its type, as it stands in a sentence."""
        return f"{self.commune_type.lower()} {self.commune}".strip()

    @property
    def signal(self) -> StatusFacts:
        """What counts in a document: as declared, else as measured, else as modelled."""
        return next((each for each in (self.declared, self.measured, self.modelled) if each.status != "unknown"), self.modelled)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """One proposed site.

    Attributes
    ----------
    kind : str
        ``build_kind`` of the catalogue.
    place_id : str
        ``site:ID`` for one on an existing mast.
    number : int
        By which documents, maps and letters call it: by year, then by the rank of the first village that it serves, then by id.
    villages : tuple of str
        Ids of those that it serves best.
    cost : Amount
        Investment with tax.
    cost_by_payer : dict of str to int
        Base estimate.
    opex_per_year : Amount
    year : int or None
        None: no year's money reaches it.
    power : str
        ``grid``, ``solar`` or ``existing``.
    stay_in : float or None
        Share of the draws over prices, levels and models in which it stays; None where none were drawn.
    """

    site_id: str
    number: int
    place_id: str
    kind: str
    position: Position
    commune: str
    mast_height_m: float | None
    freq_mhz: float | None
    operator: str
    n_cells: int | None
    power: str
    pv_kwp: float | None
    battery_kwh: float | None
    households: float
    villages: tuple[str, ...]
    link_ids: tuple[str, ...]
    cost: Amount
    cost_by_payer: dict[str, int]
    opex_per_year: Amount
    payer: str
    year: int | None
    on_air: str
    stay_in: float | None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One proposed link."""

    link_id: str
    place_a: str
    place_b: str
    kind: str
    length_km: float | None
    freq_ghz: float | None
    availability_pct: float | None
    cost: Amount
    cost_by_payer: dict[str, int]
    opex_per_year: Amount
    payer: str
    year: int | None


@dataclass(frozen=True, slots=True)
class YearFacts:
    """One year of the build plan; ``year`` None: what fits into none. ``cost_vnd`` by payer, base estimate."""

    year: int | None
    budget_vnd: int | None
    available_vnd: int | None
    by_payer: dict[str, int]
    sites: int
    links: int
    households: float | None

    @property
    def cost_vnd(self) -> int:
        return sum(self.by_payer.values())


@dataclass(frozen=True, slots=True)
class CostItem:
    """One row of the estimate: an item, or a share or tax of a site or link."""

    part: str
    item: str
    unit: str
    quantity: float | None
    amount: Amount
    source: str


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of what is built; all agree to the đồng, and with ``summary.json``.

    Attributes
    ----------
    capex, capex_before_tax, opex_per_year, npv : Amount
    by_payer : dict of str to Amount
        The capex, all payers named.
    years : tuple of YearFacts
        In order; last, where there is any, what fits into no year.
    items : tuple of CostItem
        Summed over sites and links: part, then item, in the order of the forms. Without the yearly ones they add up to the capex.
    budget_vnd : int or None
    per_household : Amount or None
        For each newly covered household; None where there is none.
    unshared_vnd : int
        Of the base capex: what serves no village.
    smartphone_households, smartphone_vnd : int or None
        A line of its own, in no sum; None where not asked for.
    """

    capex: Amount
    capex_before_tax: Amount
    opex_per_year: Amount
    npv: Amount
    by_payer: dict[str, Amount]
    years: tuple[YearFacts, ...]
    items: tuple[CostItem, ...]
    budget_vnd: int | None
    per_household: Amount | None
    unshared_vnd: int
    optimality: str
    gap: float | None
    households_gained: float
    horizon_years: int
    discount_rate: float
    price_year: int
    dollar_rate: Said | None = None
    smartphone_households: int | None = None
    smartphone_vnd: int | None = None


@dataclass(frozen=True, slots=True)
class PowerFirst:
    """What the two ways of a village without power cost; in no sum. Whole đồng."""

    village_id: str
    terminal_vnd: int
    terminal_per_year_vnd: int
    grid_village_vnd: int
    grid_households_vnd: int | None


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """The villages of one responsibility, in order of rank.

    Attributes
    ----------
    households : int
        Of the villages whose number is known.
    households_unknown : int
        Villages whose number is not.
    covered : int
        Villages that gain covered households by the build plan.
    cost : Amount or None
        What this payer bears of all that is built; None without a build plan.
    """

    key: str
    villages: tuple[VillageFacts, ...]
    households: int
    households_unknown: int
    covered: int
    households_gained: float
    cost: Amount | None


@dataclass(frozen=True, slots=True)
class SignalCount:
    """Villages by signal and grid power, with what they are counted against.

    Attributes
    ----------
    cells : dict of (str, str) to int
        By status (``no_signal``, ``partial``, ``covered``, ``unknown``) and grid power (``yes``, ``no``, ``planned``, ``unknown``).
    listed : int
        Villages of the list.
    province : int or None
        All villages of the province, as the office says.
    """

    cells: dict[tuple[str, str], int]
    listed: int
    province: int | None

    def of(self, status: str, power: str | None = None) -> int:
        return sum(n for (s, p), n in self.cells.items() if s == status and power in (None, p))

    @property
    def with_signal(self) -> int | None:
        """Villages of the province whose centre has signal, against which lõm is counted; None where the province's number is not known."""
        return None if self.province is None else self.province - self.of("no_signal")


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """A criterion of the ranking with the weight in force, as a share of all."""

    name: str
    vi: str
    en: str
    share: float
    assumed: bool


@dataclass(frozen=True, slots=True)
class Assumption:
    """A setting whose value is an assumption."""

    key: str
    value: bool | int | float | str | None
    meaning: Said


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """One line of the table of prices, as written there."""

    item: str
    unit: str
    low: float
    base: float
    high: float
    year: int
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """Something that is open, with who can answer it."""

    village_id: str
    datum: str
    asks: str
    question_vi: str
    question_en: str
    why_vi: str
    why_en: str

    def question(self, language: Language) -> str:
        return str(getattr(self, f"question_{language}"))


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that only the office can fill in, or a text that is not at hand."""

    key: str
    sentence: Said


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the figures were worked out with."""

    model: str
    edition: str
    compared_edition: str
    versions: dict[str, str]
    inputs_sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """Everything that the documents of a plan say.

    Attributes
    ----------
    date : date or None
        Of the document; never today's by itself.
    villages : tuple of VillageFacts
        In order of rank.
    groups : tuple of GroupFacts
        Always four: fund, operator, power_first, undecided.
    sites : tuple of SiteFacts
        By id; empty without a build plan.
    money : Money or None
        None without a build plan.
    limits : tuple of Said
        What the figures are not.
    legal_basis : tuple of Said
        Only what was read.
    missing : tuple of Missing
    """

    office: Office
    date: dt.date | None
    province: str
    province_code: str
    scenario: str
    title_vi: str
    title_en: str
    villages: tuple[VillageFacts, ...]
    groups: tuple[GroupFacts, ...]
    signal: SignalCount
    sites: tuple[SiteFacts, ...]
    links: tuple[LinkFacts, ...]
    money: Money | None
    power_first: tuple[PowerFirst, ...]
    criteria: tuple[CriterionFacts, ...]
    assumptions: tuple[Assumption, ...]
    prices: tuple[PriceFacts, ...]
    limits: tuple[Said, ...]
    questions: tuple[QuestionFacts, ...]
    sources: tuple[Citation, ...]
    model: ModelFacts
    notes: tuple[Fault, ...]
    legal_basis: tuple[Said, ...]
    missing: tuple[Missing, ...]
    uses_sample_data: bool

    def village(self, village_id: str) -> VillageFacts:
        return next(each for each in self.villages if each.village_id == village_id)

    def site(self, site_id: str) -> SiteFacts:
        return next(each for each in self.sites if each.site_id == site_id)
