"""Below the errors that are raised on purpose: one sentence, an exit status, and all of it for whoever asks."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_planner.cli.telling import by_level, guarded, lines, unforeseen
from geo_planner.config import load_scenario
from geo_planner.errors import MOST_OF_A_KIND, Fault, InputError, UsageError, bounded, fault, totals
from tests import small_area as sa
from tests.conftest import Called

PLANTED = """
import sys
import geo_planner.validation
def planted(root):
    raise {error}
geo_planner.validation.validate = planted
sys.argv = ["geo-planner", *{arguments}]
from geo_planner.cli import main
main()
"""


def with_planted(error: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``validate`` with an error planted in it."""
    code = PLANTED.format(error=error, arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ZeroDivisionError('planted below')", "ZeroDivisionError: planted below"),
        ("MemoryError()", "memory of this machine is not enough"),
        ("RecursionError('maximum recursion depth exceeded')", "nested too deep"),
        ("OSError(28, 'No space left on device')", "No space left"),
        ("KeyError('\\\\ud800\\\\x1b[31m' + 'x' * 9000)", "KeyError"),
        ("AssertionError()", "AssertionError"),
    ],
)
def test_an_unforeseen_error_is_one_sentence_and_status_2(error: str, sentence: str, tmp_path: Path) -> None:
    done = with_planted(error, "validate", str(tmp_path))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "--verbose" in done.stderr or "memory" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 1000
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("arguments", [("--verbose", "validate", "."), ("validate", ".", "--verbose"), ("validate", "--verbose", ".")])
def test_a_planted_error_is_shown_in_full_where_it_is_asked_for(arguments: tuple[str, ...]) -> None:
    done = with_planted("ZeroDivisionError('planted below')", *arguments)
    assert done.returncode == 2
    assert "Traceback (most recent call last)" in done.stderr
    assert "in planted" in done.stderr
    assert "ZeroDivisionError: planted below" in done.stderr


def test_an_unforeseen_error_is_one_json_object_where_it_is_asked_for(tmp_path: Path) -> None:
    done = with_planted("ZeroDivisionError('planted below')", "validate", str(tmp_path), "--json")
    assert done.returncode == 2
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert "planted below" in told["error"]


def test_an_error_outside_the_work_of_a_verb_is_told_as_well(tmp_path: Path) -> None:
    code = "import sys; sys.modules['geo_planner.validation'] = None; sys.argv = ['geo-planner', 'validate', '.']; from geo_planner.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "geo_planner.validation" in done.stderr


def test_stopping_from_the_keyboard_is_a_sentence_and_status_130(tmp_path: Path) -> None:
    done = with_planted("KeyboardInterrupt()", "validate", str(tmp_path))
    assert done.returncode == 130
    assert done.stderr.startswith("error: stopped before the end")
    assert "Traceback" not in done.stderr


