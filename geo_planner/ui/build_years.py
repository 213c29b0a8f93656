"""The budgets of the years on the page of the build plan: a row a year to type in, their sum beside the whole budget, what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from geo_planner.build.plan import BuildPlan
from geo_planner.build.rebuild import years_within
from geo_planner.config.build import BuildSettings
from geo_planner.config.build.money import YearBudget
from geo_planner.ui import build_tables as tables
from geo_planner.ui import visit
from geo_planner.ui.address import LAST_YEAR, MOST_YEARS, BuildTrial
from geo_planner.ui.frame import language
from geo_planner.ui.texts import text
from geo_planner.ui.written import Figures, written
from geo_planner.words import Language

_WRONG = "build_year_wrong"
_FIRST_YEAR = 2027


def years_in_force(settings: BuildSettings, tried: BuildTrial) -> tuple[YearBudget, ...]:
    """The budgets of the years under what is tried: those typed, else the scenario's, scaled to a budget that is tried."""
    if tried.years is not None:
        return tuple(YearBudget(year=year, budget_vnd=vnd) for year, vnd in tried.years)
    return settings.years if tried.budget_vnd is None else years_within(settings.years, tried.budget_vnd)


def whole_budget(settings: BuildSettings, tried: BuildTrial) -> int | None:
    """The budget for all years together, beside which their sum is held; None where only the years say what may be spent."""
    return settings.budget_vnd if tried.budget_vnd is None else tried.budget_vnd


def limit_in_force(settings: BuildSettings, tried: BuildTrial) -> int | None:
    """What may be spent in all under what is tried: the whole budget, at most the sum of the years; None: no limit."""
    years = years_in_force(settings, tried)
    limits = [sum(each.budget_vnd for each in years)] if years else []
    whole = whole_budget(settings, tried)
    return min([*limits, *([] if whole is None else [whole])], default=None)


def trying_budget(settings: BuildSettings, tried: BuildTrial, vnd: int) -> BuildTrial:
    """What is tried with another budget in all: years that were typed are scaled to it; the scenario's own budget is none tried."""
    with_budget = replace(tried, budget_vnd=vnd)
    if tried.years:
        scaled = years_within(years_in_force(settings, tried), vnd)
        with_budget = trying_years(settings, with_budget, [(each.year, each.budget_vnd) for each in scaled])
    back = with_budget.years is None and vnd == settings.limit_vnd()
    return replace(with_budget, budget_vnd=None) if back else with_budget


def trying_years(settings: BuildSettings, tried: BuildTrial, years: Sequence[tuple[int, int]]) -> BuildTrial:
    """What is tried with these budgets (year, đồng); those that hold without being typed are none tried."""
    wanted = tuple(sorted(years))
    untyped = tuple((each.year, each.budget_vnd) for each in years_in_force(settings, replace(tried, years=None)))
    return replace(tried, years=None if wanted == untyped else wanted)


def differing(settings: BuildSettings, tried: BuildTrial) -> BuildTrial:
    """What is tried without what the scenario says too, as an address may say it; what is wished and barred at once is barred, as on the page."""
    if tried.must is not None or tried.must_not is not None:
        must, must_not = (own if ids is None else ids for ids, own in ((tried.must, settings.must), (tried.must_not, settings.must_not)))
        tried = tables.wishing(settings, tried, must, must_not)
    if tried.years is not None:
        tried = trying_years(settings, tried, tried.years)
    same_budget = tried.years is None and tried.budget_vnd == settings.limit_vnd()
    same_prices = tried.price_factor == settings.price_factor
    return replace(tried, budget_vnd=None if same_budget else tried.budget_vnd, price_factor=None if same_prices else tried.price_factor)


def budget_of_sum(settings: BuildSettings, tried: BuildTrial) -> BuildTrial:
    """What is tried with the sum of the years as the whole budget; the years stay as they are."""
    years = [(each.year, each.budget_vnd) for each in years_in_force(settings, tried)]
    total = sum(vnd for _, vnd in years)
    return trying_years(settings, replace(tried, budget_vnd=None if settings.budget_vnd in (None, total) else total), years)


