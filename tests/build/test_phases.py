"""What comes in which year: never more than the budget, never before its way and its power, and what fits nowhere is told."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.build.phases import Phases, phases
from geo_planner.build.served import Chosen
from geo_planner.config.build.money import PhaseSettings, YearBudget
from geo_planner.errors import UsageError
from tests.build.costed import a_choice, random_choice


def budgets(*amounts: int, first: int = 2027) -> list[YearBudget]:
    return [YearBudget(year=first + n, budget_vnd=amount) for n, amount in enumerate(amounts)]


def two_masts() -> tuple[Chosen, pd.DataFrame]:
    """Two masts at gateways: `a` serves 10 households for 100, `b` 30 for 100."""
    return a_choice(
        {"g": True, "h": True}, {},
        {"a": {"place": "g", "cost": 100, "covers": {"d": -90}}, "b": {"place": "h", "cost": 100, "covers": {"e": -90}}},
        {"d": ("v", 10.0), "e": ("w", 30.0)},
    )  # fmt: skip


def years_of(found: Phases) -> dict[str, int | None]:
    return {str(i): None if pd.isna(y) else int(y) for i, y in found.items["year"].items()}


def test_most_for_the_money_comes_first() -> None:
    found = phases(*two_masts(), budgets(150, 150))
    assert years_of(found) == {"a": 2028, "b": 2027}
    assert found.by_year["households"].tolist() == [30, 10]
    assert found.left == {}


def test_a_site_comes_with_its_way() -> None:
    """Behind a relay: all of it in one year where it fits, from the network outwards where no single year can pay for it."""
    chosen, demands = a_choice(
        {"g": True, "p": False, "q": False},
        {"g~p": ("g", "p", 10), "p~q": ("p", "q", 10)},
        {"relay": {"place": "p", "cost": 50, "covers": {}, "kind": "relay"}, "mast": {"place": "q", "cost": 100, "covers": {"d": -90}}},
        {"d": ("v", 10.0)},
    )
    assert years_of(phases(chosen, demands, budgets(100, 170))) == {"relay": 2028, "mast": 2028, "g~p": 2028, "p~q": 2028}
    assert years_of(phases(chosen, demands, budgets(100, 100))) == {"relay": 2027, "mast": 2028, "g~p": 2027, "p~q": 2027}
    nothing = phases(chosen, demands, budgets(80, 80))  # the mast fits into no year: its relay is not built for nothing
    assert set(years_of(nothing).values()) == {None}
    assert {i: what.key.partition(".")[2] for i, what in nothing.left.items()} == {
        "mast": "budget",
        "relay": "way",
        "g~p": "way",
        "p~q": "way",
    }
    assert [(n.said.key, n.level) for n in nothing.notes()] == [("build_unplaced.budget", "warning"), ("build_unplaced.way", "warning")]
    carried = phases(chosen, demands, budgets(85, 85), PhaseSettings(carry_unspent=True))
    assert set(years_of(carried).values()) == {2028}


def test_power_that_comes_later_is_waited_for() -> None:
    chosen, demands = two_masts()
    power = pd.DataFrame({"ready_year": [float("nan"), 2028.0]}, index=["a", "b"])
    assert years_of(phases(chosen, demands, budgets(500, 500), power=power)) == {"a": 2027, "b": 2028}
    late = phases(chosen, demands, budgets(500), power=power)
    assert late.left["b"].key == "build_left.power"
    # three months from November end in the year after
    assert years_of(phases(chosen, demands, budgets(500), PhaseSettings(start_month=11), power=power)) == {"a": 2027, "b": 2027}


@pytest.mark.parametrize(
    ("start", "months", "on_air"), [(4, 3, "2027-07"), (10, 3, "2028-01"), (12, 12, "2028-12"), (1, 36, "2030-01"), (9, 3, "2027-12")]
)
def test_the_month_on_air(start: int, months: int, on_air: str) -> None:
    found = phases(*two_masts(), budgets(500), PhaseSettings(start_month=start, build_months=months))
    assert found.items["on_air"].tolist() == [on_air, on_air]


def test_a_village_has_the_year_of_its_first_and_of_its_last_piece() -> None:
    chosen, demands = a_choice(
        {"g": True, "h": True}, {},
        {"a": {"place": "g", "cost": 100, "covers": {"d": -90}}, "b": {"place": "h", "cost": 100, "covers": {"e": -90, "d": -95}}},
        {"d": ("v", 10.0), "e": ("v", 30.0)},
    )  # fmt: skip
    found = phases(chosen, demands, budgets(100, 100))
    assert found.village_years(demands).loc["v"].tolist() == [2027, 2027]
    assert years_of(found) == {"a": 2028, "b": 2027}  # `a` brings nothing new any more, and was chosen all the same
    assert found.by_year["households"].tolist() == [40, 0]


def test_a_year_without_money_builds_nothing() -> None:
    found = phases(*two_masts(), budgets(0, 250))
    assert found.by_year["cost_vnd"].tolist() == [0, 200]
    nothing = phases(*two_masts(), budgets(0, 0))
    assert set(nothing.left) == {"a", "b"}
    last = nothing.by_year.iloc[-1]
    assert last[["year", "budget_vnd", "available_vnd"]].isna().all()
    assert last[["cost_vnd", "sites", "households"]].tolist() == [200, 2, 40.0]


def test_a_negative_budget_and_years_out_of_order_are_refused() -> None:
    negative = YearBudget.model_construct(year=2027, budget_vnd=-1)
    with pytest.raises(UsageError, match="negative") as error:
        phases(*two_masts(), [negative])
    assert "2027" in error.value.text("vi")
    with pytest.raises(UsageError, match="rise"):
        phases(*two_masts(), [*budgets(1, 1), *budgets(1)])


def test_without_years_nothing_has_a_year() -> None:
    found = phases(*two_masts(), [])
    assert set(years_of(found).values()) == {None}
    assert found.left == {}
    assert found.by_year["year"].isna().tolist() == [True]
    assert found.by_year["cost_vnd"].tolist() == [200]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 300), min_size=1, max_size=4), st.booleans())
def test_rules_hold_for_any_choice(seed: int, amounts: list[int], carry: bool) -> None:
    chosen, demands, _ = random_choice(seed)
    given_years = budgets(*amounts)
    found = phases(chosen, demands, given_years, PhaseSettings(carry_unspent=carry))
    year = found.items["year"]
    cost = pd.concat([chosen.options["cost"], chosen.links["cost"]])
    # never more than there is, and to the đồng what was built
    assert (found.by_year["cost_vnd"] <= found.by_year["available_vnd"]).all()
    assert found.by_year["cost_vnd"].sum() == cost.sum()
    for row in found.by_year[found.by_year["year"].notna()].itertuples():
        assert row.cost_vnd == cost[year.index[year.eq(row.year).fillna(False)]].sum()
    if not carry:
        assert (found.by_year["cost_vnd"] <= found.by_year["budget_vnd"]).all()
    assert found.by_year["cost_vnd"].cumsum().le(found.by_year["budget_vnd"].cumsum()).all()
    # what has no year is told, and with it all adds up
    assert set(found.left) == set(year.index[year.isna()])
    assert found.by_year.loc[found.by_year["year"].isna(), "cost_vnd"].sum() == cost[list(found.left)].sum()
    # a site comes only when its way is there
    for option, row in chosen.options.iterrows():
        if pd.isna(year[option]):
            continue
        assert all(pd.notna(year[link]) and year[link] <= year[option] for link in row["way_links"])
        for place in row["way_places"][:-1]:
            holders = chosen.options.index[chosen.options["place_id"] == place]
            assert year[holders].min() <= year[option]
    # a piece is there with the first option that covers it
    for demand, when in found.demand_year.items():
        covering = year[chosen.covers.loc[chosen.covers["demand_id"] == demand, "option_id"]].dropna()
        assert (pd.isna(when) and covering.empty) or when == covering.min()


@given(st.integers(0, 10**6))
def test_all_comes_where_there_is_money_enough(seed: int) -> None:
    chosen, demands, _ = random_choice(seed)
    found = phases(chosen, demands, budgets(10**6))
    assert found.left == {}
    assert found.items["year"].eq(2027).all()


@given(st.integers(0, 10**6), st.lists(st.integers(0, 300), min_size=1, max_size=3))
def test_the_order_of_the_rows_changes_nothing(seed: int, amounts: list[int]) -> None:
    chosen, demands, _ = random_choice(seed)
    turned = Chosen(chosen.options.iloc[::-1], chosen.links.iloc[::-1], chosen.serves.iloc[::-1], chosen.covers.iloc[::-1])
    one, other = phases(chosen, demands, budgets(*amounts)), phases(turned, demands.iloc[::-1], budgets(*amounts))
    assert years_of(one) == {i: years_of(other)[i] for i in years_of(one)}
