"""The investment shared out to villages: by households, whole, to the đồng."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo_planner.build.village_costs import NO_VILLAGE, cost_by_village
from tests.build.costed import a_choice, a_mast_behind_a_relay, random_choice


def test_a_mast_its_relay_and_its_links_are_shared_by_households() -> None:
    chosen, demands = a_mast_behind_a_relay()
    assert cost_by_village(chosen, demands).to_dict() == {"v": 136, "w": 272}


def test_villages_of_unknown_size_share_by_their_pieces() -> None:
    chosen, demands = a_choice(
        {"g": True}, {}, {"mast": {"place": "g", "cost": 100, "covers": {"a": -90, "b": -95, "c": -95}}},
        {"a": ("v", 0.0), "b": ("w", 0.0), "c": ("w", 0.0)},
    )  # fmt: skip
    assert cost_by_village(chosen, demands).to_dict() == {"v": 33, "w": 67}


def test_what_serves_nobody_stands_apart() -> None:
    chosen, demands = a_choice({"g": True}, {}, {"mast": {"place": "g", "cost": 100, "covers": {}}}, {"a": ("v", 5.0)})
    assert cost_by_village(chosen, demands).to_dict() == {NO_VILLAGE: 100}


@given(st.integers(0, 10_000))
def test_the_shares_add_up_to_the_investment(seed: int) -> None:
    chosen, demands, _ = random_choice(seed)
    shares = cost_by_village(chosen, demands)
    assert shares.sum() == chosen.options["cost"].sum() + chosen.links["cost"].sum()
    assert (shares >= 0).all()
    assert shares.index.is_monotonic_increasing
