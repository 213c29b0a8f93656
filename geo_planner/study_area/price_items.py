"""The items of a table of prices: what each is counted in, and what may be wrong with a table of them.

A unit begins with a currency, or with so many of it (``triệu đồng/km``), and names the measure behind the stroke.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.letters import fold
from geo_planner.words import Said, said

Part = Literal["works", "equipment", "yearly", "village"]
ESTIMATES = ("low", "base", "high")


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


def price_faults(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Prices out of order, and units that do not fit their items, each with its row.

    Parameters
    ----------
    table : DataFrame
        Columns of ``schema.PRICES``, typed; the index is the row of the file.
    file : str
    """
    yield from _order(table, file)
    yield from _units(table, file)


def _order(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for lower, upper in (("low", "base"), ("base", "high")):
        wrong = (table[lower] > table[upper]).fillna(False).astype(bool)
        for row, cells in table[wrong].iterrows():
            yield fault(
                file, f"price_order.{lower}_above_{upper}", row=int(str(row)), column=lower, value=str(cells[lower]),
                lower=float(cells[lower]), upper=float(cells[upper]),
            )  # fmt: skip


def _units(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    for row, (name, unit) in zip(table.index, table[["item", "unit"]].itertuples(index=False, name=None), strict=True):
        if pd.isna(unit) or pd.isna(name) or name not in ITEMS:
            continue
        right = f"đ/{ITEMS[name].measures[0]}"
        if currency(unit) is None:
            yield fault(file, "price_unit.currency", row=int(str(row)), column="unit", value=unit[:80], right=right)
        elif _measure(unit) not in {_plain(measure) for measure in ITEMS[name].measures}:
            yield fault(file, "price_unit.measure", row=int(str(row)), column="unit", value=unit[:80], item=name, right=right)


def _plain(text: str) -> str:
    return "/".join(fold(part) for part in text.split("/"))


def currency(unit: str) -> tuple[str, float] | None:
    """The currency that a unit begins with, and how many of it a figure counts; None for any other word.

    >>> currency("triệu đồng/km"), currency("USD / trạm"), currency("EUR/km")
    (('VND', 1000000.0), ('USD', 1.0), None)
    """
    return _CURRENCIES.get(" ".join(unit.partition("/")[0].lower().split()))


def _measure(unit: str) -> str:
    """What a unit counts, behind the currency.

    >>> _measure("đ/Trạm/năm") == _plain("trạm/năm"), _measure("đ")
    (True, '')
    """
    return _plain(unit.partition("/")[2])
