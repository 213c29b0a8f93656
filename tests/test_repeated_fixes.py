"""A position that a receiver only repeats is not that of the sample; one that it repeats at rest is, and counts once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo_planner.calibration import MeasurementSettings
from geo_planner.config import Service
from geo_planner.measurements import CleanResult, clean_measurements, measured_status
from tests.test_measurements import CRS_M, around, samples, villages

START = pd.Timestamp("2026-03-18T09:00:00+07:00")


def run_of(count: int, *, step_s: float = 30.0, begin_s: float = 3600.0, **row: object) -> list[dict[str, object]]:
    """Samples of one position, to the last digit."""
    return [{"time": str(START + pd.Timedelta(seconds=begin_s + step_s * i)), "rsrp_dbm": -115.0 - i % 9, **row} for i in range(count)]


def clean(rows: list[dict[str, object]], **further: object) -> CleanResult:
    return clean_measurements(samples(*rows).assign(**further), MeasurementSettings(), crs=CRS_M)


def reasons(result: CleanResult) -> dict[str, int]:
    return result.dropped["reason"].value_counts().to_dict()


def told(result: CleanResult) -> set[str]:
    return {fault.code for fault in result.statements}


def walk(**row: object) -> list[dict[str, object]]:
    return around(-97.0, count=12, speed_kmh=3.0, **row)


@pytest.mark.parametrize("speed_kmh", [4.0, 12.0, 45.0, 110.0])
@pytest.mark.parametrize("step_s", [1.0, 30.0, 300.0])
def test_a_fix_repeated_on_the_way_is_no_position(speed_kmh: float, step_s: float) -> None:
    count = max(4, int(np.ceil(60.0 / (speed_kmh / 3.6 * step_s))) + 1)
    result = clean([*walk(), *run_of(count, step_s=step_s, speed_kmh=speed_kmh)])
    assert reasons(result) == {"frozen_position": count}
    assert "dropped_frozen_position" in told(result)
    found = measured_status(villages((0, 0)), result.kept, Service(), CRS_M, MeasurementSettings()).iloc[0]
    assert (found["centre_status"], found["centre_median_dbm"]) == ("covered", -97.0)


def test_halts_of_a_device_that_has_driven_on_are_not_where_it_was() -> None:
    rows = run_of(30, speed_kmh=45.0)
    for row in rows[10:20]:
        row["speed_kmh"] = 0.0
    assert reasons(clean(rows)) == {"frozen_position": 30}


def test_what_was_measured_at_rest_before_it_moved_stays() -> None:
    rows = run_of(20, speed_kmh=0.0)
    for row in rows[8:]:
        row["speed_kmh"] = 40.0
    result = clean(rows)
    assert reasons(result) == {"frozen_position": 12}
    assert len(result.kept) == 8


@pytest.mark.parametrize("speed_kmh", [0.0, 0.4, 3.0, None])
def test_a_phone_on_a_table_is_kept(speed_kmh: float | None) -> None:
    result = clean(run_of(90, speed_kmh=speed_kmh))
    assert reasons(result) == {}
    assert len(result.kept) == 90


def test_a_fix_that_comes_less_often_than_the_levels_is_a_position() -> None:
    rows = [row for i in range(20) for row in run_of(4, step_s=1.0, begin_s=4.0 * i, at=(40.0 * i, 0.0), speed_kmh=36.0)]
    assert "frozen_position" not in reasons(clean(rows))


def test_coarse_digits_are_no_repeated_fix() -> None:
    """Three decimals are a hundred metres: a car needs several seconds to the next figure."""
    table = samples(*[{"at": (12.5 * i, 0.0), "time": str(START + pd.Timedelta(seconds=i)), "speed_kmh": 45.0} for i in range(120)])
    table = table.assign(lon=table["lon"].round(3), lat=table["lat"].round(3))
    result = clean_measurements(table, MeasurementSettings(), crs=CRS_M)
    assert "frozen_position" not in reasons(result)


def test_without_times_many_fast_samples_of_one_fix_are_not_there() -> None:
    assert reasons(clean([row | {"time": None} for row in run_of(9, speed_kmh=45.0)])) == {"frozen_position": 9}
    assert reasons(clean([row | {"time": None} for row in run_of(9, speed_kmh=0.0)])) == {}


@pytest.mark.parametrize("title", ["gpsTime", "gps_time", "fix_time", "Location Timestamp", "loc_time_ms"])
def test_a_fix_whose_own_time_stands_still_is_old_after_a_minute(title: str) -> None:
    rows = run_of(10, speed_kmh=None)
    assert reasons(clean(rows, **{title: "1773799200000"})) == {"frozen_position": 7}
    moves = [str(1773799200000 + 30_000 * i) for i in range(10)]
    assert reasons(clean(rows, **{title: moves})) == {}


def test_an_old_age_of_the_fix_is_told_by_its_own_column() -> None:
    result = clean(walk(), locationAge=["800"] * 10 + ["61000", "3600000"])
    assert reasons(result) == {"frozen_position": 2}


def test_a_fix_that_jumps_after_a_long_rest_is_told() -> None:
    rows = [*run_of(40, speed_kmh=None), *run_of(3, begin_s=3600.0 + 40 * 30.0, at=(6000.0, 0.0), speed_kmh=None)]
    result = clean(rows)
    assert "position_stuck" in told(result)
    assert any(fault.reason.startswith("40 samples") for fault in result.statements if fault.code == "position_stuck")
    assert "position_stuck" not in told(clean(run_of(40, speed_kmh=None)))
    near = run_of(3, begin_s=3600.0 + 40 * 30.0, at=(20.0, 0.0), speed_kmh=None)
    assert "position_stuck" not in told(clean([*run_of(40, speed_kmh=None), *near])), "a few steps from the table"


@pytest.mark.parametrize("many", [1, 10, 90, 400])
def test_many_samples_of_one_fix_count_as_one_place(many: int) -> None:
    """However long the phone lay there."""
    still = run_of(many, speed_kmh=0.0, rsrp_dbm=-124.0)
    kept = clean([*walk(), *still]).kept
    assert kept["weight"].sum() == pytest.approx(13.0)
    found = measured_status(villages((0, 0)), kept, Service(), CRS_M, MeasurementSettings()).iloc[0]
    assert found["centre_share"] == pytest.approx(12 / 13)
    assert (found["centre_status"], found["centre_median_dbm"]) == ("covered", -97.0)


def test_a_fix_alone_still_says_what_was_heard_there() -> None:
    heard = measured_status(villages((0, 0)), clean(run_of(20, rsrp_dbm=-90.0)).kept, Service(), CRS_M, MeasurementSettings()).iloc[0]
    assert (heard["centre_status"], heard["n_samples"]) == ("covered", 20)
    mixed = [{**row, "rsrp_dbm": -90.0 if i % 4 else -124.0} for i, row in enumerate(run_of(20))]
    share = measured_status(villages((0, 0)), clean(mixed).kept, Service(), CRS_M, MeasurementSettings()).iloc[0]["centre_share"]
    assert share == pytest.approx(0.75)


def test_many_levels_of_one_instant_and_fix_are_one() -> None:
    """A clock that stands still gives all samples one time."""
    rows = [row | {"time": str(START)} for row in run_of(50, speed_kmh=None)]
    kept = clean([*walk(), *rows]).kept
    assert kept["weight"].sum() <= 13.0 + 1e-9


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"servingCell": ["true", "false", "true"]}, "neighbour_cell"),
        ({"mcc": ["452", "460", "452"], "mnc": ["4", "0", "4"]}, "other_country"),
        ({"operator": ["Viettel", "CHINA MOBILE", "Viettel"]}, "other_country"),
    ],
)
def test_rows_of_other_cells_that_stand_in_the_layer_do_not_count(columns: dict[str, list[str]], reason: str) -> None:
    """Lists that were put there by hand, or brought in before."""
    result = clean(around(-97.0, count=3), **columns)
    assert result.dropped["reason"].to_dict() == {"m1": reason}
