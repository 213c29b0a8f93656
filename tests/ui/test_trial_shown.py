"""What is tried on the ranking's page: the strip, the pages that follow and those that say that they do not, the filter, equal ranks, saving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo_planner.errors import UsageError
from geo_planner.plan import Plan
from geo_planner.retried import Trial, tried
from geo_planner.ui import frame, loading, trying
from geo_planner.ui.ranking_tables import places, trial_table
from geo_planner.ui.texts import plain, text
from geo_planner.words import said
from tests.conftest import ROOT
from tests.ui.fakes import fake_plan
from tests.ui.test_pages import html_of

pytestmark = pytest.mark.usefixtures("fresh_caches")

NAMES = ("Bản một", "Bản hai", "Bản ba", "Bản bốn")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Plan:
    plan = fake_plan(NAMES)
    monkeypatch.setattr(loading, "run", lambda *_, **__: plan)
    return plan


def opened(page: str = "map", **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    return app if page == "map" else app.switch_page(f"geo_planner/ui/pages/{page}.py").run()


@pytest.fixture
def first_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that follows, which shows no more than the first village: the map's own shows the same in a browser."""
    page = tmp_path / "first.py"
    page.write_text("import streamlit\nfrom geo_planner.ui.frame import loaded\nstreamlit.text(loaded().plan.villages['name'].iloc[0])\n")
    own = frame.page_file
    monkeypatch.setattr(frame, "page_file", lambda name: page if name == "map" else own(name))


@pytest.mark.usefixtures("first_page")
def test_the_map_follows_what_the_address_says_is_tried(shown: Plan) -> None:
    on_trial = tried(shown, Trial(weights={"school_site": 9.0, "households": 0.0}))
    assert on_trial.villages["name"].iloc[0] != shown.villages["name"].iloc[0]
    app = opened(weights="school_site:9~households:0")
    assert not app.exception
    assert app.text[0].value == on_trial.villages["name"].iloc[0]
    assert "Có điểm trường 1 → 9" in html_of(app)
    app.button(key="trial_end").click().run()
    assert "gp-strip gp-trial" not in html_of(app)
    assert app.text[0].value == shown.villages["name"].iloc[0]
    assert "weights" not in app.query_params


def test_interval_and_methods_are_those_of_the_trial(shown: Plan) -> None:
    on_trial = tried(shown, Trial(weights={"school_site": 9.0, "households": 0.0}))
    app = opened("ranking", weights="school_site:9~households:0")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.index) == list(on_trial.villages.index)
    wanted = [str(low) if low == high else f"{low}–{high}" for low, high in on_trial.villages[["rank_low", "rank_high"]].to_numpy()]
    assert list(table[text("column_interval", "vi")]) == wanted
    app.session_state["ranking_view"] = text("tab_methods", "vi")
    app.run()
    ranks = app.dataframe[0].value
    assert list(ranks[text("column_village", "vi")]) == list(on_trial.villages["name"])


def test_a_page_that_does_not_follow_says_so(shown: Plan) -> None:
    app = opened("about", weights="school_site:9")
    assert not app.exception
    assert "Trang này vẫn theo kịch bản" in html_of(app)


@pytest.mark.usefixtures("first_page")
def test_what_cannot_be_tried_is_refused_with_a_sentence_and_the_scenario_shown(shown: Plan) -> None:
    app = opened(weights="school_site:0~households:0")
    assert not app.exception
    assert "Không thử được" in html_of(app)
    assert app.text[0].value == shown.villages["name"].iloc[0]


def test_the_filter_by_payer_is_that_of_the_map(shown: Plan) -> None:
    payer = str(shown.villages["responsibility"].iloc[0])
    app = opened("ranking", payer=payer)
    assert app.button_group(key="responsibility_filter").value == [payer]
    assert set(app.dataframe[0].value.index) == set(shown.villages.index[shown.villages["responsibility"] == payer])
    assert app.query_params["payer"] == payer


def test_equal_scores_have_equal_ranks(shown: Plan) -> None:
    only_school = tried(shown, Trial(weights={"households": 0.0}))
    equal = only_school.villages[only_school.villages["tied_with"].map(len) > 0]
    assert len(equal) >= 2
    whole, within = places(only_school.villages)
    best = equal["rank"].min()
    assert {whole[float(rank)] for rank in equal["rank"]} == {f"={best}"}
    assert all(not whole[float(rank)].startswith("=") for rank in only_school.villages["rank"].drop(equal.index))
    table = trial_table(only_school.villages, only_school.ranking.criteria, shown.villages["rank"], "vi")
    in_group = table[text("column_in_group", "vi")]
    assert not in_group.duplicated().any()
    for payer, group in only_school.villages.groupby("responsibility"):
        alone = [v for v in group.index if not any(only_school.villages.at[o, "responsibility"] == payer for o in group.at[v, "tied_with"])]
        assert [within[in_group[v]] for v in alone] == [str(group.at[v, "rank_in_group"]) for v in alone]


def test_it_is_saved_beside_the_scenario_and_open(shown: Plan, area_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_PLANNER_STUDY_AREA", str(area_copy))
    new = area_copy / "scenarios" / "thu_nghiem.yaml"
    asked: list[tuple[str, str, dict[str, float]]] = []

    def save_as(base: Path, title: str, changes: dict[str, float]) -> Path:
        asked.append((base.name, title, dict(changes)))
        new.write_text(base.read_text("utf-8"), encoding="utf-8")
        return new

    monkeypatch.setattr("geo_planner.scenario_files.save_as", save_as)
    app = opened("ranking", weights="school_site:9")
    app.text_input(key="trial_title").set_value("Thử nghiệm").run()
    app.button(key="trial_save").click().run()
    assert not app.exception
    assert asked == [("lai_chau_sample.yaml", "Thử nghiệm", {"ranking.criteria.school_site.weight": 9.0})]
    assert app.query_params["scenario"] == "thu_nghiem"
    assert "weights" not in app.query_params
    assert "gp-strip gp-trial" not in html_of(app)


def test_a_title_that_is_refused_is_told(shown: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UsageError("bundled_area.kept")

    monkeypatch.setattr("geo_planner.scenario_files.save_as", refuse)
    app = opened("ranking", weights="school_site:9")
    app.text_input(key="trial_title").set_value("Thử nghiệm").run()
    app.button(key="trial_save").click().run()
    assert app.error[0].value == plain(said("bundled_area.kept").text("vi"))
    assert "gp-strip gp-trial" in html_of(app)


def test_a_first_answer_has_fewer_draws_where_there_are_many_villages(shown: Plan) -> None:
    many = replace(shown, villages=pd.concat([shown.villages] * 200))
    trial = trying.Tried(Trial(), {"ranking.criteria.households.weight": 1.0})
    draws = replace(many, scenario=shown.scenario.model_copy(update={"ranking": shown.scenario.ranking.model_copy(update={"robustness": shown.scenario.ranking.robustness.model_copy(update={"draws": 10_000})})}))  # fmt: skip
    assert trying.first_draws(draws, trial) == 1_000_000 // 800
    assert trying.first_draws(shown, trial) is None
    assert trying.first_draws(draws, trying.Tried(Trial(), {"service.rsrp_threshold_dbm": -110.0})) is None
