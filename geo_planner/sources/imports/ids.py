"""Ids for rows that bring none: made from what the row is, so that the same list gives the same ids again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from geo_planner.sources.imports.folding import slug


def _short(text: str, length: int = 6) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def place_ids(codes: Sequence[str], names: Sequence[str], former: Sequence[str], *, prefix: str = "") -> list[str]:
    """Ids from commune and name, for instance ``03463-tia-ma-mu``.

    The former commune takes part where a row names it: after the mergers one commune may hold two villages of one name.
    Names that differ only in their marks are told apart by a short hash of the exact name.
    """
    made = [
        prefix + "-".join(part for part in (code, slug(old) if old else "", slug(name) or _short(name)) if part)
        for code, name, old in zip(codes, names, former, strict=True)
    ]
    spellings: dict[str, set[str]] = {}
    for identifier, name in zip(made, names, strict=True):
        spellings.setdefault(identifier, set()).add(name.casefold())
    return [
        f"{identifier}-{_short(name.casefold(), 4)}" if len(spellings[identifier]) > 1 else identifier
        for identifier, name in zip(made, names, strict=True)
    ]


def running_ids(owners: Sequence[str]) -> list[str]:
    """``S1-1``, ``S1-2`` … for the rows of each owner, in the order of the file."""
    seen: Counter[str] = Counter()
    made = []
    for owner in owners:
        seen[owner] += 1
        made.append(f"{owner}-{seen[owner]}")
    return made


def measurement_ids(frame: pd.DataFrame) -> list[str]:
    """Ids from all that a sample says: two samples that agree in everything are one."""
    columns = [name for name in frame.columns if name not in ("measurement_id", "source", "is_sample")]
    return [f"m-{_short(chr(31).join(map(str, values)), 16)}" for values in frame[columns].itertuples(index=False, name=None)]
