"""Which rows of a phone's log are samples of the cell that serves it, on a network of Viet Nam.

Apps write a row for every neighbour cell that the phone hears, some 20 dB weaker and without operator; where carriers are joined a
row for each further carrier; at the border the phone roams. Told by the columns that say so, by whatever name, and by the codes of
the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.letters import fold
from geo_planner.schema.vocabulary import FOREIGN_NETWORKS, UNKNOWN

COUNTRY = "452"
"""Mobile country code of Viet Nam (ITU-T E.212)."""
NEIGHBOUR = "not_data.neighbour"
SECONDARY = "not_data.secondary"
ABROAD = "not_data.abroad"
"""Why a row is no row of data: keys of the catalogue."""
REASONS = (NEIGHBOUR, SECONDARY, ABROAD)

_SAYS_SERVING = re.compile(
    r"(is|m|cell)?(serving|registered|active|primary)(cell|network)?|(o|cell)?(dang)?phucvu|(is)?connected(cell)?|dangketnoi|celldangkynhap"
)
_SAYS_NEIGHBOUR = re.compile(r"(is|m)?(neighbou?r|neighbou?ring|neigh|nbr)(cell)?|(la)?(o|cell)?(lancan|langgieng|hangxom)")
_SAYS_WHICH = re.compile(
    r"(cell|serving|record|row)?(type|role|status|state|kind|category|set|class)|(cell)?connection(status|state)?|registration(status|state)?"
    r"|serving(or)?neighbou?r|(loai|kieu)(o|cell)?|vaitro(cell|o)?|trangthai(cell|o)?"
)
_CELL_ID = re.compile(
    r"(full|long|lte|nr)?(cell|eutrancell|nrcell)?id|(cell)?(ci|cid|lcid|eci|nci|ecgi|cgi)|cellidentity|cell|enb(id)?|enodeb(id)?|gnb(id)?"
)
_MCC, _MNC = re.compile(r"(network|serving|cell|sim)?mcc"), re.compile(r"(network|serving|cell|sim)?mnc|net")
_YES = {"true", "yes", "y", "t", "1", "co", "dung", "x", "dung vay"}
_NO = {"false", "no", "n", "f", "0", "khong", "sai", "none"}
_SERVING = re.compile(
    r"s|sc|(primary )?serving( cell)?|registered( cell)?|primary( cell)?|p ?cell|pcc|active( set)?|as|connected|connection primary serving|(cell |o )?(dang )?phuc vu|o chinh"
)
_SECOND = re.compile(r"secondary( serving)?( cell)?|s ?cell ?\d*|scc ?\d*|connection secondary serving")
_OTHER = re.compile(
    r"(n|nb|nc|nbr|n ?cell|nei|neigh|neighbou?r|neighbou?ring)( ?cells?)?( ?\d+)?|(not |non |un)(registered|serving|connected)( cell)?|connection none"
    r"|(detected|monitored)( set)?|mn|dn|ms|ds|(cell |o )?(lan can|lang gieng|hang xom)"
)
_CONNECTION = {"0": NEIGHBOUR, "1": "", "2": SECONDARY}
"""Android's words for the connection to a cell: none, primary, secondary."""
_NO_CODE = {"", "0", "00", "000", "-1", "65535", "2147483647", "4294967295", "9223372036854775807"}
_NO_CELL = {*_NO_CODE, "268435455", "68719476735", "268435456"}
"""Also the largest numbers of cells that LTE and NR can count to: what a phone writes where it knows none."""
_NETWORK = re.compile(r"(\d{3})[\s/|:;,._-]*(\d{1,3})")
_REGISTERED = re.compile(r"mRegistered\s*=\s*(YES|NO|true|false)", flags=re.IGNORECASE)


def not_serving(texts: dict[str, pd.Series], titles: dict[str, str]) -> pd.Series:
    """Why each row is no sample of a serving cell of this country: one of ``REASONS``, empty where it is one.

    Parameters
    ----------
    texts : dict of str to Series
        Cells as words, by column.
    titles : dict of str to str
        What stands over each column.
    """
    short = squeezed(titles)
    why, sure = _roles(texts, short)
    codes, _ = networks(texts, short)
    why = why.mask((why == "") & ~sure & _without_network(texts, short, codes), NEIGHBOUR)
    foreign = codes.map(is_foreign) | (texts["operator"].map(is_foreign) if "operator" in texts else False)
    return why.mask((why == "") & foreign, ABROAD)


def squeezed(titles: dict[str, str]) -> dict[str, str]:
    """Titles folded and without spaces: servingCell, serving_cell and Serving cell are one."""
    return {name: fold(title).replace(" ", "") for name, title in titles.items()}


def _roles(texts: dict[str, pd.Series], titles: dict[str, str]) -> tuple[pd.Series, pd.Series]:
    """Why each row is no sample of the serving cell (empty: it may be one), and where a column says that it is one."""
    index = next(iter(texts.values())).index
    why, sure = pd.Series("", index=index, dtype=object), pd.Series(False, index=index)
    for name, cells in texts.items():
        found = _said_by(cells, titles[name])
        if found is None:
            continue
        why = why.mask((why == "") & found.isin(REASONS), found)
        sure |= found == "serving"
    return why, sure & (why == "")


