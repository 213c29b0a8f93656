"""Masts on trial in the address: the same masts and gains after a reload, nothing of what cannot be meant, and no more than a visit may have."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from geo_planner.plan import Plan
from geo_planner.trial import Sector, TrialMast, mast_of_option, trial_mast, usual_mast
from geo_planner.ui.address import MOST_LINKS, Visit, read_address, write_address
from geo_planner.ui.mast_address import MOST_MASTS, Placed, pointed, read_masts, write_masts
from tests.trial.conftest import valley_folder, valley_plan  # noqa: F401 - fixtures

_tilts = some.just(math.nan) | some.floats(-30, 30)
_masts = some.builds(
    TrialMast, height_m=some.floats(1, 200), freq_mhz=some.sampled_from([700.0, 900.0, 2600.0]) | some.floats(30, 6000), bandwidth_mhz=some.floats(0.2, 100),
    tx_power_dbm=some.floats(-20, 60), antenna_gain_dbi=some.floats(-10, 40), losses_db=some.floats(0, 50), tilt_deg=_tilts,
    sectors=some.lists(some.builds(Sector, some.floats(0, 360), _tilts), max_size=6).map(tuple),
    technology=some.sampled_from(["LTE", "NR", "UMTS", "GSM"]), satellite=some.booleans(),
)  # fmt: skip
_placed = some.builds(
    Placed, some.integers(1, 999).map("T{}".format), some.floats(-180, 180), some.floats(-90, 90), _masts, shown=some.booleans()
)
_several = some.lists(_placed, max_size=MOST_MASTS, unique_by=lambda placed: placed.id).map(tuple)


@given(_several)
def test_every_mast_comes_back_to_the_last_digit(masts: tuple[Placed, ...]) -> None:
    again, left_out = read_masts(write_masts(masts))
    assert (again, left_out) == (masts, 0)
    # repr is what its figures are kept under, and tells figures apart that are equal: -0.0, another NaN
    assert [float(placed.mast.height_m).hex() for placed in again] == [float(placed.mast.height_m).hex() for placed in masts]
    assert read_address(write_address(Visit(masts=masts))) == Visit(masts=masts)


@given(_several)
def test_it_stands_in_the_address_as_it_is_read(masts: tuple[Placed, ...]) -> None:
    told = write_masts(masts)
    assert re.fullmatch(r"[A-Za-z0-9_.-]*", told)
    assert urlencode({"masts": told}) == f"masts={told}", "nothing of it is written as %2C or %7E"


@given(some.text(alphabet="T1203_.~-hfpbgladNRtsoe<>&\"' \n", max_size=80) | some.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    masts, left_out = read_masts(text)
    assert len(masts) + left_out == len([item for item in text.split("__") if item])
    assert read_masts(write_masts(masts)) == (masts, 0)


@pytest.mark.parametrize(
    "told",
    [
        "T1", "T1_103.4", "T1_103.4_22.4", "T1_103.4_22.4_h", "T1_103.4_22.4_h0", "T1_103.4_22.4_h201", "T1_103.4_22.4_hnan", "T1_103.4_22.4_hinf",
        "T1_181_22.4_h45", "T1_103.4_-91_h45", "T1_nan_22.4_h45", "T1_103.4_1e9_h45", "T0_103.4_22.4_h45", "T1000_103.4_22.4_h45",
        "<b>_103.4_22.4_h45", "T1_103.4_22.4_h45_<script>", "T1_103.4_22.4_h45_f20", "T1_103.4_22.4_h45_p61", "T1_103.4_22.4_h45_h46",
        "T1_103.4_22.4_h45_tXX", "T1_103.4_22.4_h45_a361", "T1_103.4_22.4_h45_a0d31", "T1_103.4_22.4_h45" + "_a0" * 7, "T1_103.4_22.4_h45_off_off",
        "T1_103.4_22.4_h٤٥", "T1_103.4_22.4_h45\n", "T1_103.4_22.4_h4_5",
    ],
)  # fmt: skip
def test_a_mast_of_which_a_part_cannot_be_meant_is_left_out_and_counted(told: str) -> None:
    assert read_masts(told) == ((), 1)
    assert [placed.id for placed in read_masts(f"{told}__T7_103.4_22.4_h45")[0]] == ["T7"]
    assert read_address({"masts": told, "mast": "T1"}) == Visit()


def test_thousands_of_masts_are_capped() -> None:
    many = "__".join(f"T{n}_103.4_22.{n}_h45" for n in range(1, 1000)) + "__T1_103.4_22.4_h45" * 5000
    masts, left_out = read_masts(many)
    assert [placed.id for placed in masts] == [f"T{n}" for n in range(1, MOST_MASTS + 1)]
    assert left_out > 900
    assert len(read_address({"masts": many}).masts) == MOST_MASTS


def test_the_same_id_twice_is_one_mast() -> None:
    masts, left_out = read_masts("T1_103.4_22.4_h45__T1_103.5_22.4_h30")
    assert ([placed.lon for placed in masts], left_out) == ([103.4], 1)


def test_the_longest_address_that_the_map_can_make_is_short() -> None:
    worst = TrialMast(
        199.0, 2600.0, 20.0, 59.0, 17.5, 3.5, tuple(Sector(90.0 * k + 1, -12.5) for k in range(4)), technology="UMTS", satellite=True
    )
    told = write_masts(Placed(f"T{n}", pointed(103.123456789), pointed(22.123456789), worst, shown=False) for n in range(1, MOST_MASTS + 1))
    assert len(told) < 1500
    assert len(read_masts(told)[0]) == MOST_MASTS


def test_every_figure_of_a_mast_is_told() -> None:
    """A field that is added to a mast is not forgotten in its address."""
    assert [one.name for one in fields(TrialMast)] == [
        "height_m", "freq_mhz", "bandwidth_mhz", "tx_power_dbm", "antenna_gain_dbi", "losses_db", "sectors", "tilt_deg", "technology", "satellite",
    ]  # fmt: skip
    assert [one.name for one in fields(Sector)] == ["azimuth_deg", "tilt_deg"]


def test_a_mast_of_an_address_gains_what_it_gained(valley_plan: Plan) -> None:  # noqa: F811
    place = valley_plan.villages[valley_plan.villages["modelled_status"] == "no_signal"].sort_index().geometry.iloc[0]
    placed = Placed("T1", pointed(float(place.x)), pointed(float(place.y)), usual_mast(valley_plan, 42.0))
    again = read_masts(write_masts([placed]))[0][0]
    before, after = (trial_mast(valley_plan, one.lon, one.lat, one.mast) for one in (placed, again))
    assert before.households > 0
    assert after.villages.equals(before.villages)
    assert after.cost_vnd == before.cost_vnd
    assert after.hops.equals(before.hops)


def test_a_mast_of_the_build_plan_comes_back_exactly(valley_plan: Plan) -> None:  # noqa: F811
    assert valley_plan.build is not None
    options = valley_plan.build.options
    for option in options.index[options["kind"].isin(["low_mast", "macro_mast", "satellite_mast"])]:
        placed = Placed("T1", *mast_of_option(valley_plan, str(option)))
        assert read_masts(write_masts([placed])) == ((placed,), 0)


@pytest.mark.parametrize("told", ["", "103", "103_22_1", "x_y", "181_0", "0_91", "nan_nan", "<b>_1"])
def test_an_end_that_is_no_place_is_left_out(told: str) -> None:
    assert read_address({"end": told}) == Visit()


def test_masts_of_profiles_are_few_and_plain() -> None:
    many = "~".join(f"V{n}~S{n}/S{n}-1" for n in range(30))
    assert list(read_address({"link": many}).links) == [f"V{n}" for n in range(30 - MOST_LINKS, 30)]
    assert read_address({"link": "V1"}) == read_address({"link": "V1~<b>"}) == Visit()
