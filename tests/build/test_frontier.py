"""What other budgets cover, and how often an option stays in when prices and reach are others."""

from __future__ import annotations

import pandas as pd
import pytest

from geo_planner.build.frontier import Doubts, frontier, stay_in
from geo_planner.build.siting import Tables, choose


def ridge() -> Tables:
    """Two masts that serve the same village, a dear one that serves two, and one far off behind a relay."""
    demands = pd.DataFrame(
        {"village_id": ["a", "b", "c"], "weight": [10.0, 6.0, 4.0], "households": [20.0, 30.0, 40.0]}, index=["a#1", "b#1", "c#1"]
    )
    options = pd.DataFrame(
        {
            "place_id": ["p", "q", "r", "s", "t"], "cost": [10.0, 11.0, 25.0, 5.0, 12.0],
            "backhaul": ["own", "own", "network", "network", "network"], "kind": ["low", "low", "macro", "relay", "low"],
        },
        index=["p-low", "q-low", "r-macro", "s-relay", "t-low"],
    )  # fmt: skip
    covers = pd.DataFrame(
        [("p-low", "a#1"), ("q-low", "a#1"), ("r-macro", "a#1"), ("r-macro", "b#1"), ("t-low", "c#1")], columns=["option_id", "demand_id"]
    )
    places = pd.DataFrame({"gateway": [True, False, False, False, False, False]}, index=["g", "p", "q", "r", "s", "t"])
    links = pd.DataFrame({"place_a": ["g", "g", "s"], "place_b": ["r", "s", "t"], "cost": [2.0, 3.0, 3.0]}, index=["gr", "gs", "st"])
    return Tables(demands, options, covers, places, links)


def doubts(tables: Tables, share: float, *covers: pd.DataFrame) -> Doubts:
    estimates = [
        pd.DataFrame({"low": t["cost"] * (1 - share), "high": t["cost"] * (1 + share)}, index=t.index)
        for t in (tables.options, tables.links)
    ]
    return Doubts(estimates[0], estimates[1], covers)


@pytest.mark.parametrize("method", ["exact", "greedy"])
def test_weight_never_falls_as_the_budget_rises(method: str) -> None:
    table = frontier(ridge(), [50, 0, 27, 10, 33, 27, 60], method=method)  # type: ignore[arg-type]
    assert table["budget"].tolist() == [0, 10, 27, 33, 50, 60]
    assert table["weight"].is_monotonic_increasing
    assert (table["cost"] <= table["budget"]).all()
    if method == "exact":
        assert table["weight"].tolist() == [0, 10, 16, 16, 20, 20]
        assert table["households"].tolist() == [0, 20, 50, 50, 90, 90]
        assert table["sites"].tolist() == [0, 1, 1, 1, 3, 3]
        assert set(table["status"]) == {"optimal"}


def test_each_point_of_the_frontier_is_the_choice_of_its_budget() -> None:
    tables = ridge()
    for row in frontier(tables, [10, 27, 33, 50]).itertuples():
        alone = choose(*tables, budget=row.budget)
        assert (row.weight, row.cost, row.sites) == (alone.weight, alone.cost, len(alone.options))


def test_budgets_too_small_for_what_is_required_have_no_row() -> None:
    assert frontier(ridge(), [5, 23, 40], required_villages=["c"])["budget"].tolist() == [23, 40]


def test_a_choice_to_begin_with_is_never_left_for_a_worse_one() -> None:
    tables = ridge()
    best = choose(*tables, budget=27)
    assert best.options == ("r-macro",)
    assert choose(*tables, budget=27, method="greedy").weight < best.weight
    assert choose(*tables, budget=27, method="greedy", start=best).options == best.options
    assert choose(*tables, budget=26, method="greedy", start=best).weight < best.weight


def test_without_doubt_everything_stays_in() -> None:
    tables = ridge()
    choice = choose(*tables, budget=50)
    stays = stay_in(tables, choice, doubts(tables, 0.0), budget=50, draws=5, seed=1, method="exact")
    assert stays.index.tolist() == list(choice.options)
    assert (stays == 1.0).all()


def test_the_share_is_that_of_the_tables_in_which_it_stays() -> None:
    """Where the other table takes away what the mast serves, it stays only in draws of the first."""
    tables = ridge()
    choice = choose(*tables, budget=10)
    assert choice.options == ("p-low",)
    weaker = tables.covers[tables.covers["option_id"] != "p-low"]
    stays = stay_in(tables, choice, doubts(tables, 0.0, weaker), budget=12, draws=150, seed=3)
    assert stays["p-low"] == pytest.approx(0.5, abs=0.12)


def test_prices_move_the_choice_and_the_seed_repeats_it() -> None:
    tables = ridge()
    choice = choose(*tables, budget=27)
    one = stay_in(tables, choice, doubts(tables, 0.2), budget=27, draws=30, seed=7, method="exact")
    again = stay_in(tables, choice, doubts(tables, 0.2), budget=27, draws=30, seed=7, method="exact")
    other = stay_in(tables, choice, doubts(tables, 0.2), budget=27, draws=30, seed=8, method="exact")
    pd.testing.assert_series_equal(one, again)
    assert 0.2 < one["r-macro"] < 0.8  # it costs 27 within a budget of 27: dearer in half of the draws
    assert not one.equals(other)


def test_no_draws_are_refused() -> None:
    tables = ridge()
    with pytest.raises(ValueError, match="draws"):
        stay_in(tables, choose(*tables, budget=50), doubts(tables, 0.1), budget=50, draws=0, seed=1)
