"""One test over all that carries sums: whatever file is read, the same plan costs the same to the đồng."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.pack import write_pack
from geo_planner.export import write_plan
from geo_planner.plan import load_plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.words import said
from tests.build.test_plan_holds import drawn_area, planned
from tests.documents.test_proposal import rows_of

Totals = dict[str, int]
"""Figures by name: ``capex.low``, ``capex.base``, ``capex.high``, ``opex.base``, ``npv.base``, ``payer.fund``, ``year.2027`` and so on."""
ESTIMATES = ("low", "base", "high")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small plan with something to build, and its pack inside it."""
    root = tmp_path_factory.mktemp("totals")
    write_plan(planned(drawn_area(root / "area", 5)), root / "out")
    write_pack(root / "out", formats=("docx",))
    return root / "out"


def from_summary(folder: Path) -> Totals:
    build = json.loads((folder / "summary.json").read_text("utf-8"))["build"]
    cost = build["cost_vnd"]
    of = {"low": cost["low"], "base": cost, "high": cost["high"]}
    totals = {f"capex.{e}": of[e]["capex"] for e in ESTIMATES}
    totals |= {f"opex.{e}": of[e]["opex_per_year"] for e in ESTIMATES} | {f"npv.{e}": of[e]["npv"] for e in ESTIMATES}
    totals |= {f"payer.{payer}": amount for payer, amount in build["by_payer"].items()}
    return totals | {f"year.{row['year']}": row["cost_vnd"] for row in build["by_year"] if row["year"] is not None}


def from_facts(folder: Path) -> Totals:
    money = proposal_facts(load_plan(folder)).money
    assert money is not None
    totals = {}
    for name, amount in (("capex", money.capex), ("opex", money.opex_per_year), ("npv", money.npv)):
        totals |= {f"{name}.{e}": getattr(amount, e) for e in ESTIMATES}
    totals |= {f"payer.{payer}": amount.base for payer, amount in money.by_payer.items()}
    return totals | {f"year.{each.year}": each.cost_vnd for each in money.years if each.year is not None}


def from_geopackage(folder: Path) -> Totals:
    totals = {}
    with sqlite3.connect(folder / "plan.gpkg") as opened:
        for estimate, capex, opex, npv in opened.execute("SELECT estimate, capex, opex_per_year, npv FROM build_sums"):
            totals |= {f"capex.{estimate}": capex, f"opex.{estimate}": opex, f"npv.{estimate}": npv}
        sums = opened.execute(f"SELECT {', '.join(f'SUM({payer})' for payer in RESPONSIBILITY)} FROM build_shares").fetchone()
        totals |= {f"payer.{payer}": amount for payer, amount in zip(RESPONSIBILITY, sums, strict=True)}
        totals |= {f"year.{year}": cost for year, cost in opened.execute("SELECT year, cost_vnd FROM build_years WHERE year IS NOT NULL")}
        built = sum(opened.execute(f"SELECT SUM(cost_vnd) FROM {layer}").fetchone()[0] or 0 for layer in ("chosen_sites", "chosen_links"))
        assert built == totals["capex.base"], "the layers of what is built"
    return totals


def from_workbook(folder: Path) -> Totals:
    sheets = {
        ws.title: list(ws.iter_rows(values_only=True)) for ws in openpyxl.load_workbook(folder / "priority_list.xlsx", read_only=True)
    }

    def rows(title: str, first: str) -> list[dict[str, Any]]:
        at = next(at for at, row in enumerate(sheets[title]) if row and row[0] == first)
        head = [str(cell) for cell in sheets[title][at]]
        return [dict(zip(head, row, strict=False)) for row in sheets[title][at + 1 :] if any(cell is not None for cell in row)]

    capex = sum(row["Chi phí (đồng)"] for row in rows("Trạm xây dựng", "Trạm") + rows("Truyền dẫn", "Tuyến"))
    items = [row for row in rows("Chi phí theo hạng mục", "Trạm hoặc tuyến") if row["Khoản mục"] != said("estimate_part.yearly").text("vi")]
    totals = {
        f"capex.{e}": sum(row[f"{title} (đồng)"] for row in items) for e, title in zip(ESTIMATES, ("Thấp", "Cơ sở", "Cao"), strict=True)
    }
    assert capex == totals["capex.base"], "sites and links"
    years = rows("Phân kỳ", "Năm")
    return totals | {f"year.{row['Năm']}": row["Chi phí (đồng)"] for row in years if isinstance(row["Năm"], int)}


