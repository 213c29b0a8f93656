"""What documents say of a plan: sums to the đồng, order, groups, fields of the office."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from geo_planner.documents.facts import Office, ProposalFacts, proposal_facts, read_office
from geo_planner.documents.office_template import PLACES
from geo_planner.documents.proposal import write_proposal
from geo_planner.documents.village_facts import positions
from geo_planner.errors import InputError
from geo_planner.export.build_summary import build_summary
from geo_planner.plan import Plan

ESTIMATES = ("low", "base", "high")


@pytest.fixture(scope="module")
def facts(built_plan: Plan) -> ProposalFacts:
    return proposal_facts(built_plan)


def test_sums_are_those_of_the_summary_to_the_dong(built_plan: Plan, facts: ProposalFacts) -> None:
    assert built_plan.build is not None
    summary, money = build_summary(built_plan.build), facts.money
    assert money is not None
    told = {"base": summary["cost_vnd"], "low": summary["cost_vnd"]["low"], "high": summary["cost_vnd"]["high"]}
    for estimate in ESTIMATES:
        for name in ("capex", "opex_per_year", "npv"):
            assert getattr(getattr(money, name), estimate) == told[estimate][name]
        assert sum(getattr(each.cost, estimate) for each in (*facts.sites, *facts.links)) == told[estimate]["capex"]
        assert sum(getattr(each.amount, estimate) for each in money.items if each.part != "yearly") == told[estimate]["capex"]
        assert sum(getattr(each, estimate) for each in money.by_payer.values()) == told[estimate]["capex"]
    assert {payer: amount.base for payer, amount in money.by_payer.items()} == summary["by_payer"]
    assert {each.year: each.cost_vnd for each in money.years if each.year} == {row["year"]: row["cost_vnd"] for row in summary["by_year"]}
    assert sum(each.cost_vnd for each in money.years) == money.capex.base
    assert sum(each.cost_share_vnd or 0 for each in facts.villages) + money.unshared_vnd == money.capex.base


def test_households_agree_with_the_summary(built_plan: Plan, facts: ProposalFacts) -> None:
    assert built_plan.build is not None
    told = {each["village_id"]: each for each in build_summary(built_plan.build)["villages"]}
    for each in facts.villages:
        assert each.households_gained == pytest.approx(
            told[each.village_id]["households_after"] - told[each.village_id]["households_before"]
        )
        assert list(each.site_ids) == told[each.village_id]["site_ids"]
        assert each.year == told[each.village_id]["year"]
    assert sum(group.households_gained for group in facts.groups) == pytest.approx(sum(site.households for site in facts.sites))


def test_villages_come_in_order_of_rank_and_each_in_one_group(facts: ProposalFacts) -> None:
    assert [each.rank for each in facts.villages] == list(range(1, 22))
    assert [group.key for group in facts.groups] == ["fund", "operator", "power_first", "undecided"]
    grouped = [each.village_id for group in facts.groups for each in group.villages]
    assert sorted(grouped) == sorted(each.village_id for each in facts.villages)
    for group in facts.groups:
        assert [each.rank for each in group.villages] == sorted(each.rank for each in group.villages)
    assert sum(facts.signal.cells.values()) == facts.signal.listed == 21


def test_the_village_that_is_told_of(facts: ProposalFacts) -> None:
    village = facts.village("LC001")
    assert (village.name, village.commune_title, village.former_communes[:1]) == ("Tia Ma Mủ", "xã Tà Tổng", ("Xã Tà Tổng",))
    assert village.declared.status == "no_signal"
    assert village.declared.date == "2026-01-28"
    assert village.measured.status == "unknown"
    assert village.stations[0].sentence.text("vi").startswith(village.stations[0].site_id)
    assert village.nearest_site_id in {station.site_id for station in village.stations}
    assert village.poor_households is None


def test_sites_are_numbered_by_year(facts: ProposalFacts) -> None:
    by_number = sorted(facts.sites, key=lambda site: site.number)
    assert [site.number for site in by_number] == list(range(1, len(facts.sites) + 1))
    assert [site.year for site in by_number] == sorted(site.year or 9999 for site in by_number)
    assert [site.site_id for site in facts.sites] == sorted(site.site_id for site in facts.sites)


def test_a_position_of_the_network_of_the_country() -> None:
    """103° E is the central meridian; by pyproj's own EPSG:9205 the same to a millimetre."""
    from pyproj import Transformer

    (place,) = positions([102.54105], [22.25601])
    east, north = Transformer.from_crs(4326, 9205, always_xy=True).transform(102.54105, 22.25601)
    assert (place.east_m, place.north_m) == (pytest.approx(east, abs=1e-3), pytest.approx(north, abs=1e-3))
    assert positions([], []) == []


