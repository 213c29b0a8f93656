"""Paths of the Irregular Terrain Model side by side: their terrain is read one by one, and from there on several are worked out at a time.

No step below has a branch on a path, and all that a step reads and writes lies in one array at constant places, so that the compiler sees
that paths do not touch one another. Each has the loss that the same functions give it alone, to the last bit, whatever stands beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import compiled, kernel, part
from geo_planner.propagation.itm.attenuation import Line, beyond_threshold, short_of_scatter
from geo_planner.propagation.itm.medium import free_space_loss, variability_scalar
from geo_planner.propagation.itm.profile import line_of_sight_geometry
from geo_planner.propagation.itm.types import ERROR_MASK, Geometry
from geo_planner.propagation.radials import StepArray, row_and_column
from geo_planner.units import FloatArray

PATHS = 128
"""In a block; so many that its fields stay in the nearest cache."""
(_DISTANCE, _TX_ANGLE, _RX_ANGLE, _TX_HORIZON, _RX_HORIZON, _TX_EFFECTIVE, _RX_EFFECTIVE, _DELTA_H) = (k * PATHS for k in range(8))
(_NS, _GAMMA, _SLOPE, _INTERCEPT, _THRESHOLD, _LOS_ANGLE, _DB) = (k * PATHS for k in range(8, 15))
_FIELDS = 15


class Block(NamedTuple):
    """Up to :data:`PATHS` paths."""

    values: FloatArray  # field k of path p stands at ``k * PATHS + p``
    cells: StepArray  # flat position in the window, which has the path's loss


@compiled
def new_block():  # type: ignore[no-untyped-def]
    """An empty one."""
    return Block(np.empty(_FIELDS * PATHS), np.empty(PATHS, dtype=np.int32))


@part
def put(values, p, geometry, ns, gamma):  # type: ignore[no-untyped-def]
    """Make a path the `p`-th: what :func:`geo_planner.propagation.itm.profile.path_geometry` has of it before it asks whether it is clear."""
    values[_DISTANCE + p], values[_DELTA_H + p] = geometry.distance_m, geometry.delta_h_m
    values[_TX_ANGLE + p], values[_RX_ANGLE + p] = geometry.tx_angle_rad, geometry.rx_angle_rad
    values[_TX_HORIZON + p], values[_RX_HORIZON + p] = geometry.tx_horizon_m, geometry.rx_horizon_m
    values[_TX_EFFECTIVE + p], values[_RX_EFFECTIVE + p] = geometry.tx_effective_m, geometry.rx_effective_m
    values[_NS + p], values[_GAMMA + p] = ns, gamma


@part
def _geometry(values, p):  # type: ignore[no-untyped-def]
    """That of a path in a block."""
    return Geometry(
        values[_DISTANCE + p],
        values[_TX_ANGLE + p],
        values[_RX_ANGLE + p],
        values[_TX_HORIZON + p],
        values[_RX_HORIZON + p],
        values[_TX_EFFECTIVE + p],
        values[_RX_EFFECTIVE + p],
        values[_DELTA_H + p],
    )


@kernel
def _clear_paths(values, count):  # type: ignore[no-untyped-def]
    """Statistical horizons in place of those that a path without a horizon of its own has (section 43)."""
    for p in range(count):
        g = _geometry(values, p)
        clear = g.tx_horizon_m + g.rx_horizon_m > 1.5 * g.distance_m
        s = line_of_sight_geometry(g.distance_m, g.tx_effective_m, g.rx_effective_m, g.delta_h_m, values[_GAMMA + p])
        values[_TX_ANGLE + p] = s.tx_angle_rad if clear else g.tx_angle_rad
        values[_RX_ANGLE + p] = s.rx_angle_rad if clear else g.rx_angle_rad
        values[_TX_HORIZON + p] = s.tx_horizon_m if clear else g.tx_horizon_m
        values[_RX_HORIZON + p] = s.rx_horizon_m if clear else g.rx_horizon_m
        values[_TX_EFFECTIVE + p] = s.tx_effective_m if clear else g.tx_effective_m
        values[_RX_EFFECTIVE + p] = s.rx_effective_m if clear else g.rx_effective_m


@kernel
def _attenuations(c, scene, values, count):  # type: ignore[no-untyped-def]
    """Reference attenuation of the paths of a block up to where scatter may take over, and all that decides about that."""
    for p in range(count):
        attenuation, _, flags, line = short_of_scatter(
            _geometry(values, p), scene.tx_height_m, scene.rx_height_m, values[_GAMMA + p], values[_NS + p], c.radio
        )
        values[_DB + p] = np.nan if flags & ERROR_MASK else attenuation
        values[_SLOPE + p], values[_INTERCEPT + p], values[_THRESHOLD + p], values[_LOS_ANGLE + p] = line


@kernel
def _scattered(c, values, count):  # type: ignore[no-untyped-def]
    """Attenuation of those paths of a block that are so long that scatter may have taken over; most blocks have none, or nearly all."""
    any_far = False
    for p in range(count):
        any_far |= values[_DISTANCE + p] > values[_THRESHOLD + p]
    if not any_far:
        return
    for p in range(count):
        line = Line(values[_SLOPE + p], values[_INTERCEPT + p], values[_THRESHOLD + p], values[_LOS_ANGLE + p])
        attenuation, _ = beyond_threshold(_geometry(values, p), line, values[_GAMMA + p], values[_NS + p], c.radio)
        # what is NaN stays it
        far = (values[_DISTANCE + p] > line.threshold_m) & (values[_DB + p] < np.inf)
        values[_DB + p] = attenuation if far else values[_DB + p]


@kernel
def _above_attenuation(c, values, count):  # type: ignore[no-untyped-def]
    """Loss of the paths of a block at the wanted quantiles in place of their attenuation; NaN where the model has none."""
    for p in range(count):
        attenuation = values[_DB + p]
        above, _ = variability_scalar(max(attenuation, 0.0), _geometry(values, p), c.radio, c.climate, c.quantiles)
        loss = above + free_space_loss(values[_DISTANCE + p], c.radio)
        values[_DB + p] = loss if abs(attenuation) < np.inf else np.nan


@kernel
def work_out(c, loss, scene, block, count):  # type: ignore[no-untyped-def]
    """Work out the paths of a block and write their losses."""
    values, columns = block.values, loss.shape[1]
    _clear_paths(values, count)
    _attenuations(c, scene, values, count)
    _scattered(c, values, count)
    _above_attenuation(c, values, count)
    for p in range(count):
        i, j = row_and_column(block.cells[p], columns)
        loss[i, j] = values[_DB + p]
