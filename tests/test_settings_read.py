"""A setting that nobody reads promises what does not happen: every field of the scenario is read somewhere in the package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from geo_planner.config import Layers, Scenario
from geo_planner.schema import LAYERS
from tests.conftest import ROOT

DECLARING = ("geo_planner/config/", "geo_planner/preferences/settings.py", "geo_planner/calibration/settings.py")
"""Where settings are declared and checked: a field counts as read there only where a method, or another check than its own, asks for it."""


def sections(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """A model of settings and all that stand in it, in lists too."""
    if model not in found:
        found.add(model)
        for field in model.model_fields.values():
            for part in parts_of(field.annotation):
                sections(part, found)
    return found


def parts_of(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from parts_of(inner)


def checks(tree: ast.AST) -> set[int]:
    """What stands in a check of a field: it decides whether a value is let in, not what becomes of it."""
    return {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and any("field_validator" in ast.dump(each) for each in function.decorator_list)
        for node in ast.walk(function)
    }


def reads() -> tuple[set[str], list[re.Pattern[str]]]:
    """Attributes that the package asks for, and the shapes of those whose names it puts together."""
    names: set[str] = set()
    shapes = []
    for path in sorted((ROOT / "geo_planner").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        skipped = checks(tree) if path.relative_to(ROOT).as_posix().startswith(DECLARING) else set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in skipped:
                names.add(node.attr)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr" and isinstance(node.args[1], ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.args[1].values]
                shapes.append(re.compile("".join(parts)))
            elif isinstance(node, ast.FunctionDef) and asks_by_name(node):
                names |= {str(each.value) for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return names, shapes


def asks_by_name(function: ast.FunctionDef) -> bool:
    """Whether it asks for attributes whose names stand as texts elsewhere in it."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr")
    return any(isinstance(call.args[1], ast.Name) for call in calls)


def test_every_setting_is_read() -> None:
    names, shapes = reads()
    unread = [
        f"{model.__name__}.{name}"
        for model in sections(Scenario, set())
        if model is not Layers
        for name in model.model_fields
        if name not in names and not any(shape.fullmatch(name) for shape in shapes)
    ]
    assert sorted(unread) == []


def test_every_layer_of_a_scenario_is_one_that_is_loaded() -> None:
    """They are read one and all by the names that the schema declares."""
    assert set(Layers.model_fields) <= set(LAYERS)