def _said_by(cells: pd.Series, title: str) -> pd.Series | None:
    """What a column says of each row: ``serving``, a reason, or nothing; None for a column about something else."""
    dumped = cells.str.extract(_REGISTERED, expand=False)
    if dumped.notna().any():
        return dumped.fillna("").str.casefold().map({"yes": "serving", "true": "serving", "no": NEIGHBOUR, "false": NEIGHBOUR, "": ""})
    reads: Callable[[str], str | None] | None = None
    if _SAYS_NEIGHBOUR.fullmatch(title):
        reads = lambda word: _role(word, yes=NEIGHBOUR, no="serving")  # noqa: E731
    elif _SAYS_SERVING.fullmatch(title):
        reads = lambda word: _role(word, yes="serving", no=NEIGHBOUR)  # noqa: E731
    elif _SAYS_WHICH.fullmatch(title):
        reads = _connection if "connection" in title else _role
    if reads is None:
        return None
    meanings = {text: reads(fold(text.rpartition("=")[2])) for text in cells.unique()}
    # a column that holds any other word is about another thing: "status" of a test, "type" of a phone
    if None in meanings.values() or not any(meanings.values()):
        return None
    return cells.map(meanings)


def _role(word: str, yes: str | None = None, no: str | None = None) -> str | None:
    """What a word says of the cell of its row; None for a word that is not known."""
    if word in UNKNOWN or word == "2147483647":
        return "" if word != "none" or no is None else no
    if word in _YES:
        return yes
    if word in _NO and word != "n":
        return no
    if word == "n" and no is not None:
        return no
    if _SECOND.fullmatch(word):
        return SECONDARY
    return NEIGHBOUR if _OTHER.fullmatch(word) else "serving" if _SERVING.fullmatch(word) else None


def _connection(word: str) -> str | None:
    if word in _CONNECTION:
        return _CONNECTION[word] or "serving"
    return NEIGHBOUR if word == "none" else _role(word)


def networks(texts: dict[str, pd.Series], titles: dict[str, str]) -> tuple[pd.Series, tuple[str, ...]]:
    """The network of each row as ``452-04`` (empty: none stated), and the columns that state it beside that of the operator.

    `titles` are squeezed.
    """
    index = next(iter(texts.values())).index
    mcc = next((name for name, title in titles.items() if _MCC.fullmatch(title)), "")
    mnc = next((name for name, title in titles.items() if _MNC.fullmatch(title)), "") if mcc else ""
    if mcc and mnc:
        pairs = [network(f"{_figure(a)}-{_figure(b)}") for a, b in zip(texts[mcc], texts[mnc], strict=True)]
        return pd.Series(pairs, index=index, dtype=object), (mcc, mnc)
    whole = mcc or next(
        (name for name, title in titles.items() if title in ("mccmnc", "plmn", "plmnid", "networkcode") and name != "operator"), ""
    )
    if whole:
        return texts[whole].map(lambda text: network(_figure(text))), (whole,)
    return (texts["operator"].map(network) if "operator" in texts else pd.Series("", index=index, dtype=object)), ()


def _figure(text: str) -> str:
    return re.sub(r"\.0+$", "", text)


def _without_network(texts: dict[str, pd.Series], titles: dict[str, str], codes: pd.Series) -> pd.Series:
    """Rows without network and cell among rows that have both: neighbours, where no column says anything else."""
    mcc = next((name for name, title in titles.items() if _MCC.fullmatch(title)), None)
    if mcc is None or not (codes != "").any():
        return pd.Series(False, index=codes.index)
    written = texts[mcc].map(_figure)
    blank = (written == "") | written.map(lambda text: fold(text) in UNKNOWN)
    marked = ~blank & written.isin(_NO_CODE)
    cells = [name for name, title in titles.items() if _CELL_ID.fullmatch(title)]
    if not cells:
        return marked
    known = np.logical_or.reduce([_known_cell(texts[name]) for name in cells])
    return (marked | blank) & ~known & bool((known & (codes != "").to_numpy()).any())


def _known_cell(cells: pd.Series) -> NDArray[np.bool_]:
    plain = cells.map(_figure)
    return (~plain.isin(_NO_CELL) & ~plain.map(lambda text: fold(text) in UNKNOWN)).to_numpy(dtype=bool)


def network(text: str) -> str:
    """Country and network code as ``452-04``; empty for a text that holds none.

    Examples
    --------
    >>> network("45204"), network("452/4"), network("452-004"), network("460 00"), network("0-0"), network("Viettel")
    ('452-04', '452-04', '452-04', '460-00', '', '')
    """
    found = _NETWORK.fullmatch(text.strip())
    if found is None or not 200 <= int(found[1]) <= 999:
        return ""
    number = int(found[2])
    if number > 99 and found[1] == COUNTRY:
        return ""
    return f"{found[1]}-{number:02d}"


def is_foreign(text: str) -> bool:
    """Whether a code or a name is that of a network of another country.

    Examples
    --------
    >>> is_foreign("460-00"), is_foreign("CHINA MOBILE"), is_foreign("452-04"), is_foreign("Viettel")
    (True, True, False, False)
    """
    code = network(re.sub(r"\.0+$", "", text))
    return not code.startswith(COUNTRY) if code else FOREIGN_NETWORKS.fullmatch(fold(text)) is not None
