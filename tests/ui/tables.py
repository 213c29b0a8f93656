"""Tables that the pages draw as HTML, read back."""

from __future__ import annotations

import html
import re

import pandas as pd
from streamlit.testing.v1 import AppTest


def html_tables(app: AppTest) -> list[pd.DataFrame]:
    """Every table of a page in the order in which they stand there, all cells as text."""
    found = []
    for element in app.get("html"):
        for table in re.findall(r"<table>(.*?)</table>", element.proto.body, flags=re.DOTALL):
            heads = [_plain(cell) for cell in re.findall(r"<th>(.*?)</th>", table, flags=re.DOTALL)]
            rows = [
                [_plain(cell) for cell in re.findall(r"<td(?: [^>]*)?>(.*?)</td>", row, flags=re.DOTALL)]
                for row in re.findall(r"<tr(?: [^>]*)?>(.*?)</tr>", table, flags=re.DOTALL)
            ]
            found.append(pd.DataFrame([row for row in rows if row], columns=heads, dtype=str))
    return found


def fault_tables(app: AppTest) -> list[pd.DataFrame]:
    """Those that tell faults."""
    return [table for table in html_tables(app) if "Sai ở đâu" in table]


def _plain(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", cell)).strip()
