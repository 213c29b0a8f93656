"""Equal scores are told as equal: in ranks, methods, draws, swap points and words."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.preferences.settings import Robustness
from geo_planner.ranking import METHODS, RankingSettings, compare, rank, rank_villages, simulate
from geo_planner.ranking.scoring import STEP, steps, tied_with
from geo_planner.ranking.sensitivity import swap_points
from tests.ranking.villages import criteria, matrices, values, village_table, weights

SETTINGS = {"criteria": [{"name": "households"}, {"name": "poverty_share"}, {"name": "border"}], "robustness": {"draws": 200}}


def twins(n: int = 4) -> pd.DataFrame:
    """The second and the third village differ in nothing but id and name, and stand in the middle of the list."""
    table = village_table(n)
    table["households"] = pd.array([100, 50, 50, 30][:n], dtype="Int64")
    table["border"] = pd.array([True, False, False, False][:n], dtype="boolean")
    for column in ("coverage_probability", "nearest_site_km", "school_site", "road_access"):
        table.loc["LC003", column] = table.loc["LC002", column]
    return table


@settings(deadline=None)
@given(table=matrices, w=weights, data=st.data())
def test_a_copy_ties_with_its_model_by_every_method_and_whoever_ties_does_so_both_ways(
    table: pd.DataFrame, w: tuple[float, ...], data: st.DataObject
) -> None:
    model = data.draw(st.sampled_from(list(table.index)))
    longer = pd.concat([table, table.loc[[model]].set_axis(["W"])])
    count = pd.Series(range(len(longer)), index=longer.index, dtype="Int64")
    chosen = criteria(w)
    compared = compare(longer, RankingSettings(criteria=chosen), households=count)
    own = rank_villages(longer, chosen, households=count)
    assert own.tied_with.to_dict() == compared.tied_with["weighted_sum"].to_dict()
    for method in METHODS:
        tied, place = compared.tied_with[method], compared.ranks[method]
        assert model in tied["W"]
        assert sorted(place) == list(range(1, len(longer) + 1))
        for village, others in tied.items():
            assert village not in others
            assert list(others) == sorted(others, key=place.__getitem__)
            block = {village, *others}
            assert all({v, *tied[v]} == block for v in others)  # transitive
            # villages of one score hold neighbouring places
            assert max(place[v] for v in block) - min(place[v] for v in block) == len(others)


@settings(deadline=None)
@given(table=matrices, w=weights, data=st.data())
def test_ties_do_not_depend_on_the_order_of_the_rows_nor_of_the_criteria(
    table: pd.DataFrame, w: tuple[float, ...], data: st.DataObject
) -> None:
    shuffled = table.loc[data.draw(st.permutations(list(table.index)))]
    chosen = criteria(w)
    turned = tuple(data.draw(st.permutations(chosen)))
    count = pd.Series(1, index=table.index, dtype="Int64")
    first = compare(table, RankingSettings(criteria=chosen), households=count)
    for other in (
        compare(shuffled, RankingSettings(criteria=chosen), households=count),
        compare(table, RankingSettings(criteria=turned), households=count),
    ):
        pd.testing.assert_frame_equal(other.tied_with.loc[table.index], first.tied_with)
        pd.testing.assert_frame_equal(other.ranks.loc[table.index], first.ranks)


def test_scores_that_differ_by_the_rounding_of_a_sum_are_equal() -> None:
    """0.1 + 0.2 is not 0.3 in floating point; nor are sums in another order."""
    score = pd.Series([0.1 + 0.2, 0.3, 0.3 - 4e-17, 0.3 + 1e-12, 0.3001], index=list("abcde"))
    assert {k: set(v) for k, v in tied_with(score, pd.Series(range(5), index=score.index)).items()} == {
        "a": set("bcd"), "b": set("acd"), "c": set("abd"), "d": set("abc"), "e": set(),
    }  # fmt: skip


@given(st.integers(0, 10**6), st.sampled_from([1.0, 3.0, 7.0, 64.0, 150.0, 1000.0, 4096.0, 15000.0, 1e6]), st.integers(-4, 4))
def test_no_figure_of_a_list_lies_on_the_border_between_two_steps(numerator: int, denominator: float, ulps: int) -> None:
    figure = min(numerator / denominator, 1.0)
    moved = figure + ulps * np.spacing(figure)
    assert steps(moved) == steps(figure)
    assert abs(moved - steps(moved) * STEP) <= STEP / 2 + 1e-15


def test_a_tie_is_told_with_what_settled_it_and_not_by_a_criterion_that_both_share() -> None:
    result = rank(twins(), RankingSettings.model_validate(SETTINGS), seed=1)
    assert result.rank.to_dict() == {"LC001": 1, "LC002": 2, "LC003": 3, "LC004": 4}
    assert result.tied_with.to_dict() == {"LC001": (), "LC002": ("LC003",), "LC003": ("LC002",), "LC004": ()}
    told = result.explanations.loc[["LC002", "LC003"]]
    for vi in told["explanation_vi"]:
        assert "số hộ không phân biệt được, nên xếp theo mã bản" in vi
        assert " vì " not in vi.split(". ")[0]
    for en in told["explanation_en"]:
        assert "the number of households does not tell them apart, so the id does" in en
        assert "because" not in en
    assert "đồng điểm với Bản 2 (LC003)" in told.loc["LC002", "explanation_vi"]
    assert "tied with Bản 1 (LC002)" in told.loc["LC003", "explanation_en"]
    # one score, one comparison with the average, whichever half of the list they stand in
    compared = {re.findall(r"Compared with the average, it stands .+?\.(?= With the doubt)", en)[0] for en in told["explanation_en"]}
    assert len(compared) == 1
    assert "because it stands" in result.explanations.loc["LC004", "explanation_en"]


def test_more_households_settle_a_tie_before_the_id_does() -> None:
    only = RankingSettings.model_validate({**SETTINGS, "criteria": [{"name": "border"}]})
    table = twins()
    table["border"] = True
    table["households"] = pd.array([10, 40, 40, None], dtype="Int64")
    result = rank(table, only, seed=1)
    assert result.rank.sort_values().index.tolist() == ["LC002", "LC003", "LC001", "LC004"]
    assert result.tied_with["LC001"] == ("LC002", "LC003", "LC004")
    told = result.explanations.loc["LC001"]
    assert "bản có nhiều hộ hơn xếp trước, nếu số hộ cũng không phân biệt được thì theo mã bản" in told["explanation_vi"]
    assert "the one with more households comes first, and where that does not tell them apart, the id does" in told["explanation_en"]


def test_a_long_tie_names_a_few_and_counts_the_rest() -> None:
    table = village_table(9).assign(border=True)
    result = rank(table, RankingSettings.model_validate({**SETTINGS, "criteria": [{"name": "border"}]}), seed=1)
    assert len(result.tied_with["LC005"]) == 8
    assert "và 5 bản khác" in result.explanations.loc["LC005", "explanation_vi"]


def test_records_tell_ties_of_the_order_and_of_each_method() -> None:
    records = json.loads(json.dumps(rank(twins(), RankingSettings.model_validate(SETTINGS), seed=1).records()))
    assert records["LC002"]["tied_with"] == ["LC003"]
    assert records["LC004"]["tied_with"] == []
    for method in METHODS:
        assert records["LC003"]["methods_tied_with"][method] == ["LC002"]


@pytest.mark.parametrize("methods", [("weighted_sum",), ("topsis_fixed",), ("topsis",), ("weighted_sum", "topsis_fixed", "topsis")])
def test_villages_that_always_tie_share_their_places_in_the_draws(methods: tuple[str, ...]) -> None:
    table = values([[9, 9, 9, 1], [5, 5, 5, 5], [5, 5, 5, 5], [5, 5, 5, 5], [1, 1, 1, 9]])
    inputs = pd.DataFrame({"households": [5, 9, 7, None, 3], "coverage_probability": 0.5}, index=table.index)
    settings_ = Robustness.model_validate({"draws": 120, "methods": methods})
    drawn = simulate(table, criteria(), settings_, inputs=inputs, top_k=3, seed=3).table
    same = drawn.loc[["V01", "V02", "V03"]]
    assert (same == same.iloc[0]).all(axis=None)
    assert same.iloc[0][["rank_low", "rank_median", "rank_high"]].tolist() == [2, 3, 4]
    # two of the first three places among the three of them
    assert same["p_top_3"].tolist() == pytest.approx([2 / 3] * 3)
    assert drawn["p_top_3"].sum() == pytest.approx(3)


def test_a_tie_in_the_list_lies_inside_the_interval_of_each() -> None:
    result = rank(
        twins(), RankingSettings.model_validate({**SETTINGS, "robustness": {"draws": 200, "households_sd": 0, "coverage_sd": 0}}), seed=1
    )
    table = result.simulation.table.loc[["LC002", "LC003"]]
    assert (table.iloc[0] == table.iloc[1]).all()
    assert table["rank_low"].le(2).all()
    assert table["rank_high"].ge(3).all()


def test_a_swap_of_a_tied_pair_takes_no_change() -> None:
    table = values([[8, 2, 5, 5], [2, 8, 5, 5], [1, 1, 1, 9]])
    chosen = criteria((3, 3, 2, 2))
    order = rank_villages(table, chosen, households=pd.Series([1, 1, 1], index=table.index))
    assert order.tied_with["V00"] == ("V01",)
    swaps = swap_points(table, chosen, order.rank)
    pair = swaps[(swaps["village_id"] == "V00") & (swaps["other_id"] == "V01")]
    assert not pair.empty
    assert (pair["change"] == 0).all()


def test_places_within_a_group_follow_the_same_rule() -> None:
    result = rank(twins(), RankingSettings.model_validate(SETTINGS), seed=1)
    for _, group in result.rank.groupby(result.responsibility["responsibility"]):
        assert result.rank_in_group[group.index].sort_values().index.tolist() == group.sort_values().index.tolist()
