"""Facts of documents made by hand, of any size, whose sums agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from geo_planner.documents.office import Office
from geo_planner.documents.records import (
    Amount,
    Assumption,
    CostItem,
    CriterionFacts,
    GroupFacts,
    LinkFacts,
    Missing,
    ModelFacts,
    Money,
    PowerFirst,
    PriceFacts,
    ProposalFacts,
    QuestionFacts,
    SignalCount,
    SiteFacts,
    StationFacts,
    StatusFacts,
    VillageFacts,
    YearFacts,
)
from geo_planner.documents.village_facts import positions
from geo_planner.files.manifest import Citation
from geo_planner.schema import RESPONSIBILITY
from geo_planner.words import said

POWERS = {"fund": "yes", "operator": "yes", "power_first": "no", "undecided": ""}
YEARS = (2027, 2028)


def village(at: int, name: str, *, built: bool, blank: bool = False) -> VillageFacts:
    group = RESPONSIBILITY[at % 4]
    households = None if blank else 20 + at % 90
    place = positions([102.5 + at % 50 / 60], [22.0 + at // 50 / 40])[0]
    station = StationFacts(
        "S031", "Trạm giả định", "", 12.46, "blocked", said("trial_why.blocked", site="S031", km=12.46, ground=944.0, at=6.3)
    )
    served = built and at % 2 == 0
    unknown = StatusFacts("measured", "unknown", "", "")
    return VillageFacts(
        village_id=f"T{at:04d}", name=name, commune_code="03463", commune="Tà Tổng", commune_type="Xã", former_communes=("Xã Tà Tổng",), rank=at,
        rank_in_group=1 + at // 4, rank_range=(max(1, at - 1), at + 1), score=0.5, group=group, reason=group, position=place,
        position_quality="" if blank else "sample", households=households, population=None, poor_households=None if blank else 9,
        near_poor_households=None if blank else 3, grid_power="" if blank else POWERS[group], road_access="" if blank else "foot",
        extremely_difficult=None if blank else True, border=True, region_class="III",
        declared=StatusFacts("declared", "unknown" if blank else ("partial" if at % 5 == 0 else "no_signal"), "danh sách", "2026-01-28"),
        modelled=replace(unknown, kind="modelled", status="no_signal", source=said("document_source.model", model="ITU-R P.1812-8")),
        measured=unknown, coverage_probability=0.1, rsrp_dbm=-127.0, nearest_site_id="S031", nearest_site_km=12.46,
        stations=() if blank else (station,), site_ids=(f"site{at}",) if served else (), households_gained=float(at % 30) if served else 0.0 if built else None,
        households_terminal=0.0 if built else None, cost_share_vnd=(1_000_000_007 if served else 0) if built else None,
        year=YEARS[at // 2 % 2] if served else None, payer=group if served else "", commitment_operator="", commitment_stage="",
        commitment_quarter="", missing=(), flags=(), source="", sample=True,
    )  # fmt: skip


def site(each: VillageFacts, number: int) -> SiteFacts:
    return SiteFacts(
        site_id=each.site_ids[0], number=number, place_id=f"cell:{number}", kind="low_mast", position=each.position, commune=each.commune,
        mast_height_m=20.0, freq_mhz=900.0, operator="", n_cells=1, power="solar", pv_kwp=1.8, battery_kwh=24.0,
        households=each.households_gained or 0.0, villages=(each.village_id,), link_ids=(f"link{number}",), cost=Amount(600_000_001, 900_000_004, 1_500_000_009),
        cost_by_payer={payer: 900_000_004 * (payer == each.group) for payer in RESPONSIBILITY}, opex_per_year=Amount(1, 2, 3), payer=each.group,
        year=each.year, on_air="2027-07", stay_in=0.9,
    )  # fmt: skip


def link(of: SiteFacts) -> LinkFacts:
    return LinkFacts(
        link_id=f"link{of.number}", place_a=of.place_id, place_b="site:S031", kind="microwave", length_km=7.04, freq_ghz=18.0, availability_pct=99.996,
        cost=Amount(50_000_001, 100_000_003, 200_000_007),
        cost_by_payer={payer: 100_000_003 * (payer == of.payer) for payer in RESPONSIBILITY}, opex_per_year=Amount(1, 2, 3), payer=of.payer, year=of.year,
    )  # fmt: skip


def money(sites: Sequence[SiteFacts], links: Sequence[LinkFacts], *, budget: int | None = 12_000_000_000) -> Money:
    both = [*sites, *links]

    def total(of: Sequence[SiteFacts | LinkFacts], name: str = "cost") -> Amount:
        return Amount(*(sum(getattr(getattr(each, name), e) for each in of) for e in ("low", "base", "high")))

    capex = total(both)
    years = tuple(
        YearFacts(
            year, 4_000_000_000, 4_000_000_000, {p: sum(x.cost_by_payer[p] for x in both if x.year == year) for p in RESPONSIBILITY},
            sum(x.year == year for x in sites), sum(x.year == year for x in links), None,
        )
        for year in YEARS
    )  # fmt: skip
    vat = Amount(*(v // 11 for v in (capex.low, capex.base, capex.high)))
    works = Amount(capex.low - vat.low, capex.base - vat.base, capex.high - vat.high)
    return Money(
        capex=capex, capex_before_tax=works, opex_per_year=total(both, "opex_per_year"), npv=capex,
        by_payer={p: total([x for x in both if x.payer == p]) for p in RESPONSIBILITY}, years=years,
        items=(CostItem("works", "low_mast_site", "đ/cột", float(len(sites)), works, "ước tính"), CostItem("vat", "", "", None, vat, "")),
        budget_vnd=budget, per_household=None, unshared_vnd=0, optimality="optimal", gap=0.0,
        households_gained=sum(x.households for x in sites), horizon_years=10, discount_rate=0.08, price_year=2026,
    )  # fmt: skip


def facts(
    n: int = 21, *, names: Sequence[str] = (), built: bool = True, chosen: bool = True, blank: bool = False, office: Office | None = None,
    date: dt.date | None = dt.date(2026, 2, 5),
) -> ProposalFacts:  # fmt: skip
    """The facts of `n` villages; every second one is served by a site of its own where something is built."""
    villages = tuple(
        village(at, names[at - 1] if at <= len(names) else f"Bản thử {at}", built=built and chosen, blank=blank) for at in range(1, n + 1)
    )
    served = sorted((v for v in villages if v.site_ids), key=lambda v: (v.year or 0, v.rank))
    sites = tuple(site(v, number) for number, v in enumerate(served, 1))
    links = tuple(link(each) for each in sites)
    sums = money(sites, links, budget=12_000_000_000 if chosen else 0) if built else None
    cells: dict[tuple[str, str], int] = {}
    for v in villages:
        key = v.signal.status, v.grid_power or "unknown"
        cells[key] = cells.get(key, 0) + 1
    groups = []
    for key in RESPONSIBILITY:
        mine = tuple(v for v in villages if v.group == key)
        gained = [v.households_gained or 0.0 for v in mine]
        known = [v.households for v in mine if v.households is not None]
        cost = None if sums is None else sums.by_payer[key]
        groups.append(GroupFacts(key, mine, sum(known), len(mine) - len(known), sum(g > 0 for g in gained), sum(gained), cost))
    return ProposalFacts(
        office=office or Office(), date=date, province="Lai Châu", province_code="12", scenario="fake", title_vi="Thử", title_en="Trial",
        villages=villages, groups=tuple(groups), signal=SignalCount(cells, n, None), sites=tuple(sorted(sites, key=lambda s: s.site_id)), links=links,
        money=sums, power_first=tuple(PowerFirst(v.village_id, 1, 2, 3, None) for v in villages if built and v.group == "power_first"),
        criteria=(CriterionFacts("households", "Số hộ", "Households", 1.0, True),),
        assumptions=(Assumption("service.sigma_db", 8.0, said("setting.service.sigma_db")), Assumption("x", "-95.5; -105.0", said("setting.service.sigma_db"))),
        prices=(PriceFacts("low_mast_site", "đ/cột", 1e8, 2e8, 3e8, 2026, "ước tính", True),) if built else (), limits=(said("document_limit.survey"),),
        questions=(QuestionFacts("T0001", "grid_power", "commune", "Bản có điện lưới không?", "Is there grid power?", "", ""),) if n else (),
        sources=(Citation(file="villages/villages.csv", source="danh sách mẫu", licence="", date="2026-11", origin="bundled", sha256="0" * 64),),
        model=ModelFacts("p1812", "ITU-R P.1812-8", "", {"geo-planner": "0.1.0"}, {}), notes=(), legal_basis=(said("document_law.telecoms_law"),),
        missing=(Missing("document_missing.number", said("document_missing.number")),), uses_sample_data=True,
    )  # fmt: skip
