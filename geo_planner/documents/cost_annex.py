"""Annex III of the request: costs by item and payer, what comes without the build plan, prices, assumptions."""

from __future__ import annotations

from itertools import count
from typing import Any

from geo_planner.build.prices import ITEMS
from geo_planner.documents.docx_parts import Grid, Row, explained, heading, paragraph, table
from geo_planner.documents.records import Money, ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.schema import RESPONSIBILITY


def write_costs(document: Any, facts: ProposalFacts, say: Wording) -> None:
    """The parts of the annex, numbered."""
    money = facts.money
    if money is None:
        paragraph(document, say("method_no_build"))
        return
    at = count(1)

    def part(title: str) -> None:
        heading(document, f"{next(at)}. {say(title)}", 2)

    part("costs_title")
    _cost_items(document, money, say)
    part("payers_title")
    _payers(document, money, say)
    if facts.power_first:
        part("power_first_title")
        _power_first(document, facts, say)
    part("prices_title")
    _prices(document, facts, say)
    part("assumptions_title")
    _assumptions(document, facts, say)


def _three(say: Wording, kind: str = "col") -> tuple[str, ...]:
    """Titles of the low, base and high estimate."""
    return tuple(say(f"{kind}_{name}") for name in ("low", "base", "high"))


def _item_titles(say: Wording) -> dict[str, str]:
    return {name: item.title.text(say.language) for name, item in ITEMS.items()}


def _cost_items(document: Any, money: Money, say: Wording) -> None:
    titles = _item_titles(say)
    grid = Grid(
        (say("col_item"), say("col_quantity"), say("col_unit"), *_three(say)),
        (96.0, 24.0, 36.0, 32.0, 32.0, 32.0),
        ("left", "right", "center", *(["right"] * 3)),
    )
    once, yearly = [], []
    for each in money.items:
        measure, amounts = _measure(each.unit), say.amounts(each.amount)
        if each.part == "yearly":
            yearly.append(Row((say("yearly", what=titles.get(each.item, "")), say.plain(each.quantity), measure, *amounts)))
        else:
            once.append(
                Row((titles.get(each.item) or say.part(each.part), say.plain(each.quantity) if each.item else "", measure, *amounts))
            )
    rows = [
        *once,
        Row((say("capex"), "", "", *say.amounts(money.capex)), "total"),
        *yearly,
        Row((say("opex"), "", "", *say.amounts(money.opex_per_year)), "total"),
        Row((say("npv", years=money.horizon_years, rate=money.discount_rate), "", "", *say.amounts(money.npv)), "total"),
    ]
    table(document, grid, rows, size=9)


def _payers(document: Any, money: Money, say: Wording) -> None:
    grid = Grid((say("col_payer"), *_three(say)), (108.0, 48.0, 48.0, 48.0), ("left", "right", "right", "right"))
    rows = [Row((say.group(key), *say.amounts(money.by_payer[key]))) for key in RESPONSIBILITY]
    table(document, grid, [*rows, Row((say("total"), *say.amounts(money.capex)), "total")], size=10, whole=True)


def _prices(document: Any, facts: ProposalFacts, say: Wording) -> None:
    rate = None if facts.money is None else facts.money.dollar_rate
    explained(document, " ".join([say("prices_note"), *([] if rate is None else [say.told(rate)])]))
    titles = _item_titles(say)
    grid = Grid(
        (say("col_item"), say("col_unit"), *_three(say, "col_price"), say("col_price_year"), say("col_source")),
        (52.0, 26.0, 27.0, 27.0, 27.0, 15.0, 78.0),
        ("left", "center", "right", "right", "right", "center", "left"),
    )
    rows = []
    for price in facts.prices:
        figures = (say.figure(value, 2 if value % 1 else 0) for value in (price.low, price.base, price.high))
        rows.append(Row((titles.get(price.item, price.item), price.unit, *figures, str(price.year), price.source)))
    table(document, grid, rows, size=9)


def _assumptions(document: Any, facts: ProposalFacts, say: Wording) -> None:
    grid = Grid((say("col_setting"), say("col_value"), say("col_key")), (146.0, 50.0, 56.0), ("left", "left", "left"))
    rows = [Row((say.told(each.meaning), "–" if each.value is None else say.setting(each.value), each.key)) for each in facts.assumptions]
    table(document, grid, rows, size=9)


def _measure(unit: str) -> str:
    """What an item is counted in: the amounts beside it are in đồng, whatever its price is quoted in."""
    return unit.partition("/")[2] or unit


def _power_first(document: Any, facts: ProposalFacts, say: Wording) -> None:
    names = {v.village_id: v.name for v in facts.villages}
    titles = tuple(say(f"col_{name}") for name in ("village_name", "terminal", "terminal_year", "grid_village", "grid_households"))
    rows = [
        Row(
            (
                names[p.village_id],
                say.vnd(p.terminal_vnd),
                say.vnd(p.terminal_per_year_vnd),
                say.vnd(p.grid_village_vnd),
                say.vnd(p.grid_households_vnd),
            )
        )
        for p in facts.power_first
    ]
    table(document, Grid(titles, (84.0, 42.0, 42.0, 42.0, 42.0), ("left", *(["right"] * 4))), rows, size=9)