def from_request(folder: Path) -> Totals:
    tables = [rows_of(table) for table in Document(str(folder / "pack" / "proposal.docx")).tables]
    label = {said(f"proposal.group_{key}").text("vi"): key for key in RESPONSIBILITY}

    def amount(cell: str) -> int:
        return int(cell.replace(".", ""))

    def table(*starts: str) -> Iterator[list[list[str]]]:
        return (rows for rows in tables if all(cell.startswith(start) for cell, start in zip(rows[0], starts, strict=False)))

    (estimate,) = table("Hạng mục", "Khối lượng")
    named = {row[0]: row for row in estimate}
    totals = {}
    for name, start in (("capex", "Vốn đầu tư"), ("opex", "Chi phí vận hành mỗi năm"), ("npv", "Giá trị hiện tại")):
        row = next(row for title, row in named.items() if title.startswith(start))
        totals |= {f"{name}.{e}": amount(cell) for e, cell in zip(ESTIMATES, row[3:], strict=True)}
    (payers,) = table("Nhóm", "Mức thấp")
    totals |= {f"payer.{label[row[0]]}": amount(row[2]) for row in payers[1:-1]}
    assert amount(payers[-1][2]) == totals["capex.base"], "by group"
    (years,) = (rows for rows in table("Nhóm") if rows[0][1].startswith("20") or rows[0][1] == "Chưa bố trí")
    totals |= {f"year.{title}": amount(cell) for title, cell in zip(years[0][1:-1], years[-1][1:-1], strict=True) if title.isdigit()}
    assert amount(years[-1][-1]) == totals["capex.base"], "by year"
    (villages,) = table("STT", "Thôn, bản")
    shared = sum(amount(row[-1]) for row in villages[1:-1] if len(row) == len(villages[0]))
    assert shared == amount(villages[-1][-1]), "shares of the villages"
    built = sum(
        amount(next(table(*starts))[-1][column])
        for starts, column in ((("Trạm", "Giải pháp"), 8), (("STT", "Từ"), 7))
        if any(table(*starts))
    )
    assert built == totals["capex.base"], "sites and links"
    return totals


READERS: Mapping[str, Callable[[Path], Totals]] = {
    "facts": from_facts,
    "plan.gpkg": from_geopackage,
    "priority_list.xlsx": from_workbook,
    "proposal.docx": from_request,
}
"""What carries sums of a plan, by name; a further document is a further line."""


@pytest.mark.parametrize("name", READERS)
def test_every_file_has_the_sums_of_the_summary_to_the_dong(name: str, folder: Path) -> None:
    summary, told = from_summary(folder), READERS[name](folder)
    assert summary["capex.base"] > 0
    assert {f"capex.{e}" for e in ESTIMATES} <= set(told)
    assert any(key.startswith("year.") for key in told)
    assert told == {key: summary[key] for key in told}


def test_the_sums_of_the_summary_agree_with_each_other(folder: Path) -> None:
    summary = from_summary(folder)
    for kind in ("payer.", "year."):
        parts = [amount for key, amount in summary.items() if key.startswith(kind)]
        assert len(parts) >= 2 or kind == "year."
        assert sum(parts) <= summary["capex.base"]
    assert sum(amount for key, amount in summary.items() if key.startswith("payer.")) == summary["capex.base"]