def test_a_reader_who_has_enough_is_no_error(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    sa.write_rows(area / sa.VILLAGES, [{**sa.village_rows()[0], "name": "", "households": "x" * 60}] * 3000)
    command = [sys.executable, "-m", "geo_planner.cli", "validate", str(area), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        told = running.stderr.read()
    assert told == b""


def test_errors_raised_on_purpose_pass_the_net_untouched() -> None:
    assert str(unforeseen(ValueError("odd"))).count("ValueError: odd") == 1
    for error, status in ((UsageError("output_is_file", path="x"), 2), (InputError([fault("a", "empty.rows")]), 1)):
        with pytest.raises(BaseException) as end:
            guarded(lambda error=error: (_ for _ in ()).throw(error), as_json=False)
        assert end.value.exit_code == status


WRONG_CALLS = {
    "validate a file": (["validate", "{area}/scenarios/s.yaml"], 2),
    "validate nothing": (["validate", "{area}/nothing"], 2),
    "validate a link to itself": (["validate", "{loop}"], 2),
    "validate a name that is too long": (["validate", "a" * 5000], 2),
    "plan a folder": (["plan", "{area}", "-o", "{out}"], 1),
    "plan a link to itself": (["plan", "{loop}", "-o", "{out}"], 1),
    "plan a name that is too long": (["plan", "a" * 5000, "-o", "{out}"], 1),
    "plan into a file": (["plan", "{area}/scenarios/s.yaml", "-o", "{area}/README"], 2),
    "plan into a link to itself": (["plan", "{area}/scenarios/s.yaml", "-o", "{loop}"], 2),
    "plan into a name that is too long": (["plan", "{area}/scenarios/s.yaml", "-o", "a" * 5000], 2),
    "plan under a file": (["plan", "{area}/scenarios/s.yaml", "-o", "{area}/README/out"], 2),
    "coverage into a file": (["coverage", "{area}/scenarios/s.yaml", "-o", "{area}/README"], 2),
    "calibrate nothing": (["calibrate", "{area}/nothing.yaml"], 2),
    "calibrate into a file": (["calibrate", "{area}/scenarios/s.yaml", "-o", "{area}/README"], 2),
    "import a folder": (["import", "villages", "{area}", "--into", "{area}"], 1),
    "import nothing": (["import", "villages", "{area}/nothing.xlsx", "--into", "{area}"], 2),
    "import into a file": (["import", "villages", "{area}/villages/villages.csv", "--into", "{area}/README"], 2),
    "template into nothing": (["template", "villages", "-o", "{area}/nothing/x.xlsx"], 2),
    "template over a folder": (["template", "villages", "-o", "{area}"], 2),
    "app of nothing": (["app", "{area}/nothing"], 2),
    "app of a file": (["app", "{area}/README"], 2),
    "app at port 0": (["app", "{area}", "--port", "0"], 2),
    "app at port 70000": (["app", "{area}", "--port", "70000"], 2),
    "app at a word": (["app", "{area}", "--port", "x"], 2),
    "set without a value": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "x"], 2),
    "set without a key": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "=1"], 2),
    "set with a gap": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "a..b=1"], 2),
    "set inside a value": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "seed.x=1"], 2),
    "set no item of a list": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "ranking.criteria.x.weight=1"], 2),
    "set item 10**30 of a list": (
        ["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "ranking.criteria." + "9" * 30 + ".weight=1"],
        2,
    ),
    "set an object of a program": (
        ["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "seed=!!python/object/apply:os.getcwd []"],
        2,
    ),
    "set 400 digits": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "seed=1" + "0" * 400], 2),
    "set a colon": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "seed=1:30"], 2),
    "set no number": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "service.sigma_db=.nan"], 1),
    "set no end": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "service.sigma_db=.inf"], 1),
    "set a date": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "title_vi=2026-01-28"], 1),
    "set half a sign": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", 'title_vi="\\ud800"'], 1),
    "set brackets without end": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "seed=" + "[" * 3000], 2),
    "set a path with NUL": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", 'terrain.path="a\\0b"'], 2),
    "set a path that is too long": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "terrain.path=" + "a" * 5000], 1),
    "set a pipe": (["plan", "{area}/scenarios/s.yaml", "-o", "{out}", "--set", "terrain.path={pipe}"], 1),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_is_a_sentence_and_nothing_is_written(
    name: str, tmp_path: Path, called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, status = WRONG_CALLS[name]
    area = sa.make_area(tmp_path / "area")
    (area / "README").write_text("a file", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    places = {"area": area, "out": tmp_path / "out", "loop": tmp_path / "loop", "pipe": tmp_path / "pipe"}
    filled = list(arguments)
    for word, place in places.items():
        filled = [text.replace(f"{{{word}}}", str(place)) for text in filled]
    ended, _, said = called(*filled)
    assert ended == status, said
    assert "Traceback" not in said
    assert "did not foresee" not in said
    assert 0 < len(said) < 4000
    assert not (tmp_path / "out").exists()
    if arguments[0] in ("plan", "coverage", "validate", "import"):
        told = json.loads(called(*filled, "--json")[1])
        assert told["ok"] is False
        assert told.get("error") or told["faults"]


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path, called: Called) -> None:
    area = sa.make_area(tmp_path / "area")
    with taken_port() as port:
        ended, _, said = called("app", area, "--port", port)
    assert ended == 2
    assert "is taken" in said


# --- so many faults that nobody can read them ---------------------------------------------------------------------------


def many(n: int, code: str = "range.at_least", column: str = "households") -> list[Fault]:
    return [fault("a.csv", code, row=row, column=column, low=1, title="x") for row in range(2, n + 2)]


def test_of_a_kind_the_first_are_told_and_the_rest_is_counted() -> None:
    told = bounded([*many(1000), *many(3, "blank.cell", "name")])
    assert [fault.row for fault in told[:MOST_OF_A_KIND]] == list(range(2, MOST_OF_A_KIND + 2))
    assert len(told) == MOST_OF_A_KIND + 4
    rest = told[-1]
    assert (rest.row, rest.count, rest.code) == (None, 1000 - MOST_OF_A_KIND, "range")
    assert rest.reason == "950 more of this kind: the number is out of range"
    assert totals(told) == {"faults": {"range": 1000, "blank": 3}, "warnings": {}}


def test_what_was_counted_once_is_counted_on() -> None:
    once = bounded(many(1000))
    again = bounded(once, 20)
    assert len(again) == 21
    assert again[-1].reason == "980 more of this kind: the number is out of range"
    assert totals(again) == totals(many(1000))
    assert bounded(many(3)) == many(3)


def test_however_many_kinds_there_are_the_telling_has_an_end() -> None:
    found = [fault for number in range(3000) for fault in many(2, column=f"c{number}")]
    told = by_level(found)
    assert len(told["faults"]) < 1200
    assert told["totals"]["faults"] == {"range": 6000}
    assert len(lines(found)) < 1200
    assert len(str(InputError(found))) < 200_000


def test_a_long_list_with_every_row_wrong_is_told_in_bounded_size_and_time(tmp_path: Path, called: Called) -> None:
    area = sa.make_area(tmp_path / "area")
    wrong = {
        "village_id": "V1", "name": "", "commune_code": "99999", "lon": "105", "lat": "x", "households": "-5", "grid_power": "có", "status_date": "hôm qua",
        "source": "a\u202eb", "population": "nhiều",
    }  # fmt: skip
    n = 60_000
    sa.write_rows(area / sa.VILLAGES, [wrong] * n)
    start = time.monotonic()
    ended, printed, _ = called("validate", area, "--json")
    assert time.monotonic() - start < 120
    assert ended == 1
    told = json.loads(printed)
    assert len(printed) < 1_000_000
    assert told["totals"]["faults"]["duplicate_id"] == n - 1
    assert told["totals"]["faults"]["type"] == 3 * n
    assert {code: told["totals"]["faults"][code] for code in ("blank", "range", "choice", "control_characters", "unknown_commune")} == {
        "blank": n, "range": n, "choice": n, "control_characters": n, "unknown_commune": n,
    }  # fmt: skip
    assert len("\n".join(called("validate", area)[1:]).splitlines()) < 400


def test_a_long_list_far_away_is_told_in_bounded_time(tmp_path: Path, called: Called) -> None:
    area = sa.make_area(tmp_path / "area")
    rows = sa.village_rows()
    far = [{**rows[0], "village_id": f"V{i}", "lon": "104.5", "lat": "22.5"} for i in range(20_000)]
    swapped = [{**rows[1], "village_id": f"W{i}", "lon": rows[1]["lat"], "lat": "89.9"} for i in range(20_000)]
    sa.write_rows(area / sa.VILLAGES, [*far, *swapped])
    start = time.monotonic()
    printed = called("validate", area, "--json")[1]
    assert time.monotonic() - start < 120
    assert json.loads(printed)["totals"]["faults"]["outside_province"] == 40_000


def test_a_setting_that_stands_twice_names_both_lines(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    sa.more_scenario("seed: 58\n")(area)
    with pytest.raises(InputError) as error:
        load_scenario(area / sa.SCENARIO)
    (fault,) = error.value.faults
    lines_of = [number for number, line in enumerate((area / sa.SCENARIO).read_text("utf-8").splitlines(), 1) if line.startswith("seed")]
    assert (fault.code, fault.column, fault.row) == ("duplicate_key", "seed", lines_of[1])
    assert f"line {lines_of[0]}" in fault.reason


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_may_not_be_read_is_told_to_whoever_may_not(tmp_path: Path) -> None:
    area = sa.make_area(tmp_path / "area")
    (area / "roads").mkdir(mode=0o000)
    (area / "terrain").chmod(0o000)
    for folder in (*tmp_path.parents, tmp_path):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    code = (
        "import os, sys; from geo_planner.validation import validate; import pathlib; "
        f"validate(pathlib.Path({str(area)!r})); "  # everything that is loaded late is loaded before
        "os.setegid(65534); os.seteuid(65534); "
        f"print([(f.code, f.file) for f in validate(pathlib.Path({str(area)!r})) if f.level == 'fault'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "('unreadable', 'terrain/t.tif')" in done.stdout, done.stderr
    assert "('unreadable', 'roads/roads.geojson')" in done.stdout
    (area / "terrain").chmod(0o755)
    (area / "roads").chmod(0o755)
