"""The annexes of the request: villages, sites and links, costs, maps, what it rests on, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docx.shared import Mm, Pt

from geo_planner.documents.cost_annex import write_costs
from geo_planner.documents.docx_parts import Grid, Row, add_picture, add_section, explained, heading, paragraph, table
from geo_planner.documents.letterhead import issuing_body, number_and_sign
from geo_planner.documents.records import LinkFacts, Missing, ProposalFacts, SiteFacts, VillageFacts
from geo_planner.documents.wording import Wording, commitment, place_name
from geo_planner.errors import naming
from geo_planner.schema import GRID_POWER, SIGNAL_STATUS

_PICTURE_MM = (160.0, 150.0)
"""A picture with what is said of its site, below the title of the annex, on one page."""


VILLAGE_COLUMNS = ("stt", "village", "position", "households", "signal", "stations", "access", "plan", "gained", "cost")
SITE_COLUMNS = ("site", "solution", "position", "commune", "radio", "power", "serves", "gained", "cost", "payer", "year")
LINK_COLUMNS = ("stt", "from", "to", "kind", "length", "frequency", "availability", "cost", "payer", "year")


def add_annexes(document: Any, facts: ProposalFacts, say: Wording, pictures: Mapping[str, Path]) -> None:
    """Annexes I to V and the page of what is missing, each on a new page."""
    writers: tuple[tuple[str, bool, Callable[[Any, ProposalFacts, Wording], None]], ...] = (
        ("I", True, _villages),
        ("II", True, _sites_and_links),
        ("III", True, write_costs),
        ("IV", False, lambda made, given, words: _maps(made, given, words, pictures)),
        ("V", False, _grounds),
    )
    for number, landscape, write in writers:
        add_section(document, landscape=landscape)
        _head(document, facts, say, number)
        write(document, facts, say)
    add_section(document, landscape=False)
    _missing(document, facts, say)


def _missing(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """One page to take out again: fields of the office, texts, blanks of the list."""
    heading(document, say("missing_title"), align="center")
    paragraph(document, say("missing_intro"), size=12)
    parts: dict[str, list[Missing]] = {"office": [], "texts": [], "list": []}
    for each in facts.missing:
        name = each.key.removeprefix("document_missing.")
        parts["texts" if name.startswith("text_") else "list" if name.startswith("list_") else "office"].append(each)
    for part, lacking in parts.items():
        if lacking:
            heading(document, say(f"missing_{part}"), 2)
        for each in lacking:
            line = paragraph(document, f"- {say.told(each.sentence)}.", size=12)
            line.paragraph_format.space_before = Pt(2)


def _head(document: Any, facts: ProposalFacts, say: Wording, number: str) -> None:
    heading(document, say("annex", number=number), align="center")
    paragraph(document, say(f"annex_{number}").upper(), bold=True, align="center", indent=False).paragraph_format.space_before = Mm(0)
    with_ = {"number": number_and_sign(facts.office), "body": issuing_body(facts.office, say), **say.dated(facts.date)}
    paragraph(document, say("annex_of", **with_), italic=True, align="center", indent=False).paragraph_format.space_before = Mm(0)


def _villages(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """In the wording of official answers, grouped by trắng/lõm and grid power."""
    signal = facts.signal
    for key, n, of in (("no_signal", signal.of("no_signal"), signal.province), ("partial", signal.of("partial"), signal.with_signal)):
        counted = paragraph(document, say(f"annex_count_{key}", n=n, of=say.figure(of) if of is not None else say.blank("")), size=12)
        counted.paragraph_format.space_before = Pt(2)
    if facts.money is not None:
        explained(document, say("annex_I_note"))
    titles = tuple(say(f"col_{name}") for name in VILLAGE_COLUMNS)
    widths = (9.0, 31.0, 20.0, 18.0, 42.0, 60.0, 16.0, 21.0, 11.0, 24.0)
    grid = Grid(titles, widths, ("center", "left", "left", "left", "left", "left", "left", "left", "center", "right"))
    table(document, grid, _village_rows(facts, say), size=9)


def _village_rows(facts: ProposalFacts, say: Wording) -> Iterator[Row]:
    at = 0
    numbers = {site.site_id: site.number for site in facts.sites}
    for status in SIGNAL_STATUS:
        for power in (*GRID_POWER, ""):
            part = [v for v in facts.villages if v.signal.status == status and v.grid_power == power]
            if not part:
                continue
            yield Row((say("annex_group", status=say.word(status), power=say(f"col_power_{power or 'unknown'}"), n=len(part)),), "group")
            for village in part:
                at += 1
                yield Row(village_cells(at, village, numbers, say, built=facts.money is not None))
    known = [v.households for v in facts.villages if v.households is not None]
    gained = sum(v.households_gained or 0.0 for v in facts.villages)
    money = facts.money
    shared = "–" if money is None else say.vnd(money.capex.base - money.unshared_vnd)
    total = ("", say("total"), "", say.figure(sum(known)), "", "", "", "", say.figure(gained) if money is not None else "–", shared)
    yield Row(total, "total")


def village_cells(at: int, v: VillageFacts, numbers: Mapping[str, int], say: Wording, *, built: bool) -> tuple[str | tuple[str, ...], ...]:
    former = (
        say("formerly" if len(v.former_communes) == 1 else "merged", names=say.listing(list(v.former_communes)))
        if v.former_communes
        else ""
    )
    poor = say("poor", n=say.figure(v.poor_households)), say("near_poor", n=say.figure(v.near_poor_households))
    stations = tuple(say("station_line", sentence=say.told(s.sentence), operator=s.operator or say("operator_unknown")) for s in v.stations)
    access = (
        say("power", word=say.word(v.grid_power, "grid_power").lower()),
        say("road", word=say.word(v.road_access, "road_access").lower()),
    )
    sites = sorted(numbers[site] for site in v.site_ids if site in numbers)
    plan = []
    if sites:
        plan.append(say("plan_sites", sites=say.listing([say.site(n) for n in sites])))
        plan.append(say("plan_year", year=v.year) if v.year is not None else say("plan_no_year"))
    elif built:
        plan.append(say("plan_none"))
    else:
        plan.append(say("plan_not_asked"))
    plan.append(commitment(v, say))
    return (
        str(at),
        tuple(line for line in (say("village_ranked", village=v.name, rank=v.rank), v.commune, former) if line),
        say.coordinates(v.position),
        (say.figure(v.households), *poor),
        tuple(say.status(each) for each in (v.declared, v.modelled, v.measured)),
        "; ".join(stations) or say("no_station"),
        access,
        tuple(plan),
        say.figure(v.households_gained),
        say.vnd(v.cost_share_vnd),
    )


def _sites_and_links(document: Any, facts: ProposalFacts, say: Wording) -> None:
    if not facts.sites:
        paragraph(document, say("no_sites") if facts.money is not None else say("method_no_build"))
        return
    names = {v.village_id: v.name for v in facts.villages}
    heading(document, say("sites_title"), 2)
    titles = tuple(say(f"col_{name}") for name in SITE_COLUMNS)
    widths = (15.0, 28.0, 22.0, 23.0, 21.0, 34.0, 38.0, 12.0, 24.0, 21.0, 14.0)
    grid = Grid(titles, widths, ("center", *(["left"] * 6), "center", "right", "left", "center"))
    rows = [site_row(site, names, say) for site in sorted(facts.sites, key=lambda s: s.number)]
    gained = sum(site.households for site in facts.sites if site.kind != "satellite_terminal")
    cost = say.vnd(sum(site.cost.base for site in facts.sites))
    table(document, grid, [*rows, Row((say("total"), "", "", "", "", "", "", say.figure(gained), cost, "", ""), "total")], size=9)
    if any(site.stay_in is not None for site in facts.sites):
        explained(document, say("stay_in_note"))
    if not facts.links:
        paragraph(document, say("no_links"))
        return
    heading(document, say("links_title"), 2)
    titles = tuple(say(f"col_{name}") for name in LINK_COLUMNS)
    link_widths = (10.0, 44.0, 44.0, 20.0, 18.0, 20.0, 26.0, 28.0, 26.0, 16.0)
    grid = Grid(titles, link_widths, ("center", "left", "left", "left", "center", "center", "center", "right", "left", "center"))
    table(
        document,
        grid,
        [
            *_link_rows(facts, say),
            Row(("", say("total"), "", "", "", "", "", say.vnd(sum(x.cost.base for x in facts.links)), "", ""), "total"),
        ],
        size=9,
    )
    explained(document, say("links_note"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def site_row(site: SiteFacts, names: Mapping[str, str], say: Wording) -> Row:
    mast = say("mast", height=say.figure(site.mast_height_m)) if site.mast_height_m is not None else ""
    radio = [
        say("band", mhz=say.figure(site.freq_mhz)) if site.freq_mhz is not None else "",
        say("cells", n=site.n_cells) if site.n_cells else "",
    ]
    power = [_capital(say(f"power_{site.power}"))]
    if site.pv_kwp:
        power.append(say("panels", kwp=say.figure(site.pv_kwp, 1)))
    if site.battery_kwh:
        power.append(say("battery", kwh=say.figure(site.battery_kwh, 1)))
    stay = [say("stay_in", share=site.stay_in)] if site.stay_in is not None else []
    serves = "; ".join(names[v] for v in site.villages) or _capital(say("serves_none"))
    return Row(
        (
            say.site(site.number), tuple(line for line in (_capital(say.site_kind(site.kind)), mast, *stay) if line), say.coordinates(site.position),
            site.commune or say("outside"), tuple(_capital(line) for line in radio if line) or ("–",), tuple(power), serves,
            say.figure(site.households), say.vnd(site.cost.base), say(f"short_{site.payer}"), _year(site.year, say),
        )
    )  # fmt: skip


def _link_rows(facts: ProposalFacts, say: Wording) -> Iterator[Row]:
    ordered = sorted(facts.links, key=lambda link: (link.year or 9999, link.link_id))
    for at, link in enumerate(ordered, 1):
        yield Row(link_cells(at, link, facts, say))


def link_cells(at: int, link: LinkFacts, facts: ProposalFacts, say: Wording) -> tuple[str, ...]:
    """A link as its row in annex II: :data:`LINK_COLUMNS`."""
    return (
        str(at), place_name(link.place_a, facts, say), place_name(link.place_b, facts, say), say.site_kind(link.kind),
        say.figure(link.length_km, 1), say.figure(link.freq_ghz, 1), say.figure(link.availability_pct, 3), say.vnd(link.cost.base),
        say(f"short_{link.payer}"), _year(link.year, say),
    )  # fmt: skip


def _year(year: int | None, say: Wording) -> str:
    return str(year) if year is not None else say("col_no_year")


def _maps(document: Any, facts: ProposalFacts, say: Wording, pictures: Mapping[str, Path]) -> None:
    if not facts.sites:
        paragraph(document, say("no_sites") if facts.money is not None else say("method_no_build"))
        return
    ordered = sorted(facts.sites, key=lambda s: s.number)
    without = [_title(site, say) for site in ordered if site.site_id not in pictures]
    for at, site in enumerate([site for site in ordered if site.site_id in pictures], 1):
        _pictured(document, site, facts, say, (at, pictures[site.site_id]))
    if without:
        paragraph(document, say("no_picture", sites="; ".join(without)), size=13)


def _title(site: SiteFacts, say: Wording) -> str:
    return say("picture", site=say.site(site.number), kind=say.site_kind(site.kind), commune=site.commune or say("outside"))


def _pictured(document: Any, site: SiteFacts, facts: ProposalFacts, say: Wording, figure: tuple[int, Path]) -> None:
    """A site on a page of its own, but for the first one, which stands below the title of the annex."""
    number, path = figure
    heading(document, _title(site, say), 2, new_page=number > 1)
    names = {v.village_id: v.name for v in facts.villages}
    serves = "; ".join(names[v] for v in site.villages) or say("serves_none")
    wgs84, vn2000 = say.place(site.position)
    year = say("plan_year", year=site.year).lower() if site.year is not None else say("plan_no_year").lower()
    for text in (
        say("site_position", wgs84=wgs84, vn2000=vn2000),
        say("site_serves", villages=serves, households=say.figure(site.households)),
        say("site_cost", cost=say.vnd(site.cost.base), year=year),
    ):
        paragraph(document, text, size=13).paragraph_format.keep_with_next = True
    caption = say("site_caption", n=number, site=say.site(site.number))
    add_picture(document, path, width_mm=_PICTURE_MM[0], height_mm=_PICTURE_MM[1], told=caption)
    paragraph(document, caption, italic=True, size=12, align="center", indent=False)


def _grounds(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """Data, versions, limits, open questions, remarks."""
    heading(document, say("sources_title"), 2)
    rows = [Row((c.file, c.source or say("source_missing"), c.licence or "–", say.day(c.date) if c.date else "–")) for c in facts.sources]
    grid = Grid(
        (say("col_file"), say("col_source"), say("col_licence"), say("col_date")),
        (48.0, 70.0, 27.0, 20.0),
        ("left", "left", "left", "center"),
    )
    table(document, grid, rows, size=9)
    heading(document, say("versions_title"), 2)
    versions = "; ".join(f"{name} {version}" for name, version in sorted(facts.model.versions.items()))
    paragraph(
        document,
        say("versions", scenario=facts.scenario, model=facts.model.edition, other=facts.model.compared_edition or "–", versions=versions),
        size=12,
    )
    heading(document, say("limits_title"), 2)
    for limit in facts.limits:
        paragraph(document, f"- {say.told(limit)}", size=12)
    heading(document, say("questions_title"), 2)
    if facts.questions:
        rows = list(_questions(facts, say))
        table(
            document,
            Grid((say("col_question"), say("col_asks"), say("col_villages")), (70.0, 30.0, 65.0), ("left", "left", "left")),
            rows,
            size=9,
        )
    else:
        paragraph(document, say("no_questions"), size=12)
    heading(document, say("notes_title"), 2)
    # an option of the build plan is told by the number that it bears in the annexes before
    names = {each.village_id: each.name for each in facts.villages} | {each.site_id: say.site(each.number) for each in facts.sites}
    for note in facts.notes:
        paragraph(document, f"- {say.note(naming(note, names))}", size=11)
    if not facts.notes:
        paragraph(document, say("no_notes"), size=12)


def _questions(facts: ProposalFacts, say: Wording) -> Iterator[Row]:
    """Each question once, with the villages that it is asked of."""
    names = {v.village_id: v.name for v in facts.villages}
    of: dict[tuple[str, str], list[str]] = {}
    for each in facts.questions:
        of.setdefault((each.question(say.language), each.asks), []).append(names.get(each.village_id, each.village_id))
    for (question, asks), villages in of.items():
        yield Row(
            (question, say(f"asks_{asks}"), say("all_villages", n=len(villages)) if len(villages) == len(names) else "; ".join(villages))
        )
