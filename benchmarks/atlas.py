"""Mast atlas: sweeps from settlements held against sweeps from masts, what the model does apart from what the sweep adds; time of an atlas.

Run it as a script: ``python -m benchmarks.atlas``.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import splat_terrain
from benchmarks.propagation import MODELS, Ground, Row, real_ground, row, synthetic_ground
from geo_planner.propagation.area import LossModel, LossWindow, loss_around

HANDSET_M, MAST_M, FREQ_MHZ, RADIUS_KM = 1.5, 42.0, 900.0, 15.0
ENOUGH_DB = 140.0
"""A loss at which a mast of 43 dBm and 11 dBi still serves, about: where the atlas and a forward sweep decide."""
Cells = npt.NDArray[np.int64]


def settlements_and_masts(
    heights_m: npt.NDArray[np.float32], cell_m: float, settlements: int, masts: int, seed: int = 57
) -> tuple[Cells, Cells]:
    """Cells in a square of three radii in the middle: settlements in its lower half, masts anywhere."""
    draw, side = np.random.default_rng(seed), int(1.5 * RADIUS_KM * 1000.0 / cell_m)
    middle = np.array(heights_m.shape) // 2
    first = np.maximum(middle - side, 0)
    square = heights_m[first[0] : middle[0] + side, first[1] : middle[1] + side]
    known = np.argwhere(np.isfinite(square))
    low = np.argwhere(square <= np.nanmedian(square))
    return first + draw.permutation(low)[:settlements], first + draw.permutation(known)[:masts]


def swept(ground: Ground, model: str, cell: npt.NDArray[np.int64], ends_m: tuple[float, float], **options: Any) -> LossWindow:
    return loss_around(
        ground.heights_m, ground.cell_m, row=cell[0] + 0.5, column=cell[1] + 0.5, tx_height_m=ends_m[0], rx_height_m=ends_m[1], freq_mhz=FREQ_MHZ,
        radius_km=RADIUS_KM, model=LossModel(name=model), **options,  # type: ignore[arg-type]
    )  # fmt: skip


def at(window: LossWindow, cells: Cells) -> npt.NDArray[np.float64]:
    """Losses at some cells of the grid; infinite outside the window."""
    rows, columns = cells[:, 0] - window.row, cells[:, 1] - window.column
    inside = (rows >= 0) & (rows < window.loss_db.shape[0]) & (columns >= 0) & (columns < window.loss_db.shape[1])
    found = np.full(len(cells), np.inf)
    found[inside] = window.loss_db[rows[inside], columns[inside]]
    return found


def both_ways(ground: Ground, model: str, settlements: Cells, masts: Cells, **options: Any) -> tuple[npt.NDArray[np.float64], ...]:
    """Losses of every pair, from the settlement and from the mast; each height stays with its end."""

    def from_each(starts: Cells, ends: Cells, ends_m: tuple[float, float]) -> npt.NDArray[np.float64]:
        only = None
        if options.get("method") == "profiles":
            only = np.zeros(ground.heights_m.shape, dtype=np.bool_)
            only[tuple(ends.T)] = True
        return np.array([at(swept(ground, model, start, ends_m, only=only, **options), ends) for start in starts])

    return from_each(settlements, masts, (HANDSET_M, MAST_M)), from_each(masts, settlements, (MAST_M, HANDSET_M)).T


def apart(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> tuple[str, str, float]:
    """Median and 95 %, the note, and the 95 %, of the differences of the pairs that both know."""
    known = np.isfinite(first) & np.isfinite(second)
    difference = np.abs(first[known] - second[known])
    median, most = np.percentile(difference, [50, 95])
    decided = np.mean((first[known] <= ENOUGH_DB) == (second[known] <= ENOUGH_DB))
    note = (
        f"99 % {np.percentile(difference, 99):.2f}, largest {difference.max():.2f}; {difference.size} paths, "
        f"{np.count_nonzero(difference > 1e-4)} of them more than 0.0001 dB apart; "
        f"the same side of {ENOUGH_DB:.0f} dB in {100 * decided:.1f} %"
    )
    return f"{median:.3g}, {most:.3g}", note, float(most)


def reciprocity(ground: Ground, settlements: int = 24, masts: int = 160) -> list[Row]:
    """Each model: the sweep from the settlement against the sweep from the mast, profiles turned round, and the sweep against profiles."""
    starts, ends = settlements_and_masts(ground.heights_m, ground.cell_m, settlements, masts)
    rows = []
    for model in MODELS:
        from_settlement, from_mast = both_ways(ground, model, starts, ends)
        one_way, other_way = both_ways(ground, model, starts, ends, method="profiles")
        name = f"{ground.name}, {model}, {RADIUS_KM:.0f} km"
        for what, pair, target in (
            ("atlas (sweep from the settlement) against the sweep from the mast: median, 95 % dB", (from_settlement, from_mast), 3.0),
            ("the model alone (profile turned round): median, 95 % dB", (one_way, other_way), 0.05),
            ("the atlas against profiles from the mast: median, 95 % dB", (from_settlement, other_way), 3.0),
        ):
            value, note, most = apart(*pair)
            rows.append(row("reciprocity", f"{name}: {what}", value, f"95 % <= {target:g}", most <= target, note))
    return rows


def time_of_a_sweep(ground: Ground) -> list[Row]:
    """Seconds a settlement and height, all cells within 30 km."""
    starts, _ = settlements_and_masts(ground.heights_m, ground.cell_m, 5, 1)
    rows = []
    for model in MODELS:
        seconds = []
        for start in starts:
            began = time.process_time()
            loss_around(
                ground.heights_m, ground.cell_m, row=start[0] + 0.5, column=start[1] + 0.5, tx_height_m=HANDSET_M, rx_height_m=MAST_M,
                freq_mhz=FREQ_MHZ, radius_km=30.0, model=LossModel(name=model),  # type: ignore[arg-type]
            )  # fmt: skip
            seconds.append(time.process_time() - began)
        rows.append(
            row(
                "time",
                f"{ground.name}, {model}: a settlement and height, 30 km, s",
                f"{min(seconds):.3f}",
                note="processor seconds, least of 5",
            )
        )
    return rows


def main() -> list[Row]:
    ground = real_ground() or synthetic_ground(splat_terrain.surface())
    return reciprocity(ground) + time_of_a_sweep(ground)


if __name__ == "__main__":
    for line in main():
        print(
            f"{line['part']:12s} {line['what']:110s} {line['value']!s:>16} {line['target']:>12} {line['met']:4s} {line['note']}", flush=True
        )
