"""One test over all that carries sums: whatever file is read, the same plan costs the same to the đồng."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from geo_planner.documents.facts import proposal_facts
from geo_planner.documents.pack import order_of, write_pack
from geo_planner.export import write_plan
from geo_planner.plan import load_plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.words import said
from tests import small_area
from tests.build.test_plan_holds import drawn_area, planned
from tests.documents.test_proposal import rows_of

Totals = dict[str, int]
"""Figures by name: ``capex.low``, ``capex.base``, ``capex.high``, ``opex.base``, ``npv.base``, ``payer.fund``, ``year.2027`` and so on."""
ESTIMATES = ("low", "base", "high")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small plan with something to build, and its pack inside it."""
    root = tmp_path_factory.mktemp("totals")
    area = drawn_area(root / "area", 5)
    rows = small_area.read_rows(area / small_area.VILLAGES)
    # something to ask of every commune, so that each gets a letter
    small_area.write_rows(area / small_area.VILLAGES, [{**row, "poor_households": ""} for row in rows])
    write_plan(planned(area), root / "out")
    write_pack(root / "out", order_of(("docx", "xlsx", "gis", "letters")))
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
    totals: Totals = {}
    for name, amount in (("capex", money.capex), ("opex", money.opex_per_year), ("npv", money.npv)):
        totals |= {f"{name}.{e}": getattr(amount, e) for e in ESTIMATES}
    totals |= {f"payer.{payer}": amount.base for payer, amount in money.by_payer.items()}
    return totals | {f"year.{each.year}": each.cost_vnd for each in money.years if each.year is not None}


def from_geopackage(folder: Path, name: str = "plan.gpkg") -> Totals:
    totals: Totals = {}
    with sqlite3.connect(folder / name) as opened:
        for estimate, capex, opex, npv in opened.execute("SELECT estimate, capex, opex_per_year, npv FROM build_sums"):
            totals |= {f"capex.{estimate}": capex, f"opex.{estimate}": opex, f"npv.{estimate}": npv}
        sums = opened.execute(f"SELECT {', '.join(f'SUM({payer})' for payer in RESPONSIBILITY)} FROM build_shares").fetchone()
        totals |= {f"payer.{payer}": amount for payer, amount in zip(RESPONSIBILITY, sums, strict=True)}
        totals |= {f"year.{year}": cost for year, cost in opened.execute("SELECT year, cost_vnd FROM build_years WHERE year IS NOT NULL")}
        built = sum(opened.execute(f"SELECT SUM(cost_vnd) FROM {layer}").fetchone()[0] or 0 for layer in ("chosen_sites", "chosen_links"))
        assert built == totals["capex.base"], "the layers of what is built"
    return totals


def from_workbook(folder: Path) -> Totals:
    book = openpyxl.load_workbook(folder / "priority_list.xlsx", read_only=True, data_only=True)
    sheets = {ws.title: list(ws.iter_rows(values_only=True)) for ws in book}
    last = said("book.total").text("vi")

    def table(title: str, first: str) -> list[dict[str, Any]]:
        at = next(at for at, row in enumerate(sheets[title]) if row and row[0] == first)
        head = [str(cell) for cell in sheets[title][at]]
        return [dict(zip(head, row, strict=False)) for row in sheets[title][at + 1 :] if any(cell is not None for cell in row)]

    def rows(title: str, first: str) -> list[dict[str, Any]]:
        """Without the last row, whose amount is the sum of the others."""
        found = table(title, first)
        sums = [row for row in found if row[first] == last]
        found = [row for row in found if row[first] != last]
        for row in sums:
            if "Chi phí (đồng)" in row:
                assert row["Chi phí (đồng)"] == sum(each["Chi phí (đồng)"] for each in found)
        return found

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
    totals: Totals = {}
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


