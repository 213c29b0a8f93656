"""Cells of a mast that bring no cell id, met with those that the layer has: by technology, band and azimuth, not by their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import count

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import cell_identities
from geo_planner.words import Said, first_of, said

Identity = tuple[str, str, str]


def known_cells(existing: pd.DataFrame, draft: Draft) -> tuple[Draft, pd.DataFrame, int]:
    """Give the cells of a draft the ids that the layer has for them.

    Returns
    -------
    Draft
    DataFrame
        The layer, without the cells that give way and with the ids that the file brings for cells whose id was made here.
    int
        Cells that gave way.
    """
    good = draft.good()
    there = existing.assign(_at=range(len(existing)))[existing["site_id"].isin(good["site_id"])]
    of_site = {str(site): [int(i) for i in at] for site, at in there.groupby("site_id", sort=False)["_at"]}
    if not of_site:
        return draft, existing, 0
    cells = _Cells(good, existing, dict(zip(good.index.tolist(), cell_identities(good), strict=True)), cell_identities(existing))
    given, ids = dict[int, str](), list(existing["cell_id"])
    gone: set[int] = set()
    told, faults, renamed = list[Said](), list[Fault](), 0
    for site, rows in good[good["site_id"].isin(list(of_site))].groupby("site_id", sort=False).groups.items():
        at = of_site[str(site)]
        without = [row for row in rows if row in draft.made_cells]
        brought = {good.at[row, "cell_id"] for row in rows if row not in draft.made_cells}
        left = [i for i in at if ids[i] not in brought]
        # Cells whose own id the layer does not know may stand in it under an id that was made.
        unknown = [row for row in rows if row not in draft.made_cells and good.at[row, "cell_id"] not in {ids[i] for i in at}]
        pairs, _, _ = cells.paired(unknown, [i for i in left if ids[i].startswith(f"{site}-")])
        for row, i in pairs.items():
            ids[i] = good.at[row, "cell_id"]
        left = [i for i in left if i not in pairs.values()]
        renamed += len(pairs)
        pairs, unclear, new = cells.paired(without, left)
        given |= {row: ids[i] for row, i in pairs.items()}
        left = [i for i in left if i not in pairs.values()]
        replaced, more = cells.replaced(new, left, without, at)
        own = [i for i in replaced if not ids[i].startswith(f"{site}-")]
        if unclear or more or own:
            listed = first_of([ids[i] for i in left], 8)
            faults += [_which_cell(draft, row, str(site), listed) for row in (*unclear, *more, *(new if own else ()))]
            continue
        if replaced:
            gone |= set(replaced)
            told.append(said("rows_told.cells_give_way", site=str(site), cells=[ids[i] for i in replaced]))
        given |= _unique({row: good.at[row, "cell_id"] for row in new}, {ids[i] for i in at if i not in gone})
    told += [said("rows_told.cells_renamed", n=renamed)] if renamed else []
    cell_ids = [given.get(row, cell) for row, cell in zip(draft.rows.index.tolist(), draft.rows["cell_id"], strict=True)]
    draft = draft.with_(rows=draft.rows.assign(cell_id=cell_ids), faults=faults, statements=told)
    return draft, existing.assign(cell_id=ids)[[i not in gone for i in range(len(existing))]], len(gone)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows of the file, by their row, and cells of the layer, by their order in it, with what tells the cells of a mast apart."""

    good: pd.DataFrame
    existing: pd.DataFrame
    new: dict[int, Identity]
    old: Sequence[Identity]

    def paired(self, rows: Sequence[int], cells: Sequence[int]) -> tuple[dict[int, int], list[int], list[int]]:
        """Row to cell where they are the same; rows that may be several cells; rows that are none of them."""
        pairs: dict[int, int] = {}
        unclear: list[int] = []
        for identity in dict.fromkeys(self.new[row] for row in rows):
            alike = [row for row in rows if self.new[row] == identity]
            there = [i for i in cells if self.old[i] == identity]
            scores = {(row, i): self._alike(row, i) for row in alike for i in there} if len(alike) + len(there) > 2 else {}
            # Cells that agree in all three: the one with the same id, else the most alike; fewer rows than cells leave it open.
            for row in sorted(alike, key=lambda row: -max((scores.get((row, i), 0) for i in there), default=0)):
                free = [i for i in there if i not in pairs.values()]
                best = max(free, key=lambda i: scores.get((row, i), 0), default=None)
                if best is None:
                    break
                if len(alike) < len(there) and sum(scores[row, i] == scores[row, best] for i in free) > 1:
                    unclear.append(row)
                else:
                    pairs[row] = best
        rest = [row for row in rows if row not in pairs and row not in unclear]
        free = [i for i in cells if i not in pairs.values()]
        fitting = {row: [i for i in free if _compatible(self.new[row], self.old[i])] for row in rest}
        claims = Counter(i for cells_of in fitting.values() for i in cells_of)
        sure = {row: at[0] for row, at in fitting.items() if len(at) == 1 and claims[at[0]] == 1}
        unclear += [row for row, at in fitting.items() if at and row not in sure]
        return pairs | sure, unclear, [row for row, at in fitting.items() if not at]

    def _alike(self, row: int, cell: int) -> int:
        """How many of the values that both have agree, less those that differ."""
        one, other = self.good.loc[row], self.existing.iloc[cell]
        both = [n for n in one.index if n in other.index and n not in ("source", "cell_id") and one[n] and other[n]]
        return sum(2 if one[name] == other[name] else -2 for name in both) + int(one["cell_id"] == other["cell_id"])

    def replaced(self, new: Sequence[int], left: Sequence[int], rows: Sequence[int], at: Sequence[int]) -> tuple[list[int], list[int]]:
        """Cells that give way because the file lists the band's cells anew; rows that may be one of several cells instead.

        An antenna that was turned has another azimuth: as many rows of a band as the layer has cells are that band's list.
        """
        gone: dict[int, None] = {}
        unclear: list[int] = []
        for row in new:
            band = self.new[row][:2]
            same_band = [i for i in left if _compatible(band, self.old[i][:2])]
            listed = sum(_compatible(band, self.new[other][:2]) for other in rows)
            if listed >= sum(_compatible(band, self.old[i][:2]) for i in at):
                gone |= dict.fromkeys(same_band)
            elif same_band:
                unclear.append(row)
        return list(gone), unclear


def _compatible(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(not a or not b or a == b for a, b in zip(one, other, strict=True))


def _which_cell(draft: Draft, row: int, site: str, cells: tuple[str, ...]) -> Fault:
    return fault(draft.file, "which_cell.rows", row=row, column=draft.title("cell_id", "site_id"), value=site[:80], cells=cells)


def _unique(made: Mapping[int, str], taken: AbstractSet[str]) -> dict[int, str]:
    """New cells whose made id the layer has for another cell get a number."""
    given: dict[int, str] = {}
    for row, base in made.items():
        free = (base if number == 1 else f"{base}-{number}" for number in count(1))
        given[row] = next(cell for cell in free if cell not in taken and cell not in given.values())
    return given
