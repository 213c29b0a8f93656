"""What the page of the build plan shows, as tables and sentences: sites, villages, years, payers, the three estimates, what differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from geo_planner.build.outcomes import NOBODY_CAN, outcomes
from geo_planner.build.payers import cost_per_household
from geo_planner.build.plan import BuildPlan
from geo_planner.build.prices import ESTIMATES
from geo_planner.build.rebuild import years_within
from geo_planner.build.served import TERMINAL
from geo_planner.config.build import BuildSettings
from geo_planner.errors import naming
from geo_planner.export.html_map.build_marks import word_of_kind
from geo_planner.plan import Plan
from geo_planner.schema import RESPONSIBILITY
from geo_planner.ui.address import BuildTrial
from geo_planner.ui.texts import text
from geo_planner.words import Language, first_of, number, said, word

BILLION, MILLION = 1e9, 1e6
_MOST_STEPS = 150
_MOST_NAMES = 4
_MOST_NOTES = 4
_OF_WISHES_AND_YEARS = ("build_id_unknown", "build_id_at_odds", "build_choice_in_time", "build_unplaced")
"""Of what is said of a choice, the codes that stand beside its sums; the rest stands where the villages and the reasons are."""
_STEPS = tuple(step * 10**power for power in range(7, 15) for step in (1, 2, 5))


def amount(vnd: float, language: Language) -> str:
    """An amount in tỷ đồng as people read it."""
    return text("build_amount", language, billions=vnd / BILLION)


def budget_of(written: str) -> int | None:
    """An amount in tỷ đồng as people write it, in đồng; None where it is none.

    >>> budget_of("8,5"), budget_of(" 12 tỷ "), budget_of("0.25"), budget_of("1.234,5"), budget_of("nhiều")
    (8500000000, 12000000000, 250000000, 1234500000000, None)
    """
    bare = re.sub(r"\s|tỷ|tỉ|đồng", "", written.lower())
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", bare):
        bare = bare.replace(".", "")
    bare = bare.replace(",", ".")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", bare):
        return None
    whole, _, part = bare.partition(".")
    return int(whole) * 10**9 + int(part.ljust(9, "0"))


def in_force(settings: BuildSettings, tried: BuildTrial) -> BuildTrial:
    """What is tried with the wishes of the scenario where none are."""
    must = settings.must if tried.must is None else tried.must
    must_not = settings.must_not if tried.must_not is None else tried.must_not
    return replace(tried, must=must, must_not=must_not)


def wishing(settings: BuildSettings, tried: BuildTrial, must: Sequence[str], must_not: Sequence[str]) -> BuildTrial:
    """What is tried with other wishes; those of the scenario count as none tried.

    What must not be, however it was wished before, is not among what must.
    """
    kept = tuple(ident for ident in dict.fromkeys(must) if ident not in must_not)
    barred = tuple(dict.fromkeys(must_not))
    return replace(
        tried, must=None if set(kept) == set(settings.must) else kept, must_not=None if set(barred) == set(settings.must_not) else barred
    )


def changes(settings: BuildSettings, tried: BuildTrial) -> dict[str, Any]:
    """What is tried, as settings of a scenario by their path; low and high prices are none of them."""
    found: dict[str, Any] = {}
    if tried.budget_vnd is not None:
        found["build.budget_vnd"] = tried.budget_vnd
        if settings.years:
            found["build.years"] = [each.model_dump() for each in years_within(settings.years, tried.budget_vnd)]
    if tried.years is not None:
        found["build.years"] = [{"year": year, "budget_vnd": vnd} for year, vnd in tried.years]
    found |= {f"build.{key}": list(ids) for key, ids in (("must", tried.must), ("must_not", tried.must_not)) if ids is not None}
    if tried.price_factor is not None:
        found["build.price_factor"] = tried.price_factor
    return found


def budget_steps(most_vnd: int, chosen_vnd: int) -> list[int]:
    """The budgets of a slider: some hundred round ones from nothing to what covers everything, and the chosen one.

    >>> budget_steps(300_000_000, 123)[:4], len(budget_steps(15_397_130_150, 0))
    ([0, 123, 10000000, 20000000], 78)
    """
    step = next((s for s in _STEPS if most_vnd / s <= _MOST_STEPS), _STEPS[-1])
    top = -(-most_vnd // step) * step
    return sorted({*range(0, top + 1, step), chosen_vnd})


def covered_sums(build: BuildPlan) -> dict[str, float]:
    """Newly covered households (mobile signal) and sites of a choice, as the frontier counts them."""
    mobile = build.chosen.options[build.chosen.options["kind"] != TERMINAL]
    return {"households": float(mobile["households"].sum()), "sites": float(len(build.chosen.options))}


def headline(build: BuildPlan, language: Language) -> str:
    """Sites, links, households, cost, in a line."""
    sums = covered_sums(build)
    gains = build.results.villages["site_ids"].map(bool).sum()
    return text(
        "build_headline", language, sites=int(sums["sites"]), links=len(build.results.links), villages=int(gains), households=sums["households"],
        cost=amount(build.choice.cost, language),
    )  # fmt: skip


def village_names(plan: Plan) -> dict[str, str]:
    """Names of the villages with their communes, by id."""
    villages = plan.villages
    return {
        str(i): f"{name} ({commune})" for i, name, commune in zip(villages.index, villages["name"], villages["commune_name"], strict=True)
    }


def site_names(plan: Plan, build: BuildPlan, language: Language) -> dict[str, str]:
    """What a site is called: its kind and whom it serves, else where it stands; by id."""
    names, served = plan.villages["name"], _served(build)
    found = {}
    for site, row in build.results.sites.iterrows():
        villages = [str(names.get(village, village)) for village in served.get(str(site), [])]
        of = said("ui.build_for", villages=first_of(sorted(villages), _MOST_NAMES)).text(language) if villages else str(row["place_id"])
        height = "" if pd.isna(row["mast_height_m"]) else f" {number(float(row['mast_height_m']), 0, language)} m"
        found[str(site)] = f"{word_of_kind(str(row['kind']), language)}{height}, {of}"
    return found


def wish_of_site(build: BuildPlan, site: str) -> str:
    """The id under which a site is wished or forbidden: its place, whatever would stand there; an existing mast's option alone."""
    place = str(build.options.at[site, "place_id"])
    if str(build.places.at[place, "kind"]) == "existing" or "stands_at" not in build.places:
        return site
    return str(build.places.at[place, "stands_at"])


