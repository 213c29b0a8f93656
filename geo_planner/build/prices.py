"""The table of prices: what each item costs in a low, a base and a high estimate, with year and source.

The bundled table says of every figure where it was read, or "ước tính" (our estimate); a province fills in its own. Prices are before
value-added tax. Those of another year, or in dollars, are brought to đồng of the price year of the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from geo_planner.config.build.money import MoneySettings
from geo_planner.errors import Fault, InputError, bounded, fault, warning
from geo_planner.letters import fold
from geo_planner.schema import PRICES
from geo_planner.study_area.tables import read_csv, typed_table
from geo_planner.words import Said, said

Part = Literal["works", "equipment", "yearly", "village"]
ESTIMATES = ("low", "base", "high")
BUNDLED = Path(__file__).with_name("prices.csv")


@dataclass(frozen=True, slots=True)
class Item:
    """What a price is for.

    Attributes
    ----------
    name : str
    measures : tuple of str
        What it is counted in, as a unit may name it behind the currency; the first is how we write it.
    part : {"works", "equipment", "yearly", "village"}
        Where it stands in an estimate; ``yearly`` is paid every year; ``village`` belongs to no station.
    """

    name: str
    measures: tuple[str, ...]
    part: Part

    @property
    def title(self) -> Said:
        """As people read it."""
        return said(f"price_item.{self.name}")


_SITE, _SITE_YEAR, _CELL = ("trạm", "site"), ("trạm/năm", "site/year"), ("cell", "sector")
ITEMS = {
    item.name: item
    for item in (
        Item("mast_site", ("cột", "mast", "trạm", "site"), "works"),
        Item("low_mast_site", ("cột", "mast", "trạm", "site"), "works"),
        Item("road_transport", ("chuyến", "trip"), "works"),
        Item("carry", ("t.km", "tấn.km"), "works"),
        Item("retune", ("lượt", "visit"), "works"),
        Item("grid_connection", _SITE, "works"),
        Item("grid_line", ("km",), "works"),
        Item("base_station", _SITE, "equipment"),
        Item("small_base_station", _SITE, "equipment"),
        Item("sector", _CELL, "equipment"),
        Item("band_sector", _CELL, "equipment"),
        Item("band_sector_mid", _CELL, "equipment"),
        Item("relay_equipment", _SITE, "equipment"),
        Item("solar_panel", ("kWp",), "equipment"),
        Item("battery", ("kWh",), "equipment"),
        Item("solar_fixed", _SITE, "equipment"),
        Item("generator", ("máy", "set"), "equipment"),
        Item("microwave_hop", ("chặng", "hop"), "equipment"),
        Item("fibre", ("km",), "works"),
        Item("vsat_kit", _SITE, "equipment"),
        Item("satellite_terminal", ("bộ", "kit"), "equipment"),
        Item("community_wifi", ("điểm", "point"), "equipment"),
        Item("site_year", _SITE_YEAR, "yearly"),
        Item("low_site_year", _SITE_YEAR, "yearly"),
        Item("sector_year", ("cell/năm", "cell/year", "sector/year"), "yearly"),
        Item("electricity", ("kWh",), "yearly"),
        Item("generator_year", ("máy/năm", "set/year"), "yearly"),
        Item("microwave_year", ("chặng/năm", "hop/year"), "yearly"),
        Item("fibre_year", ("km/năm", "km/year"), "yearly"),
        Item("vsat_year", _SITE_YEAR, "yearly"),
        Item("satellite_terminal_year", ("bộ/năm", "kit/year"), "yearly"),
        Item("grid_village", ("bản", "thôn", "village"), "village"),
        Item("grid_household", ("hộ", "household"), "village"),
    )
}
"""By name, in the order in which they are told of."""

_CURRENCIES = {
    "vnd": ("VND", 1.0), "đ": ("VND", 1.0), "đồng": ("VND", 1.0), "vnđ": ("VND", 1.0),
    "nghìn đồng": ("VND", 1e3), "triệu đồng": ("VND", 1e6), "triệu đ": ("VND", 1e6), "tỷ đồng": ("VND", 1e9), "tỉ đồng": ("VND", 1e9),
    "usd": ("USD", 1.0), "us$": ("USD", 1.0), "$": ("USD", 1.0),
}  # fmt: skip
"""What stands before the first stroke of a unit: the currency, and how many of it the figure counts."""


def read_prices(path: Path | None = None, *, file: str | None = None) -> tuple[pd.DataFrame, list[Fault]]:
    """The table of prices, checked.

    Parameters
    ----------
    path : Path, optional
        A csv file with the columns of ``PRICES``; None: the bundled table.
    file : str, optional
        Its name in what is told of it.

    Returns
    -------
    prices : DataFrame
        Index ``item``, in the order of ``ITEMS``: ``unit``, ``low``, ``base``, ``high`` (as written), ``currency`` (VND, USD),
        ``factor`` (what a figure is times, for units such as triệu đồng), ``year``, ``source``.
    warnings : list of Fault
        Items that no estimate knows; they take no part.

    Raises
    ------
    InputError
        (a ValueError) With every fault of the table, each with its row and what would be right: no number, a negative one, low above
        base, an item that is missing or stands twice, a unit that does not fit.
    """
    name = file or (PRICES.path if path is not None else "geo_planner/build/prices.csv")
    raw, faults = read_csv(path or BUNDLED, name)
    if faults:
        raise InputError(faults)
    table, faults = typed_table(raw, PRICES, name)
    if not {"item", "unit", "low", "base", "high"} <= set(table.columns):
        raise InputError(faults)
    faults = [*faults, *bounded(_order(table, name)), *bounded(_units(table, name)), *bounded(_items(table, name))]
    if any(each.level == "fault" for each in faults):
        raise InputError(faults)
    known = table[table["item"].isin(list(ITEMS))].set_index("item")
    currencies = [_currency(unit) or ("VND", 1.0) for unit in known["unit"]]
    prices = pd.DataFrame(
        {
            "unit": known["unit"].astype(object), **{each: known[each].astype(float) for each in ESTIMATES},
            "currency": [currency for currency, _ in currencies], "factor": [factor for _, factor in currencies],
            "year": known["year"].astype(int), "source": known["source"].astype(object),
        },
        index=pd.Index(known.index.astype(object), name="item"),
    )  # fmt: skip
    return prices.reindex(list(ITEMS)), faults


def in_vnd(prices: pd.DataFrame, settings: MoneySettings) -> pd.DataFrame:
    """Low, base and high price of each item in đồng of the price year, before tax, not yet rounded.

    A price of another year is raised by ``price_rise`` for each year between; dollars are taken at ``usd_vnd``.
    """
    rise = (1.0 + settings.price_rise) ** (settings.price_year - prices["year"].astype(float))
    scale = prices["factor"] * prices["currency"].map({"VND": 1.0, "USD": settings.usd_vnd}) * rise
    return prices[list(ESTIMATES)].mul(scale, axis=0)


def _order(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for lower, upper in (("low", "base"), ("base", "high")):
        wrong = (table[lower] > table[upper]).fillna(False).astype(bool)
        for row, cells in table[wrong].iterrows():
            yield fault(
                file, f"price_order.{lower}_above_{upper}", row=_row(row), column=lower, value=str(cells[lower]),
                lower=float(cells[lower]), upper=float(cells[upper]),
            )  # fmt: skip


def _units(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for row, (name, unit) in zip(table.index, table[["item", "unit"]].itertuples(index=False, name=None), strict=True):
        if pd.isna(unit) or pd.isna(name) or name not in ITEMS:
            continue
        right = f"đ/{ITEMS[name].measures[0]}"
        if _currency(unit) is None:
            yield fault(file, "price_unit.currency", row=_row(row), column="unit", value=unit[:80], right=right)
        elif _measure(unit) not in {_plain(measure) for measure in ITEMS[name].measures}:
            yield fault(file, "price_unit.measure", row=_row(row), column="unit", value=unit[:80], item=name, right=right)


def _items(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    named = table["item"].dropna()
    for row, name in named[~named.isin(list(ITEMS))].items():
        yield warning(file, "unknown_price_item.in_table", row=_row(row), column="item", value=str(name)[:80])
    for name, item in ITEMS.items():
        if name not in set(named):
            yield fault(file, "missing_price_item.in_table", column="item", value=name, item=item.title, unit=f"đ/{item.measures[0]}")


def _row(row: object) -> int:
    return int(str(row))


def _plain(text: str) -> str:
    return "/".join(fold(part) for part in text.split("/"))


def _currency(unit: str) -> tuple[str, float] | None:
    """The currency that a unit begins with, and how many of it a figure counts; None for any other word.

    >>> _currency("triệu đồng/km"), _currency("USD / trạm"), _currency("EUR/km")
    (('VND', 1000000.0), ('USD', 1.0), None)
    """
    return _CURRENCIES.get(" ".join(unit.partition("/")[0].lower().split()))


def _measure(unit: str) -> str:
    """What a unit counts, behind the currency.

    >>> _measure("đ/Trạm/năm") == _plain("trạm/năm"), _measure("đ")
    (True, '')
    """
    return _plain(unit.partition("/")[2])
