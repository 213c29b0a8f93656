"""What options and links cost: an estimate made up as offices make it, upkeep a year, present value; all amounts in whole đồng.

Every item (quantity times price) is rounded to the đồng, half a đồng upwards, and so is every share taken of a sum; what stands below them is their sum.
A sum that is split is split in whole đồng by largest remainders (:func:`split`). So all sums agree to the đồng.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build.prices import ESTIMATES, ITEMS, in_vnd
from geo_planner.config.build.money import EstimateSettings, MoneySettings
from geo_planner.units import FloatArray, IntArray

LOW_MAST_MOST_M = 25.0
"""A mast up to this height is a low one (15-25 m in the contract of the options)."""
REFERENCE_HEIGHT_M = {"mast_site": 40.0, "low_mast_site": 20.0}
PARTS = ("works", "equipment", "management", "consulting", "other", "contingency", "vat")
"""What an estimate is made up of, in the order of the forms: xây lắp, thiết bị, quản lý dự án, tư vấn, chi phí khác, dự phòng, thuế GTGT."""
SUFFIX = {"low": "_low", "base": "", "high": "_high"}
_NEW_MASTS = ("low_mast", "macro_mast", "relay", "satellite_mast")
_HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of options or of links.

    Attributes
    ----------
    table : DataFrame
        Index ``option_id`` or ``link_id``; in đồng: ``cost`` (with tax), ``cost_before_tax``, the parts of ``PARTS``, ``opex`` (a year, with
        tax), ``renewal`` (batteries bought anew, with tax); each also with ``_low`` and ``_high``. ``cost`` is the sum of the parts.
    items : DataFrame
        A row for each item of each option or link: its id, ``item``, ``part``, ``unit``, ``quantity`` (of the base estimate), ``low``, ``base``,
        ``high`` (đồng, before tax), ``source``. Within an option the rows of a part add up to that part of the table.
    """

    table: pd.DataFrame
    items: pd.DataFrame


def option_costs(
    options: pd.DataFrame, places: pd.DataFrame, power: pd.DataFrame | None, prices: pd.DataFrame, settings: MoneySettings
) -> Costs:
    """What each option costs.

    Parameters
    ----------
    options : DataFrame
        Index ``option_id``; ``place_id``, ``kind``, ``mast_height_m``, ``backhaul``, ``freq_mhz``, ``n_cells``.
    places : DataFrame
        Index ``place_id``; ``road_m`` to the nearest usable road. Where it is not known the base estimate carries nothing and the high one
        carries over ``access.unknown_road_m``.
    power : DataFrame or None
        Index ``option_id``; ``source`` (``grid``, ``solar``, ``existing``), ``pv_kwp``, ``battery_kwh``, ``load_w``, and where they are there
        ``line_km`` (to the grid) and ``generator`` (whether there is one). None: power costs nothing.
    prices : DataFrame
        As :func:`geo_planner.build.prices.read_prices` gives it.
    settings : MoneySettings

    Returns
    -------
    Costs
    """
    road_m = options["place_id"].map(places["road_m"]).to_numpy(dtype=float)
    known = np.nan_to_num(road_m, nan=0.0)
    worst = np.where(np.isnan(road_m), settings.access.unknown_road_m, road_m)
    counted = [_of_options(options, road, power, settings) for road in (known, worst)]
    return _costs(counted[0], counted[1], prices, settings)


def link_costs(links: pd.DataFrame, prices: pd.DataFrame, settings: MoneySettings) -> Costs:
    """What each link costs: a microwave hop by the piece, fibre by its length.

    Parameters
    ----------
    links : DataFrame
        Index ``link_id``; ``kind`` (``microwave``, ``fibre``; where the column is absent all are microwave), ``length_km``.
    """
    fibre = (links["kind"] == "fibre").to_numpy(dtype=bool) if "kind" in links else np.zeros(len(links), dtype=bool)
    km = np.where(fibre, links["length_km"].to_numpy(dtype=float), 0.0)
    hop = np.where(fibre, 0.0, 1.0)
    counted = pd.DataFrame({"microwave_hop": hop, "fibre": km, "microwave_year": hop, "fibre_year": km}, index=links.index)
    return _costs(counted, counted, prices, settings)


