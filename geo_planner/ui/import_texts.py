"""The words of the import page: keys of the catalogue, and the titles of the layers and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.imports import layer_title, own_title, target_title
from geo_planner.ui.texts import fault_table, text
from geo_planner.words import Language, Said, said

__all__ = ["import_fault_table", "layer_title", "say", "saying", "target_title"]


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
