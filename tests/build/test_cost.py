"""Prices and estimates: every sum agrees to the đồng, the present value is that of others, a broken table is told with row and remedy."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import numpy_financial
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.build.cost import PARTS, estimate_rows, link_costs, npv, option_costs, split, totals, yearly_flows
from geo_planner.build.prices import BUNDLED, ESTIMATES, ITEMS, in_vnd, read_prices
from geo_planner.config.build.money import AccessSettings, EstimateSettings, MoneySettings, YearBudget
from geo_planner.errors import InputError
from geo_planner.settings import ASSUMPTION
from geo_planner.words import catalogue
from tests.build.costed import costs_of

PRICES = read_prices()[0]
KINDS = (
    "re_aim", "remote_sector", "low_mast", "macro_mast", "relay", "satellite_mast", "satellite_terminal", "add_band",
)  # fmt: skip


def an_option(kind: str = "macro_mast", *, height: float = 40.0, cells: float = 3, freq: float = 700.0, road: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    own = kind.startswith("satellite")
    row = {
        "place_id": "p",
        "kind": kind,
        "mast_height_m": height,
        "backhaul": "own" if own else "network",
        "freq_mhz": freq,
        "n_cells": cells,
    }
    return pd.DataFrame([row], index=pd.Index(["o"], name="option_id")), pd.DataFrame(
        {"road_m": [road]}, index=pd.Index(["p"], name="place_id")
    )


def some_power(**row: object) -> pd.DataFrame:
    given = {"source": "solar", "pv_kwp": 3.0, "battery_kwh": 20.0, "load_w": 500.0, "loss_of_load_share": 0.0, "ready_year": np.nan}
    return pd.DataFrame([{**given, **row}], index=pd.Index(["o"], name="option_id"))


# --- present value ---------------------------------------------------------------------------------------------------------------------


def test_present_value_is_that_of_published_cases(reference: Path) -> None:
    """Flows and values as numpy-financial publishes them."""
    cases = pd.read_csv(reference / "backhaul" / "npv.csv")
    assert len(cases) >= 5
    for rate, flows, value in cases.itertuples(index=False):
        assert npv(rate, [float(flow) for flow in str(flows).split()]) == pytest.approx(value, rel=1e-12, abs=1e-9)


@given(st.floats(0.0, 0.5), st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40))
def test_present_value_is_that_of_numpy_financial(rate: float, flows: list[float]) -> None:
    assert npv(rate, flows) == pytest.approx(float(numpy_financial.npv(rate, flows)), rel=1e-9, abs=1e-3)


def test_present_value_by_hand() -> None:
    """−1000 today, 500 and 720 at the ends of two years at 20 %: −1000 + 500/1.2 + 720/1.44 = −83.333…; at 0 % the plain sum."""
    assert npv(0.20, [-1000, 500, 720]) == pytest.approx(-1000 + 416.6666667 + 500)
    assert npv(0.0, [-1000, 500, 720]) == 220


def test_present_value_of_a_plan_by_hand() -> None:
    """Built in the second year for 1100, 110 a year from the year after, batteries of 242 after two years; horizon four years at 10 %.

    Year 1: 1100/1.1 = 1000; years 2 to 4: 110/1.21 + 110/1.331 + 110/1.4641; year 3: 242/1.331.
    """
    table = costs_of({"o": 1100}, "option_id").table
    table["opex"], table["renewal"] = 110.0, 242.0
    settings = MoneySettings(horizon_years=4, discount_rate=0.10, battery_life_years=2)
    assert yearly_flows(table, [1], settings).tolist() == [0, 1100, 110, 352, 110]
    found = totals({"options": table}, settings, year_index={"options": [1]})["base"]
    assert found["npv"] == round(1000 + 110 / 1.21 + 352 / 1.331 + 110 / 1.4641)
    assert (found["total"], found["capex"], found["opex_per_year"]) == (1672, 1100, 110)


def test_what_is_built_after_the_horizon_is_paid_for() -> None:
    table = costs_of({"o": 100}, "option_id").table
    assert totals({"o": table}, MoneySettings(horizon_years=2), year_index={"o": [5]})["base"]["total"] == 100


# --- sums ------------------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**15), st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_parts_add_up_and_are_nearly_in_proportion(total: int, weights: list[float]) -> None:
    parts = split(total, weights)
    assert parts.sum() == total
    assert (parts >= 0).all()
    if sum(weights) > 0:
        assert (
            np.abs(parts - total * (np.array(weights) / max(weights)) / (np.array(weights) / max(weights)).sum()).max() <= 1 + total * 1e-14
        )


def test_the_largest_remainder_gets_the_dong() -> None:
    assert split(10, [1, 1, 1]).tolist() == [4, 3, 3]
    assert split(10, [5, 3, 1]).tolist() == [6, 3, 1]  # 5.56, 3.33, 1.11
    assert split(0, [1, 2]).tolist() == [0, 0]
    assert split(5, []).tolist() == []


shares = st.floats(0, 0.5)
figures = st.floats(0, 1e4)


@given(
    kind=st.sampled_from(KINDS), height=st.floats(15, 60), cells=st.integers(0, 6), freq=st.sampled_from([700.0, 1800.0, 3500.0]),
    road=st.one_of(st.floats(0, 20_000), st.just(float("nan"))), source=st.sampled_from(["solar", "grid", "existing"]), kwp=figures, kwh=figures, load=figures,
    estimate=st.builds(EstimateSettings, management_share=shares, consulting_share=shares, other_share=shares, contingency_share=shares, vat_share=shares),
)  # fmt: skip
def test_sums_of_an_estimate_agree_to_the_dong(kind: str, height: float, cells: int, freq: float, road: float, source: str, kwp: float, kwh: float, load: float, estimate: EstimateSettings) -> None:  # fmt: skip
    options, places = an_option(kind, height=height, cells=cells, freq=freq, road=road)
    power = some_power(source=source, pv_kwp=kwp, battery_kwh=kwh, load_w=load)
    found = option_costs(options, places, power, PRICES, MoneySettings(estimate=estimate))
    row = found.table.loc["o"]
    for suffix in ("", "_low", "_high"):
        assert row[f"cost{suffix}"] == sum(row[f"{part}{suffix}"] for part in PARTS)
        assert row[f"cost_before_tax{suffix}"] == row[f"cost{suffix}"] - row[f"vat{suffix}"]
    for name in ("cost", "cost_before_tax", "opex", "renewal", *PARTS):
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        assert float(row[name]).is_integer()
    for estimate_name, suffix in zip(ESTIMATES, ("_low", "", "_high"), strict=True):
        for part in ("works", "equipment"):
            assert found.items.loc[found.items["part"] == part, estimate_name].sum() == row[f"{part}{suffix}"]
    rows = estimate_rows(found, found.table.index)
    for estimate_name, suffix in zip(ESTIMATES, ("_low", "", "_high"), strict=True):
        assert rows.loc[rows["part"] != "yearly", estimate_name].sum() == row[f"cost{suffix}"]
    assert (found.items["low"] <= found.items["base"]).all()
    assert (found.items["base"] <= found.items["high"]).all()


def test_an_estimate_by_hand() -> None:
    """A hop of 13 500 dollars of the price year at 26 000 đồng: 351 million of equipment; 3, 7, 2 %, a tenth, and tax on all but management."""
    prices = PRICES.assign(year=2026)
    settings = MoneySettings(usd_vnd=26_000, price_year=2026)
    links = pd.DataFrame({"kind": ["microwave"], "length_km": [12.0]}, index=pd.Index(["l"], name="link_id"))
    row = link_costs(links, prices, settings).table.loc["l"]
    assert [row[part] for part in PARTS] == [0, 351_000_000, 10_530_000, 24_570_000, 7_020_000, 39_312_000, 42_190_200]
    assert row["cost"] == 474_622_200
    assert row["opex"] == 52_910_000  # 1850 dollars and a tenth of tax


def test_what_was_read_as_a_total_investment_is_not_raised_twice() -> None:
    """The estimate of the works of a 40 m mast alone, with all its shares and the tax, is the total investment of one of the 17 sites."""
    prices = PRICES.assign(year=2026)
    prices.loc[PRICES.index != "mast_site", ["low", "base", "high"]] = 0.0
    options, places = an_option("macro_mast", height=40.0, cells=3)
    assert option_costs(options, places, None, prices, MoneySettings()).table.at["o", "cost"] == pytest.approx(23_313_000_000 / 17, abs=3)


def test_the_estimate_of_a_macro_mast_by_hand() -> None:
    """A 40 m mast of three cells on a road, a kilometre from the grid, by the bundled prices taken as they stand, a dollar at 25 000 đồng.

    Works: mast 1 014 164 281, transport 20 000 000, connection 60 000 000, 1 km of line 700 000 000; equipment: base station of 41 500 dollars,
    10 kWh of battery at 6 000 000. The site_year, cells and electricity are yearly and no part of it.
    """
    options, places = an_option("macro_mast", height=40.0, cells=3, road=0.0)
    power = some_power(source="grid", pv_kwp=0, battery_kwh=10, load_w=400).assign(line_km=1.0)
    row = option_costs(options, places, power, PRICES, MoneySettings(usd_vnd=25_000, price_rise=0.0)).table.loc["o"]
    assert {part: row[part] for part in PARTS} == {
        "works": 1_794_164_281, "equipment": 1_097_500_000, "management": 86_749_928, "consulting": 202_416_500, "other": 57_833_286, "contingency": 323_866_400, "vat": 347_578_047,
    }  # fmt: skip
    assert row["cost"] == 3_910_108_442
    # 40 000 000, three cells at 8 000 000, 3504 kWh at 2 200; and a tenth of tax
    assert row["opex"] == 78_879_680


def test_half_a_dong_goes_up() -> None:
    links = pd.DataFrame({"kind": ["fibre"], "length_km": [0.5]}, index=pd.Index(["l"], name="link_id"))
    prices = PRICES.copy()
    prices.loc["fibre", ["low", "base", "high", "currency", "year"]] = [1.0, 1.0, 1.0, "VND", 2026]
    assert link_costs(links, prices, MoneySettings()).table.at["l", "works"] == 1.0


def test_prices_of_another_year_and_dollars_are_brought_to_the_price_year() -> None:
    settings = MoneySettings(price_year=2026, price_rise=0.10, usd_vnd=20_000)
    assert in_vnd(PRICES, settings).at["microwave_hop", "base"] == pytest.approx(13_500 * 20_000 * 1.21)
    assert in_vnd(PRICES, settings).at["battery", "base"] == 6_000_000


def test_a_higher_mast_costs_more_and_a_longer_way_too() -> None:
    def cost(**what: float) -> float:
        return float(option_costs(*an_option(**what), None, PRICES, MoneySettings()).table.at["o", "cost"])  # type: ignore[arg-type]

    assert cost(height=30) < cost(height=42) < cost(height=60)
    assert cost(road=0) == cost(road=100) < cost(road=1000) < cost(road=3000)


def test_where_the_road_is_not_known_only_the_high_estimate_carries() -> None:
    near, unknown = (option_costs(*an_option(road=road), None, PRICES, MoneySettings()).table.loc["o"] for road in (0.0, float("nan")))
    assert unknown["cost"] == near["cost"]
    assert unknown["cost_low"] == near["cost_low"]
    far = option_costs(*an_option(road=AccessSettings().unknown_road_m), None, PRICES, MoneySettings()).table.loc["o"]
    assert unknown["cost_high"] == far["cost_high"] > near["cost_high"]
    assert unknown["opex_high"] == far["opex_high"]


def test_only_a_new_mast_is_built_and_only_it_is_joined_to_the_grid() -> None:
    for kind in ("re_aim", "remote_sector", "add_band", "satellite_terminal"):
        items = set(
            option_costs(*an_option(kind), some_power(source="existing", pv_kwp=0, battery_kwh=0), PRICES, MoneySettings()).items["item"]
        )
        assert not items & {"mast_site", "low_mast_site", "carry", "grid_connection", "base_station"}
    items = set(option_costs(*an_option("macro_mast"), some_power(source="grid"), PRICES, MoneySettings()).items["item"])
    assert {"mast_site", "base_station", "grid_connection", "electricity"} <= items
    assert not items & {"solar_panel", "solar_fixed"}


def test_a_band_from_3_ghz_has_its_own_price() -> None:
    cost = [
        option_costs(*an_option("add_band", freq=freq), None, PRICES, MoneySettings()).table.at["o", "cost"] for freq in (700.0, 3500.0)
    ]
    assert cost[1] > cost[0]


def test_what_stands_alone_costs_the_same_as_in_a_table() -> None:
    options = pd.concat([an_option(kind)[0].set_axis([f"o{n}"]) for n, kind in enumerate(KINDS)]).rename_axis("option_id")
    together = option_costs(options, an_option()[1], None, PRICES, MoneySettings()).table
    for n, kind in enumerate(KINDS):
        alone = option_costs(*an_option(kind), None, PRICES, MoneySettings()).table
        assert together.loc[f"o{n}"].tolist() == alone.loc["o"].tolist()


def test_no_options_and_no_links_cost_nothing() -> None:
    options, places = an_option()
    assert option_costs(options.iloc[:0], places, None, PRICES, MoneySettings()).table.empty
    links = pd.DataFrame({"kind": [], "length_km": []}, index=pd.Index([], name="link_id"), dtype=object)
    assert totals({"links": link_costs(links, PRICES, MoneySettings()).table}, MoneySettings())["base"]["npv"] == 0


# --- the table of prices ---------------------------------------------------------------------------------------------------------------


def test_every_bundled_price_has_a_year_and_a_source() -> None:
    assert list(PRICES.index) == list(ITEMS)
    assert PRICES.notna().all(axis=None)
    assert (PRICES["source"].str.len() > 7).all()
    assert {f"price_item.{name}" for name in ITEMS} <= catalogue("vi").keys()


def test_read_figures_are_those_that_were_read() -> None:
    # what was read is a total investment: management, consulting, other costs, contingency and tax are in it and come on top only once
    assert PRICES.at["mast_site", "base"] == round(23_313_000_000 / 17 / 1.3522)
    assert PRICES.at["grid_village", "base"] == 4_840_000_000
    assert PRICES.at["grid_household", "base"] == 48_500_000
    assert PRICES.loc["satellite_terminal", ["low", "high"]].tolist() == [8_000_000, 12_000_000]


def broken(tmp_path: Path, **change: object) -> str:
    """The bundled table with one cell changed, a row doubled or left out; what is told of it in English."""
    rows = list(csv.reader(io.StringIO(BUNDLED.read_text(encoding="utf-8"))))
    head = rows[0]
    at = next(n for n, row in enumerate(rows) if row[0] == change["item"])
    if change.get("double"):
        rows.append(rows[at])
    else:
        rows[at][head.index(str(change["column"]))] = str(change["value"])
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_prices(path)
    faults = [f for f in error.value.faults if f.level == "fault"]
    assert len(faults) == 1
    assert all(text for language in ("vi", "en") for text in faults[0].texts(language))
    assert faults[0].row == (len(rows) if change.get("double") else at + 1)
    return f"{faults[0].code} {faults[0].column}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item": "battery", "column": "base", "value": "sáu triệu"}, "type base"),
        ({"item": "battery", "column": "base", "value": "6.000.000"}, "type base"),
        ({"item": "battery", "column": "low", "value": "-5"}, "range low"),
        ({"item": "battery", "column": "low", "value": "7000000"}, "price_order low"),
        ({"item": "battery", "column": "high", "value": "10"}, "price_order base"),
        ({"item": "battery", "double": True}, "duplicate_id item"),
        ({"item": "battery", "column": "unit", "value": "EUR/kWh"}, "price_unit unit"),
        ({"item": "battery", "column": "unit", "value": "đ/km"}, "price_unit unit"),
        ({"item": "battery", "column": "unit", "value": "đ"}, "price_unit unit"),
        ({"item": "battery", "column": "year", "value": "1826"}, "range year"),
        ({"item": "battery", "column": "source", "value": ""}, "blank source"),
        ({"item": "battery", "column": "high", "value": ""}, "blank high"),
    ],
)
def test_a_broken_table_is_told_with_row_and_remedy(tmp_path: Path, change: dict[str, object], told: str) -> None:
    assert broken(tmp_path, **change) == told


def test_an_item_that_the_table_lacks_keeps_the_bundled_price(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    lines = BUNDLED.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("battery,")), encoding="utf-8")
    prices, warnings = read_prices(path)
    assert [w.said.key for w in warnings] == ["missing_price_item.bundled"]
    pd.testing.assert_frame_equal(prices, PRICES)


def test_an_item_that_nobody_knows_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(BUNDLED.read_text(encoding="utf-8") + "helicopter,đ/chuyến,1,2,3,2026,ước tính\n", encoding="utf-8")
    prices, warnings = read_prices(path)
    assert [w.code for w in warnings] == ["unknown_price_item"]
    assert list(prices.index) == list(ITEMS)


def test_offices_write_millions_and_say_so(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    text = BUNDLED.read_text(encoding="utf-8").replace("battery,đ/kWh,4000000,6000000,9000000", "battery,triệu đồng / kWh,4,6,9")
    path.write_text(text, encoding="utf-8")
    assert in_vnd(read_prices(path)[0], MoneySettings()).at["battery", "base"] == 6_000_000


@pytest.mark.parametrize("content", ["", "item;unit\n", "item,unit\nbattery,đ/kWh\n", "\x00"])
def test_what_is_no_table_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read_prices(path)


# --- settings --------------------------------------------------------------------------------------------------------------------------


def test_every_setting_of_money_is_explained_in_both_languages() -> None:
    for prefix, model in (("", MoneySettings), ("estimate.", EstimateSettings), ("access.", AccessSettings)):
        for name, field in model.model_fields.items():
            if field.description:
                assert catalogue("en")[f"setting.build.{prefix}{name}"]["text"] == field.description
                assert catalogue("vi")[f"setting.build.{prefix}{name}"]["text"]
                assert field.description.endswith("Assumption.") == (field.json_schema_extra == ASSUMPTION)


def test_years_rise() -> None:
    with pytest.raises(ValueError, match="years"):
        MoneySettings(years=(YearBudget(year=2028, budget_vnd=1), YearBudget(year=2027, budget_vnd=1)))


@pytest.mark.parametrize("bad", [{"budget_vnd": -1}, {"usd_vnd": 0}, {"discount_rate": -0.1}, {"horizon_years": 0}, {"years": [{"year": 2027, "budget_vnd": -5}]}])  # fmt: skip
def test_settings_out_of_range_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        MoneySettings.model_validate(bad)


def test_the_limit_is_the_budget_and_at_most_the_years() -> None:
    years = (YearBudget(year=2027, budget_vnd=5), YearBudget(year=2028, budget_vnd=7))
    assert MoneySettings().limit_vnd() is None
    assert MoneySettings(budget_vnd=9, years=years).limit_vnd() == 9
    assert MoneySettings(budget_vnd=90, years=years).limit_vnd() == 12
