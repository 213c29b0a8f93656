"""A command speaks the language that it is asked for, wherever ``--lang`` stands, and its JSON is the same in all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from geo_planner import imports
from geo_planner.cli import telling
from geo_planner.cli.telling import machine_language
from geo_planner.errors import fault
from geo_planner.words import said
from tests import small_area as sa
from tests.conftest import ROOT, Called
from tests.test_cli import geo_planner


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return sa.make_area(tmp_path / "area")


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi"}, "vi"),
        ({"LANG": "vi-VN"}, "vi"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "vie_X"}, "en"),
        ({"LANG": "vi_VN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "vi_VN"}, "vi"),
        ({"LANG": "vi_VN", "LC_MESSAGES": "vi_VN", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_ALL": "vi_VN@x"}, "vi"),
        ({"LANG": "vi_VN", "LC_MESSAGES": "", "LC_ALL": ""}, "vi"),
        ({"LC_CTYPE": "vi_VN"}, "en"),
    ],
)
def test_the_language_of_the_machine(environment: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert machine_language(environment) == spoken


def test_on_windows_the_language_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_windows_language", lambda: "vi")
    monkeypatch.setattr(sys, "platform", "win32")
    assert machine_language({}) == "vi"
    assert machine_language({"LANG": "en_US"}) == "en"


@pytest.mark.parametrize("where", [("--lang", "vi", "validate", "{}"), ("validate", "--lang=vi", "{}"), ("validate", "{}", "--lang", "VI")])
def test_the_option_may_stand_anywhere(where: tuple[str, ...], small: Path, called: Called) -> None:
    ended, told, _ = called(*(word.format(small) for word in where))
    assert ended == 0
    assert told.splitlines()[-1].startswith(f"{small}: 0 lỗi, ")


def test_the_machine_decides_where_nothing_is_asked(small: Path, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    assert "0 lỗi" in called("validate", small)[1]
    assert "0 faults" in called("validate", small, "--lang", "en")[1]
    assert "0 lỗi" in called("validate", small)[1]  # what was asked for once holds for once


# A call of each verb that ends at once, and how its error begins in Vietnamese.
WRONG_CALLS: dict[str, tuple[tuple[str, ...], str]] = {
    "no such verb": (("draw",), "no_such_verb"),
    "no such option": (("plan", "x", "--nope"), "bad_call"),
    "an option without its value": (("plan", "x", "-o"), "bad_call"),
    "a flag with a value": (("validate", "x", "--json=3"), "bad_call"),
    "an option that is needed": (("template", "villages"), "bad_call"),
    "an argument that is needed": (("validate",), "bad_call"),
    "no number": (("import", "villages", "x", "--into", "x", "--max-rows", "many"), "bad_call"),
    "a number out of range": (("app", "--port", "70000"), "bad_call"),
    "too many words": (("validate", "x", "y", "z"), "bad_call"),
    "an option of no verb": (("--nope",), "bad_call"),
    "merge and replace": (("import", "villages", "x", "--into", "x", "--merge", "--replace"), "merge_and_replace"),
    "a mapping without =": (("import", "villages", "x", "--into", "x", "--map", "x"), "map_form"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_is_told_in_the_language_of_the_command(name: str, called: Called) -> None:
    arguments, code = WRONG_CALLS[name]
    told = {}
    for spoken, begins in (("en", "error: "), ("vi", "lỗi: ")):
        ended, printed, told[spoken] = called(*arguments, "--lang", spoken)
        assert (ended, printed) == (2, "")
        assert told[spoken].startswith(begins)
    assert told["vi"] != told["en"]
    assert not set("ạảăâđêôơư") & set(told["en"].replace("Tên bản", ""))
    if arguments[0] in ("plan", "validate", "import") and "--json=3" not in arguments:
        objects = [json.loads(called(arguments[0], "--json", *arguments[1:], "--lang", spoken)[1]) for spoken in ("vi", "en")]
        assert objects[0] == objects[1]
        assert f"error: {objects[0]['error']}\n" == told["en"]
        assert f"lỗi: {objects[0]['error_vi']}\n" == told["vi"]
        assert (objects[0]["ok"], objects[0]["code"]) == (False, code)
        assert isinstance(objects[0]["facts"], dict)


@pytest.mark.parametrize(
    "arguments", [("plan", "x", "--lang", "fr"), ("--lang", "fr", "cache"), ("cache", "--lang"), ("--lang=", "validate", "x")]
)
def test_an_unknown_language_is_a_sentence(arguments: tuple[str, ...], called: Called) -> None:
    ended, printed, told = called(*arguments)
    assert (ended, printed) == (2, "")
    assert "--lang" in told


def test_what_stands_behind_two_dashes_is_no_option(called: Called) -> None:
    assert "--lang" in called("validate", "--", "--lang")[2]


def test_every_verb_names_the_option_in_its_help(called: Called) -> None:
    shown = called("--help")[1]
    for verb in ("plan", "coverage", "calibrate", "validate", "template", "import", "fetch", "init", "app", "cache", "sample"):
        assert verb in shown
        assert "--lang" in called(verb, "--help", "--lang", "vi")[1]


def test_faults_are_told_in_the_language_and_counted(small: Path, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [fault("a.csv", "range.at_least", row=3, column="name", value="x", low=1)]
    monkeypatch.setattr("geo_planner.validation.validate", lambda root: found)
    ended, told, _ = called("validate", small, "--lang", "vi")
    assert ended == 1
    assert (
        told
        == f"lỗi: a.csv, dòng 3, cột name: {found[0].texts('vi')[0]} (đang là: “x”). {found[0].texts('vi')[1]}\n{small}: 1 lỗi, 0 lưu ý\n"
    )
    (first,) = json.loads(called("validate", small, "--lang", "vi", "--json")[1])["faults"]
    assert (first["code"], first["reason"], first["reason_vi"]) == ("range", "the number is out of range", found[0].texts("vi")[0])
    assert first["facts"] == {"low": 1}


def test_a_faulty_scenario_says_that_nothing_was_written(small: Path, called: Called, tmp_path: Path) -> None:
    call = ("plan", small / sa.SCENARIO, "-o", tmp_path / "out", "--set", "seed=x")
    assert called(*call, "--lang", "vi")[2].splitlines()[-1] == "Có 1 lỗi; chưa ghi gì."
    told = json.loads(called(*call, "--lang", "vi", "--json")[1])
    assert (told["code"], told["facts"], told["error"]) == ("faults_in_input", {"n": 1}, "1 fault in the input")


@pytest.mark.parametrize(
    ("error", "words"), [(MemoryError(), "bộ nhớ"), (RecursionError(), "quá sâu"), (KeyError("odd"), "KeyError: 'odd'")]
)
def test_the_last_net_speaks_too(error: Exception, words: str, small: Path, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(root: Path) -> None:
        raise error

    monkeypatch.setattr("geo_planner.validation.validate", planted)
    ended, _, told = called("validate", small, "--lang", "vi")
    assert ended == 2
    assert told.startswith("lỗi: ")
    assert words in told
    assert json.loads(called("validate", small, "--lang", "vi", "--json")[1])["code"] == "unforeseen"


def test_stopping_from_the_keyboard_is_told_in_the_language(small: Path, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(root: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("geo_planner.validation.validate", stop)
    assert called("validate", small, "--lang", "vi")[::2] == (130, "lỗi: đã dừng giữa chừng; những gì có từ trước vẫn giữ nguyên\n")


def test_what_an_import_decided_is_worded(small: Path, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements and questions are worded where they are read."""
    from dataclasses import replace

    real = imports.import_layer

    def speaking(*given: object, **more: object) -> object:
        return replace(real(*given, **more), statements=(said("and_more", n=7),), questions=(said("and_more", n=8),))  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "import_layer", speaking)
    call = ("import", "villages", small / sa.VILLAGES, "--into", small, "--replace")
    ended, told, _ = called(*call, "--lang", "vi")
    assert ended == 0, told
    assert told.splitlines()[:2] == ["và 7 mục khác", "cần hỏi: và 8 mục khác"]
    rows = len(sa.village_rows())
    assert f"{rows} dòng, nhận {rows}, " in told
    assert "đã ghi vào villages/villages.csv" in told
    assert json.loads(called(*call, "--json", "--lang", "vi")[1])["statements"]


