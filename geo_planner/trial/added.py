"""A coverage with one mast more: only the part around the mast is worked out, under the rules of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo_planner.calibration import CalibrationSettings
from geo_planner.radio.budget import least_rsrp_dbm, service_probability
from geo_planner.radio.cells import Mast
from geo_planner.radio.coverage import Coverage, signal
from geo_planner.radio.digits import rounded_level, rounded_margin, rounded_probability
from geo_planner.radio.losses import LossTask, loss_window, part_of, within_free_space
from geo_planner.units import FloatGrid, is_fine


@dataclass(frozen=True, slots=True)
class AddedWindow:
    """What the new mast brings to the cells around it.

    Attributes
    ----------
    row, column : int
        Position of the window's first cell in the grid.
    rsrp_dbm : ndarray of float32
        Of the sector that leaves most above its threshold; NaN beyond the radius and where the path is not known.
    covered : ndarray of bool
        Whether the mast alone serves the cell.
    newly : ndarray of bool
        Of these, cells that nothing serves today.
    """

    row: int
    column: int
    rsrp_dbm: FloatGrid
    covered: npt.NDArray[np.bool_]
    newly: npt.NDArray[np.bool_]


def with_mast(
    coverage: Coverage, task: LossTask, cells: Sequence[tuple[str, Mast]], calibration: CalibrationSettings | None
) -> tuple[Coverage, AddedWindow]:
    """The coverage as if the cells of one new mast were on air.

    Parameters
    ----------
    coverage : Coverage
        Of today.
    task : LossTask
        By which it was worked out.
    cells : sequence of (str, Mast)
        ``site_id/cell_id`` and figures, all at one place.
    calibration : CalibrationSettings or None
        Of the scenario.

    Returns
    -------
    Coverage
        Probability, server, RSRP, margin and unknown paths as :func:`geo_planner.radio.coverage.compute_coverage` gives them with these cells. The second
        server is told by RSRP, and the operators' own levels stay as they are: the new mast has no operator.
    AddedWindow
    """
    service, needed_dbm = task.service, least_rsrp_dbm(task.service)
    windows = {}
    best: FloatGrid | None = None
    for number, (_, mast) in enumerate(cells):
        key = mast.mast_height_m, mast.freq_mhz
        if key not in windows:
            windows[key] = loss_window(task, mast.xy_m, *key)
        window = windows[key]
        received, level = signal(task, mast, window, calibration)
        no_path = np.isnan(level)
        near = within_free_space(
            task.dem, mast, window, most_loss_db=mast.eirp_re_dbm - needed_dbm, max_radius_km=task.propagation.max_radius_km
        )
        level = np.where(no_path, np.float32(-np.inf), level)
        if best is None:
            part = part_of(window)
            best, rsrp = np.full(level.shape, -np.inf, np.float32), np.full(level.shape, -np.inf, np.float32)
            server, missed = np.full(level.shape, -1, np.int16), np.zeros(level.shape, np.uint8)
        stronger = level > best
        best[stronger], rsrp[stronger], server[stronger] = level[stronger], received[stronger], number
        missed += (no_path & near).astype(np.uint8)
    if best is None:
        raise ValueError("a mast has at least one cell")
    own = service_probability(best, service).astype(np.float32)
    covered = own >= service.min_probability
    newly = covered & ~(coverage.probability[part] >= service.min_probability) & ~np.isnan(task.dem.heights_m[part])
    after = _joined(coverage, task, part, (best, rsrp, server, missed), tuple(name for name, _ in cells))
    shown = np.where(np.isfinite(rsrp), rsrp, np.float32(np.nan))
    if is_fine(task.dem.grid.shape):
        shown = rounded_level(shown)
    return after, AddedWindow(part[0].start, part[1].start, shown, covered, newly)


def _joined(
    coverage: Coverage, task: LossTask, part: tuple[slice, slice], new: tuple[FloatGrid, FloatGrid, npt.NDArray[np.int16], npt.NDArray[np.uint8]],
    names: tuple[str, ...],
) -> Coverage:  # fmt: skip
    level, rsrp, server, missed = new
    service = task.service
    fields = {
        name: getattr(coverage, name).copy()
        for name in ("rsrp_dbm", "probability", "best_server", "second_dbm", "margin_db", "unknown_paths")
    }
    overlap = None if coverage.overlap is None else coverage.overlap.copy()  # under another threshold nobody has counted
    margin = np.where(np.isfinite(level), level, np.float32(np.nan)) - np.float32(service.rsrp_threshold_dbm)
    certain = service_probability(level, service).astype(np.float32)
    if is_fine(task.dem.grid.shape):
        # as the coverage of today was: who is ahead by less than a step is not known of it any more, and the former server stays
        rsrp, margin, certain = rounded_level(rsrp), rounded_margin(margin), rounded_probability(certain, service.min_probability)
    ahead = np.isfinite(level) & ~(coverage.margin_db[part] >= margin)
    former = coverage.rsrp_dbm[part]
    fields["second_dbm"][part] = np.where(
        ahead, former, np.fmax(fields["second_dbm"][part], np.where(np.isfinite(rsrp), rsrp, np.float32(np.nan)))
    )
    fields["rsrp_dbm"][part][ahead], fields["margin_db"][part][ahead] = rsrp[ahead], margin[ahead]
    fields["best_server"][part][ahead] = server[ahead] + len(coverage.server_ids)
    fields["unknown_paths"][part] += np.minimum(missed, 255 - fields["unknown_paths"][part])
    if overlap is not None:
        overlap[part] += ((level >= least_rsrp_dbm(service)) & (overlap[part] < 255)).astype(np.uint8)
    # where an unknown path hid it, the probability was below what is needed, and does not count
    probability = np.fmax(coverage.probability[part], certain)
    hidden = (fields["unknown_paths"][part] > 0) & (probability < service.min_probability)
    probability[np.isnan(task.dem.heights_m[part]) | hidden] = np.nan
    fields["probability"][part] = probability
    return replace(coverage, **fields, overlap=overlap, server_ids=(*coverage.server_ids, *names))
