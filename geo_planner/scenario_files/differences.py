"""In what one scenario differs from another, setting by setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from geo_planner.config import Scenario
from geo_planner.words import Label, Said, catalogue, said

_CALLED = ("name", "title_vi", "title_en")
PRESENT = "present"
"""In place of the value of a whole group that the other scenario has not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in two scenarios.

    Attributes
    ----------
    key : str
        Its dotted path, as :func:`geo_planner.scenario_files.save_as` takes it.
    title : Said
        What it is called.
    first, second : value
        In each; None where it is not set, :data:`PRESENT` for a group that the other has not at all.
    """

    key: str
    title: Said
    first: Any
    second: Any


def differences(first: Scenario, second: Scenario) -> tuple[Difference, ...]:
    """What is not the same, in the order of the settings; what the scenarios are called is left out."""
    found = (item for item in _differ("", first, second) if item[0] not in _CALLED)
    return tuple(Difference(key, setting_title(key, first, second), a, b) for key, a, b in found)


def settings_by_path(scenario: Scenario) -> dict[str, Any]:
    """Every setting with its value, by dotted path; items of a list of groups by their name, else by their position."""
    return {key: value for key, value in _leaves("", scenario) if key not in _CALLED}


def setting_title(key: str, *scenarios: Scenario) -> Said:
    """What a setting is called; criteria and years by what the scenarios say of them."""
    parts = key.split(".")
    if f"setting.{key}" in catalogue("vi"):
        return said(f"setting.{key}")
    if parts[:2] == ["ranking", "criteria"] and len(parts) > 2:
        found = (c for scenario in scenarios for c in scenario.ranking.criteria if c.name == parts[2])
        criterion = next((Label(c.name, c.vi, c.en) for c in found), Label(parts[2], parts[2], parts[2]))
        kind = parts[3] if parts[3:] in (["weight"], ["bounds"]) else "whole" if len(parts) == 3 else "other"
        return said(f"scenario_setting.criterion_{kind}", criterion=criterion, key=parts[-1])
    if parts[:2] == ["build", "years"] and len(parts) in (3, 4) and parts[2].isdecimal():
        held = [s.build.years[int(parts[2])].year for s in scenarios if s.build is not None and int(parts[2]) < len(s.build.years)]
        if held and parts[3:] in ([], ["budget_vnd"]):
            return said("scenario_setting.year_budget", year=held[0])
    return said("scenario_setting.build") if key == "build" else said("scenario_setting.other", key=key)


def _differ(prefix: str, a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:
    inner = _inner(a), _inner(b)
    if inner[0] is None or inner[1] is None:
        if a != b:
            yield prefix, _value(a), _value(b)
        return
    for name in {**inner[0], **inner[1]}:
        at = f"{prefix}.{name}" if prefix else name
        if name in inner[0] and name in inner[1]:
            yield from _differ(at, inner[0][name], inner[1][name])
        else:
            yield at, _value(inner[0].get(name)), _value(inner[1].get(name))


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    inner = _inner(value)
    if inner is None:
        yield prefix, _value(value)
        return
    for name, held in inner.items():
        yield from _leaves(f"{prefix}.{name}" if prefix else name, held)


def _inner(value: Any) -> dict[str, Any] | None:
    """The settings of a group or of a list of groups; None for a plain value."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, tuple) and value and all(isinstance(item, BaseModel) for item in value):
        return {str(getattr(item, "name", at)): item for at, item in enumerate(value)}
    return None


def _value(value: Any) -> Any:
    """As YAML has it."""
    if _inner(value) is not None:
        return PRESENT
    return [_value(item) for item in value] if isinstance(value, tuple) else value