def test_a_plan_is_told_in_vietnamese(small: Path, called: Called, tmp_path: Path) -> None:
    ended, told, _ = called("plan", small / sa.SCENARIO, "-o", tmp_path / "out", "--lang", "vi")
    assert ended == 0
    assert told.startswith(f"Đã xếp thứ tự ưu tiên cho {len(sa.village_rows())} thôn, bản. Kết quả ở các tệp:\n")
    assert ("không dùng để trình phê duyệt" in told) == json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))[
        "uses_sample_data"
    ]


def test_a_command_of_its_own_process_takes_the_locale() -> None:
    environment = {**os.environ, "LC_ALL": "", "LC_MESSAGES": "vi_VN.UTF-8", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "geo_planner.cli", "validate", "no/such"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr[:5]) == (2, "lỗi: ")
    assert geo_planner("validate", "no/such").stderr.startswith("error: ")


def test_the_version_is_told_in_a_word() -> None:
    done = geo_planner("--lang", "vi", "--version")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"geo-planner {version('geo-planner')}", "")


def test_help_comes_at_once() -> None:
    """No library of the work is read for it."""
    code = "import sys; from geo_planner.cli import app; print(sorted({'pandas', 'numpy', 'rasterio', 'geopandas', 'numba', 'streamlit', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() == "[]"
