"""What the ranking says about itself, as tables for the pages: titles from the declared layers, names and words for ids and keys."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geo_planner.build.cost import split
from geo_planner.export.assumptions import sample_note
from geo_planner.export.csv_file import write_table
from geo_planner.export.tables import plain
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion
from geo_planner.ranking import METHODS
from geo_planner.ranking.explain import tied_column, tied_names
from geo_planner.ranking.tables import FAIRNESS, METHOD_RANKS, QUESTIONS, SWAPS, robustness_layer
from geo_planner.schema import VILLAGES, Column, Layer
from geo_planner.ui.texts import text
from geo_planner.words import Language, number, said, word

LOOK_AGAIN_BELOW = 0.1
"""A probability by lot below this puts a group on the page's own line; it decides nothing."""


def title(column: Column, language: Language) -> str:
    """Title of a declared column."""
    return str(getattr(column, language))


def meaning(column: Column, language: Language) -> str | None:
    """Meaning of a declared column, None where it says no more than its title."""
    return str(getattr(column, f"meaning_{language}")) or None


def titles(layer: Layer, language: Language) -> dict[str, str]:
    """Titles by the names of the columns."""
    return {column.name: title(column, language) for column in layer.columns}


def intervals(table: pd.DataFrame) -> pd.Series:
    """The rank interval of each village, for instance ``2–8``."""
    words = [str(low) if low == high else f"{low}–{high}" for low, high in zip(table["rank_low"], table["rank_high"], strict=True)]
    return pd.Series(words, index=table.index, dtype="string")


def certainty_table(plan: Plan, language: Language) -> pd.DataFrame:
    """Rank, interval and the probabilities of the first k, in order of rank; probabilities in per cent."""
    simulation = plan.ranking.simulation
    names = titles(robustness_layer(simulation.top_k), language)
    drawn = simulation.table.loc[plan.villages.index]
    chances = {names[f"p_top_{k}"]: 100 * drawn[f"p_top_{k}"] for k in simulation.top_k}
    return pd.DataFrame(
        {
            text("column_rank", language): plan.villages["rank"],
            text("column_village", language): plan.villages["name"],
            text("column_interval", language): intervals(plan.villages),
            **chances,
        }
    )


def swap_table(plan: Plan, language: Language) -> pd.DataFrame:
    """Each pair of neighbours with the smallest change of one weight that swaps them, the easiest pair first; weights in per cent."""
    swaps = plan.ranking.swaps
    pairs = swaps[swaps["smallest"] & (swaps["direction"] == "below")]
    pairs = pairs.loc[pairs["change"].abs().sort_values(kind="stable").index]
    names, criteria = titles(SWAPS, language), {c.name: getattr(c, language) for c in plan.ranking.criteria}
    village = plan.villages["name"]
    return pd.DataFrame(
        {
            text("column_rank", language): plan.villages["rank"].reindex(pairs["village_id"]).to_numpy(),
            text("column_village", language): village.reindex(pairs["village_id"]).to_numpy(),
            text("column_neighbour", language): village.reindex(pairs["other_id"]).to_numpy(),
            names["criterion"]: pairs["criterion"].map(criteria).to_numpy(),
            names["weight_now"]: 100 * pairs["weight_now"].to_numpy(dtype=float),
            names["weight_swap"]: 100 * pairs["weight_swap"].to_numpy(dtype=float),
            text("column_points", language): 100 * pairs["change"].to_numpy(dtype=float),
        }
    )


def method_table(plan: Plan, language: Language) -> pd.DataFrame:
    """The rank of each village by each method, and how far the methods lie apart."""
    ranks = plan.ranking.methods.ranks.loc[plan.villages.index]
    named = ranks.rename(columns=titles(METHOD_RANKS, language))
    named.insert(0, text("column_village", language), plan.villages["name"])
    names = plan.villages["name"].to_dict()
    tied = plan.ranking.methods.tied_with.loc[plan.villages.index]
    lines = [
        "; ".join(f"{text(f'short_{m}', language)}: {tied_names(others, names, language)}" for m, others in row.items() if others)
        for _, row in tied.iterrows()
    ]
    named = named.assign(**{text("column_spread", language): ranks.max(axis=1) - ranks.min(axis=1)})
    return named.assign(**{text("column_tied", language): lines})