def estimate_rows(costs: Costs, ids: pd.Index) -> pd.DataFrame:
    """The estimates of some options or links, row by row: items, then the shares and the tax, which add up to the cost, then what is paid yearly.

    Returns
    -------
    DataFrame
        ``id``, ``part`` (one of ``PARTS``, or ``yearly``), ``item`` (blank for shares and tax), ``unit``, ``quantity``, ``low``, ``base``, ``high``,
        ``source``. The yearly rows stand before tax and are no part of the cost.
    """
    key = costs.items.columns[0]
    items = costs.items[costs.items[key].isin(ids)].rename(columns={key: "id"})
    table = costs.table.loc[ids]
    shares = [
        pd.DataFrame({"id": ids, "part": part, "item": "", "unit": "", **{e: table[f"{part}{SUFFIX[e]}"].to_numpy() for e in ESTIMATES}, "source": ""})
        for part in PARTS[2:]
    ]  # fmt: skip
    rows = pd.concat([items, *shares], ignore_index=True)
    order = rows["part"].map({part: at for at, part in enumerate((*PARTS, "yearly"))})
    return rows.assign(order=order).sort_values(["id", "order"], kind="stable").drop(columns="order").reset_index(drop=True)


def npv(rate: float, flows: npt.ArrayLike) -> float:
    """Net present value of yearly flows, the first of which is today's: Σ flow_t / (1 + rate)^t.

    Parameters
    ----------
    rate : float
        Discount rate a year, above -1.
    flows : array_like, shape (n,)
        Costs are negative.

    >>> round(npv(0.08, [-40_000, 5_000, 8_000, 12_000, 30_000]), 2)
    3065.22
    """
    values = np.asarray(flows, dtype=float)
    return float(np.sum(values / (1.0 + rate) ** np.arange(len(values))))


def split(total: int, weights: npt.ArrayLike) -> IntArray:
    """A whole sum shared out in whole parts, in proportion to weights, by largest remainders (Hamilton); of equal remainders the first.

    Parameters
    ----------
    total : int
        Not negative, in đồng.
    weights : array_like, shape (n,)
        Not negative; where all are zero the parts are equal.

    >>> split(100, [1, 1, 1]).tolist(), split(7, [0, 5]).tolist(), split(3, [0, 0]).tolist()
    ([34, 33, 33], [0, 7], [2, 1])
    """
    share = np.asarray(weights, dtype=float)
    if not share.size:
        return np.zeros(0, dtype=np.int64)
    largest = share.max()
    # scaled first, so that weights of any size add up
    share = share / largest if largest > 0 else np.ones_like(share)
    exact = total * (share / share.sum())
    parts = np.minimum(np.floor(exact), total).astype(np.int64)
    left = total - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    if left >= 0:
        parts[order[:left]] += 1
    else:  # floating point gave a đồng too many
        parts[[at for at in order[::-1] if parts[at] > 0][:-left]] -= 1
    return parts


def yearly_flows(table: pd.DataFrame, year_index: npt.ArrayLike, settings: MoneySettings, *, estimate: str = "base") -> FloatArray:
    """What is paid in each year, from year 0 (the first) to the horizon, in đồng.

    Parameters
    ----------
    table : DataFrame
        ``cost``, ``opex``, ``renewal`` of what is built, as in :class:`Costs`.
    year_index : array_like, shape (n,)
        Year in which each is built, counted from the first; upkeep begins in the year after, batteries are renewed every
        ``battery_life_years`` before the horizon ends.
    estimate : {"low", "base", "high"}
    """
    suffix, last = SUFFIX[estimate], settings.horizon_years
    start = np.broadcast_to(np.asarray(year_index, dtype=np.int64), (len(table),))
    flows = np.zeros(max(last, int(start.max(initial=0))) + 1)
    cost, opex, renewal = (table[f"{name}{suffix}"].to_numpy(dtype=float) for name in ("cost", "opex", "renewal"))
    np.add.at(flows, start, cost)
    for year in range(1, last + 1):
        age = year - start
        flows[year] += opex[age > 0].sum()
        if year < last:
            flows[year] += renewal[(age > 0) & (age % settings.battery_life_years == 0)].sum()
    return flows


def running(table: pd.DataFrame, settings: MoneySettings) -> pd.Series:
    """Present value of upkeep and renewal of each row up to the horizon, if built in year 0 (base estimate), đồng.

    Parameters
    ----------
    table : DataFrame
        ``opex``, ``renewal``, as in :class:`Costs`.
    """
    years = np.arange(1, settings.horizon_years + 1)
    worth = (1.0 + settings.discount_rate) ** -years.astype(float)
    renewed = worth[(years % settings.battery_life_years == 0) & (years < settings.horizon_years)].sum()
    return (table["opex"] * worth.sum() + table["renewal"] * renewed).rename("running")


