"""The words of the import page: keys of the catalogue, and the titles of the layers and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo_planner.errors import MOST_IN_ALL, Fault, bounded
from geo_planner.labels import Language
from geo_planner.sources.imports.spoken.faults import FAULTS
from geo_planner.sources.imports.spoken.titles import LAYER_TITLES, target_title
from geo_planner.ui.faults import fault_table
from geo_planner.ui.import_said import own_title, told
from geo_planner.ui.texts import text
from geo_planner.words import Language, Said, catalogue, said

__all__ = ["FAULTS", "import_fault_table", "layer_title", "say", "saying", "target_title", "told"]


def saying(key: str, **values: Any) -> Said:
    """What the import page says, to stand in another of its texts."""
    return said(f"import_page.{key}", **values)


def say(key: str, language: Language, **values: Any) -> str:
    """A text of the import page in one language, with its places filled."""
    return saying(key, **values).text(language)


def layer_title(layer: str, language: Language) -> str:
    """The title of a layer that can be imported."""
    return LAYER_TITLES[layer][language]


def import_fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """The table of faults, with the remedies that this page offers."""
    table = fault_table(faults, language, on_import_page=True)
    column = text("fault_column", language)
    table[column] = [own_title(name, language) if isinstance(name, str) else name for name in table[column]]
    for i, fault in enumerate(bounded(faults, in_all=MOST_IN_ALL)):
        why, what = fault.texts(language)
        if fault.said.key == "prose_fault" and language == "vi":
            why, what, _ = FAULTS.get(fault.code, (table.loc[i, reason], table.loc[i, remedy], ""))
        table.loc[i, [reason, remedy]] = [why, page_remedy(fault, language) or what]
    for i, fault in enumerate(bounded(faults, in_all=MOST_IN_ALL)):  # as the table has them
        if fault.said.key != "prose_fault":
            table.loc[i, [reason, remedy]] = [*fault.texts(language)]
            if f"on_page.{fault.code}" in catalogue(language):
                table.loc[i, remedy] = said(f"on_page.{fault.code}").text(language)
        elif fault.code in FAULTS:
            why, vi, en = FAULTS[fault.code]
            if language == "vi":
                table.loc[i, [reason, remedy]] = [why, vi]
            elif en:
                table.loc[i, remedy] = en
    return table


def page_remedy(fault: Fault, language: Language) -> str:
    """What this page offers against a fault where the sentence of the command line names an option; empty where that holds here too."""
    for key in (f"page.{fault.said.key}", f"page.{fault.code}"):
        if key in catalogue(language):
            return said(key).text(language)
    return ""