def tau_table(plan: Plan, language: Language) -> pd.DataFrame:
    """Kendall's tau between the methods, as the language writes it."""
    tau, named = plan.ranking.methods.tau, {name: method.title.text(language) for name, method in METHODS.items()}
    written = tau.map(lambda value: "" if pd.isna(value) else number(float(value), 2, language))
    return written.rename(index=named, columns=named)


def fairness_table(plan: Plan, grouping: str, language: Language) -> pd.DataFrame:
    """How the groups of one grouping fare; shares and probability in per cent."""
    table = plan.ranking.fairness[grouping].copy()
    per_cent = [column.name for column in FAIRNESS.columns if column.maximum == 1]
    table[[*per_cent, "median_score"]] *= 100
    table.insert(0, "group", [group_name(grouping, str(name), language) for name in table.index])
    return table.rename(columns=titles(FAIRNESS, language)).reset_index(drop=True)


def look_again(plan: Plan, grouping: str, language: Language) -> list[str]:
    """A line for each group that has so few villages among the first k that a draw by lot would hardly give it."""
    table = plan.ranking.fairness[grouping]
    return [
        text(
            "fairness_look", language, group=group_name(grouping, str(name), language), first=int(row["in_first_k"]), n=int(row["n"]),
            k=plan.scenario.ranking.top_k, chance=float(row["chance"]),
        )
        for name, row in table[table["chance"] < LOOK_AGAIN_BELOW].iterrows()
    ]  # fmt: skip


def group_name(grouping: str, group: str, language: Language) -> str:
    """A group as people call it."""
    if not group:
        return text("group_blank", language)
    if grouping == "border":
        return text(f"border_{group}", language) if group in ("yes", "no") else group
    return text("region_of", language, name=group) if grouping == "region_class" else group


def question_table(plan: Plan, language: Language) -> pd.DataFrame:
    """Every open question with its village, those that decide who pays first, then by how far the answer could move the rank.

    Returns
    -------
    DataFrame
        Stable column names: ``asks``, ``commune_name``, ``name``, ``village_id``, ``datum`` in words, ``question``, ``why``, ``rank_now``,
        ``rank_best``, ``rank_worst``, ``span``, ``depends_on_sample``.
    """
    asked = plan.ranking.questions.join(plan.villages[["name", "commune_name", "rank", "depends_on_sample"]], on="village_id")
    asked = asked.assign(
        datum=[_datum(str(names), language) for names in asked["datum"]],
        question=asked[f"question_{language}"],
        why=asked[f"why_{language}"],
        rank_now=asked["rank_now"].fillna(asked["rank"].astype("Int64")),
        _gate=asked["span"].isna(),
    )
    ordered = asked.sort_values(["_gate", "span", "rank"], ascending=[False, False, True], kind="stable", na_position="first")
    columns = ["asks", "commune_name", "name", "village_id", "datum", "question", "why", "rank_now", "rank_best", "rank_worst", "span"]
    return ordered[[*columns, "depends_on_sample"]].reset_index(drop=True)


def question_titles(language: Language) -> dict[str, str]:
    """Titles of :func:`question_table`."""
    own = {"name": "column_village", "commune_name": "column_commune"}
    named = titles(QUESTIONS, language)
    asked = {"question": named[f"question_{language}"], "why": named[f"why_{language}"]}
    return {**named, **asked, **{name: text(key, language) for name, key in own.items()}}


def _datum(names: str, language: Language) -> str:
    known = {column.name: title(column, language) for column in VILLAGES.columns}
    return "; ".join(known.get(name, name) for name in names.split("; "))


