"""``--help`` speaks the language of the command, of every verb, argument and option, and all its words stand in the catalogue."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata

import pytest
import typer.main

from geo_planner.cli import app
from geo_planner.cli.help_page import meaning, value_label
from geo_planner.cli.machine import _PORT
from geo_planner.cli.study_area import _IMPORTABLE
from geo_planner.documents.pack import FORMATS
from geo_planner.fetch import KINDS
from geo_planner.schema import TABLES
from geo_planner.words import LANGUAGES, Language, catalogue
from tests.conftest import ROOT, Called

PROGRAM = typer.main.get_command(app)
COMMANDS = {PROGRAM.name: PROGRAM, **PROGRAM.commands}  # type: ignore[attr-defined]
_CALL = PROGRAM.context_class(PROGRAM, info_name="geo-planner", **PROGRAM.context_settings)
PARAMS = [(command, param) for command in COMMANDS.values() for param in command.get_params(PROGRAM.context_class(command, parent=_CALL))]
# What is the same in every language: proper names, formats and endings of files, words that are typed as they stand; ``in`` prints in Vietnamese.
NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        Ctrl EPSG GeoPackage Geofabrik JSON KML OpenStreetMap Overpass STAC dask proxy shapefile tcp
        GEO_PLANNER_CACHE HTTPS_PROXY OPENCELLID_KEY SSL_CERT_FILE
        csv geojson gpkg gpx kml kmz md ods org osm pbf tif xls yaml zip
        calibration catalog comparison dem docs documents pack path results scenarios
        en glo30 glo90 grid_power in name no processes threads vi yes
        """,
    )
)


def _called(command: str | None, language: Language, called: Called) -> str:
    ended, shown, told = called(*([] if command == PROGRAM.name else [command]), "--help", "--lang", language)
    assert (ended, told) == (0, "")
    return shown


