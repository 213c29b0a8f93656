"""Cells of a mast that bring no cell id, met with those that the layer has: by technology, band and azimuth, not by their order."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import cell_identities
from geo_planner.words import Said, first_of, said

Identity = tuple[str, str, str]


def known_cells(existing: pd.DataFrame, draft: Draft, file: str) -> tuple[pd.DataFrame, list[Said], int]:
    """Give the cells of a draft the ids that the layer has for them.

    Returns
    -------
    DataFrame
        The layer, without the cells that give way and with the ids that the file brings for cells whose id was made here.
    list of Said
        What was decided.
    int
        Cells that gave way.
    """
    good = draft.rows[~draft.rows.index.isin(draft.bad_rows())]
    here = set(good["site_id"])
    of_site: dict[str, list[int]] = {}
    for i, site in enumerate(existing["site_id"]):
        if site in here:
            of_site.setdefault(site, []).append(i)
    if not of_site:
        return existing, [], 0
    old_cells, new_cells = cell_identities(existing), {int(row): cell for row, cell in zip(good.index, cell_identities(good), strict=True)}
    ids = list(existing["cell_id"])
    gone: set[int] = set()
    told: list[Said] = []
    renamed = 0
    for site, rows in good.groupby("site_id", sort=False).groups.items():
        at = of_site.get(str(site), [])
        if not at:
            continue
        brought = {cell for row, cell in zip(rows, good.loc[rows, "cell_id"], strict=True) if row not in draft.made_cells}
        left = [i for i in at if ids[i] not in brought]
        # Cells whose own id the layer does not know may stand in it under an id that was made.
        unknown = [row for row in rows if row not in draft.made_cells and good.at[row, "cell_id"] not in {ids[i] for i in at}]
        made = [i for i in left if ids[i].startswith(f"{site}-")]
        pairs, _, _ = _paired(unknown, made, good, existing, new_cells, old_cells)
        for row, i in pairs.items():
            ids[i] = str(good.at[row, "cell_id"])
            left.remove(i)
            renamed += 1
        without = [row for row in rows if row in draft.made_cells]
        pairs, unclear, new = _paired(without, left, good, existing, new_cells, old_cells)
        for row, i in pairs.items():
            draft.rows.at[row, "cell_id"] = ids[i]
            left.remove(i)
        replaced, more = _replaced(new, left, without, at, new_cells, old_cells)
        own = [i for i in replaced if not ids[i].startswith(f"{site}-")]
        if unclear or more or own:
            draft.faults += [_unclear(draft, row, file, [ids[i] for i in left]) for row in (*unclear, *more, *(new if own else ()))]
            continue
        if replaced:
            gone |= set(replaced)
            told.append(said("rows_told.cells_give_way", site=str(site), cells=[ids[i] for i in replaced]))
        _unique(draft, [row for row in new if row in draft.made_cells], {ids[i] for i in at if i not in gone})
    existing = existing.assign(cell_id=ids)
    if renamed:
        told.append(said("rows_told.cells_renamed", n=renamed))
    keep = [i not in gone for i in range(len(existing))]
    return existing[keep], told, len(gone)


def _paired(
    rows: Sequence[int],
    cells: Sequence[int],
    good: pd.DataFrame,
    existing: pd.DataFrame,
    new: dict[int, Identity],
    old: Sequence[Identity],
) -> tuple[dict[int, int], list[int], list[int]]:
    """Row to cell where they are the same; rows that may be several cells; rows that are none of them."""
    pairs: dict[int, int] = {}
    free = list(cells)
    unclear: list[int] = []
    for identity in dict.fromkeys(new[row] for row in rows):
        alike = [row for row in rows if new[row] == identity]
        there = [i for i in free if old[i] == identity]
        if len(alike) == len(there) == 1:
            pairs[alike[0]] = there[0]
            free.remove(there[0])
            continue
        # Cells that agree in all three: the one with the same id, else the most alike; fewer rows than cells leave it open.
        for row in sorted(alike, key=lambda row: -max((_alike(good.loc[row], existing.iloc[i]) for i in there), default=0)):
            open_cells = [i for i in there if i in free]
            if not open_cells:
                break
            scores = {i: _alike(good.loc[row], existing.iloc[i]) for i in open_cells}
            best = max(open_cells, key=lambda i: scores[i])
            if len(alike) < len(there) and sum(scores[i] == scores[best] for i in open_cells) > 1:
                unclear.append(row)
                continue
            pairs[row] = best
            free.remove(best)
    rest = [row for row in rows if row not in pairs and row not in unclear]
    fitting = {row: [i for i in free if _compatible(new[row], old[i])] for row in rest}
    claims = [i for cells_of in fitting.values() for i in cells_of]
    for row, cells_of in fitting.items():
        if len(cells_of) == 1 and claims.count(cells_of[0]) == 1:
            pairs[row] = cells_of[0]
        elif cells_of:
            unclear.append(row)
    return pairs, unclear, [row for row in rest if row not in pairs and row not in unclear]


def _alike(row: pd.Series, cell: pd.Series) -> int:
    """How many of the values that both have agree, less those that differ."""
    both = [name for name in row.index if name in cell.index and name not in ("source", "cell_id") and row[name] and cell[name]]
    return sum(2 if row[name] == cell[name] else -2 for name in both) + int(row["cell_id"] == cell["cell_id"])


def _compatible(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(not a or not b or a == b for a, b in zip(one, other, strict=True))


def _replaced(
    new: Sequence[int],
    left: Sequence[int],
    rows: Sequence[int],
    at: Sequence[int],
    identities: dict[int, Identity],
    old: Sequence[Identity],
) -> tuple[list[int], list[int]]:
    """Cells that give way because the file lists the band's cells anew; rows that may be one of several cells instead.

    An antenna that was turned has another azimuth: as many rows of a band as the layer has cells are that band's list.
    """
    gone: list[int] = []
    unclear: list[int] = []
    for row in new:
        same_band = [i for i in left if _compatible(identities[row][:2], old[i][:2])]
        if not same_band:
            continue
        listed = [other for other in rows if _compatible(identities[row][:2], identities[other][:2])]
        there = [i for i in at if _compatible(identities[row][:2], old[i][:2])]
        if len(listed) >= len(there):
            gone += [i for i in same_band if i not in gone]
        else:
            unclear.append(row)
    return gone, unclear


def _unclear(draft: Draft, row: int, file: str, cells: Sequence[str]) -> Fault:
    return fault(
        file,
        "which_cell.rows",
        row=row,
        column=draft.titles.get("cell_id") or draft.titles.get("site_id", "cell_id"),
        value=str(draft.rows.at[row, "site_id"])[:80],
        cells=first_of(cells, 8),
    )


def _unique(draft: Draft, rows: Sequence[int], taken: set[str]) -> None:
    """New cells whose made id the layer has for another cell get a number."""
    for row in rows:
        base, number = str(draft.rows.at[row, "cell_id"]), 1
        while draft.rows.at[row, "cell_id"] in taken:
            number += 1
            draft.rows.at[row, "cell_id"] = f"{base}-{number}"
        taken.add(str(draft.rows.at[row, "cell_id"]))