def site_table(plan: Plan, build: BuildPlan, language: Language, wishes: BuildTrial) -> pd.DataFrame:
    """A row a site, by year and worth; index ``site_id``."""
    sites, served, names = build.results.sites, _served(build), plan.villages["name"]
    order = sites.assign(late=sites["year"].astype("Float64").fillna(9999.0)).sort_values(
        ["late", "households"], ascending=[True, False], kind="stable"
    )
    rows = []
    for site, row in order.iterrows():
        villages = sorted(str(names.get(village, village)) for village in served.get(str(site), []))
        stays = build.stay_in.get(site)
        rows.append({
            "build_column_kind": word_of_kind(str(row["kind"]), language),
            "build_column_height": row["mast_height_m"],
            "build_column_serves": ", ".join(villages) or text("build_passes_on", language),
            "build_column_households": float(row["households"]),
            "build_column_cost": float(row["cost_vnd"]) / MILLION,
            "build_column_each": row["cost_per_household_vnd"] / MILLION,
            "build_column_payer": word(_payer(row["payer"]), language),
            "build_column_year": row["year"],
            "build_column_links": len(row["link_ids"]),
            "build_column_stays": None if stays is None else 100.0 * float(stays),
            "build_column_wish": _wish(wish_of_site(build, str(site)), wishes, language),
            "build_column_id": str(site),
        })  # fmt: skip
    columns = ("kind", "height", "serves", "households", "cost", "each", "payer", "year", "links", "stays", "wish", "id")
    table = pd.DataFrame(rows, columns=[f"build_column_{name}" for name in columns], index=order.index)
    table = table.astype({"build_column_year": "Int64", "build_column_stays": "Float64"})
    return table.rename(columns={key: text(key, language) for key in table})


