"""What other budgets cover: exact, never less for more, each with its gap."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geo_planner.build import frontier as module
from geo_planner.build.frontier import frontier
from geo_planner.build.problem import Problem, chosen_of, most_within
from geo_planner.build.siting import Choice
from geo_planner.build.wishes import Wishes
from geo_planner.config.build import BuildSettings, SearchSettings


def ridge(budget: int | None, least: str = "investment", villages: tuple[str, ...] = ()) -> Problem:
    """Two masts that serve the same village, a dear one that serves two, and one far off behind a relay."""
    demands = pd.DataFrame(
        {"village_id": ["a", "b", "c"], "weight": [10.0, 6.0, 4.0], "households": [20.0, 30.0, 40.0]}, index=["a#1", "b#1", "c#1"]
    )
    options = pd.DataFrame(
        {
            "place_id": ["p", "q", "r", "s", "t"], "cost": [10.0, 11.0, 25.0, 5.0, 12.0], "running": [1.0, 1.0, 1.0, 1.0, 1.0],
            "backhaul": ["own", "own", "network", "network", "network"], "kind": ["low_mast", "low_mast", "macro_mast", "relay", "low_mast"],
        },
        index=["p-low", "q-low", "r-macro", "s-relay", "t-low"],
    )  # fmt: skip
    covers = pd.DataFrame(
        [("p-low", "a#1"), ("q-low", "a#1"), ("r-macro", "a#1"), ("r-macro", "b#1"), ("t-low", "c#1")], columns=["option_id", "demand_id"]
    )
    places = pd.DataFrame({"gateway": [True, False, False, False, False, False]}, index=["g", "p", "q", "r", "s", "t"])
    links = pd.DataFrame(
        {"place_a": ["g", "g", "s"], "place_b": ["r", "s", "t"], "cost": [2.0, 3.0, 3.0], "running": 0.0, "length_km": 1.0},
        index=["gr", "gs", "st"],
    )
    settings = BuildSettings(budget_vnd=budget, search=SearchSettings(gap=0.0, least=least))  # type: ignore[arg-type]
    return Problem(demands, options, covers, places, links, settings, Wishes(villages, (), (), (), ()))


def test_each_point_is_the_best_choice_of_its_budget() -> None:
    problem = ridge(50)
    table = frontier(problem, chosen_of(problem), 5)
    # 10, 20, 30, 40: the near mast; the same; the dear one that serves two; with 50 the limit is what the choice costs
    assert table["budget_vnd"].iloc[-1] == chosen_of(problem).cost == 50
    assert table["budget_vnd"].tolist() == [10, 20, 30, 40, 50]
    assert table["weight"].tolist() == [10.0, 10.0, 16.0, 16.0, 20.0]
    assert table["households"].tolist() == [20.0, 20.0, 50.0, 50.0, 90.0]
    assert table["sites"].tolist() == [1, 1, 1, 1, 3]
    assert set(table["status"]) == {"optimal"}
    assert (table["gap"] == 0).all()
    for row in table.itertuples():
        assert row.weight == most_within(problem, float(row.budget_vnd)).weight


def test_chosen_at_once_a_budget_would_be_understated() -> None:
    problem = ridge(50)
    at_once = most_within(problem, 30.0, method="greedy")
    table = frontier(problem, chosen_of(problem), 5).set_index("budget_vnd")
    assert at_once.weight < table.at[30, "weight"]


def test_a_budget_too_small_for_what_is_required_has_no_row() -> None:
    problem = ridge(50, villages=("c",))
    table = frontier(problem, chosen_of(problem), 5)
    assert table["budget_vnd"].tolist() == [30, 40, 50]
    # the far mast with its relay costs 23: 30 leaves too little for another one
    assert table["weight"].tolist() == [4.0, 14.0, 20.0]


def test_what_one_budget_finds_counts_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that misses the best of 40 begins with, and keeps, what 30 has found; what 40 cannot buy bounds 30."""
    problem, seen = ridge(50), []

    def poor(problem: Problem, limit_vnd: float, *, work: str, start: Choice | None) -> Choice:
        seen.append((limit_vnd, None if start is None else start.weight))
        if limit_vnd == 40.0:
            weak = most_within(problem, 10.0)
            return replace(weak, bound=17.0, gap=7 / 17, status="feasible")
        found = most_within(problem, limit_vnd)
        return replace(found, bound=20.0, gap=1 - found.weight / 20.0, status="feasible")

    monkeypatch.setattr(module, "most_within", poor)
    table = frontier(problem, chosen_of(problem), 5).set_index("budget_vnd")
    assert table["weight"].tolist() == [10.0, 10.0, 16.0, 16.0, 20.0]
    assert seen == [(10.0, None), (20.0, 10.0), (30.0, 10.0), (40.0, 16.0)]
    assert table.at[40, "gap"] == table.at[30, "gap"] == pytest.approx(1 / 17)
    assert table.at[50, "gap"] == 0.0


@pytest.mark.parametrize("least", ["investment", "lifetime"])
def test_without_points_or_options_nothing_is_told(least: str) -> None:
    problem = ridge(50, least)
    assert frontier(problem, chosen_of(problem), 0).empty
    nothing = ridge(0, least)
    table = frontier(nothing, chosen_of(nothing), 2)
    assert table[["budget_vnd", "weight"]].to_numpy().tolist() == [[0, 0.0], [50, 20.0]]


def test_half_of_the_budgets_lie_beyond_the_limit_up_to_all_that_can_be_covered() -> None:
    problem = ridge(30)
    table = frontier(problem, chosen_of(problem), 5)
    # the dear mast for 27; between 30 and 50, which pays for everything, 40 buys nothing more
    assert table["budget_vnd"].tolist() == [9, 18, 27, 40, 50]
    assert table["weight"].tolist() == [0.0, 10.0, 16.0, 16.0, 20.0]
    assert table["sites"].tolist() == [0, 1, 1, 1, 3]
    assert frontier(problem, chosen_of(problem), 1)["budget_vnd"].tolist() == [27]


def test_what_the_limit_cannot_pay_for_is_told_by_the_budgets_beyond() -> None:
    problem = ridge(5, villages=("c",))
    assert chosen_of(problem).status == "infeasible"
    table = frontier(problem, chosen_of(problem), 4)
    assert table["budget_vnd"].tolist() == [28, 50]
    assert table["weight"].tolist() == [4.0, 20.0]


def test_large_problems_get_the_short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def noted(problem: Problem, limit_vnd: float, *, work: str, start: Choice | None) -> Choice:
        asked.append(work)
        return most_within(problem, limit_vnd)

    monkeypatch.setattr(module, "most_within", noted)
    problem = ridge(50)
    frontier(problem, chosen_of(problem), 2)
    monkeypatch.setattr(module, "_WHOLE", 0)
    frontier(problem, chosen_of(problem), 2)
    assert asked == ["full", "short"]


@pytest.mark.parametrize("least", ["investment", "lifetime"])
def test_optimal_is_said_only_where_weight_and_cost_are_proven(least: str) -> None:
    assert chosen_of(ridge(50, least)).status == "optimal"
    rough = most_within(ridge(50, least), 50.0, work="rough")
    assert (rough.status, rough.gap) == ("feasible", 0.0)
