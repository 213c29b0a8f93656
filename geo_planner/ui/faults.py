"""Faults and warnings of the input as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from geo_planner.errors import MOST_IN_ALL, Fault, bounded
from geo_planner.ui.texts import text
from geo_planner.words import Language, catalogue, said

__all__ = ["fault_table", "sentence"]

_PLACES = ("file", "row", "column", "value")
_WORD = re.compile(r"[^\W\d_]+(?=[\s,;:]|$)")


def fault_table(faults: Sequence[Fault], language: Language, *, on_import_page: bool = False) -> pd.DataFrame:
    """One row a fault, what is wrong and what to do as sentences of the language.

    Parameters
    ----------
    faults : sequence of Fault
    language : {"vi", "en"}
    on_import_page : bool
        Whether what has to be chosen can be chosen on the page, and need not be said as options of the command.
    """
    told = bounded(faults, in_all=MOST_IN_ALL)
    rows = [(fault.file, fault.row, fault.column, fault.value, *_texts(fault, language, on_import_page)) for fault in told]
    names = [text(f"fault_{name}", language) for name in (*_PLACES, "reason", "remedy")]
    return pd.DataFrame(rows, columns=names).astype({text("fault_row", language): "Int64"})


def sentence(reason: str) -> str:
    """A reason as a sentence: a capital, unless it begins with a name, a figure or a sign, and a full stop.

    >>> sentence("the file is empty"), sentence("số hộ là 54"), sentence("terrain.tif is empty"), sentence("Hai ô trái ngược nhau.")
    ('The file is empty.', 'Số hộ là 54.', 'terrain.tif is empty.', 'Hai ô trái ngược nhau.')
    """
    shown = reason[:1].upper() + reason[1:] if _WORD.match(reason) else reason
    return shown if shown.endswith((".", "?", "!", "…")) else f"{shown}."


def _texts(fault: Fault, language: Language, on_import_page: bool) -> tuple[str, str]:
    reason, remedy = fault.texts(language)
    if on_import_page:
        remedy = _page_remedy(fault, language) or remedy
    return sentence(reason), remedy


def _page_remedy(fault: Fault, language: Language) -> str:
    """What the page offers where the sentence of the command line names an option; empty where that holds here too."""
    keys = (f"page.{fault.said.key}", f"page.{fault.code}")
    return next((said(key).text(language) for key in keys if key in catalogue(language)), "")
