"""Streamlit's own searches with marks and case left out: what its pickers filter by, and what the search of a table compares.

Both leave out case alone, so that ``tia ma mu`` finds no ``Tia Ma Mủ``, and have no setting for it. Their scripts are sent with the comparison
changed (:mod:`geo_planner.ui.delivery`). A place is known by its shape; a script that is built otherwise stays as it is, and a test says so.
"""

from __future__ import annotations

import re

_FUNCTION = r"""
function gpPlainLetters(text) {
  return String(text).normalize("NFC")
    .replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (sign) => sign.normalize("NFD")[0])
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[\u0110\u0111\u00d0\u00f0\u0189\u0256]/g, "d")
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\s/g, " ")
    .toLowerCase();
}
"""
"""What :func:`geo_planner.letters.fold` leaves out of a name; the signs between words stay, for figures have them, as a keyboard writes them."""
_NAME = r"[A-Za-z_$][\w$]*"

_PICKERS = "SelectWidgetFilterMode.FILTER_MODE_FUZZY"
_AROUND = 2500
_LOWERED = re.compile(rf"\b({_NAME})\.toLowerCase\(\)")
_COMPARED = re.compile(rf"\(({_NAME}),({_NAME}\.label)\)")

# What is typed becomes an expression, its signs made plain; the cells are gone through by their kind, and what each shows is tried.
_TABLES = re.compile(
    rf"""\b(?P<made>{_NAME})\s*=\s*new\ RegExp\((?P<typed>{_NAME})(?P<signs>\.replace\(/[^\n]{{1,60}}?/g,\s*[`'"]\\\\\$1[`'"]\),\s*[`'"]i[`'"]\))
    (?P<kinds>.{{1,1500}}?\b(?P<cell>{_NAME})\.displayData\b.{{1,1000}}?\b(?P=made)\.test\()(?P<shown>{_NAME})\)""",
    re.DOTALL | re.VERBOSE,
)


def without_marks(script: str) -> str:
    """The script with marks left out where it filters options or searches a table; any other script as it is."""
    changed = _in_tables(_in_pickers(script))
    return script if changed == script else changed + _FUNCTION


def _in_pickers(script: str) -> str:
    """Around the names of the ways to filter, marks go wherever case goes, and before letters are counted: the nearest option stays first."""
    at = script.find(_PICKERS)
    if at < 0:
        return script
    start, end = max(0, at - _AROUND), at + _AROUND
    near = _COMPARED.sub(r"(gpPlainLetters(\1),gpPlainLetters(\2))", script[start:end])
    return script[:start] + _LOWERED.sub(r"gpPlainLetters(\1)", near) + script[end:]


def _in_tables(script: str) -> str:
    """What is typed and what a cell shows are compared in plain letters; of a bar, the figure written on it, not the one behind it."""
    return _TABLES.sub(
        r"\g<made>=new RegExp(gpPlainLetters(\g<typed>)\g<signs>\g<kinds>gpPlainLetters(\g<cell>.data?.label??\g<shown>))", script, count=1
    )