def questions_csv(plan: Plan, questions: pd.DataFrame, words: Language) -> bytes:
    """The questions as csv for spreadsheets, with room for the answer; the mark of sample data travels on every row concerned."""
    titles, note = question_titles(words), sample_note(plan)
    table = questions.assign(asks=questions["asks"].map(lambda who: text(f"asks_{who}", words)))
    table = table.drop(columns="depends_on_sample").rename(columns=titles).astype(object)
    table = table.map(plain).astype(object).where(lambda cells: cells.notna(), None)
    table[text("column_answer", words)] = None
    if plan.uses_sample_data:
        table["sample_note"] = [note if sample else None for sample in questions["depends_on_sample"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.csv"
        write_table(table, path)
        return path.read_bytes()


def trial_table(villages: pd.DataFrame, criteria: Sequence[Criterion], before: pd.Series, language: Language) -> pd.DataFrame:
    """The list in order of rank, with the change against the ranks of `before`.

    The rank within the group of those who pay carries the group behind its decimal point, so that no figure stands for two villages.
    """
    change = before.reindex(villages.index) - villages["rank"]
    return pd.DataFrame(
        {
            text("column_rank", language): villages["rank"],
            text("column_change", language): change.map(lambda steps: f"▲ {steps}" if steps > 0 else (f"▼ {-steps}" if steps < 0 else "")),
            text("column_interval", language): intervals(villages),
            text("column_in_group", language): _in_group(villages),
            text("column_village", language): villages["name"],
            text("column_commune", language): villages["commune_name"],
            text("column_score", language): 100 * villages["score"],
            text("filter_responsibility", language): villages["responsibility"].map(lambda key: payer(key, language)),
            text("column_tied", language): tied_column(villages["tied_with"], villages["name"].to_dict(), language),
            text("column_modelled", language): villages["modelled_status"].fillna("unknown").map(lambda key: word(key, language)),
            text("column_declared", language): villages["declared_status"].fillna("unknown").map(lambda key: word(key, language)),
            text("column_measured", language): villages["measured_status"].fillna("unknown").map(lambda key: word(key, language)),
            text("column_households", language): villages["households"],
            text("column_missing", language): _missing_titles(villages, criteria, language),
            text("column_base_rank", language): before.reindex(villages.index),
            text("column_sample", language): villages["depends_on_sample"].map(lambda yes: word("yes" if yes else "no", language)),
        },
        index=villages.index,
    )  # fmt: skip


def payer(key: str, language: Language) -> str:
    """Who pays, in a word that a column has room for.

    >>> payer("fund", "vi")
    'Quỹ'
    """
    return said(f"group_sheet.{key}").text(language)


def places(villages: pd.DataFrame) -> tuple[dict[float, str], dict[float, str]]:
    """How the figures of the ranks of :func:`trial_table` are written, of the whole list and within the groups: equal scores share the best of their places (``=2``)."""
    ranks, in_group, groups = (villages[column].to_dict() for column in ("rank", "rank_in_group", "responsibility"))
    whole, within = {}, {}
    for (village, figure), tied in zip(_in_group(villages).items(), villages["tied_with"], strict=True):
        equal = [village, *tied]
        whole[float(ranks[village])] = _place([ranks[other] for other in equal])
        within[float(figure)] = _place([in_group[other] for other in equal if groups[other] == groups[village]])
    return whole, within


def _in_group(villages: pd.DataFrame) -> pd.Series:
    return villages["rank_in_group"] + villages["responsibility"].rank(method="dense") * 1e-4


def _place(ranks: Sequence[int]) -> str:
    return f"={min(ranks)}" if len(ranks) > 1 else str(ranks[0])


def _missing_titles(villages: pd.DataFrame, criteria: Sequence[Criterion], language: Language) -> pd.Series:
    titles = {c.name: getattr(c, language) for c in criteria}
    return villages["missing"].map(lambda names: ", ".join(titles[name] for name in names))


def shares(weights: Sequence[float]) -> list[tuple[float, int]]:
    """Each weight's share of all, exact and in whole per cent that add up to 100; not a number where nothing weighs."""
    total = sum(weights)
    if total <= 0:
        return [(float("nan"), 0)] * len(weights)
    return [(weight / total, int(whole)) for weight, whole in zip(weights, split(100, weights), strict=True)]
