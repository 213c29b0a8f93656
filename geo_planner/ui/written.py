"""Figures of a table as the language writes them; a column is still sorted by its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
from pandas.io.formats.style import Styler

from geo_planner.words import Language, number


@dataclass(frozen=True, slots=True)
class Figures:
    """How the figures of a column are written: their decimals, what stands behind them, and whether a rise has its sign."""

    decimals: int
    unit: str = ""
    signed: bool = False


def written(
    table: pd.DataFrame, columns: Mapping[str, Figures], language: Language, *, named: Mapping[str, Mapping[float, str]] | None = None
) -> Styler:
    """The table with some columns written out.

    Parameters
    ----------
    table : DataFrame
    columns : mapping of str to Figures
        By title.
    language : {"vi", "en"}
    named : mapping of str to mapping, optional
        By title: how each figure of a column is written (equal ranks, ``=2``).
    """
    how: dict[str, Callable[[object], str]] = {title: partial(_written, figures, language) for title, figures in columns.items()}
    how |= {title: partial(_named, words) for title, words in (named or {}).items()}
    return table.style.format(how)


def _named(words: Mapping[float, str], value: object) -> str:
    return words.get(float(value), str(value))  # type: ignore[arg-type]


def _written(figures: Figures, language: Language, value: object) -> str:
    if pd.isna(value):
        return ""
    figure = float(value)  # type: ignore[arg-type]
    sign = "+" if figures.signed and figure > 0 else ""
    return f"{sign}{number(figure, figures.decimals, language)}{figures.unit}"
