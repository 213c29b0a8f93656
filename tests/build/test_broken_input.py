"""What goes wrong with the input of a build plan is told with a sentence and a remedy, at the door or as a warning, and never breaks off in a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import BUNDLED
from geo_planner.cli import main
from geo_planner.config import load_scenario
from geo_planner.errors import Fault, InputError
from geo_planner.plan import run
from geo_planner.study_area import load_study_area
from geo_planner.words.said import LANGUAGES
from tests import small_area as sa
from tests.build.test_own import HEADER, LINK, MAST, area_with

Change = Callable[[Path], None]
NEAR = {**MAST, "option_id": "M2", "place_id": "own:M1", "lon": "", "lat": ""}
FAR = {**MAST, "option_id": "M2", "lon": "103.0300", "lat": "22.0210"}
LONG = {**LINK, "length_km": "2.2"}


def section(**values: Any) -> Change:
    """Settings of the section build changed."""

    def apply(area: Path) -> None:
        document = yaml.safe_load((area / sa.SCENARIO).read_text("utf-8"))
        document["build"] |= values
        (area / sa.SCENARIO).write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")

    return apply


def options(*rows: dict[str, str]) -> Change:
    return lambda area: sa.write_rows(area / "build" / "options.csv", rows, HEADER)


def links(*rows: dict[str, str]) -> Change:
    return lambda area: sa.write_rows(area / "build" / "links.csv", rows, list(LINK))


def prices(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    def apply(area: Path) -> None:
        (area / "prices").mkdir()
        change(pd.read_csv(BUNDLED, dtype=str)).to_csv(area / "prices" / "prices.csv", index=False)

    return apply


def stations(status: str) -> Change:
    return lambda area: sa.write_rows(area / sa.SITES, [{**row, "status": status} for row in sa.site_rows()])


def planned(area: Path) -> BuildPlan:
    scenario = load_scenario(area / sa.SCENARIO)
    plan = run(scenario, load_study_area(area, scenario), workers=1)
    assert plan.build is not None
    return plan.build


FAULTS: dict[str, tuple[Change, str, str | None, int | None]] = {
    "no reach at all": (options({k: v for k, v in MAST.items() if k not in ("freq_mhz", "tx_power_dbm")}), "own_option.no_figure", "freq_mhz", 2),
    "no rows": (options(), "empty", None, None),
    "an id twice": (options(MAST, MAST), "duplicate_id", "option_id", 3),
    "a mast without height": (options({**MAST, "mast_height_m": "0"}), "own_option.no_height", "mast_height_m", 2),
    "one place at two positions": (options({**MAST, "place_id": "P"}, {**FAR, "place_id": "P"}), "own_option.elsewhere", "lon", 3),
    "a mast that stands elsewhere": (options({**MAST, "place_id": "site:S1"}), "own_option.elsewhere", "lon", 2),
    "no such cell": (options({**MAST, "kind": "re_aim", "place_id": "site:S1", "lon": "", "lat": "", "cell_id": "?"}), "own_option.no_cell", "cell_id", 2),
    "a cell of another mast": (options({**MAST, "kind": "re_aim", "place_id": "site:S1", "lon": "", "lat": "", "cell_id": "S2-1"}), "own_option.no_cell", "cell_id", 2),
    "no such place": (options({**MAST, "place_id": "site:S9", "lon": "", "lat": ""}), "own_option.no_place", "place_id", 2),
    "a link to nowhere": (lambda area: [options(MAST)(area), links({**LINK, "place_b": "nowhere"})(area)], "own_link.no_place", "place_b", 2),
    "a link round to itself": (lambda area: [options(MAST)(area), links({**LINK, "place_b": "site:S1"})(area)], "own_link.loop", "place_b", 2),
    "a link of no length": (lambda area: [options(MAST)(area), links({**LINK, "kind": "fibre", "length_km": "0"})(area)], "own_link.short", "length_km", 2),
    "a link twice": (lambda area: [options(MAST)(area), links(LINK, LINK)(area)], "duplicate_id", "link_id", 3),
    "a link without length": (lambda area: [options(MAST)(area), links({**LINK, "length_km": ""})(area)], "blank", "length_km", 2),
    "a budget below nothing": (section(budget_vnd=-1), "setting.greater_than_equal", "build.budget_vnd", None),
    "a budget in words": (section(budget_vnd="hai tỷ"), "setting.whole_number", "build.budget_vnd", None),
    "a budget of yes": (section(budget_vnd=True), "setting.number", "build.budget_vnd", None),
    "a height of yes": (section(candidates={"heights_m": [True]}), "setting.number", "build.candidates.heights_m", None),
    "a budget beyond reason": (section(budget_vnd=10**16), "setting.less_than_equal", "build.budget_vnd", None),
    "years that fall": (section(years=[{"year": y, "budget_vnd": 1} for y in (2028, 2027)]), "build_setting.years_order", "build", None),
    "a year twice": (section(years=[{"year": 2027, "budget_vnd": 1}] * 2), "build_setting.years_order", "build", None),
    "a year without budget": (section(years=[{"year": 2027}]), "missing_key.setting", "build.years.0.budget_vnd", None),
    "a price in words": (prices(lambda t: t.assign(base=["hai triệu", *t["base"][1:]])), "type", "base", 2),
    "a price below nothing": (prices(lambda t: t.assign(low=["-1", *t["low"][1:]])), "range", "low", 2),
    "prices out of order": (prices(lambda t: t.assign(low=["999999999999", *t["low"][1:]])), "price_order.low_above_base", "low", 2),
    "a price left blank": (prices(lambda t: t.assign(high=["", *t["high"][1:]])), "blank", "high", 2),
    "a price twice": (prices(lambda t: pd.concat([t, t.iloc[:1]])), "duplicate_id", "item", None),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_stops_the_plan(case: str, tmp_path: Path) -> None:
    change, key, column, row = FAULTS[case]
    area = area_with(tmp_path, None, None)
    change(area)
    with pytest.raises(InputError) as told:
        planned(area)
    found = [f for f in told.value.faults if f.level == "fault"]
    assert [f for f in found if f.said.key.startswith(key) and f.column == column and row in (None, f.row)], [str(f) for f in found]
    assert_sentences(found)


def assert_sentences(found: list[Fault]) -> None:
    """In both languages, with a remedy, without a hole."""
    for fault in found:
        for language in LANGUAGES:
            reason, remedy = fault.texts(language)
            assert reason, fault.said.key
            assert remedy, fault.said.key
            assert "{" not in reason + remedy


WARNINGS: dict[str, tuple[Change, dict[str, str], bool]] = {
    "no money": (section(budget_vnd=0), {"build_nothing.budget": "8,113,200"}, False),
    "no village counts": (section(count_payers=[]), {"build_nothing.no_need": ""}, False),
    "every village ruled out": (section(must_not=["V1", "V2", "V3", "V4"]), {"build_nothing.no_need": ""}, False),
    "must and must not": (section(must=["V1", "village:V2"], must_not=["V1", "village:V2"]), {"build_id_at_odds.not_built": "V1"}, True),
    "must what is not known": (section(must=["<b>nobody</b>"]), {"build_id_unknown.must": "<b>nobody</b>"}, True),
    "must without money": (section(must=["V1"], budget_vnd=1000), {"build_infeasible.why": "more than the budget of 1,000"}, False),
    "an island of links": (
        lambda area: [options(MAST, FAR)(area), links({**LONG, "place_a": "own:M2"}, {**LONG, "link_id": "L2", "place_a": "own:M1", "place_b": "own:M2"})(area)],
        {"build_village_unjoined": "V1", "build_nothing.no_option": ""}, False,
    ),
    "a ring of links": (
        lambda area: [options(MAST, FAR)(area), links(LINK, {**LONG, "link_id": "L2", "place_a": "own:M2"}, {**LONG, "link_id": "L3", "place_a": "site:S1", "place_b": "own:M2"})(area)],
        {"build_village_unreached.by_any": "V2, V4"}, True,
    ),
    "links above the masts": (
        lambda area: [options(MAST)(area), links({**LINK, "height_b_m": "80"})(area)],
        {"own_link_too_high.rows": "", "build_village_unjoined": "V1"}, False,
    ),
    "nothing that reaches anybody": (
        lambda area: [options({**MAST, "tx_power_dbm": "-20"})(area), links(LINK)(area)],
        {"build_village_unreached.by_any": "V1, V2, V3, V4", "build_nothing.no_option": ""}, False,
    ),
    "no mast on air, no satellite": (
        lambda area: [stations("planned")(area), section(technologies={"kinds": ["macro_mast"]})(area)],
        {"links_no_gateway": "", "build_village_unjoined": "V1"}, False,
    ),
    "no mast on air": (stations("planned"), {"links_no_gateway": ""}, True),
    "roads of another country": (
        lambda area: sa.write_json(area / "roads" / "roads.geojson", {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"highway": "primary"}, "geometry": {"type": "LineString", "coordinates": [[105, 21], [105.1, 21.1]]}},
        ]}),
        {"candidates_without.travelled": ""}, True,
    ),
    "years too poor for a mast": (
        section(years=[{"year": 2027, "budget_vnd": 5_000_000_000}, {"year": 2031, "budget_vnd": 5_000_000_000}]), {"build_unplaced.budget": ""}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_a_warning_goes_along_with_the_plan(case: str, tmp_path: Path) -> None:
    change, keys, builds = WARNINGS[case]
    area = area_with(tmp_path, None, None)
    change(area)
    found = planned(area)
    told: dict[str, list[str]] = {}
    for note in found.notes:
        told.setdefault(note.said.key, []).append(note.reason)
    assert_sentences(list(found.notes))
    for key, words in keys.items():
        assert any(words in reason for reason in told[key]), told[key]
    assert bool(found.choice.options) is builds
    assert not str(found.choice.bound).startswith("-")
    assert (found.choice.status == "infeasible") is ("build_infeasible.why" in keys)


def test_a_village_that_must_be_covered_is_not_held_to_what_nothing_joins(tmp_path: Path) -> None:
    area = area_with(tmp_path, None, None)
    section(must=["V1", "village:V1"])(area)
    found = planned(area)
    assert found.choice.status in ("optimal", "feasible")
    assert found.choice.covered[found.demands["village_id"] == "V1"].any()
    assert any(found.options.at[option, "place_id"].startswith("village:V1") for option in found.choice.options)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_command_ends_with_1_and_writes_nothing(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    area = area_with(tmp_path, [{**MAST, "mast_height_m": "0"}], [LINK])
    monkeypatch.setattr("sys.argv", ["geo-planner", "plan", str(area / sa.SCENARIO), "-o", str(tmp_path / "out"), "--lang", language])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr()
    assert end.value.code == 1
    assert "Traceback" not in told.err + told.out
    assert ("độ cao cột" if language == "vi" else "height") in told.err + told.out
    assert {path.name for path in tmp_path.iterdir()} == {"area"}
