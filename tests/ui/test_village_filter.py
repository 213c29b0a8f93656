"""Head figures as filters: each number is what its filter leaves, and pressing one changes nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo_planner.ui.address import Filters
from geo_planner.ui.village_filter import figures, passing, ticked, with_ticked
from tests.export.test_build_marks import with_build
from tests.ui.fakes import fake_plan


def test_every_figure_is_what_its_filter_leaves() -> None:
    plan = fake_plan()
    for key, n in figures(plan).items():
        assert len(passing(plan, with_ticked(Filters(), [key]))) == n, key


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(), ["A", "B", "C", "D"]), (Filters(payers=("fund",)), ["A", "B"]), (Filters(payers=("fund", "undecided"), first_k=1), ["A"]),
        (Filters(communes=("00002",), statuses=("covered",)), ["C"]), (Filters(to_measure=True), ["B", "C"]), (Filters(covered_by_plan=False), ["C"]),
        (Filters(covered_by_plan=True, payers=("operator",)), []),
    ],
)  # fmt: skip
def test_what_passes(filters: Filters, left: list[str]) -> None:
    assert passing(with_build(fake_plan()), filters) == left


def test_what_a_build_plan_covers_asks_nothing_of_a_plan_without_one() -> None:
    plan = replace(fake_plan(), build=None)
    assert passing(plan, Filters(covered_by_plan=True)) == passing(plan, Filters()) != []


def test_pressing_a_figure_keeps_the_rest() -> None:
    before = Filters(communes=("00001",), statuses=("partial",), first_k=3)
    pressed = with_ticked(before, ["fund", "measure"])
    assert pressed == Filters(communes=("00001",), statuses=("partial",), first_k=3, payers=("fund",), to_measure=True)
    assert ticked(pressed) == ["measure", "fund"]
    assert with_ticked(with_ticked(before, ["no_signal"]), []).statuses == ()
    assert with_ticked(pressed, []) == before
