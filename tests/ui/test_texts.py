"""Every text that a page asks for stands in the catalogue, and no text of the catalogue waits for a page that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.ui.charts import LOCALE
from geo_planner.ui.texts import ASSUMPTIONS, FILES, LANGUAGES, METHOD, file_words, method, sentence, setting_title, text
from geo_planner.ui.written import Figures, written
from geo_planner.words import LANGUAGES as CODES
from geo_planner.words import catalogue
from tests.conftest import ROOT

UI = ROOT / "geo_planner" / "ui"
ACCESSORS = {"text": "ui", "say": "import_page", "saying": "import_page"}
SOURCES = [*UI.rglob("*.py"), ROOT / "app.py"]


def _strings(path: Path) -> tuple[set[str], set[str]]:
    """Texts of a module, and f-strings as patterns."""
    whole, patterns = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            patterns.add("".join(re.escape(p.value) if isinstance(p, ast.Constant) else r"\w+" for p in node.values))
    return whole, {pattern for pattern in patterns if re.match(r"\w+_", pattern)}


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            accessor = ACCESSORS.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
            if accessor and isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                asked.append(f"{accessor}.{node.args[0].value}")
    assert len(asked) > 150
    assert [key for key in asked if key not in catalogue("vi")] == []


@pytest.mark.parametrize("group", ["ui", "import_page"])
def test_every_text_is_asked_for(group: str) -> None:
    found = [_strings(path) for path in SOURCES]
    whole, patterns = set().union(*(w for w, _ in found)), set().union(*(p for _, p in found))
    keys = [key.partition(".")[2] for key in catalogue("vi") if key.startswith(f"{group}.")]
    assert keys
    assert [
        key for key in keys if not {key, f"{group}.{key}"} & whole and not any(re.fullmatch(pattern, key) for pattern in patterns)
    ] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_module_of_the_app_holds_a_table_of_two_languages(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert '"vi":' not in source
    for node in ast.walk(ast.parse(source)):
        assert not (isinstance(node, ast.IfExp) and '== "vi"' in ast.unparse(node.test).replace("'", '"'))


@pytest.mark.parametrize("path", sorted((UI / "pages").glob("*.py")), ids=lambda path: path.name)
def test_no_page_has_a_bare_string_that_would_stand_on_it(path: Path) -> None:
    """Streamlit writes what stands alone in a page's script onto the page."""
    _, *rest = ast.parse(path.read_text(encoding="utf-8")).body
    assert [node.lineno for node in rest if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)] == []


def test_lists_of_the_pages_are_told_in_both_languages() -> None:
    assert LANGUAGES == {"Tiếng Việt": "vi", "English": "en"}
    for language in CODES:
        assert len(method(language)) == len(METHOD)
        assert all(setting_title(path, language) for path in ASSUMPTIONS)
        assert all(all(file_words(name, language)) for name in FILES)
        assert file_words("unheard.of", language) == ("unheard.of", "")


def test_charts_write_numbers_as_the_language_does() -> None:
    assert (LOCALE["vi"]["decimal"], LOCALE["vi"]["thousands"]) == (",", ".")
    assert (LOCALE["en"]["decimal"], LOCALE["en"]["thousands"]) == (".", ",")


def test_figures_of_a_text_are_written_in_its_language() -> None:
    assert text("size_mb", "vi", size=12.34) == "12,3 MB"
    assert text("size_mb", "en", size=12.34) == "12.3 MB"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("ô bắt buộc đang để trống", "Ô bắt buộc đang để trống."),
        ("54 of 45 households are poor", "54 of 45 households are poor."),
        ("villages.csv has no rows", "villages.csv has no rows."),
        ("'x' is no number", "'x' is no number."),
        ("is this a list?", "Is this a list?"),
    ],
)
def test_a_reason_is_shown_as_a_sentence(reason: str, shown: str) -> None:
    assert sentence(reason) == shown


def test_figures_of_a_table_are_written_in_its_language_and_stay_figures() -> None:
    table = pd.DataFrame({"a": [1.25, -0.04, float("nan")], "b": [1, 2, 3]})
    shown = written(table, {"a": Figures(1, "%", signed=True)}, "vi")
    assert list(shown.data["a"][:2]) == [1.25, -0.04]
    html = shown.to_html()
    assert "+1,2%" in html
    assert "nan" not in html


def test_the_figures_of_a_table_have_the_decimal_sign_of_the_language() -> None:
    table = pd.DataFrame({"km": [1234.56, float("nan")], "n": [12345, 3], "share": [50.0, 25.0], "whole": [2.0, 3.0], "name": ["1.5", "b"]})
    columns = {"km": Figures(1), "share": Figures(0, "%"), "whole": Figures(0)}
    for language, expected in (
        ("vi", [["1.234,6", "12345", "50%", "2", "1.5"], ["", "3", "25%", "3", "b"]]),
        ("en", [["1,234.6", "12345", "50%", "2", "1.5"], ["", "3", "25%", "3", "b"]]),
    ):
        shown = written(table, columns, language)._translate(False, False)["body"]
        assert [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in shown] == expected


def test_an_empty_cell_says_nothing_in_any_table() -> None:
    """Streamlit writes "None" where a table says nothing else."""
    tables, without = 0, []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("dataframe", "data_editor"):
                tables += 1
                if not any(word.arg == "placeholder" for word in node.keywords):
                    without.append(f"{path.name}:{node.lineno}")
    assert tables > 20
    assert without == []
