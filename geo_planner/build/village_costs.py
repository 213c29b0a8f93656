"""What each village's signal costs: the investment of a plan shared out to the villages that it serves, to the last đồng.

The rule is that of the payers (:mod:`geo_planner.build.payers`): an option is shared by the newly covered households that it serves best, a
relay and a link by those of all options whose way to the network goes over them; whole đồng by largest remainders.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo_planner.build.cost import SUFFIX, split
from geo_planner.build.payers import users_of
from geo_planner.build.served import Chosen

NO_VILLAGE = ""
"""Stands for what serves no village at all, so that the shares always add up."""


def cost_by_village(chosen: Chosen, demands: pd.DataFrame, estimate: str = "base") -> pd.Series:
    """Each served village's share of the investment.

    Parameters
    ----------
    chosen : Chosen
    demands : DataFrame
        Index ``demand_id``; ``village_id``, ``households``.
    estimate : {"low", "base", "high"}

    Returns
    -------
    Series of int64
        Đồng by ``village_id``, sorted; under ``NO_VILLAGE`` what serves none, where there is such. Adds up to the cost of all that is built.

    Notes
    -----
    Where the list does not say how many households an option's villages have, their pieces count instead.
    """
    weight = _weights(chosen, demands)
    over, column = users_of(chosen), f"cost{SUFFIX[estimate]}"
    total = np.zeros(len(weight.columns), dtype=np.int64)
    left = 0
    for table in (chosen.options, chosen.links):
        for ident, amount in table[column].items():
            own = weight.loc[ident] if ident in weight.index else None
            if own is None or not own.any():
                own = weight.loc[over.get(str(ident), [])].sum(axis=0)
            if own.any():
                total += split(int(amount), own.to_numpy())
            else:
                left += int(amount)
    shares = pd.Series(total, index=weight.columns.astype(object), name="cost_vnd").sort_index()
    if left:
        shares = pd.concat([pd.Series({NO_VILLAGE: left}, dtype=np.int64), shares])
    return shares.rename_axis("village_id").rename("cost_vnd")


def _weights(chosen: Chosen, demands: pd.DataFrame) -> pd.DataFrame:
    """By option, what of each village it serves: households, else pieces."""
    serves = chosen.serves
    pieces = pd.DataFrame({
        "option_id": serves.to_numpy(dtype=object),
        "village_id": demands["village_id"].reindex(serves.index).astype(str).to_numpy(dtype=object),
        "households": demands["households"].reindex(serves.index).astype(float).fillna(0.0).to_numpy(),
    })  # fmt: skip
    known = pieces.groupby("option_id")["households"].transform("sum") > 0
    pieces["households"] = pieces["households"].where(known, 1.0)
    table = pieces.pivot_table(index="option_id", columns="village_id", values="households", aggfunc="sum", fill_value=0.0)
    return table.reindex(index=chosen.options.index, fill_value=0.0).astype(float)