def from_signing_list(folder: Path) -> Totals:
    """The rows of the groups and the last one; the rows below a group add up to its sum."""
    sheet = openpyxl.load_workbook(folder / "pack" / "signing_list.xlsx", data_only=True).worksheets[0]
    groups = {said(f"proposal.group_{key}").text("vi"): key for key in RESPONSIBILITY}
    totals: Totals = {}
    below: dict[str, int] = {}
    group = ""
    for row in sheet.iter_rows(values_only=True):
        text, cost = str(row[1] or ""), row[11]
        if row[0] in ("I", "II", "III", "IV"):
            group = next(key for title, key in groups.items() if text.startswith(title))
            totals[f"payer.{group}"], below[group] = int(cost), 0
        elif str(row[0] or "").startswith("TỔNG CỘNG"):
            totals["capex.base"], group = int(cost), ""
        elif group and isinstance(cost, int | float):
            below[group] += int(cost)
    assert {f"payer.{key}": amount for key, amount in below.items()} == {key: totals[key] for key in totals if key != "capex.base"}
    assert sum(below.values()) == totals["capex.base"]
    return totals


READERS: Mapping[str, Callable[[Path], Totals]] = {
    "facts": from_facts,
    "plan.gpkg": from_geopackage,
    "pack/gis/plan.gpkg": partial(from_geopackage, name="pack/gis/plan.gpkg"),
    "priority_list.xlsx": from_workbook,
    "pack/priority_list.xlsx": lambda folder: from_workbook(folder / "pack"),
    "proposal.docx": from_request,
    "signing_list.xlsx": from_signing_list,
}
"""What carries sums of a plan, by name; a further document is a further line."""
BASE_ALONE = ("signing_list.xlsx",)
"""What is signed: one amount, by who pays and not by year."""


@pytest.mark.parametrize("name", READERS)
def test_every_file_has_the_sums_of_the_summary_to_the_dong(name: str, folder: Path) -> None:
    summary, told = from_summary(folder), READERS[name](folder)
    assert summary["capex.base"] > 0
    if name in BASE_ALONE:
        payers = {key for key, amount in summary.items() if key.startswith("payer.") and amount}
        assert {"capex.base", *payers} <= set(told)
        assert payers
    else:
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


def letter_sums(path: Path) -> tuple[list[int], int] | None:
    """The amounts of the table of what is proposed and the sum below them; None where the letter has no such table."""
    tables = [rows_of(table) for table in Document(str(path)).tables]
    found = [rows for rows in tables if rows[-1][1:2] == [said("proposal.total").text("vi")]]
    if not found:
        return None
    (rows,) = found
    amounts = [int(row[-1].replace(".", "")) for row in rows[1:] if row[-1] not in ("–", "")]
    return amounts[:-1], amounts[-1]


def test_letters_to_the_communes_share_out_what_the_villages_cost(folder: Path) -> None:
    facts = proposal_facts(load_plan(folder))
    told = {}
    for path in (folder / "pack" / "letters").glob("commune_*.docx"):
        sums = letter_sums(path)
        assert sums is not None
        assert sum(sums[0]) == sums[1]
        told[path.stem.removeprefix("commune_")] = sums[1]
    shares: Totals = {}
    for village in facts.villages:
        shares[village.commune_code] = shares.get(village.commune_code, 0) + (village.cost_share_vnd or 0)
    assert told == shares
    rest = from_summary(folder)["capex.base"] - sum(told.values())
    assert sum(told.values()) > 0
    assert rest >= 0


def test_letters_to_the_operators_carry_what_is_built_at_their_masts(folder: Path) -> None:
    with sqlite3.connect(folder / "plan.gpkg") as opened:
        masts = {f"site:{site}" for (site,) in opened.execute("SELECT DISTINCT site_id FROM sites WHERE operator = 'A'")}
        sites = opened.execute("SELECT place_id, '', cost_vnd FROM chosen_sites").fetchall()
        links = opened.execute("SELECT place_a, place_b, cost_vnd FROM chosen_links").fetchall()
    built = [int(cost) for first, second, cost in (*sites, *links) if {first, second} & masts]
    assert built
    sums = letter_sums(folder / "pack" / "letters" / "operator_a.docx")
    assert sums is not None
    assert sorted(sums[0]) == sorted(built)
    assert sums[1] == sum(built)
