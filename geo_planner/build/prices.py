"""The table of prices: what each item costs in a low, a base and a high estimate, with year and source.

The bundled table says of every figure where it was read, or "ước tính" (our estimate); a province fills in its own. Prices are before
value-added tax. Those of another year, or in dollars, are brought to đồng of the price year of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from geo_planner.config.build.money import MoneySettings
from geo_planner.errors import Fault, InputError, bounded, warning
from geo_planner.schema import PRICES
from geo_planner.study_area.price_items import ESTIMATES, ITEMS, currency, price_faults
from geo_planner.study_area.tables import read_csv, typed_table
from geo_planner.words import Said, first_of, said

__all__ = ["BUNDLED", "ESTIMATES", "ITEMS", "dollar_rate", "in_vnd", "read_prices"]
_NAMED = 40
BUNDLED = Path(__file__).with_name("prices.csv")


def read_prices(path: Path | None = None, *, file: str | None = None) -> tuple[pd.DataFrame, list[Fault]]:
    """The table of prices, checked.

    Parameters
    ----------
    path : Path, optional
        A csv file with the columns of ``PRICES``; an item that it lacks keeps price and source of the bundled table. None: that table.
    file : str, optional
        Its name in what is told of it.

    Returns
    -------
    prices : DataFrame
        Index ``item``, in the order of ``ITEMS``: ``unit``, ``low``, ``base``, ``high`` (as written), ``currency`` (VND, USD),
        ``factor`` (what a figure is times, for units such as triệu đồng), ``year``, ``source``.
    warnings : list of Fault
        Items that no estimate knows, which take no part, and items that keep the bundled price.

    Raises
    ------
    InputError
        (a ValueError) With every fault of the table, each with its row and what would be right: no number, a negative one, low above
        base, an item that stands twice, a unit that does not fit.
    """
    name = file or (PRICES.path if path is not None else "geo_planner/build/prices.csv")
    raw, faults = read_csv(path or BUNDLED, name)
    if faults:
        raise InputError(faults)
    table, faults = typed_table(raw, PRICES, name)
    if not {"item", "unit", "low", "base", "high"} <= set(table.columns):
        raise InputError(faults)
    faults = [*faults, *bounded(price_faults(table, name)), *bounded(_items(table, name))]
    if any(each.level == "fault" for each in faults):
        raise InputError(faults)
    known = table[table["item"].isin(list(ITEMS))].set_index("item")
    if path is not None and len(known) < len(ITEMS):
        bundled = typed_table(read_csv(BUNDLED, BUNDLED.name)[0], PRICES, BUNDLED.name)[0].set_index("item")
        known = pd.concat([known[bundled.columns], bundled.drop(index=known.index)])
    currencies = [currency(unit) or ("VND", 1.0) for unit in known["unit"]]
    prices = pd.DataFrame(
        {
            "unit": known["unit"].astype(object), **{each: known[each].astype(float) for each in ESTIMATES},
            "currency": [name for name, _ in currencies], "factor": [factor for _, factor in currencies],
            "year": known["year"].astype(int), "source": known["source"].astype(object),
        },
        index=pd.Index(known.index.astype(object), name="item"),
    )  # fmt: skip
    return prices.reindex(list(ITEMS)), faults


def in_vnd(prices: pd.DataFrame, settings: MoneySettings) -> pd.DataFrame:
    """Low, base and high price of each item in đồng of the price year, before tax, not yet rounded.

    A price of another year is raised by ``price_rise`` for each year between; dollars are taken at ``usd_vnd``; all of it
    is times ``price_factor``.
    """
    rise = (1.0 + settings.price_rise) ** (settings.price_year - prices["year"].astype(float))
    scale = prices["factor"] * prices["currency"].map({"VND": 1.0, "USD": settings.usd_vnd}) * rise * settings.price_factor
    return prices[list(ESTIMATES)].mul(scale, axis=0)


def dollar_rate(settings: MoneySettings, units: Iterable[str]) -> Said | None:
    """At what rate dollars are turned into đồng, and of which day it is or that it is assumed; None where no price is in dollars.

    Parameters
    ----------
    settings : MoneySettings
    units : iterable of str
        Of the prices that are told of.
    """
    if not any((currency(unit) or ("", 1.0))[0] == "USD" for unit in units):
        return None
    if settings.usd_vnd_date is None:
        return said("dollar_rate.assumed", rate=settings.usd_vnd)
    return said("dollar_rate.read", rate=settings.usd_vnd, day=settings.usd_vnd_date)


def _items(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Items that no estimate knows, and those that keep the price of the bundled table."""
    named = table["item"].dropna()
    for row, name in named[~named.isin(list(ITEMS))].items():
        yield warning(file, "unknown_price_item.in_table", row=int(str(row)), column="item", value=str(name)[:80])
    lacking = [item.title for name, item in ITEMS.items() if name not in set(named)]
    if lacking:
        yield warning(file, "missing_price_item.bundled", column="item", n=len(lacking), items=first_of(lacking, _NAMED))