def village_table(plan: Plan, build: BuildPlan, language: Language, wishes: BuildTrial) -> pd.DataFrame:
    """A row a village, in order of rank: what it gets, when, from which site, who pays; index ``village_id``."""
    told, sites = outcomes(build, plan.villages), site_names(plan, build, language)
    villages = plan.villages
    table = pd.DataFrame({
        "build_column_rank": villages["rank"],
        "build_column_village": villages["name"],
        "build_column_commune": villages["commune_name"],
        "build_column_outcome": [text(f"build_outcome_{key}", language) for key in told["outcome"]],
        "build_column_year": told["year"].astype("Int64"),
        "build_column_gain": (told["households_after"] - told["households_before"]).astype("Float64"),
        "build_column_of": villages["households"].astype("Int64"),
        "build_column_payer": [word(payer, language) if payer else text("build_promised", language) for payer in told["payer"]],
        "build_column_wish": [_wish(str(village), wishes, language) for village in villages.index],
        "build_column_from": ["; ".join(str(sites.get(site, site)) for site in ids) if isinstance(ids, tuple) else "" for ids in told["site_ids"]],
    }, index=villages.index)  # fmt: skip
    return table.rename(columns={key: text(key, language) for key in table})


def year_table(build: BuildPlan, language: Language) -> pd.DataFrame:
    """A row a year: budget, cost, sites, links, households; what fits into no year last."""
    years = build.phases.by_year
    table = pd.DataFrame({
        "build_column_year": [text("build_in_no_year", language) if pd.isna(year) else str(year) for year in years["year"]], "build_column_budget": years["budget_vnd"] / MILLION,
        "build_column_available": years["available_vnd"] / MILLION, "build_column_cost": years["cost_vnd"] / MILLION,
        "build_sites": years["sites"], "build_links": years["links"], "build_column_households": years["households"].astype(float),
    })  # fmt: skip
    return table.rename(columns={key: text(key, language) for key in table})


def estimate_table(build: BuildPlan, language: Language) -> pd.DataFrame:
    """Investment, upkeep, present value, cost for each household and payers of the same sites, by low, base and high prices; in triệu đồng."""
    rows: list[tuple[str, dict[str, float]]] = [
        (f"build_sum_{key}", {e: float(build.costs.totals[e][key]) for e in ESTIMATES})
        for key in ("capex", "capex_before_tax", "opex_per_year", "npv", "total")
    ]
    each = {e: cost_per_household(build.chosen, e) for e in ESTIMATES}
    rows.append(("build_sum_per_household", each))
    table = pd.DataFrame([{e: float(amounts[e]) / MILLION for e in ESTIMATES} for _, amounts in rows])
    table.insert(0, "build_column_sum", [text(key, language) for key, _ in rows])
    return _named(table, language)


def payer_table(build: BuildPlan, language: Language) -> pd.DataFrame:
    """What each payer bears, by low, base and high prices; in triệu đồng."""
    shares = build.shares.by_payer
    borne = [payer for payer in RESPONSIBILITY if any(shares[e].get(payer) for e in ESTIMATES)]
    table = pd.DataFrame([{e: shares[e][payer] / MILLION for e in ESTIMATES} for payer in borne], columns=list(ESTIMATES))
    table.insert(0, "build_column_payer", [word(payer, language) for payer in borne])
    return _named(table, language)


