"""Who pays: shares add up to the đồng, nothing is paid for twice, what an operator has promised is not paid for again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.build.payers import by_payer, commitment_notes, committed, cost_per_household, payer_of, power_first_lines, smartphones
from geo_planner.build.prices import read_prices
from geo_planner.build.served import served_by
from geo_planner.config.build.money import MoneySettings, PayerSettings, PhaseSettings
from geo_planner.config.build.smartphones import SmartphoneSettings
from geo_planner.schema import RESPONSIBILITY
from geo_planner.settings import ASSUMPTION
from geo_planner.words import catalogue
from tests.build.costed import a_choice, a_mast_behind_a_relay, random_choice

SETTINGS = MoneySettings()


def villages(**responsibility: str) -> pd.DataFrame:
    return pd.DataFrame({"responsibility": pd.Series(responsibility, dtype="string")}).rename_axis("village_id")


def two_on_a_relay(**payers: str) -> tuple[dict[str, dict[str, int]], pd.DataFrame]:
    chosen, demands = a_mast_behind_a_relay()
    shares = by_payer(chosen, demands, villages(**payers), SETTINGS)
    return shares.by_payer, shares.items


def test_a_mast_its_relay_and_its_links_are_shared_by_households() -> None:
    sums, items = two_on_a_relay(v="fund", w="operator")
    assert sums["base"] == {"fund": 136, "operator": 272, "power_first": 0, "undecided": 0}
    assert items["payer"].tolist() == ["operator"] * 4
    assert items.loc["relay", ["fund", "operator"]].tolist() == [30, 60]
    assert items.loc["g~p", ["fund", "operator"]].tolist() == [3, 6]


def test_shared_by_villages_where_that_is_set() -> None:
    chosen, demands = a_choice(
        {"g": True}, {}, {"mast": {"place": "g", "cost": 100, "covers": {"a": -90, "b": -95, "c": -95}}},
        {"a": ("v", 30.0), "b": ("w", 60.0), "c": ("w", 1.0)},
    )  # fmt: skip
    settings = MoneySettings(payers=PayerSettings(share_by="villages"))
    assert by_payer(chosen, demands, villages(v="fund", w="operator"), settings).by_payer["base"]["fund"] == 50


def test_a_piece_counts_for_the_option_that_serves_it_best() -> None:
    kind = pd.Series({"a": "macro_mast", "b": "macro_mast", "t": "satellite_terminal"})
    covers = pd.DataFrame(
        [("b", "d", -90.0), ("a", "d", -90.0), ("t", "d", 0.0), ("t", "e", np.nan), ("a", "f", -100.0), ("b", "f", -99.0)],
        columns=["option_id", "demand_id", "rsrp_dbm"],
    )
    assert served_by(covers, kind).to_dict() == {"d": "a", "e": "t", "f": "b"}


def test_a_hub_that_serves_bears_its_own_cost_and_a_link_that_of_all_behind_it() -> None:
    chosen, demands = a_choice(
        {"g": True, "p": False, "q": False},
        {"g~p": ("g", "p", 30), "p~q": ("p", "q", 12)},
        {"hub": {"place": "p", "cost": 100, "covers": {"a": -90}}, "far": {"place": "q", "cost": 50, "covers": {"b": -90}}},
        {"a": ("v", 10.0), "b": ("w", 20.0)},
    )
    items = by_payer(chosen, demands, villages(v="fund", w="operator"), SETTINGS).items
    assert items.loc["hub", "fund"] == 100
    assert items.loc["far", "operator"] == 50
    assert items.loc["g~p", ["fund", "operator"]].tolist() == [10, 20]
    assert items.loc["p~q", "operator"] == 12


@given(st.integers(0, 10**6))
def test_shares_add_up_to_the_dong_in_every_estimate(seed: int) -> None:
    chosen, demands, list_ = random_choice(seed)
    shares = by_payer(chosen, demands, list_, SETTINGS)
    for estimate, suffix in (("low", "_low"), ("base", ""), ("high", "_high")):
        built = chosen.options[f"cost{suffix}"].sum() + chosen.links[f"cost{suffix}"].sum()
        assert sum(shares.by_payer[estimate].values()) == built
    costs = pd.concat([chosen.options["cost"], chosen.links["cost"]])
    assert (shares.items[list(RESPONSIBILITY)].sum(axis=1) == costs.loc[shares.items.index]).all()
    assert (shares.items[list(RESPONSIBILITY)] >= 0).all(axis=None)
    assert shares.items.index.is_unique


@given(st.integers(0, 10**6))
def test_households_of_the_options_are_those_of_the_pieces(seed: int) -> None:
    chosen, demands, _ = random_choice(seed)
    assert chosen.options["households"].sum() == pytest.approx(demands.loc[chosen.serves.index, "households"].sum())


# --- commitments -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "stage", "expected"),
    [
        ("Viettel", "building", True), ("Viettel", "on_air", True), ("Viettel", "planned", True), (None, "planned", True),
        ("Viettel", None, True), ("Viettel", "", True), ("Viettel", "surveyed", False), ("Viettel", "none", False), (None, None, False), ("  ", None, False),
    ],
)  # fmt: skip
def test_what_counts_as_promised(operator: str | None, stage: str | None, expected: bool) -> None:
    row = pd.DataFrame({"commitment_operator": [operator], "commitment_stage": [stage]}, dtype="string", index=["v"])
    assert committed(row).tolist() == [expected]


def test_a_list_without_these_columns_promises_nothing() -> None:
    assert committed(villages(v="fund")).tolist() == [False]


def test_a_promised_village_is_not_paid_for_again() -> None:
    chosen, demands = a_choice(
        {"g": True}, {}, {"mast": {"place": "g", "cost": 100, "covers": {"a": -90, "b": -95}}}, {"a": ("v", 30.0), "b": ("w", 60.0)}
    )
    given = villages(v="fund", w="fund").assign(commitment_stage=pd.Series({"v": pd.NA, "w": "building"}, dtype="string"))
    assert payer_of(given).to_dict() == {"v": "fund", "w": ""}
    assert by_payer(chosen, demands, given, SETTINGS).by_payer["base"]["fund"] == 100  # the mast is paid for once, by who needs it
    (note,) = commitment_notes(given)
    assert (note.level, note.code) == ("warning", "build_committed")
    assert "w" in note.reason
    assert commitment_notes(villages(v="fund")) == []
    only = given.assign(commitment_stage="building")
    assert by_payer(chosen, demands, only, SETTINGS).by_payer["base"]["operator"] == 100


# --- power first, terminals, smartphones -------------------------------------------------------------------------------------------------


def test_power_first_stands_on_its_own_line_unless_it_is_asked_for() -> None:
    assert two_on_a_relay(v="fund", w="power_first")[0]["base"]["fund"] == 136
    assert payer_of(villages(v="power_first"), PayerSettings(fund_pays_power_first=True)).tolist() == ["fund"]
    assert payer_of(pd.DataFrame({"responsibility": pd.Series([pd.NA], dtype="string")})).tolist() == ["undecided"]


def test_power_first_lines_name_both_ways() -> None:
    list_ = villages(v="fund", w="power_first", x="power_first").assign(households=pd.array([10, 20, pd.NA], dtype="Int64"))
    lines = power_first_lines(list_, read_prices()[0], MoneySettings(price_rise=0.0))
    assert lines.index.tolist() == ["w", "x"]
    assert lines.at["w", "grid_households_vnd"] == 20 * 48_500_000
    assert pd.isna(lines.at["x", "grid_households_vnd"])
    assert lines.at["w", "grid_village_vnd"] == 4_840_000_000
    assert lines.at["w", "terminal_vnd"] > 30_000_000  # kit and point, with the shares and tax of an estimate


def test_cost_for_a_household_leaves_terminals_out() -> None:
    chosen, _ = a_choice(
        {"g": True}, {},
        {"mast": {"place": "g", "cost": 100, "covers": {"a": -90}}, "t": {"place": "x", "cost": 7, "covers": {"b": 0}, "kind": "satellite_terminal", "backhaul": "own"}},
        {"a": ("v", 4.0), "b": ("w", 60.0)},
    )  # fmt: skip
    assert cost_per_household(chosen) == 25.0


def test_smartphones_go_to_poor_and_near_poor_of_newly_covered_villages() -> None:
    list_ = pd.DataFrame(
        {
            "poor_households": pd.array([10, 5, pd.NA, 3], dtype="Int64"), "near_poor_households": pd.array([4, pd.NA, 6, 1], dtype="Int64"),
            "region_class": ["I", "III", "III", "III"],
        },
        index=pd.Index(["a", "b", "c", "d"], name="village_id"),
    )  # fmt: skip
    table = smartphones(list_, ["c", "a", "b", "lost"], SmartphoneSettings())
    assert table.index.tolist() == ["b", "c", "a"]  # region III first
    assert table["eligible"].tolist() == [5, pd.NA, 14]
    assert table["amount_vnd"].sum() == 19 * 500_000
    fewer = SmartphoneSettings(near_poor=False, provided_share=0.25)
    assert smartphones(list_, ["a"], fewer)["eligible"].tolist() == [7]
    assert smartphones(list_, [], fewer).empty
    assert SmartphoneSettings().include is False


def test_every_setting_is_explained_in_both_languages() -> None:
    for prefix, model in (("payers.", PayerSettings), ("phases.", PhaseSettings), ("smartphones.", SmartphoneSettings)):
        for name, field in model.model_fields.items():
            assert catalogue("en")[f"setting.build.{prefix}{name}"]["text"] == field.description
            assert str(field.description).endswith("Assumption.") == (field.json_schema_extra == ASSUMPTION)
