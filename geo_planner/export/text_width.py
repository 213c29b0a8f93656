"""How wide a text is in the font of our spreadsheets, and into how many lines a column breaks it.

A spreadsheet program does not fit the height of merged cells, and not every program fits that of wrapped ones when it opens a file: the
writer has to say it. Too low a row cuts its text in print; too high ones cost pages.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator

# Advance widths of Times (Adobe's font metrics of Times-Roman, thousandths of an em), which Times New Roman and Liberation Serif share.
_ADVANCES = {
    sign: width / 1000
    for width, signs in {
        180: "'", 200: "|", 250: " ,.", 278: "ijlt/\\:;", 333: "fr-()`!I[]", 389: "sJ", 408: '"', 444: "acez?", 480: "{}", 500: "bdghknopquvxy0123456789$#_–*đ",
        541: "~", 556: "PSF", 564: "+<=>×÷±", 611: "ELTZ", 667: "BCR", 722: "ADGHKNOQUVXYwĐ", 778: "m&", 833: "%", 889: "M", 921: "@", 944: "W", 1000: "—…",
    }.items()
    for sign in signs
}  # fmt: skip
_OTHER, _WIDE, _HORN = 0.75, 1.0, 0.06
_BOLD = 1.08
# Points of a column's unit (a digit of 7 pixels at 96 dpi, as office programs round it), and what a cell leaves free beside its text.
_UNIT_PT, _PADDING_PT, _INDENT_PT = 5.25, 1.0, 6.0


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text on one line, in points.

    Marks above and below a letter take no room; signs that are not in the table are taken as wide ones.

    >>> text_width("Mường", 10.0) == text_width("Muong", 10.0) + 2 * 10.0 * 0.06
    True
    """
    ems = 0.0
    for sign in unicodedata.normalize("NFD", text):
        if unicodedata.combining(sign):
            ems += _HORN if sign == "\N{COMBINING HORN}" else 0.0
        else:
            ems += _ADVANCES.get(sign) or (_WIDE if unicodedata.east_asian_width(sign) in "WF" else _OTHER)
    return ems * size * (_BOLD if bold else 1.0)


def wrapped_lines(text: str, width: float, *, size: float = 11.0, bold: bool = False, indent: bool = False) -> int:
    """How many lines a wrapped text takes.

    Parameters
    ----------
    text : str
    width : float
        Of the column, or of all that a merged cell covers, in the spreadsheet's unit (about a digit of size 11).
    size : float
        Of the font, in points.
    bold : bool
    indent : bool
        Whether the cell is indented by one.

    Returns
    -------
    int
        At least 1.

    >>> wrapped_lines("Khu vực Xã Tà Tổng", 22, indent=True), wrapped_lines("Khu vực Phường Tân Phong", 20, indent=True)
    (1, 2)
    """
    room = max(width * _UNIT_PT - _PADDING_PT - (_INDENT_PT if indent else 0.0), size)
    space = text_width(" ", size, bold=bold)
    return sum(_lines((text_width(word, size, bold=bold) for word in paragraph.split(" ")), space, room) for paragraph in text.split("\n"))


def _lines(words: Iterator[float], space: float, room: float) -> int:
    lines, used = 1, 0.0
    for word in words:
        if used and used + space + word > room:
            lines, used = lines + 1, 0.0
        # a word wider than the column is broken anywhere
        lines += max(math.ceil(word / room) - 1, 0)
        used += word % room if word > room else word + (space if used else 0.0)
    return lines
