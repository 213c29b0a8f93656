"""The pages state the weights that ranked, whatever scheme they come from, and a trial starts from them."""

from __future__ import annotations

from typing import Any

import pytest

from geo_planner.plan import Plan
from geo_planner.retried import Trial, tried_scenario
from geo_planner.ui import loading
from geo_planner.ui.ranking_tables import shares
from geo_planner.ui.texts import text
from tests.reranked import reranked
from tests.ui.fakes import fake_plan
from tests.ui.test_pages import open_app

pytestmark = pytest.mark.usefixtures("fresh_caches")

SCHEMES: dict[str, dict[str, Any]] = {
    "hand": {"weights": "hand"},
    "equal": {"weights": "equal"},
    "ahp": {"weights": "ahp", "pairwise": [{"more": "households", "than": "school_site", "times": 7}]},
}
RANKED_BY = {"hand": ["75%", "25%"], "equal": ["50%", "50%"], "ahp": ["87,5%", "12,5%"]}


@pytest.fixture(params=list(SCHEMES))
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Plan]:
    plan = reranked(fake_plan(), **SCHEMES[request.param])
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return request.param, plan


def test_the_table_of_criteria_states_the_weights_that_ranked(shown: tuple[str, Plan]) -> None:
    scheme, _ = shown
    app = open_app("about")
    assert not app.exception
    (table,) = [frame.value for frame in app.dataframe if text("weight", "vi") in frame.value]
    assert [cell.split("(")[1].rstrip(")") for cell in table[text("weight", "vi")]] == RANKED_BY[scheme]


def test_an_untouched_trial_is_the_plan_itself(shown: tuple[str, Plan]) -> None:
    _, plan = shown
    app = open_app("ranking")
    assert not app.exception
    assert not app.warning
    table = app.dataframe[0].value
    assert table[text("column_rank", "vi")].to_dict() == plan.villages["rank"].to_dict()
    assert table[text("column_score", "vi")].to_dict() == pytest.approx((100 * plan.villages["score"]).to_dict())
    figures = [slider.value for slider in app.slider]
    assert [f / sum(figures) for f in figures] == pytest.approx([c.weight for c in plan.ranking.criteria], abs=1e-4)


def test_trial_weights_rank_as_a_scenario_with_them_does(shown: tuple[str, Plan]) -> None:
    _, plan = shown
    scenario = tried_scenario(plan.scenario, Trial(weights={"households": 9.0, "school_site": 3.0}))
    assert scenario.ranking.weights == "hand"
    assert [c.weight for c in scenario.ranking.weighted_criteria()] == pytest.approx([0.75, 0.25])


def test_each_slider_tells_its_share(shown: tuple[str, Plan]) -> None:
    scheme, _ = shown
    app = open_app("ranking")
    told = [slider.label.split(" · ")[1].strip("*") for slider in app.slider]
    assert told == {"hand": ["75%", "25%"], "equal": ["50%", "50%"], "ahp": ["88%", "12%"]}[scheme]
    app.slider[0].set_value(2.0).run()
    app.slider[1].set_value(1.0).run()
    assert [slider.label.split(" · ")[1].strip("*") for slider in app.slider] == ["67%", "33%"]


def test_shares_add_up_and_what_is_not_nothing_is_not_told_as_nothing() -> None:
    weights = [25.0, 20.0, 15.0, 8.0, 28.0, 6.0, 6.0, 5.0, 3.0, 4.0]
    assert sum(whole for _, whole in shares(weights)) == 100, "rounded one by one they are 99"
    assert shares([0.0, 0.0])[0][1] == 0
    assert shares([1000.0, 1.0])[1] == pytest.approx((1 / 1001, 0))
