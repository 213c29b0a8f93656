"""Values of the criteria, the gates with their reasons, and the questions for what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo_planner.errors import InputError
from geo_planner.preferences.settings import CostAssumptions
from geo_planner.ranking import (
    CATALOGUE,
    Context,
    Criterion,
    criteria_values,
    gate_questions,
    questions,
    responsibility,
    standalone_cost_mvnd,
    unknown_criteria,
    what_if,
)
from geo_planner.words import LANGUAGES, words_of
from tests.ranking.villages import village_table

ALL = tuple(Criterion.model_validate({"name": name}) for name in CATALOGUE)


def only(*names: str) -> tuple[Criterion, ...]:
    return tuple(c for c in ALL if c.name in names)


def test_every_built_in_criterion_is_declared_in_full_and_gives_a_value() -> None:
    villages = village_table().assign(
        public_service_km=[1.0, 2.0, 3.0, 4.0], disaster_watch=pd.array([True, False, True, False], dtype="boolean")
    )
    travel = pd.DataFrame({"travel_to_signal_h": 1.0, "travel_to_seat_h": 2.0}, index=villages.index)
    values = criteria_values(villages, ALL, Context(travel))
    assert list(values) == list(CATALOGUE)
    assert values.notna().all(axis=None)
    for entry in CATALOGUE.values():
        assert all(what.text(language) for what in (entry.title, entry.why) for language in LANGUAGES)
        assert entry.question.text("vi").endswith((".", "?"))
        assert entry.bounds[0] != entry.bounds[1]


def test_values_are_what_their_names_say() -> None:
    villages = village_table()
    values = criteria_values(villages, ALL)
    expected = villages["households"].astype(float) * (1 - villages["coverage_probability"])
    np.testing.assert_allclose(values["households_without_signal"], expected)
    np.testing.assert_allclose(values["poverty_share"], 12 / villages["households"].astype(float))
    assert values["road_difficulty"].tolist() == [0.0, 0.5, 1.0, 0.0]
    assert values["border"].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert values["region_iii"].tolist() == [1.0] * 4
    # optional columns that the list does not have, and travel that was not worked out, are unknown: never zero
    for name in ("public_service_km", "disaster_watch", "travel_to_signal_h", "travel_to_seat_h"):
        assert values[name].isna().all()


def test_a_blank_gives_a_missing_value_never_zero() -> None:
    villages = village_table()
    for column in ("households", "poor_households", "grid_power", "road_access", "school_site", "border", "coverage_probability"):
        villages.loc["LC002", column] = None
    villages.loc["LC003", "households"] = 0
    values = criteria_values(villages, ALL)
    gone = (
        "households",
        "households_without_signal",
        "poverty_share",
        "grid_power",
        "road_difficulty",
        "school_site",
        "border",
        "no_coverage_probability",
        "standalone_cost_per_household_mvnd",
    )
    assert values.loc["LC002", list(gone)].isna().all()
    assert values.loc["LC003", ["poverty_share", "standalone_cost_per_household_mvnd"]].isna().all()


def test_the_region_is_unknown_where_no_commune_has_a_class() -> None:
    villages = village_table().assign(region_known=False)
    assert criteria_values(villages, only("region_iii"))["region_iii"].isna().all()
    blank = village_table().assign(region_class=pd.array([pd.NA] * 4, dtype="string"))
    assert criteria_values(blank, only("region_iii"))["region_iii"].tolist() == [0.0] * 4


def test_stand_alone_cost_follows_its_assumptions() -> None:
    villages = village_table().iloc[:3].assign(nearest_site_km=[2.0, 2.0, 100.0], grid_power=["yes", "no", "yes"])
    cost = CostAssumptions(
        site_mvnd=2000, fibre_mvnd_per_km=30, route_factor=1.5, vsat_mvnd=600, solar_mvnd=450, motorbike_factor=1.2, foot_factor=1.5
    )
    assert standalone_cost_mvnd(villages, cost).tolist() == [2000 + 90, 2400 + 90 + 450, 3000 + 600]


def test_a_criterion_of_ones_own_reads_numbers_and_yes_no_without_code() -> None:
    villages = village_table().assign(
        elevation_m=[900, 1200, 1500, 700],
        market=pd.array(["yes", "no", None, "có"], dtype="string"),
        typed=pd.array(["1.5", " 2 ", "", "3"], dtype="string"),
    )
    own = [
        Criterion(name="elevation_m", vi="Độ cao", en="Elevation", unit="m", bounds=(0, 2000), weight=1),
        Criterion(name="has_market", column="market", vi="Có chợ", en="Market", bounds=(1, 0), weight=1),
        Criterion(name="typed", vi="Số", en="Number", bounds=(0, 5), weight=1),
    ]
    values = criteria_values(villages, own)
    assert values["elevation_m"].tolist() == [900, 1200, 1500, 700]
    assert values["has_market"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(values["has_market"].iloc[2])
    assert values["typed"].iloc[0] == 1.5
    assert np.isnan(values["typed"].iloc[2])


def test_words_in_a_criterion_are_all_told_and_not_taken_for_blanks() -> None:
    villages = village_table().assign(depth=pd.array(["1", "sâu", "rất sâu", "2"], dtype="string"), source_row=[2, 3, 4, 5])
    with pytest.raises(InputError) as caught:
        criteria_values(villages, [Criterion(name="depth", vi="Sâu", en="Depth", bounds=(0, 5), weight=1)])
    assert [(f.row, f.value) for f in caught.value.faults] == [(3, "sâu"), (4, "rất sâu")]


def test_a_criterion_without_a_column_is_refused() -> None:
    own = Criterion(name="nothing_here", vi="x", en="x", bounds=(0, 1), weight=1)
    assert unknown_criteria([own, *ALL], village_table().columns) == ("nothing_here",)
    with pytest.raises(InputError, match="nothing_here"):
        criteria_values(village_table(), [own])


def test_each_decision_names_its_reason_and_the_datum_it_rests_on() -> None:
    villages = village_table(5)
    villages["grid_power"] = pd.array(["yes", "yes", "planned", "yes", pd.NA], dtype="string")
    villages["extremely_difficult"] = pd.array([True, False, True, pd.NA, pd.NA], dtype="boolean")
    who = responsibility(villages)
    assert who["responsibility"].tolist() == ["fund", "operator", "power_first", "undecided", "undecided"]
    assert set(who["responsibility_reason"]) <= set(words_of("responsibility_reason", "vi"))
    assert who["responsibility_datum"].tolist() == [
        "grid_power=yes; extremely_difficult=yes",
        "grid_power=yes; extremely_difficult=no",
        "grid_power=planned",
        "grid_power=yes; extremely_difficult=",
        "grid_power=",
    ]
    asked = gate_questions(villages)
    assert list(zip(asked["village_id"], asked["datum"], strict=True)) == [
        ("LC003", "grid_power_year"),
        ("LC004", "extremely_difficult"),
        ("LC005", "grid_power"),
        ("LC005", "extremely_difficult"),
    ]


def test_every_missing_datum_is_asked_for_once_with_what_it_would_change() -> None:
    villages = village_table(6)
    villages.loc["LC002", "poor_households"] = None
    villages.loc["LC003", ["households"]] = None
    villages.loc["LC004", "grid_power"] = None
    villages.loc["LC005", "coverage_probability"] = None
    chosen = only("households_without_signal", "poverty_share", "grid_power", "no_coverage_probability", "school_site")
    chosen = tuple(c.model_copy(update={"weight": max(c.weight, 1.0)}) for c in chosen)
    doubts = what_if(criteria_values(villages, chosen), chosen, households=villages["households"])
    asked = questions(villages, chosen, doubts)
    assert not asked.duplicated(["village_id", "datum"]).any()
    found = set(zip(asked["village_id"], asked["datum"], asked["asks"], strict=True))
    assert found == {
        ("LC002", "poor_households", "commune"),
        ("LC003", "households", "commune"),
        ("LC004", "grid_power", "commune"),
        ("LC005", "coverage_probability", "department"),
    }
    poverty = asked[asked["datum"] == "poor_households"].iloc[0]
    assert "nghèo" in poverty["question_vi"]
    assert poverty["span"] == poverty["rank_worst"] - poverty["rank_best"] > 0
