"""What the page of scenarios shows as tables, and how it reads what was typed: settings by their words, differences by village and site."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from geo_planner.compare import BUILD_FIGURES, SITE_FIGURES, VILLAGE_FIGURES, Comparison, site_costs, village_costs
from geo_planner.config import Scenario
from geo_planner.errors import GeoPlannerError, InputError, UsageError
from geo_planner.export.comparison import write_comparison
from geo_planner.export.tables import titles
from geo_planner.scenario_files import PRESENT, Difference, Former, setting_title, settings_by_path
from geo_planner.settings import read_settings
from geo_planner.ui.texts import text
from geo_planner.words import Language, catalogue, day, number, percent, said, word

ASKED = ("service.rsrp_threshold_dbm", "service.min_probability", "propagation.model", "build.budget_vnd")
"""Settings that have a field of their own; the weights and the budgets of the years have tables."""
_OWN_TABLES = re.compile(r"ranking\.criteria\.[^.]+\.weight|build\.years(\..*)?")
_DECIMAL_COMMA = re.compile(r"[-−]?\d+,\d+")
_SHARE = re.compile(r"(^|\.)(min_probability|discount_rate|[a-z_]*_share)$")
_BILLION, _MILLION = 1e9, 1e6
_SHOWN_DIFFERENCES = 3
_WORDS = ("modelled_status", "responsibility", "payer")


def plain_title(key: str, language: Language, *scenarios: Scenario) -> str:
    """What a setting is called, without the full stop of a sentence."""
    return setting_title(key, *scenarios).text(language).rstrip(".")


def shown(key: str, value: Any, language: Language) -> str:
    """The value of a setting as people read it."""
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if value is None or value == PRESENT:
        return text("setting_unset" if value is None else "setting_present", language)
    if isinstance(value, (int, float)):
        if _SHARE.search(key) and 0 <= value <= 1:
            return percent(float(value), language, 0 if round(value * 100, 6) == round(value * 100) else 1)
        whole = key.endswith("year") or key == "seed"
        return str(value) if whole else number(float(value), 6, language, keep_zeros=False)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown('', inner, language)}" for name, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(shown("", inner, language) for inner in value) or text("setting_none", language)
    entry = next((name for name in (f"model.{value}", f"word.{value}") if name in catalogue(language)), None)
    return str(value) if entry is None else catalogue(language)[entry]["text"]


def difference_line(found: Sequence[Difference], language: Language) -> str:
    """The first few differences on one line."""
    if not found:
        return text("scenario_same", language)
    told = [f"{d.title.text(language).rstrip('.')}: {shown(d.key, d.second, language)}" for d in found[:_SHOWN_DIFFERENCES]]
    more = len(found) - len(told)
    return "; ".join(told) + (f"; {text('scenario_more', language, n=more)}" if more else "")


def difference_table(found: Sequence[Difference], names: tuple[str, str], language: Language) -> pd.DataFrame:
    """A row a setting, a column a scenario."""
    rows = [(d.title.text(language).rstrip("."), shown(d.key, d.first, language), shown(d.key, d.second, language), d.key) for d in found]
    return pd.DataFrame(rows, columns=[text("setting", language), *names, text("setting_key", language)])


def other_settings(scenario: Scenario, language: Language) -> pd.DataFrame:
    """Every setting without a field of its own: index its dotted path; its words, its value as it can be typed."""
    found = {k: v for k, v in settings_by_path(scenario).items() if k not in ASKED and not _OWN_TABLES.fullmatch(k)}
    rows = [(plain_title(key, language, scenario), typed(value, language)) for key, value in found.items()]
    columns = [text("setting", language), text("setting_value", language)]
    return pd.DataFrame(rows, index=pd.Index(found, name=text("setting_key", language)), columns=columns)


def typed(value: Any, language: Language) -> str:
    """A value as it can be typed: numbers with the decimal sign of the language, lists and groups as YAML."""
    if isinstance(value, (bool, type(None))):
        return shown("", value, language)
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, (int, float)):
        return str(value) if "e" in str(value) else str(value).replace(".", number(0.5, 1, language)[1])
    if isinstance(value, str):
        return value
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1_000_000).strip()


def read_typed(told: str, now: Any, language: Language) -> Any:
    """What was typed in place of a value; a text stays a text.

    Raises
    ------
    UsageError
        When it cannot be read.
    """
    told = told.strip()
    if told == now == "":
        return now
    fixed = {shown("", value, language).casefold(): value for value in (None, True, False)} | {"": None, "null": None}
    if told.casefold() in fixed:
        return fixed[told.casefold()]
    if isinstance(now, str):
        return told
    if _DECIMAL_COMMA.fullmatch(told):
        told = told.replace(",", ".")
    try:
        return read_settings(told.replace("−", "-"), "--")
    except InputError as error:
        raise UsageError("setting_unread", value=told[:80]) from error


def changed_settings(scenario: Scenario, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the wanted values that are not the scenario's own."""
    now = settings_by_path(scenario)
    return {key: value for key, value in wanted.items() if key not in now or now[key] != value}