def totals(
    tables: Mapping[str, pd.DataFrame], settings: MoneySettings, *, year_index: Mapping[str, npt.ArrayLike] | None = None
) -> dict[str, dict[str, int]]:
    """Sums over what is built, for each estimate.

    Parameters
    ----------
    tables : mapping
        For instance ``{"options": …, "links": …}``: rows of :class:`Costs` that are built.
    year_index : mapping, optional
        For each table the year of each row, counted from the first; without it all is built in year 0.

    Returns
    -------
    dict
        By ``low``, ``base``, ``high``: ``capex`` and ``capex_before_tax``, ``opex_per_year`` (when all is built), ``npv`` (present value of all
        that is paid up to the horizon, positive) and ``total`` (the same undiscounted), whole đồng.
    """
    out = {}
    for estimate in ESTIMATES:
        flows = np.zeros(settings.horizon_years + 1)
        sums = dict.fromkeys(("cost", "cost_before_tax", "opex"), 0)
        for name, table in tables.items():
            paid = yearly_flows(table, 0 if year_index is None else year_index[name], settings, estimate=estimate)
            longer, shorter = (paid, flows) if len(paid) > len(flows) else (flows, paid)
            flows = longer.copy()
            flows[: len(shorter)] += shorter
            for key in sums:
                sums[key] += int(table[f"{key}{SUFFIX[estimate]}"].sum())
        out[estimate] = {
            "capex": sums["cost"], "capex_before_tax": sums["cost_before_tax"], "opex_per_year": sums["opex"],
            "npv": round(-npv(settings.discount_rate, -flows)), "total": int(flows.sum()),
        }  # fmt: skip
    return out


def _of_options(options: pd.DataFrame, road_m: FloatArray, power: pd.DataFrame | None, settings: MoneySettings) -> pd.DataFrame:
    """How many of each item an option takes; index ``option_id``."""
    access = settings.access
    kind = options["kind"].astype(str).to_numpy()
    height = np.nan_to_num(options["mast_height_m"].to_numpy(dtype=float), nan=0.0)
    cells = np.nan_to_num(options["n_cells"].to_numpy(dtype=float), nan=0.0)
    mid_band = np.nan_to_num(options["freq_mhz"].to_numpy(dtype=float), nan=0.0) >= 3000.0
    new, relay = np.isin(kind, _NEW_MASTS), kind == "relay"
    tall, low = new & (height > LOW_MAST_MOST_M), new & (height <= LOW_MAST_MOST_M)
    terminal, band = kind == "satellite_terminal", kind == "add_band"
    own = (options["backhaul"] == "own").to_numpy(dtype=bool) & ~terminal
    grown = {name: 1.0 + access.height_share * (height / at - 1.0) for name, at in REFERENCE_HEIGHT_M.items()}
    carry_km = np.maximum(road_m - access.road_end_m, 0.0) / 1000.0
    mass_t = access.mast_t_per_m * height + np.where(tall, access.foundation_t, access.low_foundation_t)
    effort = np.where(road_m > access.road_end_m, access.roadless_factor, 1.0)
    counted = {
        "mast_site": tall * grown["mast_site"],
        "low_mast_site": low * grown["low_mast_site"],
        "road_transport": 1.0 * (new | (kind == "remote_sector") | band),
        "carry": new * mass_t * carry_km,
        "retune": 1.0 * (kind == "re_aim"),
        "base_station": 1.0 * (tall & ~relay),
        "small_base_station": 1.0 * (low & ~relay),
        "sector": np.select(
            [tall & ~relay, low & ~relay, kind == "remote_sector"],
            [np.maximum(cells - 3.0, 0.0), np.maximum(cells - 1.0, 0.0), cells],
            0.0,
        ),
        "band_sector": cells * (band & ~mid_band),
        "band_sector_mid": cells * (band & mid_band),
        "relay_equipment": 1.0 * relay,
        "vsat_kit": 1.0 * own,
        "satellite_terminal": 1.0 * terminal,
        "community_wifi": 1.0 * terminal,
        "site_year": effort * (tall & ~relay),
        "low_site_year": effort * (low | relay),
        "sector_year": cells * ((new & ~relay) | (kind == "remote_sector") | band),
        "vsat_year": 1.0 * own,
        "satellite_terminal_year": 1.0 * terminal,
    }
    return pd.DataFrame({**counted, **_of_power(options.index, power, new, effort)}, index=options.index)