def _words(page: str) -> set[str]:
    return set(re.findall(r"[^\W\d_][\w-]*[^\W_]", re.sub(r"-\n\s+", "-", page)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_vietnamese_page_has_no_word_of_the_english_one_but_names(name: str, called: Called) -> None:
    typed = {*COMMANDS, *KINDS, *TABLES, *_IMPORTABLE, *FORMATS, "N", "X"}
    options = {word.strip("-") for _, param in PARAMS for word in (*param.opts, *param.secondary_opts)}
    pages = {language: _words(_called(name, language, called)) for language in LANGUAGES}
    assert {word for word in pages["vi"] & pages["en"] if word.isascii()} - typed - options - NAMES == set()
    assert not {"Usage", "Options", "Arguments", "Commands", "required", "default"} & pages["vi"]
    assert {"Usage", "Options"} <= pages["en"]


@pytest.mark.parametrize("name", COMMANDS)
def test_both_languages_list_the_same_options_all_of_them(name: str, called: Called) -> None:
    declared = {word for command, param in PARAMS if command.name == name for word in (*param.opts, *param.secondary_opts) if "-" in word}
    for language in LANGUAGES:
        shown = re.findall(r"^  ((?:-[-\w]+(?: / |, )?)+)(?= |$)", _called(name, language, called), re.MULTILINE)
        assert {word for names in shown for word in re.split(r" / |, ", names)} == declared


def test_the_program_lists_its_verbs_in_both_languages(called: Called) -> None:
    for language in LANGUAGES:
        page = _called(PROGRAM.name, language, called)
        assert [verb for verb in PROGRAM.commands if not re.search(rf"^  {verb} +\w", page, re.MULTILINE)] == []  # type: ignore[attr-defined]


def test_every_word_of_help_is_shown_and_stands_in_the_catalogue_alone() -> None:
    said = {f"help.{name}" for name in COMMANDS} | {meaning(command, param).key for command, param in PARAMS}
    assert said == {key for key in catalogue("en") if key.startswith("help.")}
    own = [(command.help, command.short_help, command.epilog) for command in COMMANDS.values()]
    assert [texts for texts in own if any(texts)] == []
    assert [param.opts for _, param in PARAMS if getattr(param, "help", None) and "--help" not in param.opts] == []


def test_what_a_value_is_called_stands_in_the_catalogue_or_is_typed_as_it_stands() -> None:
    metavars = {param.metavar for _, param in PARAMS if not getattr(param, "is_flag", False)}
    worded = {key.removeprefix("help_value.") for key in catalogue("en") if key.startswith("help_value.")}
    assert worded <= metavars
    assert metavars - worded == {"vi|en", "threads|processes|dask", "glo90|glo30"}


@pytest.mark.parametrize(
    ("name", "listed"),
    [("import", _IMPORTABLE), ("undo", _IMPORTABLE), ("template", TABLES), ("fetch", KINDS), ("export", FORMATS), ("app", [str(_PORT)])],
)
def test_what_may_be_typed_is_told(name: str, listed: list[str], called: Called) -> None:
    for language in LANGUAGES:
        page = _called(name, language, called)
        assert [word for word in listed if not re.search(rf"\b{word}\b", page)] == []


@pytest.mark.parametrize("where", [("--lang", "vi", "plan", "--help"), ("plan", "--lang=vi", "--help"), ("plan", "-h", "--lang", "VI")])
def test_the_language_may_be_asked_for_anywhere(where: tuple[str, ...], called: Called) -> None:
    assert called(*where)[1].startswith("Cách dùng: geo-planner plan [TÙY_CHỌN] KỊCH_BẢN.yaml\n")


def test_the_machine_decides_where_no_language_is_asked_for(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    for locale, begins in (("vi_VN.UTF-8", "Cách dùng: "), ("en_US.UTF-8", "Usage: ")):
        monkeypatch.setenv("LC_ALL", locale)
        assert called("plan", "--help")[1].startswith(begins)
        assert called()[2].startswith(begins)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns: int, called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for language in LANGUAGES:
        for name in COMMANDS:
            assert [line for line in _called(name, language, called).splitlines() if len(line) > columns] == []


def test_a_letter_is_one_sign_with_its_marks() -> None:
    """Else it would be counted wider than it is shown."""
    texts = [text for language in LANGUAGES for entry in catalogue(language).values() for text in entry.values()]
    assert [text for text in texts if text != unicodedata.normalize("NFC", text)] == []


def test_required_and_usual_values_are_told(called: Called) -> None:
    assert re.search(r"-o, --out THƯ_MỤC +Thư mục ghi kết quả\. \[mặc định: out\]\n", _called("plan", "vi", called))
    assert re.search(r"-o, --out FOLDER +Folder to write\. \[required\]\n", _called("coverage", "en", called))
    assert "cần số nguyên từ 1 trở lên; mặc định: 100]" in re.sub(r"\s+", " ", _called("import", "vi", called))
    assert "[mặc định: --browser]" in re.sub(r"\s+", " ", _called("app", "vi", called))


def test_a_missing_argument_has_the_name_that_help_gives_it(called: Called) -> None:
    assert "“KỊCH_BẢN.yaml”" in called("plan", "--lang", "vi")[2]
    assert "'SCENARIO.yaml'" in called("plan", "--lang", "en")[2]
    assert json.loads(called("plan", "--json", "--lang", "vi")[1])["facts"]["name"] == "scenario"


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii", "utf-8"])
def test_no_terminal_is_a_reason_to_fail(encoding: str) -> None:
    """What it cannot show is written by number, as everywhere; nothing of boxes or colours goes into a pipe."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    command = [sys.executable, "-m", "geo_planner.cli", "--lang", "vi", "import", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"--accept-valid" in done.stdout
    assert b"\x1b" not in done.stdout


def test_a_page_reads_no_library_of_the_work_nor_of_drawing() -> None:
    heavy = {"pandas", "numpy", "rasterio", "geopandas", "numba", "streamlit", "rich"}
    code = (
        "import sys; from geo_planner.cli import main; sys.argv = ['geo-planner', 'plan', '--help']\n"
        f"try: main()\nexcept SystemExit: print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("file", "language"), [("README.md", "en"), ("README.vi.md", "vi")])
def test_the_readme_calls_options_and_values_what_help_calls_them(file: str, language: Language) -> None:
    rows = re.findall(r"^\| `([a-z]+)((?: [^`]*)?)` \|", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    table = [(verb, call.strip().replace("\\|", "|")) for verb, call in rows if verb in COMMANDS]
    assert {verb for verb, _ in table} == set(PROGRAM.commands)  # type: ignore[attr-defined]
    differ = []
    for verb, call in table:
        params = [param for command, param in PARAMS if command.name == verb]
        for option, value in re.findall(r"(-[-\w]+)(?: ([^]\s]+))?", call):
            (param,) = [param for param in params if option in param.opts] or [None]
            called = "" if param is None or param.is_flag else value_label(param).title(language)
            differ += [] if param is not None and called == value else [(verb, option, value, called)]
        arguments = [value_label(param).title(language).replace(".yaml", "") for param in params if param.param_type_name == "argument"]
        differ += (
            [] if call.split(" -")[0].split(" [-")[0].strip("[] …") == " ".join(arguments) or not arguments else [(verb, call, arguments)]
        )
    assert differ == []