def weight_table(scenario: Scenario, language: Language) -> pd.DataFrame:
    """Weights by name of the criterion."""
    ranking = scenario.ranking
    figures = ranking.weight_figures()  # those in force, whichever way they were found
    rows = [(getattr(c, language), float(figures[c.name])) for c in ranking.criteria]
    return pd.DataFrame(rows, index=list(figures), columns=[text("criterion", language), text("weight", language)])


def year_table(scenario: Scenario, language: Language) -> pd.DataFrame:
    """Budgets of the years in billions of đồng."""
    years = () if scenario.build is None else scenario.build.years
    columns = [text("budget_year", language), text("budget_bn", language)]
    return pd.DataFrame([(y.year, y.budget_vnd / _BILLION) for y in years], columns=columns).astype(
        {columns[0]: "Int64", columns[1]: float}
    )


def read_years(table: pd.DataFrame) -> list[dict[str, int]]:
    """The table as settings; empty rows are none.

    Raises
    ------
    UsageError
        When a row has only one of the two.
    """
    filled = table.dropna(how="all")
    if filled.isna().any(axis=None):
        raise UsageError("budget_year_half")
    return [{"year": int(year), "budget_vnd": round(float(budget) * _BILLION)} for year, budget in filled.itertuples(index=False)]


def village_differences(comparison: Comparison, language: Language) -> pd.DataFrame:
    """The villages in which the plans differ, in order of the first plan's rank: A and B for each figure in which any differs."""
    table = comparison.villages
    differing = table[[bool(figures) for figures in table["differs_in"]]].sort_values(f"rank:{comparison.names[0]}", kind="stable")
    told = {figure for figures in differing["differs_in"] for figure in figures} | {"rank"}
    shown_figures = [f for f in (*VILLAGE_FIGURES, *BUILD_FIGURES) if f in told and f"{f}:{comparison.names[0]}" in table]
    head = {text("column_village", language): differing["name"], text("column_commune", language): differing["commune_name"]}
    return pd.DataFrame(head | _beside(differing, shown_figures, comparison.names, language))


def site_differences(comparison: Comparison, language: Language) -> pd.DataFrame:
    """The sites that not every plan builds, or not alike: what each is, A and B for each figure."""
    table, names = comparison.sites, comparison.names
    if table.empty:
        return pd.DataFrame()
    figures = [figure for figure in SITE_FIGURES if any(f"{figure}:{name}" in table for name in names)]
    whole = table.reindex(columns=[*table.columns, *(f"{f}:{n}" for f in figures for n in names if f"{f}:{n}" not in table)])
    first, second = names[0], names[1]
    alike = [
        all(_same(whole.at[site, f"{figure}:{first}"], whole.at[site, f"{figure}:{second}"]) for figure in figures) for site in whole.index
    ]
    whole = whole[[not same for same in alike]]
    head = {
        _figure("site_id", language): whole.index.to_series(),
        _figure("kind", language): [said(f"build_kind.{kind}").text(language) for kind in whole["kind"]],
    }
    return pd.DataFrame(head | _beside(whole, figures, names, language), index=whole.index)


def village_cost_table(comparison: Comparison, language: Language) -> pd.DataFrame:
    """What each village's signal costs in A and B and the difference, in triệu đồng; the dearest difference first, the sums last."""
    table = village_costs(comparison)
    head = {text("column_village", language): table["name"], text("column_commune", language): table["commune_name"]}
    return _cost_table(comparison, table, head, "cost_share_vnd", language)


def site_cost_table(comparison: Comparison, language: Language) -> pd.DataFrame:
    """What each site costs in A and B and the difference, in triệu đồng; all links in a line, the sums last."""
    table = site_costs(comparison)
    head = {
        _figure("site_id", language): table.index.to_series(),
        _figure("kind", language): [said(f"build_kind.{kind}").text(language) for kind in table["kind"]],
    }
    names = [name for name in comparison.names if f"cost_vnd:{name}" in table]
    links = {name: int(round(float(comparison.sums.at[name, "capex_vnd"]))) - int(table[f"cost_vnd:{name}"].sum()) for name in names}
    return _cost_table(comparison, table, head, "cost_vnd", language, links)


