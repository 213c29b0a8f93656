"""Every sentence stands in both languages, asks for the same facts, and is said by somebody; nobody says one that is not there."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from geo_planner.words import LANGUAGES, catalogue
from geo_planner.words.said import places

PACKAGE = Path(__file__).resolve().parents[2] / "geo_planner"
KEYS = sorted(catalogue("en"))
SAYING = {"said", "fault", "warning"}
"""Functions whose argument is a key of the catalogue; errors say theirs as their first one."""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("vi")) == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_the_same_parts_in_both_languages(key: str) -> None:
    parts = [set(catalogue(language)[key]) for language in LANGUAGES]
    assert parts[0] == parts[1]
    assert parts[0] in ({"text"}, {"reason", "remedy"})


@pytest.mark.parametrize("key", KEYS)
def test_no_sentence_is_empty_or_begins_or_ends_with_a_blank(key: str) -> None:
    for language in LANGUAGES:
        for text in catalogue(language)[key].values():
            assert text
            assert text == text.strip()


@pytest.mark.parametrize(
    "key", [key for key in KEYS if "reason" in catalogue("en")[key] and not catalogue("en")[key]["remedy"].startswith("{")]
)
def test_a_reason_goes_on_a_line_and_a_remedy_is_a_sentence(key: str) -> None:
    for language in LANGUAGES:
        entry = catalogue(language)[key]
        assert not entry["reason"].endswith("."), "the full stop is put where the reason is shown"
        assert entry["remedy"].endswith((".", "?"))


@pytest.mark.parametrize("key", KEYS)
def test_the_languages_tell_the_same_facts(key: str) -> None:
    """What one language tells the other may leave to the figure beside it, but nothing of a person's own is lost."""
    told = [{name for text in catalogue(language)[key].values() for name in _places(text)} for language in LANGUAGES]
    assert told[0] == told[1] == places(key)


def _arguments(node: ast.Call) -> list[ast.expr]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in SAYING or name.endswith("Error"):
        return [*node.args[:2]]
    return []


def _keys_in(node: ast.expr) -> set[str]:
    """The keys that an expression can be; places of an f-string stand for anything."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _keys_in(node.body) | _keys_in(node.orelse)
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values)
        return {key for key in KEYS if re.fullmatch(pattern, key)} or {ast.unparse(node)}
    return set()


def test_every_key_that_is_said_is_in_the_catalogue() -> None:
    lost = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "said" and node.args:
                lost += [f"{path.name}:{node.lineno} {key}" for key in _keys_in(node.args[0]) if key not in catalogue("en")]
    assert lost == []


def test_every_key_is_said_by_somebody() -> None:
    """A key stands as a text in the source, whole or put together from its code and a variant."""
    texts: set[str] = set()
    patterns: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant) and "." in str(node.values[0].value):
                patterns.add(str(node.values[0].value).partition(".")[0])
    idle = [key for key in KEYS if key not in texts and key.partition(".")[0] not in patterns]
    assert idle == []