def sum_line(settings: BuildSettings, tried: BuildTrial, words: Language) -> str:
    """The years' sum, and how it stands to the whole budget."""
    years, whole = years_in_force(settings, tried), whole_budget(settings, tried)
    total = sum(each.budget_vnd for each in years)
    facts = {"n": len(years), "total": tables.amount(total, words)}
    if whole is None or not years:
        return text("build_years_sum" if years else "build_years_none", words, **facts)
    key = "over" if total > whole else "under" if total < whole else "even"
    return text(
        f"build_years_{key}", words, **facts, whole=tables.amount(whole, words), difference=tables.amount(abs(total - whole), words)
    )


def year_tab(settings: BuildSettings, shown: BuildPlan, tried: BuildTrial) -> None:
    """What may be spent in each year, to be typed, and what the choice spends and brings in each."""
    words = language()
    boxes, table = st.columns([1, 2.1], gap="medium")
    with boxes:
        _boxes(settings, tried, words)
    with table:
        if not shown.settings.years:
            st.info(text("build_no_years", words))
            return
        figures = {text(f"build_column_{name}", words): Figures(0) for name in ("budget", "available", "cost")}
        figures |= {text(key, words): Figures(0) for key in ("build_column_households", "build_sites", "build_links")}
        st.dataframe(written(tables.year_table(shown, words), figures, words), hide_index=True, placeholder="")


def _boxes(settings: BuildSettings, tried: BuildTrial, words: Language) -> None:
    st.markdown(f"**{text('build_years_title', words)}**")
    years = [(each.year, each.budget_vnd) for each in years_in_force(settings, tried)]
    wrong: dict[int, str] = st.session_state.get(_WRONG, {})
    for at in range(0, len(years), 2):
        for place, (year, vnd) in zip(st.columns(2), years[at : at + 2], strict=False):
            plain = text("build_billions_exact", words, billions=vnd / tables.BILLION)
            shown = visit.bound(f"build_year_{year}", wrong.get(year, plain), partial(_type_year, settings, year))
            place.text_input(text("build_year_box", words, year=year), **shown)
    for typed in wrong.values():
        st.error(
            "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~$" else sign for sign in text("build_budget_no_figure", words, written=typed))
        )
    more, less = st.columns(2)
    following = years[-1][0] + 1 if years else _FIRST_YEAR
    more.button(
        text("build_year_more", words, year=following), key="build_year_more", icon=":material/add:", width="stretch",
        disabled=len(years) >= MOST_YEARS or following > LAST_YEAR, on_click=_set, args=(settings, [*years, (following, 0)]),
    )  # fmt: skip
    less.button(
        text("build_year_less", words, year=years[-1][0]) if years else text("build_year_none", words), key="build_year_less",
        icon=":material/remove:", width="stretch", disabled=not years, on_click=_set, args=(settings, years[:-1]),
    )  # fmt: skip
    st.caption(sum_line(settings, tried, words))
    if years and whole_budget(settings, tried) not in (None, sum(vnd for _, vnd in years)):
        wanted = budget_of_sum(settings, tried)
        st.button(
            text("build_years_whole", words), key="build_years_whole", on_click=visit.set_build, args=(wanted,), icon=":material/functions:"
        )
    if tried.years is None and tried.budget_vnd is not None and years:
        st.caption(text("build_years_scaled", words))


def _type_year(settings: BuildSettings, year: int, typed: str) -> None:
    """Try an amount for a year; what is none is told below the boxes."""
    wrong = dict(st.session_state.get(_WRONG, {}))
    wrong.pop(year, None)
    vnd = tables.budget_of(typed)
    if vnd is None:
        st.session_state[_WRONG] = wrong | {year: typed}
        return
    st.session_state[_WRONG] = wrong
    now = {each.year: each.budget_vnd for each in years_in_force(settings, visit.build())}
    visit.set_build(trying_years(settings, visit.build(), sorted((now | {year: vnd}).items())))


def _set(settings: BuildSettings, years: Sequence[tuple[int, int]]) -> None:
    known = {year for year, _ in years}
    st.session_state[_WRONG] = {year: typed for year, typed in st.session_state.get(_WRONG, {}).items() if year in known}
    visit.set_build(trying_years(settings, visit.build(), years))
