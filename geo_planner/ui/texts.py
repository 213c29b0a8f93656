"""The texts of the app: keys of the catalogue, what stands on the pages in lists, and what is wrong with an input as a table."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo_planner.errors import MOST_IN_ALL, Fault, bounded
from geo_planner.words import LANGUAGES as CODES
from geo_planner.words import Language, Said, catalogue, said

LANGUAGES: Mapping[str, Language] = {said("ui.language_name").text(code): code for code in CODES}
"""Each language under its own name."""

METHOD = ("signal", "status", "payer", "rank", "two_models", "certainty", "area")
"""How it is computed, a sentence each."""

ASSUMPTIONS = (
    "service.technology",
    "service.rsrp_threshold_dbm",
    "service.rx_height_m",
    "service.sigma_db",
    "service.min_probability",
    "service.default_settlement_radius_m",
    "service.full_coverage_share",
    "propagation.model",
    "service.class_limits_dbm",
    "propagation.compare_with",
    "propagation.time_pct",
    "propagation.dn_per_km",
    "propagation.n0",
    "propagation.max_radius_km",
    "propagation.effective_earth_factor",
    "propagation.relative_permittivity",
    "propagation.conductivity_s_m",
)
"""Settings of a scenario that are assumptions, in the order of the page."""

FILES = (
    "proposal.docx",
    "priority_list.xlsx",
    "map.html",
    "priority_list.csv",
    "plan.gpkg",
    "villages.geojson",
    "coverage.tif",
    "summary.json",
    "manifest.json",
)
"""Files of a plan that the page of downloads explains, documents for people first."""


def text(key: str, language: Language, **values: Any) -> str:
    """A text of the app in one language, with its places filled."""
    return said(f"ui.{key}", **values).text(language)


def method(language: Language) -> list[str]:
    """How it is computed, in sentences."""
    return [said(f"about_method.{name}").text(language) for name in METHOD]


def setting_title(path: str, language: Language) -> str:
    """Title of an assumption of the scenario."""
    return said(f"about_setting.{path}").text(language)


def file_words(name: str, language: Language) -> tuple[str, str]:
    """Title and meaning of a file of the plan; one that is not known is called by its name."""
    if name not in FILES:
        return name, ""
    return said(f"download_title.{name}").text(language), said(f"download_meaning.{name}").text(language)


_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~$^]|:(?=\S)|(?<=www)\.|(?<!\S)[-+](?=\s)")
_NUMBERED = re.compile(r"(?m)^(\s*\d+)([.)])(?=\s)")


def plain(words: str) -> str:
    r"""A text for a label or a line that Streamlit reads as markdown: whatever names and titles of anybody stand in it, no sign is markup.

    >>> print(plain("Phương án *1* [a](b) :red[c] $x$, 2027: 1,5"))
    Phương án \*1\* \[a\](b) \:red\[c\] \$x\$, 2027: 1,5
    """
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", words))


def wrapped(table: pd.DataFrame) -> str:
    """A table of texts whose sentences wrap; every cell is plain text, and columns in which nothing stands are left out."""
    table = table.astype(object).where(table.notna(), "")
    table = table[[column for column in table if (table[column] != "").any()]]
    heads = "".join(f"<th>{html.escape(str(column))}</th>" for column in table)
    rows = (
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"
        for cells in table.itertuples(index=False, name=None)
    )
    return f'<div class="gp-faults"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


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


def on_page(what: Said, language: Language) -> str:
    """A sentence as the pages say it: where it names a command, they name the page that does the same."""
    key = f"page.{what.key}"
    return (said(key, **dict(what.facts)) if key in catalogue(language) else what).text(language)


def _page_remedy(fault: Fault, language: Language) -> str:
    """What the page offers where the sentence of the command line names an option; empty where that holds here too."""
    keys = (f"page.{fault.said.key}", f"page.{fault.code}")
    return next((said(key).text(language) for key in keys if key in catalogue(language)), "")
