"""What belongs to a visit: kept from page to page, in the address, and apart from every other visit's."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from geo_planner.plan import Plan
from geo_planner.retried import COSTS
from geo_planner.trial import Sector, TrialMast
from geo_planner.ui.address import ADDRESSED, BuildTrial, Filters, Trial, Visit, read_address, write_address
from geo_planner.ui.mast_address import Placed
from tests.conftest import ROOT, SCENARIO

pytestmark = pytest.mark.usefixtures("fresh_caches")

FULL = Visit(
    language="en",
    scenario="lai_chau_5g_2030",
    village="LC-0012",
    trial=Trial(
        weights={"households": 12.5, "poor_share": 0.0}, threshold_dbm=-110.0, probability=0.8, model="itm", costs={sorted(COSTS)[0]: 3.5}
    ),
    build=BuildTrial(8_000_000_000, ("LC-0012",), ("site:S1",), "high", ((2027, 3_000_000_000), (2028, 1_500_500_000))),
    filters=Filters(("fund",), ("03385",), ("no_signal", "partial"), 10, True, False),
    masts=(
        Placed("T1", 103.451234, 22.387123, TrialMast(45.0, 700.0, tx_power_dbm=46.0, sectors=(Sector(0.0), Sector(120.0, 4.0)))),
        Placed("T3", 103.5, 22.4, TrialMast(30.0, tilt_deg=-2.5, technology="NR", satellite=True), shown=False),
    ),
    mast="T3",
    links={"LC-0012": "S031/S031-2", "LC-0013": "own"},
    end=(103.2, 22.3),
)


def open_app(address: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in (address or {}).items():
        app.query_params[key] = value
    return app.run()


def go(app: AppTest, page: str) -> AppTest:
    app.switch_page(f"geo_planner/ui/pages/{page}.py").run()
    assert not app.exception
    return app


def address_of(app: AppTest) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items()}


def test_an_address_opens_the_visit_that_wrote_it() -> None:
    told = write_address(FULL)
    assert set(told) == set(ADDRESSED)
    assert read_address(told) == FULL


def test_a_visit_without_a_choice_leaves_the_address_empty() -> None:
    assert write_address(Visit()) == {}
    assert read_address({}) == Visit()


_visits = some.builds(
    Visit,
    language=some.sampled_from(["vi", "en"]),
    scenario=some.none() | some.from_regex(r"[a-z0-9_ -]{1,20}", fullmatch=True),
    village=some.none() | some.from_regex(r"[A-Za-z0-9.:/_ -]{1,20}", fullmatch=True),
    trial=some.builds(
        Trial,
        weights=some.dictionaries(some.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), some.floats(0, 1000), max_size=12),
        threshold_dbm=some.none() | some.floats(-150, -40),
        probability=some.none() | some.floats(0.01, 0.999),
        model=some.none() | some.sampled_from(["p1812", "itm", "free_space"]),
    ),
    filters=some.builds(Filters, payers=some.just(("fund", "operator")), first_k=some.none() | some.integers(1, 99999), to_measure=some.booleans()),
)  # fmt: skip


@given(_visits)
def test_every_visit_comes_back_to_the_last_digit(visit: Visit) -> None:
    assert read_address(write_address(visit)) == visit


@given(some.dictionaries(some.sampled_from(ADDRESSED), some.text(max_size=60)))
def test_no_address_is_too_odd_to_be_read(query: dict[str, str]) -> None:
    visit = read_address(query)
    assert read_address(write_address(visit)) == visit
    assert all(math.isfinite(weight) and weight >= 0 for weight in visit.trial.weights.values())


@pytest.mark.parametrize(
    "query",
    [
        {"lang": "xx"}, {"scenario": "../../etc/passwd"}, {"scenario": "<script>"}, {"village": "<b>x</b>"}, {"village": "a" * 5000},
        {"weights": "households:-1"}, {"weights": "households:nan~x:inf~y:1e9"}, {"weights": "__class__:1"}, {"threshold": "0"}, {"probability": "1"},
        {"probability": "0"}, {"model": "my_model"}, {"payer": "everybody"}, {"status": "fine"}, {"first": "0"}, {"first": "-3"}, {"measure": "yes"},
        {"served": "2"}, {"commune": "<i>"}, {"what": "ever"},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_left_out(query: dict[str, str]) -> None:
    assert read_address(query) == Visit()


def test_the_village_goes_along_to_the_profile_and_back(shown: Plan) -> None:
    ninth = str(shown.villages.index[8])
    app = go(open_app({"village": ninth}), "link")
    box = next(box for box in app.selectbox if box.key.startswith("link_village"))
    assert box.value == ninth
    other = str(shown.villages.index[3])
    box.set_value(other).run()
    assert address_of(app)["village"] == other
    go(app, "about")
    go(app, "link")
    assert next(box for box in app.selectbox if box.key.startswith("link_village")).value == other


def test_trial_weights_outlive_a_change_of_page_and_a_reload(shown: Plan) -> None:
    app = go(open_app(), "ranking")
    name = shown.scenario.ranking.criteria[0].name
    app.slider(key=f"weight_{name}").set_value(3.0).run()
    order = list(app.dataframe[0].value.index)
    go(app, "about")
    assert address_of(app)["weights"] == f"{name}:3"
    go(app, "ranking")
    assert app.slider(key=f"weight_{name}").value == 3.0
    again = go(open_app(address_of(app)), "ranking")
    assert list(again.dataframe[0].value.index) == order != list(shown.villages.index)


def test_a_weight_set_back_is_no_trial(shown: Plan) -> None:
    app = go(open_app(), "ranking")
    slider = app.slider(key=f"weight_{shown.scenario.ranking.criteria[0].name}")
    start = slider.value
    slider.set_value(3.0).run()
    app.slider(key=slider.key).set_value(start).run()
    assert "weights" not in address_of(app)


def test_a_field_states_what_is_in_force_however_odd_the_address(shown: Plan) -> None:
    app = open_app({"probability": "0.999", "costs": "fibre_mvnd_per_km:0~site_mvnd:0~vsat_mvnd:0.25", "first": "999999"})
    assert not app.exception
    assert app.number_input(key="map_first_k").value == 999_999
    go(app, "ranking")
    for key, figure in (("probability", 99.9), ("fibre_mvnd_per_km", 0.0), ("site_mvnd", 0.0), ("vsat_mvnd", 0.25)):
        field = app.number_input(key=f"trial_{key}")
        assert field.value == figure
        assert field.proto.min <= figure <= field.proto.max, key  # beyond it the browser would show the least


def test_the_language_is_kept_on_reload(shown: Plan) -> None:
    app = open_app()
    app.sidebar.radio(key="language").set_value("English").run()
    assert address_of(app) == {"lang": "en"}
    assert open_app({"lang": "en"}).sidebar.radio(key="language").value == "English"
    app.sidebar.radio(key="language").set_value("Tiếng Việt").run()
    assert address_of(app) == {}


def test_the_scenario_of_an_address_is_one_of_the_area_or_the_first(shown: Plan) -> None:
    assert open_app({"scenario": "lai_chau_people"}).sidebar.selectbox(key="scenario").value == "lai_chau_people"
    for asked in ("khong_co", "../scenarios/lai_chau_people"):
        app = open_app({"scenario": asked})
        assert not app.exception
        assert app.sidebar.selectbox(key="scenario").value == SCENARIO.stem


def test_another_scenario_ends_the_trial_and_keeps_the_village(shown: Plan) -> None:
    village = str(shown.villages.index[5])
    app = open_app({"village": village, "weights": "households:1"})
    app.sidebar.selectbox(key="scenario").set_value("lai_chau_people").run()
    assert address_of(app) == {"scenario": "lai_chau_people", "village": village}


def test_an_unknown_village_of_an_address_gives_the_first(shown: Plan) -> None:
    app = go(open_app({"village": "khong-co"}), "link")
    assert next(box for box in app.selectbox if box.key.startswith("link_village")).value == str(shown.villages.index[0])


def test_the_maps_own_parts_of_the_address_are_left_alone(shown: Plan) -> None:
    app = open_app({"theme": "theme_rsrp", "view": "22.3,103.1,9"})
    app.sidebar.radio(key="language").set_value("English").run()
    assert address_of(app) == {"theme": "theme_rsrp", "view": "22.3,103.1,9", "lang": "en"}


def test_visits_beside_one_another_keep_apart(shown: Plan) -> None:
    """Six visits, each choice of one between those of the others; what they hold is read at the end."""
    ids = [str(village) for village in shown.villages.index]
    visits = [go(open_app(), "link") for _ in range(6)]
    for step in range(3):
        for n, app in enumerate(visits):
            next(box for box in app.selectbox if box.key.startswith("link_village")).set_value(ids[(3 * n + step) % len(ids)]).run()
    assert [address_of(app)["village"] for app in visits] == [ids[(3 * n + 2) % len(ids)] for n in range(6)]


def _overtaken() -> None:
    """A widget of each kind that pages bind."""
    import streamlit as st

    from geo_planner.ui import visit

    def choose(value: object) -> None:
        st.session_state["kept"] = value

    kept = st.session_state.get("kept", "b")
    st.selectbox("box", ["a", "b"], **visit.bound("box", kept, choose))
    st.radio("radio", ["a", "b"], **visit.bound("radio", kept, choose))
    st.segmented_control("pills", ["a", "b"], **visit.bound("pills", kept, choose))
    st.number_input("number", 0, 9, **visit.bound("number", 3, choose))
    st.text_input("text", **visit.bound("text", "chữ", choose))
    st.checkbox("check", **visit.bound("check", True, choose))
    st.slider("slider", 0, 9, **visit.bound("slider", 3, choose))
    st.select_slider("steps", ["a", "b"], **visit.bound("steps", kept, choose))
    st.multiselect("many", ["a", "b"], **visit.bound("many", ["b"], choose))


def test_what_is_bound_is_told_again_when_a_run_overtakes_the_first_drawing() -> None:
    app = AppTest.from_function(_overtaken, default_timeout=120).run()
    # the next run begins before any browser has put these widgets up: it sends nothing of them
    app._run(WidgetStates())
    assert not app.exception
    drawn = [element for kind in ("selectbox", "radio", "number_input", "text_input", "checkbox", "slider", "select_slider", "multiselect", "button_group") for element in app.get(kind)]  # fmt: skip
    assert len(drawn) == 9
    # without it a browser that sees the second drawing alone would put up the first option, and send that back as chosen
    assert [element.proto.set_value for element in drawn] == [True] * 9
    app.selectbox(key="box").set_value("a").run()
    assert app.session_state["kept"] == "a"
    # what the browser has sent back is not pressed on it again, whatever it is typing
    assert not app.selectbox(key="box").proto.set_value
    assert not app.text_input(key="text").proto.set_value


def _derived() -> None:
    """A budget, and a field with a share of it that can be typed too."""
    import streamlit as st

    from geo_planner.ui import visit

    kept = st.session_state.setdefault("kept", {"whole": 12, "typed": None})
    st.slider("whole", 0, 20, **visit.bound("whole", kept["whole"], lambda n: kept.update(whole=n)))
    share = kept["typed"] or str(kept["whole"] / 4)
    st.text_input("share", **visit.bound("share", share, lambda text: kept.update(typed=text)))


def test_what_the_browser_was_not_yet_told_of_does_not_come_back_as_a_choice() -> None:
    app = AppTest.from_function(_derived, default_timeout=120).run()
    before = next(state for state in app._tree.get_widget_states().widgets if "share" in state.id)
    app.slider(key="whole").set_value(8).run()
    assert app.text_input(key="share").value == "2.0"
    # the slider is moved on before the browser has drawn the new share: it sends the old one with it
    app.slider(key="whole").set_value(4)
    sent = WidgetStates(widgets=[state for state in app._tree.get_widget_states().widgets if "share" not in state.id] + [before])
    app._run(sent)
    assert app.session_state["kept"] == {"whole": 4, "typed": None}
    assert app.text_input(key="share").value == "1.0"
    app.text_input(key="share").set_value("3").run()
    assert app.session_state["kept"] == {"whole": 4, "typed": "3"}
    assert app.text_input(key="share").value == "3"


def _relabelled() -> None:
    """Options whose labels another widget changes."""
    import streamlit as st

    from geo_planner.ui import visit

    kept = st.session_state.setdefault("kept", {"words": "vi", "box": "b", "some": ["b"], "one": "b", "pills": ["b"], "step": "b"})
    st.checkbox("words", **visit.bound("words", kept["words"] == "en", lambda on: kept.update(words="en" if on else "vi")))

    def offered(name: str) -> dict[str, object]:
        return visit.offered(
            name, kept[name], lambda chosen: kept.update({name: chosen}), "abc", lambda option: f"{kept['words']} {option}"
        )

    st.selectbox("box", **offered("box"))
    st.multiselect("some", **offered("some"))
    st.radio("one", **offered("one"))
    st.pills("pills", selection_mode="multi", **offered("pills"))
    st.select_slider("step", **offered("step"))


def test_a_choice_outlives_its_label() -> None:
    app = AppTest.from_function(_relabelled, default_timeout=120).run()
    sent = [state for state in app._tree.get_widget_states().widgets if "words" not in state.id]
    app.checkbox(key="words").check().run()
    chosen = {"words": "en", "box": "b", "some": ["b"], "one": "b", "pills": ["b"], "step": "b"}
    assert app.session_state["kept"] == chosen
    drawn = [app.get(kind)[0].proto for kind in ("selectbox", "multiselect", "radio", "button_group", "select_slider")]
    assert all(proto.set_value for proto in drawn), "the browser is told the new label"
    # a browser that has not drawn them yet holds the old labels, and sends them with the next click
    ours = next(state for state in app._tree.get_widget_states().widgets if "words" in state.id)
    app._run(WidgetStates(widgets=[*sent, ours]))
    assert not app.exception
    assert app.session_state["kept"] == chosen
    app.selectbox(key="box").set_value("c").run()
    assert app.session_state["kept"] == {**chosen, "box": "c"}


def _same_labels() -> None:
    import streamlit as st

    from geo_planner.ui import visit

    kept = st.session_state.setdefault("kept", {"box": "V1"})
    names = {"V1": "Bản Nậm", "V2": "Bản Nậm", "V3": "Bản Pa"}
    st.selectbox("box", **visit.offered("box", kept["box"], lambda chosen: kept.update(box=chosen), names, names.__getitem__))


def test_options_of_one_name_can_be_chosen_each() -> None:
    app = AppTest.from_function(_same_labels, default_timeout=120).run()
    assert app.selectbox(key="box").options == ["Bản Nậm (V1)", "Bản Nậm (V2)", "Bản Pa"]
    assert app.session_state["kept"] == {"box": "V1"}
    app.selectbox(key="box").select_index(1).run()
    assert app.session_state["kept"] == {"box": "V2"}


def _remembered() -> None:
    import streamlit as st

    from geo_planner.ui import visit

    words = "en" if st.checkbox("words") else "vi"
    options = st.session_state.get("options", "abc")
    st.session_state["shown"] = st.selectbox("box", **visit.remembered("box", options, lambda option: f"{words} {option}"))


def test_a_choice_that_only_the_visit_remembers_outlives_its_label() -> None:
    app = AppTest.from_function(_remembered, default_timeout=120).run()
    assert app.session_state["shown"] == "a"
    app.selectbox(key="box").set_value("c").run()
    sent = [state for state in app._tree.get_widget_states().widgets if "box" in state.id]
    app.checkbox[0].check().run()
    assert app.session_state["shown"] == "c"
    ours = next(state for state in app._tree.get_widget_states().widgets if "box" not in state.id)
    app._run(WidgetStates(widgets=[*sent, ours]))
    assert not app.exception
    assert app.session_state["shown"] == "c"
    app.session_state["options"] = "ab"
    app.run()
    assert app.session_state["shown"] == "a", "one that is no longer there gives way to the first"


def test_every_widget_of_options_outlives_another_language() -> None:
    """One with labels of its own would hand the label of the other language over as a choice; in a form, where nothing is bound, it is of one language."""
    for path in sorted((ROOT / "geo_planner" / "ui").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            if "format_func" in named:
                assert "{words}" in ast.unparse(named.get("key", ast.Constant(""))), f"{path.name}: {ast.unparse(call)[:120]}"