def out_of_reach(plan: Plan, build: BuildPlan, language: Language) -> list[str]:
    """A sentence for each reason why no budget covers some villages, with their names."""
    told = outcomes(build, plan.villages)
    names = plan.villages["name"].astype(str)
    lines = []
    for key in NOBODY_CAN:
        here = list(names[told["outcome"] == key])
        if here:
            lines.append(text(f"build_nobody_{key}", language, n=len(here), villages=tuple(here)))
    return lines


def notes_of_choice(plan: Plan, build: BuildPlan, language: Language) -> list[str]:
    """What the choice says of its own wishes and years, a sentence each: ids that nothing bears, what is wished and barred at once, what fits no year.

    Villages and sites bear their names here: an option's id is for machines.
    """
    names = {**village_names(plan), **site_names(plan, build, language)}
    notes = [naming(note, names) for note in build.notes if note.code in _OF_WISHES_AND_YEARS]
    lines = [
        ". ".join(part[:1].upper() + part[1:].rstrip(".") for part in note.texts(language) if part) + "." for note in notes[:_MOST_NOTES]
    ]
    return lines if len(notes) <= _MOST_NOTES else [*lines, text("build_more_notes", language, n=len(notes) - _MOST_NOTES)]


def differences(plan: Plan, build: BuildPlan, tried: BuildTrial, language: Language) -> list[str]:
    """What is tried beside the scenario, a sentence each."""
    names = {**village_names(plan), **({} if plan.build is None else site_names(plan, plan.build, language))}
    lines = []
    if tried.budget_vnd is not None:
        limit = build.settings.limit_vnd()
        before = text("build_no_limit", language) if limit is None else amount(limit, language)
        lines.append(text("build_diff_budget", language, before=before, now=amount(tried.budget_vnd, language)))
    if tried.years is not None:
        lines.append(
            text("build_diff_years" if tried.years else "build_diff_no_years", language, years=tuple(_budgets(tried.years, language)))
        )
    for key, before_ids, now_ids in (("must", build.settings.must, tried.must), ("must_not", build.settings.must_not, tried.must_not)):
        if now_ids is None:
            continue
        for kind, ids in (("more", [i for i in now_ids if i not in before_ids]), ("less", [i for i in before_ids if i not in now_ids])):
            if ids:
                lines.append(text(f"build_diff_{key}_{kind}", language, names=tuple(names.get(i, i) for i in ids)))
    if tried.estimate != "base":
        lines.append(text(f"build_diff_{tried.estimate}", language))
    if tried.price_factor is not None:
        lines.append(text("build_diff_price_factor", language, before=build.settings.price_factor, now=tried.price_factor))
    return lines


def _budgets(years: Sequence[tuple[int, int]], language: Language) -> list[str]:
    return [text("build_year_amount", language, year=year, amount=amount(vnd, language)) for year, vnd in years]


def gone_and_new(before: BuildPlan, now: BuildPlan) -> tuple[list[str], list[str]]:
    """Sites that the one choice has and the other has not, either way."""
    old, new = set(map(str, before.results.sites.index)), set(map(str, now.results.sites.index))
    return sorted(old - new), sorted(new - old)


def _served(build: BuildPlan) -> dict[str, list[str]]:
    served: dict[str, list[str]] = {}
    for village, ids in build.results.villages["site_ids"].items():
        for site in ids:
            served.setdefault(str(site), []).append(str(village))
    return served


def _payer(value: object) -> str:
    return str(value) if isinstance(value, str) and value else "undecided"


def _wish(ident: str, wishes: BuildTrial, language: Language) -> str:
    if ident in (wishes.must or ()):
        return text("build_wish_must", language)
    return text("build_wish_must_not", language) if ident in (wishes.must_not or ()) else ""


def _named(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    return table.rename(columns={key: text(key if key.startswith("build") else f"build_price_{key}", language) for key in map(str, table)})
