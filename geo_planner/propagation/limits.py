"""What lies outside the range for which a model is published: parts of sentences, all of them told in one error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from geo_planner.errors import ModelRangeError
from geo_planner.words import Said, said

_UNITS = {"m above ground": "above_ground", "N-units": "n_units", "N-units/km": "n_units_per_km", "degrees": "degrees"}


def refuse(model: str, found: Sequence[Said]) -> None:
    """Nothing where nothing was found.

    Parameters
    ----------
    model : str
        Key of the catalogue for the model's name.

    Raises
    ------
    ModelRangeError
        With all that was found.
    """
    if found:
        raise ModelRangeError("model_range.error", why=said("model_range.why", model=said(model), found=tuple(found)))


def why(error: ModelRangeError) -> Said:
    """What an error says, to stand within a longer sentence: without a full stop of its own."""
    inner = dict(error.said.facts).get("why")
    return inner if isinstance(inner, Said) else error.said


def quantity(name: str) -> Said:
    """An argument, by its name in the library."""
    return said(f"quantity.{name}")


def unit(symbol: str) -> str | Said:
    """A unit; words among them stand in the catalogue."""
    return said(f"unit.{_UNITS[symbol]}") if symbol in _UNITS else symbol


def figure(value: float) -> float | str:
    """A number as it was given, to six digits; what is no number, very large or very small as it is written in the library."""
    if math.isfinite(value) and (value == 0 or 1e-4 <= abs(value) < 1e15):
        return float(f"{value:.6g}")
    return f"{value:g}"


def not_among(name: str, allowed: Iterable[str], value: object) -> Said:
    """A word that is none of those that are known."""
    return said("limit.one_of", name=quantity(name), allowed=tuple(allowed), value=str(value))


def not_positive(**values: float) -> list[Said]:
    """Those of the numbers that are not finite and above 0."""
    return [
        said("limit.positive", name=quantity(name), value=figure(value))
        for name, value in values.items()
        if not (math.isfinite(value) and value > 0.0)
    ]
