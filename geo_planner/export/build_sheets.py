"""The sheets of the build plan: sites, links, costs by item, years, budgets, and what each village gets and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from geo_planner.build.cost import estimate_rows
from geo_planner.build.payers import cost_per_household
from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import ESTIMATES, ITEMS, dollar_rate
from geo_planner.build.problem import PROVEN
from geo_planner.export.tables import Cell, flat_columns
from geo_planner.export.workbook import Sheet, Style, TableColumn, Total, spoken
from geo_planner.plan import Plan
from geo_planner.words import word

_SCREEN = ("items", "frontier", "people")
"""Looked at on the screen alone: long, or no part of what is asked for."""
_SUMMED = {
    "sites": ("households", "cost_vnd"), "links": ("cost_vnd",), "items": ("low", "base", "high"), "years": ("cost_vnd", "sites", "links"),
    "phones": ("eligible", "amount_vnd"),
}  # fmt: skip
"""Columns with a sum below them."""
_Columns = Sequence[tuple[str, float, Style]]
_SITES: _Columns = (
    ("site_id", 30, "code"), ("place_id", 22, "code"), ("kind", 20, "text"), ("lon", 12, "degrees"), ("lat", 12, "degrees"),
    ("mast_height_m", 10, "int"), ("households", 11, "level"), ("cost_vnd", 18, "int"), ("cost_per_household_vnd", 18, "int"), ("payer", 24, "text"),
    ("year", 9, "centre"), ("on_air", 11, "centre"), ("stay_in", 11, "share"), ("link_ids", 34, "text"),
)  # fmt: skip
_LINKS: _Columns = (
    ("link_id", 34, "code"), ("place_a", 22, "code"), ("place_b", 22, "code"), ("kind", 12, "text"), ("length_km", 10, "km"),
    ("freq_ghz", 10, "level"), ("availability_pct", 12, "plain"), ("cost_vnd", 18, "int"), ("payer", 24, "text"), ("year", 9, "centre"),
)  # fmt: skip
_ITEMS: _Columns = (
    ("id", 34, "code"), ("part", 18, "text"), ("item", 34, "text"), ("quantity", 11, "plain"), ("unit", 16, "centre"), ("low", 17, "int"), ("base", 17, "int"),
    ("high", 17, "int"), ("source", 60, "text"),
)  # fmt: skip
_YEARS: _Columns = (
    ("year", 9, "centre"), ("budget_vnd", 18, "int"), ("available_vnd", 18, "int"), ("cost_vnd", 18, "int"), ("sites", 9, "int"),
    ("links", 9, "int"), ("households", 13, "level"), ("weight", 13, "level"),
)  # fmt: skip
_PEOPLE: _Columns = (
    ("year", 9, "centre"), ("people", 14, "int"), ("covered", 16, "int"), ("unknown", 16, "int"), ("covered_share", 12, "share"),
    ("communes", 10, "int"), ("communes_covered", 14, "int"),
)  # fmt: skip
_FRONTIER: _Columns = (
    ("budget_vnd", 20, "int"),
    ("weight", 13, "level"),
    ("households", 13, "level"),
    ("sites", 9, "int"),
    ("gap", 13, "share"),
)
_VILLAGES: _Columns = (
    ("village_id", 12, "code"), ("name", 22, "text"), ("households_before", 13, "level"), ("households_after", 13, "level"),
    ("year", 9, "centre"), ("site_ids", 44, "text"),
)  # fmt: skip

_PHONES: _Columns = (("village_id", 12, "code"), ("name", 22, "text"), ("eligible", 14, "int"), ("amount_vnd", 18, "int"))
_POWER_FIRST: _Columns = (
    ("village_id", 12, "code"), ("name", 22, "text"), ("households_listed", 10, "int"), ("terminal_vnd", 18, "int"), ("terminal_per_year_vnd", 18, "int"),
    ("grid_village_vnd", 18, "int"), ("grid_households_vnd", 18, "int"),
)  # fmt: skip


def build_sheets(plan: Plan) -> list[Sheet]:
    """What is built, what it costs, when and for whom; none where the scenario asks for no build plan.

    Five sheets always; people by year where there is a population layer, other budgets where they were looked at, smartphones where they are
    asked for, and villages that need power first where there are any.
    """
    build = plan.build
    if build is None:
        return []
    results = build.results
    villages = results.villages.join(plan.villages["name"]).reindex(plan.villages.index)
    sheets = [
        _sheet("sites", _SITES, results.sites.assign(stay_in=build.stay_in.reindex(results.sites.index)).reset_index(), _site_lines(build)),
        _sheet("links", _LINKS, results.links.reset_index(), [spoken("build_sheet.links_line")]),
        _sheet("items", _ITEMS, _items(build), _item_lines(build)),
        _sheet("years", _YEARS, build.phases.by_year, [spoken("build_sheet.years_line")]),
        _sheet("villages", _VILLAGES, villages.reset_index(), [spoken("build_sheet.villages_line")]),
    ]
    if build.people_by_year is not None:
        line = spoken("build_sheet.people_line", target=build.settings.people_target_share)
        sheets.insert(4, _sheet("people", _PEOPLE, build.people_by_year, [line]))
    if len(build.frontier):
        sheets.insert(4, _sheet("frontier", _FRONTIER, build.frontier, [spoken("build_sheet.frontier_line")]))
    return sheets + _beside(build, plan.villages["name"])


def _beside(build: BuildPlan, names: pd.Series) -> list[Sheet]:
    """What stands beside the stations and is in none of their sums."""
    sheets = []
    if build.smartphones is not None and len(build.smartphones):
        known = build.smartphones.dropna()
        line = spoken(
            "build_sheet.phones_line", households=int(known["eligible"].sum()), vnd=int(known["amount_vnd"].sum()),
            unknown=len(build.smartphones) - len(known),
        )  # fmt: skip
        sheets.append(_sheet("phones", _PHONES, build.smartphones.join(names).reset_index(), [line]))
    if build.power_first is not None and len(build.power_first):
        table = build.power_first.rename(columns={"households": "households_listed"}).join(names).reset_index()
        sheets.append(_sheet("power_first", _POWER_FIRST, table, [spoken("build_sheet.power_first_line")]))
    return sheets


def _site_lines(build: BuildPlan) -> list[str]:
    """Sums, payers and how good the choice is."""
    base, low, high = (build.costs.totals[estimate] for estimate in ("base", "low", "high"))
    each = {estimate: cost_per_household(build.chosen, estimate) for estimate in ESTIMATES}
    payers = [f"{word(payer)}: {spoken('build_sheet.amount', vnd=vnd)}" for payer, vnd in build.shares.by_payer["base"].items() if vnd]
    return [
        spoken("build_sheet.sums", capex=base["capex"], low=low["capex"], high=high["capex"], opex=base["opex_per_year"], npv=base["npv"]),
        *([spoken("build_sheet.per_household", **each)] if all(v == v for v in each.values()) else []),
        spoken("build_sheet.payers", payers=payers) if payers else spoken("build_sheet.no_payers"),
        spoken(f"build_sheet.status_{proof(build)}", gap=build.choice.gap),
        *([spoken(f"build_sheet.stay_{build.stay_in_by}")] if len(build.stay_in) else []),
    ]


def proof(build: BuildPlan) -> str:
    """The status; ``cheaper`` where the weight is proven and what is open is the cost alone."""
    choice = build.choice
    return "cheaper" if choice.status == "feasible" and choice.options and choice.gap <= PROVEN else choice.status


def _item_lines(build: BuildPlan) -> list[str]:
    """What the rows add up to, and at what rate those in dollars are turned into đồng."""
    rate = dollar_rate(build.settings, build.costs.units)
    return [spoken("build_sheet.items_line"), *([] if rate is None else [rate.text("vi")])]


def _items(build: BuildPlan) -> pd.DataFrame:
    """The items of what is built, with the shares and tax of each estimate below them, so that a site's rows add up to its cost."""
    built = ((build.costs.options, build.chosen.options.index), (build.costs.links, build.chosen.links.index))
    table = pd.concat([estimate_rows(costs, ids) for costs, ids in built], ignore_index=True)
    titles = {name: item.title.text("vi") for name, item in ITEMS.items()} | {"": ""}
    return table.assign(item=table["item"].map(titles), part=[spoken(f"estimate_part.{part}") for part in table["part"]])


