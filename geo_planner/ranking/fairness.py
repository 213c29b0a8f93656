"""Does the order neglect anyone? The result by commune, by ethnic group where the list gives it, and along the border."""

from __future__ import annotations

import pandas as pd

from geo_planner.ranking.counting import chance_of_so_few

GROUPINGS = ("commune_name", "commune_code", "ethnic_group", "border", "region_class")


def fairness_table(group: pd.Series, rank: pd.Series, score: pd.Series, *, top_k: int) -> pd.DataFrame:
    """How a grouping fares in an order.

    Parameters
    ----------
    group : Series
        Group of each village; NA forms a group of its own, empty text.
    rank, score : Series
        Same index.
    top_k : int
        Size of the first phase.

    Returns
    -------
    DataFrame
        Index the group: ``n``, ``share_of_villages``, ``in_first_k``, ``share_in_first_k`` (of the group's villages), ``share_of_first_k``,
        ``mean_rank``, ``median_score``, ``chance`` (probability of so few in the first k had they been drawn by lot; a small value, in a
        group of some size, is a reason to look at the criteria). Groups with the lowest ``chance`` first.
    """
    total, k = len(rank), min(top_k, len(rank))
    table = pd.DataFrame({"group": group.astype("string").fillna(""), "rank": rank, "score": score, "first": rank <= k})
    grouped = table.groupby("group")
    n, first = grouped.size(), grouped["first"].sum()
    result = pd.DataFrame(
        {
            "n": n,
            "share_of_villages": n / max(total, 1),
            "in_first_k": first.astype("int64"),
            "share_in_first_k": first / n,
            "share_of_first_k": first / max(k, 1),
            "mean_rank": grouped["rank"].mean(),
            "median_score": grouped["score"].median(),
            "chance": [chance_of_so_few(int(few), total, int(of), k) for few, of in zip(first, n, strict=True)],
        }
    )
    return (
        result.assign(_name=result.index).sort_values(["chance", "mean_rank", "_name"], ascending=[True, False, True]).drop(columns="_name")
    )


def fairness(villages: pd.DataFrame, rank: pd.Series, score: pd.Series, *, top_k: int) -> dict[str, pd.DataFrame]:
    """A table for each grouping that the villages have: commune, ethnic group, border, region class.

    Communes are grouped by ``commune_name`` where a plan has added it (two communes of one name stay apart by their code), else by code.
    """
    tables = {}
    for name in GROUPINGS:
        if (
            name not in villages
            or (name == "commune_name" and _ambiguous(villages))
            or (name == "commune_code" and "commune_name" in tables)
        ):
            continue
        if villages[name].isna().all():
            continue
        group = villages[name].reindex(rank.index)
        if pd.api.types.is_bool_dtype(group):
            group = group.map({True: "yes", False: "no"})
        tables[name] = fairness_table(group, rank, score, top_k=top_k)
    return tables


def _ambiguous(villages: pd.DataFrame) -> bool:
    if "commune_code" not in villages:
        return False
    pairs = villages[["commune_name", "commune_code"]].drop_duplicates()
    return bool(pairs["commune_name"].duplicated().any())
