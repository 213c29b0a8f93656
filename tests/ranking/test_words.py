"""Settings, explanations, fairness, and the whole of it on the bundled study area."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from geo_planner.config import Scenario
from geo_planner.plan import Plan
from geo_planner.ranking import RankingResult, RankingSettings, fairness_table, rank, rank_villages
from geo_planner.ranking import tables as declared
from tests.ranking.villages import village_table

BASE: dict[str, Any] = {"criteria": [{"name": "households"}, {"name": "poverty_share"}, {"name": "border"}], "robustness": {"draws": 200}}


def settings_of(**changes: Any) -> RankingSettings:
    return RankingSettings.model_validate({**BASE, **changes})


@pytest.fixture(scope="module")
def result() -> RankingResult:
    villages = village_table(12)
    villages.loc["LC004", "poor_households"] = None
    return rank(villages.assign(ethnic_group=["Thái", "Mông", "La Hủ"] * 4), settings_of(top_k=4), seed=57)


# --- settings -----------------------------------------------------------------------------------------------------------------


def test_the_ranking_section_of_the_bundled_scenario_still_loads(scenario: Scenario) -> None:
    loaded = RankingSettings.model_validate(scenario.ranking.model_dump())
    assert [c.name for c in loaded.criteria] == [c.name for c in scenario.ranking.criteria]
    assert [c.weight for c in loaded.criteria] == [c.weight for c in scenario.ranking.criteria]
    assert loaded.method == "weighted_sum"
    assert hash(loaded) == hash(RankingSettings.model_validate(scenario.ranking.model_dump()))


def test_a_built_in_criterion_needs_only_its_name_and_another_needs_all() -> None:
    loaded = settings_of()
    assert loaded.criteria[0].vi == "Số hộ"
    assert loaded.criteria[0].bounds == (0, 150)
    with pytest.raises(ValidationError, match="bounds"):
        settings_of(criteria=[{"name": "of_my_own", "vi": "x", "en": "x", "weight": 1}])
    with pytest.raises(ValidationError, match="extra"):
        settings_of(criteria=[{"name": "households", "wieght": 3}])


def judgement(more: str, than: str, times: float) -> dict[str, Any]:
    return {"more": more, "than": than, "times": times}


CONSISTENT = [judgement("households", "poverty_share", 2), judgement("poverty_share", "border", 2), judgement("households", "border", 4)]


def test_ahp_weights_come_from_the_pairwise_judgements() -> None:
    loaded = settings_of(weights="ahp", pairwise=CONSISTENT)
    np.testing.assert_allclose([c.weight for c in loaded.weighted_criteria()], [4 / 7, 2 / 7, 1 / 7])
    judged = loaded.ahp()
    assert judged is not None
    assert judged.consistency_ratio == pytest.approx(0.0, abs=1e-12)


def test_contradicting_judgements_are_refused_unless_accepted() -> None:
    circle = [judgement("households", "poverty_share", 5), judgement("poverty_share", "border", 5), judgement("border", "households", 5)]
    with pytest.raises(ValidationError, match="consistency ratio"):
        settings_of(weights="ahp", pairwise=circle)
    judged = settings_of(weights="ahp", pairwise=circle, accept_inconsistent=True).ahp()
    assert judged is not None
    assert not judged.consistent


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (CONSISTENT[:2], "missing"),
        ([*CONSISTENT, judgement("border", "households", 2)], "twice"),
        ([*CONSISTENT[:2], judgement("households", "nothing", 2)], "name no criterion"),
        ([], "need the pairwise"),
    ],
)
def test_an_incomplete_pairwise_table_is_refused(pairs: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings_of(weights="ahp", pairwise=pairs)


def test_equal_weights_leave_out_what_has_no_weight() -> None:
    loaded = settings_of(weights="equal", criteria=[*BASE["criteria"], {"name": "grid_power"}])
    assert [c.weight for c in loaded.weighted_criteria()] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0])


# --- explanation, fairness, tables ----------------------------------------------------------------------------------------------


def test_an_explanation_speaks_from_the_figures_in_both_languages(result: RankingResult) -> None:
    first = result.rank.idxmin()
    vi, en = result.explanations.loc[first]
    points = f"{100 * result.score[first]:.0f}/100"
    assert vi.startswith(f"Xếp thứ 1 trên 12 bản (điểm {points}) vì ")
    assert en.startswith(f"Rank 1 of 12 (score {points}) because ")
    row = result.simulation.table.loc[first]
    if row["rank_low"] != row["rank_high"]:
        assert f"{row['rank_low']:.0f}–{row['rank_high']:.0f}" in vi
    assert "nan" not in " ".join(result.explanations.to_numpy().ravel()).lower()
    assert "." not in vi.split(") vì")[0].split("(")[1]


def test_the_explanation_says_which_missing_datum_to_ask_for(result: RankingResult) -> None:
    doubt = result.what_if.set_index("village_id").loc["LC004"]
    vi, en = result.explanations.loc["LC004"]
    assert "Chưa có số liệu về “Tỷ lệ hộ nghèo và cận nghèo”" in vi
    assert f"lên thứ {doubt['rank_best']}" in vi
    assert f"xuống thứ {doubt['rank_worst']}" in vi
    assert "Ask first" in en
    assert (result.questions["village_id"] == "LC004").any()


def test_a_swap_that_is_told_comes_true(result: RankingResult) -> None:
    """The rank after the change is the rank that re-ranking with the changed weight gives."""
    told = result.swaps[result.swaps["smallest"]]
    households = village_table(12)["households"]
    assert not told.empty
    for row in told.to_dict("records"):
        if row["change"] == 0:
            continue
        share = float(np.clip(row["weight_swap"] + np.copysign(1e-6, row["change"]), 0, 1))
        others = (1 - share) / (1 - row["weight_now"])
        moved = [c.model_copy(update={"weight": share if c.name == row["criterion"] else c.weight * others}) for c in result.criteria]
        again = rank_villages(result.values, moved, households=households).rank
        assert again[row["village_id"]] == row["rank_after"]


def test_neglect_of_a_group_shows() -> None:
    index = [f"V{i:02d}" for i in range(20)]
    group = pd.Series(["thiệt"] * 8 + ["khác"] * 11 + [None], index=index, dtype="string")
    order = pd.Series([*range(13, 21), *range(1, 13)], index=index)
    table = fairness_table(group, order, 1.0 - order / 20, top_k=10)
    assert table.index[0] == "thiệt"
    assert table.loc["thiệt", "in_first_k"] == 0
    assert table.loc["thiệt", "share_of_villages"] == 0.4
    # C(12, 10) / C(20, 10): none of eight among ten drawn by lot from twenty
    assert table.loc["thiệt", "chance"] == pytest.approx(66 / 184756)
    assert table["n"].sum() == 20
    assert table["in_first_k"].sum() == 10
    assert "" in table.index


def test_tables_have_the_columns_that_are_declared(result: RankingResult) -> None:
    def names(layer: Any) -> list[str]:
        return [c.name for c in layer.columns]

    assert list(result.questions) == names(declared.QUESTIONS)
    assert list(result.swaps) == names(declared.SWAPS)
    assert list(result.what_if) == names(declared.WHAT_IF)
    assert list(result.methods.ranks) == names(declared.METHOD_RANKS)
    assert list(result.explanations) == ["explanation_vi", "explanation_en"]
    assert list(result.simulation.table) == names(declared.robustness_layer(result.simulation.top_k))
    assert set(result.fairness) == {"commune_name", "ethnic_group", "border", "region_class"}
    for table in result.fairness.values():
        assert list(table.reset_index()) == names(declared.FAIRNESS)


@pytest.mark.parametrize("method", ["weighted_sum", "topsis_fixed", "topsis", "promethee_ii"])
def test_every_method_may_decide_the_order(method: str) -> None:
    found = rank(village_table(8), settings_of(method=method), seed=1)
    np.testing.assert_allclose(found.contributions.sum(axis=1), found.score, rtol=0, atol=1e-9)
    assert sorted(found.rank) == list(range(1, 9))
    pd.testing.assert_series_equal(found.rank, found.methods.ranks[method], check_names=False)
    assert found.contributions_exact == (method not in ("topsis", "topsis_fixed"))
    json.dumps([found.records(), found.summary()], allow_nan=False)


def test_one_village_alone_is_ranked() -> None:
    found = rank(village_table(1), settings_of(), seed=1)
    assert found.rank.tolist() == [1]
    assert found.simulation.table.iloc[0][["rank_low", "rank_high", "p_top_5"]].tolist() == [1, 1, 1]
    json.dumps([found.records(), found.summary()], allow_nan=False)


def test_the_whole_result_does_not_depend_on_the_order_of_the_rows() -> None:
    villages = village_table(9)
    villages.loc["LC004", "poor_households"] = None
    first, second = (rank(v, settings_of(), seed=57) for v in (villages, villages.iloc[::-1]))
    key = "LC004"
    assert first.records()[key] == second.records()[key]
    pd.testing.assert_frame_equal(first.simulation.table, second.simulation.table.loc[villages.index], check_exact=True)


# --- the bundled study area -------------------------------------------------------------------------------------------------------


def test_the_bundled_study_area_keeps_its_order_and_its_doubts_are_told(plan: Plan) -> None:
    villages, found = plan.villages, plan.ranking
    pd.testing.assert_series_equal(found.rank.loc[villages.index], villages["rank"].astype("int64"), check_names=False)
    again = rank(villages.assign(region_known=True), plan.scenario.ranking, seed=plan.scenario.seed, values=plan.criteria_values)
    pd.testing.assert_series_equal(again.rank, villages["rank"].astype("int64"), check_names=False)
    table = found.simulation.table
    # the one real village has no poverty figure: it is asked for, and its place is the least sure
    width = table["rank_high"] - table["rank_low"]
    assert width["LC001"] >= width.quantile(0.9)
    asked = found.questions[found.questions["village_id"] == "LC001"]
    assert asked["datum"].str.contains("poor_households").any()
    assert len(found.records()) == len(villages)
    json.dumps([found.records(), found.summary()], allow_nan=False)