def _of_power(ids: pd.Index, power: pd.DataFrame | None, new: npt.NDArray[np.bool_], effort: FloatArray) -> dict[str, FloatArray]:
    """How many of each item of power."""
    if power is None:
        return {}
    power = power.reindex(ids)
    source = power["source"].astype(object).fillna("").to_numpy(dtype=object)
    solar, grid = source == "solar", source == "grid"

    def figures(name: str) -> FloatArray:
        return np.nan_to_num(power[name].to_numpy(dtype=float), nan=0.0) if name in power else np.zeros(len(power))

    generator = power["generator"].eq(True).to_numpy(dtype=bool) if "generator" in power else np.zeros(len(power), dtype=bool)
    return {
        "grid_connection": 1.0 * (grid & new),
        "grid_line": figures("line_km") * (grid & new),
        "solar_panel": figures("pv_kwp") * solar,
        "battery": figures("battery_kwh"),
        "solar_fixed": 1.0 * solar,
        "generator": 1.0 * generator,
        "electricity": figures("load_w") * _HOURS_PER_YEAR / 1000.0 * (grid | (source == "existing")),
        "generator_year": effort * generator,
    }


def _costs(counted: pd.DataFrame, worst: pd.DataFrame, prices: pd.DataFrame, settings: MoneySettings) -> Costs:
    """Quantities to amounts; `worst` are the quantities of the high estimate."""
    names = [name for name in ITEMS if name in counted]
    vnd = in_vnd(prices, settings).loc[names]
    amounts = {
        estimate: _whole((worst if estimate == "high" else counted)[names].to_numpy(dtype=float) * vnd[estimate].to_numpy())
        for estimate in ESTIMATES
    }
    part = np.array([ITEMS[name].part for name in names])
    table = pd.concat([_table(amounts[e], part, names, settings).add_suffix(SUFFIX[e]) for e in ("base", "low", "high")], axis=1)
    table.index = counted.index
    row, column = np.nonzero((counted[names].to_numpy() > 0) | (worst[names].to_numpy() > 0))
    items = pd.DataFrame(
        {
            str(counted.index.name): counted.index.to_numpy(dtype=object)[row], "item": np.array(names, dtype=object)[column],
            "part": part.astype(object)[column], "unit": prices.loc[names, "unit"].to_numpy(dtype=object)[column],
            "quantity": counted[names].to_numpy(dtype=float)[row, column], **{e: amounts[e][row, column] for e in ESTIMATES},
            "source": prices.loc[names, "source"].to_numpy(dtype=object)[column],
        }
    )  # fmt: skip
    return Costs(table, items)


def _table(amounts: FloatArray, part: npt.NDArray[np.str_], names: list[str], settings: MoneySettings) -> pd.DataFrame:
    works, equipment, yearly = (amounts[:, part == each].sum(axis=1) for each in ("works", "equipment", "yearly"))
    estimate = settings.estimate
    parts = _estimate(works, equipment, estimate)
    batteries = amounts[:, [name == "battery" for name in names]].sum(axis=1)
    return pd.DataFrame(
        {
            "cost": sum(parts.values()), "cost_before_tax": sum(value for name, value in parts.items() if name != "vat"), **parts,
            "opex": yearly + _whole(yearly * estimate.vat_share), "renewal": batteries + _whole(batteries * estimate.vat_share),
        }
    )  # fmt: skip


def _estimate(works: FloatArray, equipment: FloatArray, shares: EstimateSettings) -> dict[str, FloatArray]:
    """The parts of an estimate: each share is taken of what stands before it and rounded."""
    built = works + equipment
    management, consulting, other = (
        _whole(built * share) for share in (shares.management_share, shares.consulting_share, shares.other_share)
    )
    contingency = _whole((built + management + consulting + other) * shares.contingency_share)
    vat = _whole((built + consulting + other + contingency) * shares.vat_share)
    return dict(zip(PARTS, (works, equipment, management, consulting, other, contingency, vat), strict=True))


def _whole(amounts: FloatArray) -> FloatArray:
    return np.asarray(np.floor(amounts + 0.5))
