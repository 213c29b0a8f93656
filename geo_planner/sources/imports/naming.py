"""What is left out or changed, called by its name: lists that say the first ones and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SHOWN = 12
_LONGEST = 50


def shortened(text: str) -> str:
    """A name on one line, cut where it is too long for a list."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def names_listed(names: Iterable[str]) -> str:
    """Names in quotation marks.

    Examples
    --------
    >>> names_listed(["Ghi chú", "Cột  H"])
    "'Ghi chú', 'Cột H'"
    """
    return _bounded([repr(shortened(name)) for name in names])


def rows_listed(rows: Iterable[tuple[int, str]]) -> str:
    """Rows with what they are called.

    Examples
    --------
    >>> rows_listed([(3, "Bản Hai"), (7, "")])
    "row 3 'Bản Hai', row 7"
    """
    return _bounded([f"row {row} {shortened(name)!r}" if name.strip() else f"row {row}" for row, name in rows])


def _bounded(parts: Sequence[str]) -> str:
    more = len(parts) - SHOWN
    return ", ".join(parts[:SHOWN]) + (f" and {more} more" if more > 0 else "")
