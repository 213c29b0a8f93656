"""The words of the import page: keys of the catalogue, and the titles of the layers and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.imports import layer_title, own_title, target_title
from geo_planner.ui.texts import fault_table, text, wrapped
from geo_planner.words import Language, Said, said

__all__ = ["fault_html", "import_fault_table", "layer_title", "say", "saying", "target_title"]


def saying(key: str, **values: Any) -> Said:
    """What the import page says, to stand in another of its texts."""
    return said(f"import_page.{key}", **values)


def say(key: str, language: Language, **values: Any) -> str:
    """A text of the import page in one language, with its places filled."""
    return saying(key, **values).text(language)


def import_fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """The table of faults, with the remedies that this page offers."""
    table = fault_table(faults, language, on_import_page=True)
    column = text("fault_column", language)
    table[column] = [own_title(name, language) if isinstance(name, str) else name for name in table[column]]
    return table


def fault_html(faults: Sequence[Fault], language: Language, *, name: str = "") -> str:
    """Faults as a table whose sentences wrap; every cell is plain text, and columns in which nothing stands are left out.

    Parameters
    ----------
    faults : sequence of Fault
    language : {"vi", "en"}
    name : str
        Of the file that the page speaks of: it need not be said again.
    """
    table = import_fault_table(faults, language)
    file = text("fault_file", language)
    table[file] = table[file].where(table[file] != name, None)
    return wrapped(table)
