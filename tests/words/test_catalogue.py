"""Every sentence stands in both languages, asks for the same facts, and is said by somebody; nobody says one that is not there."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

from geo_planner import errors
from geo_planner.words import LANGUAGES, catalogue
from geo_planner.words.said import places

PACKAGE = Path(__file__).resolve().parents[2] / "geo_planner"
KEYS = sorted(catalogue("en"))
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.GeoPlannerError)}
SAYING = {"said": 0, "fault": 1, "warning": 1, "refuse": 1}
"""Where among its arguments a function has the key of the catalogue; errors have it first."""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_entries_read_one_by_one_are_those_of_the_whole_file() -> None:
    """Which also refuses a key that stands twice."""
    for language in LANGUAGES:
        whole = tomllib.loads((PACKAGE / "words" / f"{language}.toml").read_text(encoding="utf-8"))
        assert dict(catalogue(language)) == whole
        assert len(catalogue(language)) == len(whole)


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("vi")) == set(KEYS)


def test_a_key_has_the_same_parts_in_both_languages() -> None:
    parts = {key: [set(catalogue(language)[key]) for language in LANGUAGES] for key in KEYS}
    assert {key: found for key, found in parts.items() if found[0] != found[1] or found[0] not in ({"text"}, {"reason", "remedy"})} == {}


def test_no_sentence_is_empty_or_begins_or_ends_with_a_blank() -> None:
    assert [(key, text) for key, text in _sentences() if not text or text != text.strip()] == []


def test_a_reason_goes_on_a_line_and_a_remedy_is_a_sentence() -> None:
    """The full stop of a reason is put where it is shown; a remedy that is a fact brings its own."""
    entries = [(key, catalogue(language)[key]) for language in LANGUAGES for key in KEYS if "reason" in catalogue("en")[key]]
    assert [key for key, entry in entries if entry["reason"].endswith(".")] == []
    assert [key for key, entry in entries if not entry["remedy"].endswith((".", "?", "}"))] == []


def test_a_reason_leaves_it_to_the_fault_to_name_the_setting() -> None:
    """A fault says its file, row and column before the reason; a reason that begins with the name again has it twice in one sentence."""
    names = re.compile(r"([a-z][a-z0-9]*([._][a-z0-9]+)*|\{(what|column|setting|file|path)[^}]*\}|--\w+): ")
    reasons = [(key, catalogue(language)[key]["reason"]) for language in LANGUAGES for key in KEYS if "reason" in catalogue("en")[key]]
    assert [(key, reason) for key, reason in reasons if names.match(reason)] == []


def test_the_languages_tell_the_same_facts() -> None:
    told = {key: [{name for text in catalogue(language)[key].values() for name in _places(text)} for language in LANGUAGES] for key in KEYS}
    assert {key: found for key, found in told.items() if not found[0] == found[1] == places(key)} == {}


def _sentences() -> list[tuple[str, str]]:
    return [(key, text) for language in LANGUAGES for key in KEYS for text in catalogue(language)[key].values()]


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
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            at = SAYING.get(name, 0 if name in ERRORS else None)
            if at is not None and len(node.args) > at:
                lost += [f"{path.name}:{node.lineno} {key}" for key in _keys_in(node.args[at]) if key not in catalogue("en")]
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
