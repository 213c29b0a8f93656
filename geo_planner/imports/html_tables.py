"""Tables inside HTML: the attributes that Google Earth and ArcGIS write into the description of a placemark."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_CELLS = ("td", "th")
_UNSEEN = ("script", "style", "title")


def table_of_html(text: str) -> tuple[dict[str, str], str]:
    """The fields of a table of two columns, and what else there is to read; a text without a table stays as it is.

    Examples
    --------
    >>> table_of_html("<table><tr><td>Xã</td><td>Mù Cả</td></tr></table>")
    ({'Xã': 'Mù Cả'}, '')
    >>> table_of_html("cạnh <b>suối</b>")
    ({}, 'cạnh <b>suối</b>')
    """
    if "<table" not in text.lower():
        return {}, text
    parser = _Rows()
    parser.feed(text)
    parser.close()
    fields = dict[str, str]()
    rest = []
    for row in parser.rows:
        cells = [" ".join(cell.split()) for cell in row]
        if len(cells) == 2 and cells[0] and cells[0] not in fields:
            fields[cells[0]] = "" if cells[1] in ("&lt;Null&gt;", "<Null>") else cells[1]
        else:
            rest.append(" | ".join(filter(None, cells)))
    outside = " ".join("".join(parser.outside).split())
    return fields, "; ".join(filter(None, [outside, *rest]))


def without_markup(text: str) -> str:
    """The words of a short text that may hold markup, on one line.

    Examples
    --------
    >>> without_markup("<b>Tên&nbsp;bản</b>")
    'Tên bản'
    """
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).replace("\xa0", " ").split())


class _Rows(HTMLParser):
    """Rows of the innermost tables; a cell that holds a table of its own is only its frame."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.outside: list[str] = []
        self._open: list[list[str] | None] = []
        self._in_cell: list[bool] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the parser calls it
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            if self._open:
                self._open[-1] = None
            self._open.append([])
            self._in_cell.append(False)
        elif not self._open:
            if tag in ("br", "p", "div"):
                self.outside.append(" ")
        elif tag == "tr":
            self._end_row()
            self._open[-1] = []
        elif tag in _CELLS:
            row = self._open[-1]
            if row is not None:
                row.append("")
            self._in_cell[-1] = True
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif not self._open:
            return
        elif tag in _CELLS:
            self._in_cell[-1] = False
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self._open.pop()
            self._in_cell.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._open:
            self.outside.append(data)
        elif (row := self._open[-1]) and self._in_cell[-1]:
            row[-1] += data

    def close(self) -> None:
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _end_row(self) -> None:
        row = self._open[-1]
        if row and any(cell.strip() for cell in row):
            self.rows.append(row)
        self._open[-1] = []
