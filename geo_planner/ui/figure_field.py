"""A field for a figure that an address or a scenario may have set, whatever the usual range is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from geo_planner.ui import visit

__all__ = ["figure_field", "spanning"]


def figure_field(
    label: str,
    key: str,
    value: float,
    choose: Callable[[float], object],
    *,
    least: float,
    most: float,
    step: float,
    explained: str | None = None,
) -> None:
    """A field bound to a figure of the visit, from `least` to `most` or as far as the figure in force lies.

    Parameters
    ----------
    choose : callable
        Called with what the visitor has chosen.
    """
    low, high = spanning(value, least, most)
    st.number_input(label, low, high, step=step, format="%g", help=explained, **visit.bound(key, float(value), choose))


def spanning(value: float | None, least: float, most: float) -> tuple[float, float]:
    """A range that holds the figure in force too.

    Streamlit puts the least in the place of a figure that lies outside the range: the field would state what is not in force.

    >>> spanning(0.0, 1.0, 10.0), spanning(5.0, 1.0, 10.0), spanning(None, 1.0, 10.0)
    ((0.0, 10.0), (1.0, 10.0), (1.0, 10.0))
    """
    return (least, most) if value is None else (min(least, value), max(most, value))
