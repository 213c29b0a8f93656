"""What goes back to the office: words of choices, titles that an import knows again."""

from __future__ import annotations

from collections.abc import Mapping

from geo_planner.imports.naming import OWN_TITLES, own_title
from geo_planner.imports.saying import word_told
from geo_planner.imports.spoken.titles import target_title
from geo_planner.imports.synonyms import POINT_LAYERS
from geo_planner.words import LANGUAGES, Language, Said, said

TITLES_OF_REJECTS: Mapping[Language, tuple[str, str]] = {
    language: (said("import_paper.row_title").text(language), said("import_paper.reason_title").text(language)) for language in LANGUAGES
}
"""First and last title of the file of rejected rows."""
_IN_A_TABLE = ("commune", "x", "y", "lon", "lat", "time", "district")
"""Columns that the import made itself or found around the table."""


def column_title(layer: str, name: str, language: Language) -> str:
    """The title of a column for people, also of one that the import made itself."""
    return own_title(target_title(layer, name, language), language) if layer in POINT_LAYERS else own_title(name, language)


def cell_words(layer: str, column: str, value: object, language: Language) -> str:
    """A cell of the layer: the words of choices as people say them."""
    kinds = {c.name: c.kind.name for c in POINT_LAYERS[layer].columns} if layer in POINT_LAYERS else {}
    text = str(value)
    word = word_told(text) if text and kinds.get(column) in ("choice", "yes_no") else text
    return word.text(language) if isinstance(word, Said) else word


def titles_known_again(titles: Mapping[str, str], language: Language = "vi") -> dict[str, str]:
    """Titles for a table of some of the rows, by column: what the import made itself gets a title that it reads as the same."""
    found = dict[str, str]()
    for name, title in titles.items():
        made = title in OWN_TITLES or (name == "time" and " + " in title)
        better = said(f"import_paper.title_{name}").text(language) if made and name in _IN_A_TABLE else title
        is_axis = made and name in ("x", "y") and better in titles.values()
        found[name] = said("import_paper.coordinate", axis=better).text(language) if is_axis else better
    return found
