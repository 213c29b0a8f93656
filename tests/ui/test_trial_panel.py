"""A place, masts on trial and reasons beside the map, run without a browser; scenario files are written and put back."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo_planner.config import load_scenario
from geo_planner.errors import UsageError
from geo_planner.export.html_map import village_card
from geo_planner.link.sentences import chance
from geo_planner.plan import Plan
from geo_planner.trial import Sector, trial_mast, usual_mast, why_not
from geo_planner.trial.points import Level
from geo_planner.ui import loading, visit
from geo_planner.ui.address import BuildTrial, Trial, Visit
from geo_planner.ui.loading import STUDY_AREA_VARIABLE
from geo_planner.ui.mast_address import MOST_MASTS, Placed, read_masts, write_masts
from geo_planner.ui.texts import text
from geo_planner.ui.trial_panel import _level
from geo_planner.ui.trial_visit import Trials
from geo_planner.words import households
from tests.conftest import ROOT
from tests.trial.conftest import valley_folder, valley_plan  # noqa: F401 - fixtures
from tests.ui.fakes import HOSTILE_NAMES, fake_plan

pytestmark = pytest.mark.usefixtures("fresh_caches")

STATE = "trials_at_the_map"


def visit_of(app: AppTest) -> Visit:
    visit: Visit = app.session_state["visit"]
    return visit


def masts_of(app: AppTest) -> tuple[Placed, ...]:
    return visit_of(app).masts


def on_trial(*masts: Placed) -> dict[str, str]:
    """An address with these masts, the first open."""
    return {"masts": write_masts(masts), "mast": masts[0].id}


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, valley_plan: Plan, valley_folder: Path) -> Plan:  # noqa: F811
    monkeypatch.setenv(STUDY_AREA_VARIABLE, str(valley_folder))
    monkeypatch.setattr(loading, "run", lambda *_, **__: valley_plan)
    return valley_plan


def opened(trials: Trials | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    if trials is not None:
        app.session_state[STATE] = trials
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return unescape("\n".join(str(element.proto.body) for element in app.get("html")))


def press(app: AppTest, key: str) -> AppTest:
    next(button for button in app.button if button.label == text(key, "vi")).click()
    app.run()
    assert not app.exception
    return app


def without_signal(plan: Plan) -> tuple[float, float]:
    lacking = plan.villages[plan.villages["modelled_status"] == "no_signal"].sort_index()
    point = lacking.geometry.iloc[0]
    return float(point.x), float(point.y)


def scenarios(folder: Path) -> set[str]:
    return {path.name for path in (folder / "scenarios").iterdir()}


def test_the_card_says_which_mast_and_offers_its_profile(plan: Plan) -> None:
    village = str(plan.villages.index[0])
    app = opened(village=village)
    why = why_not(plan, village)
    assert why.sentence.text("vi") in shown(app)
    assert why.paths[0].more.text("vi") in shown(app)
    app.switch_page("geo_planner/ui/pages/link.py").run()
    assert not app.exception
    box = next(one for one in app.selectbox if str(one.key).startswith("link_mast"))
    assert box.value == f"{why.paths[0].site_id}/{why.paths[0].cell_id}"
    if why.differs is not None:
        assert why.differs.text("vi") in [caption.value for caption in app.caption]


def test_another_mast_of_the_card_is_the_one_of_the_profile(plan: Plan) -> None:
    village = next(str(v) for v in plan.villages.index if len(why_not(plan, str(v)).paths) > 1)
    second = why_not(plan, village).paths[1]
    app = opened(village=village)
    pills = app.get("button_group")
    next(group for group in pills if str(group.key).startswith("why_path")).set_value(1).run()
    assert second.sentence.text("vi") in shown(app)
    app.switch_page("geo_planner/ui/pages/link.py").run()
    assert next(one for one in app.selectbox if str(one.key).startswith("link_mast")).value == f"{second.site_id}/{second.cell_id}"


def test_a_mast_is_placed_changed_and_taken_back(plan: Plan) -> None:
    place = without_signal(plan)
    app = press(opened(Trials(panel="point", point=place)), "trial_here")
    placed = masts_of(app)[0]
    assert (placed.lon, placed.lat) == place
    trial = trial_mast(plan, *place, placed.mast)
    gain = text("trial_gain", "vi", n=len(trial.gained), households=households(trial.households), area=trial.newly_km2)
    assert gain in shown(app)
    assert all(name in shown(app) for name in trial.gained["name"])
    next(one for one in app.number_input if one.label == text("trial_height", "vi")).set_value(60).run()
    assert masts_of(app)[0].mast == replace(placed.mast, height_m=60)
    press(app, "trial_undo")
    assert masts_of(app)[0].mast == placed.mast
    press(app, "trial_undo")
    assert masts_of(app) == ()


def test_several_masts_are_switched_on_and_off(plan: Plan) -> None:
    place, mast = without_signal(plan), usual_mast(plan, 30.0)
    app = opened(**on_trial(Placed("T1", *place, mast), Placed("T2", *place, mast)))
    alone = trial_mast(plan, *place, mast)
    line = text("trial_together", "vi", ids="T1 và T2", n=len(alone.gained), households=households(alone.households))
    assert line in shown(app), "what both reach counts once"
    app.checkbox(key="trial_on_T2").uncheck().run()
    assert [one.shown for one in masts_of(app)] == [True, False]
    assert text("trial_together", "vi", ids="T1", n=len(alone.gained), households=households(alone.households)) in shown(app)


def test_into_the_plan_writes_a_scenario_and_undo_takes_it_away(plan: Plan, valley_folder: Path) -> None:  # noqa: F811
    before = scenarios(valley_folder)
    place = without_signal(plan)
    app = opened(**on_trial(Placed("T1", *place, usual_mast(plan, 42.0))))
    former = str(app.selectbox(key="scenario").value)
    tried(app, Trial(threshold_dbm=-100.0), BuildTrial(budget_vnd=7_000_000_000, must=("V1",)))
    press(app, "trial_fix")
    kept = app.session_state["visit"]
    assert kept.trial == Trial(threshold_dbm=-100.0), "what is tried beside the scenario goes on"
    assert kept.build == BuildTrial(budget_vnd=7_000_000_000), "wishes on trial would hide the new one"
    new = f"{former}_tram_thu"
    assert scenarios(valley_folder) == before | {f"{new}.yaml"}
    assert app.selectbox(key="scenario").value == new
    assert load_scenario(valley_folder / "scenarios" / f"{new}.yaml").build.must == ("tay-001",)
    assert masts_of(app) == ()
    press(opened_point(app, place), "trial_undo")
    assert scenarios(valley_folder) == before
    assert app.selectbox(key="scenario").value == former
    assert len(masts_of(app)) == 1
    assert app.session_state["visit"].trial == Trial(threshold_dbm=-100.0)


def tried(app: AppTest, trial: Trial, build: BuildTrial) -> None:
    now = app.session_state["visit"]
    app.session_state["visit"] = replace(now, trial=trial, build=build)
    app.run()


def opened_point(app: AppTest, place: tuple[float, float]) -> AppTest:
    app.session_state[STATE] = replace(app.session_state[STATE], panel="point", point=place)
    return app.run()


def test_what_cannot_be_forbidden_is_a_sentence(plan: Plan) -> None:
    west, south, *_ = plan.communes.total_bounds
    app = opened(Trials(panel="point", point=(float(west) + 0.001, float(south) + 0.001)))
    if any(button.label == text("trial_forbid", "vi") for button in app.button):
        press(app, "trial_forbid")
        assert app.error[0].value.startswith("Phương án không đề xuất nơi nào")


@pytest.mark.parametrize("typed", ["22 01 30N 103 00 00E", "bản không có tên này 12 34 56"])
def test_a_position_that_is_none_is_a_sentence(plan: Plan, typed: str) -> None:
    app = opened()
    app.text_input(key="place_box").set_value(typed).run()
    assert not app.exception
    assert app.warning or app.session_state[STATE].panel == "point"


def test_a_typed_position_and_a_name_without_marks(plan: Plan) -> None:
    app = opened()
    point = plan.communes.geometry.iloc[0].representative_point()
    app.text_input(key="place_box").set_value(f"{point.y:.5f},{point.x:.5f}").run()
    assert app.session_state[STATE].panel == "point"
    assert any(caption.value.startswith("Đã hiểu là") for caption in app.caption)
    village = plan.villages.iloc[-1]
    app.text_input(key="place_box").set_value(str(plan.villages.index[-1]).lower()).run()
    assert not app.exception
    assert str(village["name"]) in shown(app)


def test_hostile_names_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "run", lambda *_, **__: fake_plan())
    app = opened(Trials(panel="point", point=(103.05, 22.05)))
    app.text_input(key="place_box").set_value("script").run()
    assert not app.exception
    told = "\n".join(str(element.proto.body) for element in app.get("html"))
    assert not any(name in told for name in HOSTILE_NAMES if "<" in name)


@pytest.mark.parametrize("probability", [1.0, 0.99999, 0.76, 1e-9, 0.0])
def test_a_chance_is_written_alike_beside_the_map_on_the_card_and_on_the_profile(probability: float) -> None:
    """Of a level far above or below the threshold 100% stood at the place and on the card, > 99% on the profile."""
    told = chance(probability).text("vi")
    assert f" · {told} · " in _level(Level("p1812", -64.7, probability, "covered"), "vi")
    plan = fake_plan()
    plan = replace(plan, villages=plan.villages.assign(coverage_probability=probability, compared_probability=probability))
    assert [model.probability for model in village_card(plan, "A", "vi").models] == [told, told]


def gain_of(plan: Plan, placed: Placed) -> str:
    trial = trial_mast(plan, placed.lon, placed.lat, placed.mast)
    return text("trial_gain", "vi", n=len(trial.gained), households=households(trial.households), area=trial.newly_km2)


def address_of(app: AppTest) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items()}


def test_a_reload_shows_the_same_masts_with_the_same_gains_and_nothing_to_take_back(plan: Plan) -> None:
    lon, lat = without_signal(plan)
    app = press(opened(Trials(panel="point", point=(lon, lat))), "trial_here")
    next(one for one in app.number_input if one.label == text("trial_height", "vi")).set_value(60).run()
    app.session_state[STATE] = Trials(panel="point", point=(lon + 0.004, lat))
    app.session_state["visit"] = replace(visit_of(app), mast="")
    app = press(app.run(), "trial_here")
    assert [placed.mast.height_m for placed in masts_of(app)] == [60, 30]
    assert visit_of(app).mast == "T2"
    again = opened(**address_of(app))
    assert masts_of(again) == masts_of(app)
    assert gain_of(plan, masts_of(app)[1]) in shown(again)
    assert [line for line in shown(again).splitlines() if "gp-card" in line] == [
        line for line in shown(app).splitlines() if "gp-card" in line
    ]
    undo = next(button for button in again.button if button.label == text("trial_undo", "vi"))
    assert undo.disabled
    assert not next(button for button in app.button if button.label == text("trial_undo", "vi")).disabled


def test_what_is_fixed_into_the_plan_does_not_come_back_with_a_reload(plan: Plan, valley_folder: Path) -> None:  # noqa: F811
    lon, lat = without_signal(plan)
    first, second = Placed("T1", lon, lat, usual_mast(plan, 42.0)), Placed("T2", lon + 0.004, lat, usual_mast(plan, 30.0))
    before = scenarios(valley_folder)
    app = opened(**on_trial(first, second))
    former = app.selectbox(key="scenario").value
    press(app, "trial_fix")
    told = address_of(app)
    assert read_masts(told["masts"])[0] == (second,)
    assert told["scenario"].endswith("_tram_thu")
    again = opened(**told)
    assert masts_of(again) == (second,)
    assert again.selectbox(key="scenario").value == told["scenario"]
    assert len(load_scenario(valley_folder / "scenarios" / f"{told['scenario']}.yaml").build.must) == 1
    press(app, "trial_undo")
    assert scenarios(valley_folder) == before
    assert masts_of(app) == (first, second)
    assert address_of(app)["scenario"] == former, "the one that was open, not the one that is gone"


def test_a_mast_off_the_terrain_and_too_many_are_left_out_with_a_sentence(plan: Plan) -> None:
    lon, lat = without_signal(plan)
    mast = usual_mast(plan, 30.0)
    app = opened(
        masts=write_masts([Placed("T1", 2.35, 48.85, mast), Placed("T2", lon, lat, mast)]) + "__<script>alert(1)</script>", mast="T1"
    )
    assert [placed.id for placed in masts_of(app)] == ["T2"]
    assert visit_of(app).mast == ""
    assert [one.value for one in app.error] == [UsageError("trial_refused.left_out", n=2, most=MOST_MASTS).text("vi")]
    assert "script>" not in shown(app)
    assert read_masts(address_of(app)["masts"])[0] == masts_of(app)
    app.run()
    assert not app.error, "told once"


def test_no_more_than_so_many_are_placed(plan: Plan) -> None:
    lon, lat = without_signal(plan)
    full = tuple(Placed(f"T{n}", lon, lat, usual_mast(plan, 30.0)) for n in range(1, MOST_MASTS + 1))
    app = opened(Trials(panel="point", point=(lon, lat)), masts=write_masts(full))
    press(app, "trial_here")
    assert masts_of(app) == full
    assert [one.value for one in app.error] == [UsageError("trial_refused.most", most=MOST_MASTS).text("vi")]


def test_the_way_back_of_the_browser_leaves_no_step_that_does_nothing(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    place = without_signal(plan)
    app = press(opened(Trials(panel="point", point=place)), "trial_here")
    placed = address_of(app)
    next(one for one in app.number_input if one.label == text("trial_height", "vi")).set_value(60).run()
    # back: the address as it was before the change
    monkeypatch.setattr(visit, "_went_through_history", lambda: True)
    app.query_params["masts"] = placed["masts"]
    app.run()
    monkeypatch.undo()
    assert masts_of(app)[0].mast.height_m == 30
    press_if_there(app, "trial_undo")
    assert masts_of(app) == (), "what is taken back is the change that still stands"


def press_if_there(app: AppTest, key: str) -> AppTest:
    button = next(button for button in app.button if button.label == text(key, "vi"))
    assert not button.disabled
    return press(app, key)


def test_the_end_of_a_profile_and_its_mast_outlive_a_reload(plan: Plan) -> None:
    village = str(plan.villages.index[0])
    app = opened(village=village)
    app.switch_page("geo_planner/ui/pages/link.py").run()
    box = next(one for one in app.selectbox if str(one.key).startswith("link_mast"))
    assert "link" not in address_of(app), "what nobody has chosen is not told"
    box.set_value("own").run()
    point = plan.villages.geometry.iloc[0]
    app.text_input(key="link_typed").set_value(f"{point.y + 0.01:.7f} {point.x + 0.012:.7f}").run()
    told = address_of(app)
    assert told["link"] == f"{village}~own"
    assert told["end"] == f"{round(point.x + 0.012, 6)!r}_{round(point.y + 0.01, 6)!r}"
    verdict = [one.value for one in app.markdown]
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for key, value in told.items():
        again.query_params[key] = value
    again.switch_page("geo_planner/ui/pages/link.py").run()
    assert not again.exception
    assert [one.value for one in again.markdown] == verdict
    app.text_input(key="link_typed").set_value("").run()
    assert "end" not in address_of(app)


def test_a_field_states_what_is_in_force_however_odd_the_address(plan: Plan) -> None:
    lon, lat = without_signal(plan)
    mast = replace(
        usual_mast(plan, 30.0), height_m=45.3, freq_mhz=713.5, tx_power_dbm=41.7, sectors=tuple(Sector(12.5 + 60 * k) for k in range(5))
    )
    app = opened(**on_trial(Placed("T1", lon, lat, mast), Placed("T2", lon, lat, mast)))
    fields = {one.label: one.value for one in app.number_input}
    assert fields[text("trial_height", "vi")] == 45.3
    assert fields[text("trial_first", "vi")] == 12.5
    assert "45,3 m" in str(app.checkbox(key="trial_on_T1").label)
    boxes = {one.label: one.value for one in app.selectbox}
    assert boxes[text("trial_band", "vi")] == 713.5
    assert boxes[text("trial_power", "vi")] == 41.7
    assert boxes[text("trial_sectors", "vi")] == 5
    assert masts_of(app)[0].mast == mast