def test_what_only_the_office_knows_is_missing_until_it_says_so(built_plan: Plan, facts: ProposalFacts) -> None:
    blank = {each.key.removeprefix("document_missing.") for each in facts.missing}
    assert {
        "date",
        "number",
        "symbol",
        "place",
        "addressees",
        "signer_name",
        "villages_in_province",
        "text_programme",
        "list_measured",
    } <= blank
    assert facts.date is None
    office = Office(number="1", symbol="TTr", place="X", addressees=("A",), signer_title="G", signer_name="N", villages_in_province=900)
    given = proposal_facts(built_plan, date=dt.date(2026, 3, 1), office=office)
    still = {each.key.removeprefix("document_missing.") for each in given.missing}
    assert {"recipients", "archive"} == still - {each for each in still if each.startswith(("text_", "list_"))}
    assert given.signal.with_signal == 900 - given.signal.of("no_signal")


def test_a_province_with_fewer_villages_than_the_list_is_refused(built_plan: Plan) -> None:
    with pytest.raises(InputError) as caught:
        proposal_facts(built_plan, office=Office(villages_in_province=20))
    assert [found.code for found in caught.value.faults] == ["office_villages"]


def test_the_request_of_a_real_plan(facts: ProposalFacts, tmp_path: Path) -> None:
    from docx import Document

    from tests.documents.test_proposal import whole_text

    text = whole_text(Document(str(write_proposal(facts, tmp_path)[0])))
    assert facts.money is not None
    assert f"{facts.money.capex.base:,}".replace(",", ".") in text
    assert "Tia Ma Mủ (xã Tà Tổng)" in text


def test_a_plan_that_builds_nothing(plan: Plan, tmp_path: Path) -> None:
    facts = proposal_facts(plan)
    assert (facts.sites, facts.links, facts.money) == ((), (), None)
    assert all(each.cost_share_vnd is None and each.households_gained is None for each in facts.villages)
    assert write_proposal(facts, tmp_path)[0].stat().st_size > 20_000


def test_facts_are_frozen(facts: ProposalFacts) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        facts.date = None  # type: ignore[misc]


def test_the_fields_of_the_office_are_read(tmp_path: Path) -> None:
    assert read_office(tmp_path) == Office()
    (tmp_path / "documents").mkdir()
    path = tmp_path / "documents" / "office.yaml"
    path.write_text(
        "number: '12'\nplace: Lai Châu\ndate: 2026-02-05\naddressees: [Bộ Khoa học và Công nghệ]\nvillages_in_province: 956\n", "utf-8"
    )
    office = read_office(tmp_path)
    assert office.day == dt.date(2026, 2, 5)
    assert office.addressees == ("Bộ Khoa học và Công nghệ",)
    path.write_text("", "utf-8")
    assert read_office(tmp_path) == Office()


@pytest.mark.parametrize(
    ("text", "column"),
    [("signer: A", "signer"), ("date: 5/2/2026", "date"), ("date: '2026-02-30'", "date"), ("villages_in_province: nhiều", "villages_in_province"),
     ("- a", None), ("place: \"a\\u202eb\"", "place"), ("number: [1", None)],
)  # fmt: skip
def test_wrong_fields_of_the_office_are_told(text: str, column: str | None, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "office.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_office(tmp_path)
    assert [found.column for found in caught.value.faults] == [column]
    assert all(found.line("vi") for found in caught.value.faults)


def test_the_fields_of_the_guide_are_the_fields_of_the_office(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "documents.md").read_text("utf-8")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "office.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], "utf-8")
    assert read_office(tmp_path).day == dt.date(2026, 11, 30)
    assert all(f"`{name}`" in guide for name in PLACES)