def _sheet(name: str, declared: _Columns, table: pd.DataFrame, lines: list[str]) -> Sheet:
    columns = [TableColumn(spoken(f"build_column.{key}"), width, style) for key, width, style in declared]
    flat = flat_columns(table.reset_index(drop=True))
    rows = [
        [_cell(key, value) for (key, _, _), value in zip(declared, row, strict=True)]
        for row in _rows(flat, [key for key, _, _ in declared])
    ]
    return Sheet(
        spoken(f"build_sheet.{name}"), columns, rows, lines, frozen_columns=1, totals=_totals(name, declared, flat), printed=name not in _SCREEN,
    )  # fmt: skip


def _totals(name: str, declared: _Columns, flat: pd.DataFrame) -> dict[int, Total]:
    """Sums of the whole table; of the items without what is paid every year, as the investment counts them."""
    keys = [key for key, _, _ in declared]
    yearly = spoken("estimate_part.yearly")
    but = (keys.index("part"), yearly) if name == "items" else None
    part = flat[flat["part"] != yearly] if name == "items" else flat
    return {
        keys.index(key): Total(sum(value for value in part[key] if value is not None), but) for key in _SUMMED.get(name, ()) if len(flat)
    }


def _rows(flat: pd.DataFrame, keys: list[str]) -> Iterable[list[Any]]:
    return [] if flat.empty else flat[keys].to_numpy().tolist()


def _cell(key: str, value: Cell) -> Cell:
    if key == "kind" and isinstance(value, str):
        return spoken(f"build_kind.{value}")
    return word(value) if key == "payer" and isinstance(value, str) else value