def _cost_table(
    comparison: Comparison,
    table: pd.DataFrame,
    head: dict[str, Any],
    figure: str,
    language: Language,
    links: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    names = [name for name in comparison.names if f"{figure}:{name}" in table]
    amounts = pd.DataFrame(
        {letter: table[f"{figure}:{name}"] for letter, name in zip("AB", comparison.names, strict=False) if name in names}
    )
    words = pd.DataFrame(head, index=table.index)
    if len(names) == 2:
        amounts = amounts.assign(difference=amounts["B"] - amounts["A"])
        order = amounts["difference"].abs().sort_values(ascending=False, kind="stable").index
        amounts, words = amounts.loc[order], words.loc[order]
    if words.empty:
        return pd.DataFrame()
    if links is not None:
        line = {letter: links[name] for letter, name in zip("AB", comparison.names, strict=False) if name in names}
        if len(names) == 2:
            line["difference"] = line["B"] - line["A"]
        amounts, words = _with_row(amounts, line), _with_row(words, {words.columns[0]: text("compare_links", language)})
    amounts, words = _with_row(amounts, dict(amounts.sum())), _with_row(words, {words.columns[0]: text("compare_together", language)})
    titles_of = {letter: text("compare_cost_of", language, letter=letter) for letter in "AB"}
    titles_of["difference"] = text("compare_cost_difference", language)
    return words.fillna("").join((amounts.astype("Float64") / _MILLION).rename(columns=titles_of))


def _with_row(table: pd.DataFrame, row: Mapping[str, Any]) -> pd.DataFrame:
    """One line more at the foot."""
    return pd.concat([table.reset_index(drop=True), pd.DataFrame([row])], ignore_index=True).reindex(columns=table.columns)


def sums_table(comparison: Comparison, language: Language) -> pd.DataFrame:
    """A row a figure, A and B, those first in which the plans differ."""
    turned = comparison.sums.drop(columns=["scenario"]).T
    rows = [
        (
            _figure(str(figure), language),
            *(_cell(str(figure), value, language) for value in values),
            not _same(values.iloc[0], values.iloc[1]),
        )
        for figure, values in turned.iterrows()
    ]
    table = pd.DataFrame(rows, columns=[text("compare_figure", language), "A", "B", "differs"])
    return table.sort_values("differs", ascending=False, kind="stable").drop(columns="differs")


def comparison_workbook(comparison: Comparison, *, uses_sample_data: bool) -> bytes:
    """The workbook that the command ``compare`` writes."""
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        files = write_comparison(comparison, Path(folder) / "comparison", uses_sample_data=uses_sample_data)
        return files["comparison.xlsx"].read_bytes()


def former_table(copies: Sequence[Former], language: Language) -> pd.DataFrame:
    """Dated copies, the newest first."""
    rows = [(written_time(copy.when, language), text(f"former_{copy.done}", language), copy.title) for copy in copies]
    return pd.DataFrame(rows, columns=[text("former_when", language), text("former_what", language), text("scenario_title", language)])


def written_time(when: datetime, language: Language) -> str:
    """Date and time of day on the clock of this machine."""
    local = when.astimezone()
    return f"{day(local.date(), language)} {local:%H:%M:%S}"


def first_fault(error: GeoPlannerError, language: Language) -> str:
    """What is wrong with a scenario, in a line of a table."""
    return error.faults[0].line(language) if isinstance(error, InputError) and error.faults else error.text(language)


def _beside(table: pd.DataFrame, figures: Sequence[str], names: Sequence[str], language: Language) -> dict[str, Any]:
    return {
        f"{_figure(figure, language)} {letter}": [_cell(figure, value, language) for value in table[f"{figure}:{name}"]]
        for figure in figures
        for letter, name in zip("AB", names, strict=False)
        if f"{figure}:{name}" in table
    }


def _figure(figure: str, language: Language) -> str:
    key = f"compare_figure.{figure}"
    return catalogue(language)[key]["text"] if key in catalogue(language) else titles([figure], language=language)[figure]


def _cell(figure: str, value: Any, language: Language) -> str:
    if value is None or (not isinstance(value, (tuple, list)) and pd.isna(value)):
        return "–"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, str):
        return word(value, language) if figure in _WORDS or f"word.{value}" in catalogue(language) else value
    if figure == "year":
        return str(int(value))
    if figure in ("coverage_probability", "gap"):
        return percent(float(value), language, 1)
    return number(float(value) * (100 if figure == "score" else 1), 1, language, keep_zeros=False)  # the score as all pages write it


def _same(a: Any, b: Any) -> bool:
    missing = [not isinstance(value, (tuple, list)) and (value is None or pd.isna(value)) for value in (a, b)]
    return all(missing) or (not any(missing) and bool(a == b))
