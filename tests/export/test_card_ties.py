"""Who has the same score as a village, on its card: told for thousands without going through all names for each."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from geo_planner.export.html_map.card import tied_text
from geo_planner.plan import Plan


class OnlySingle(pd.Series):
    """Names that can be asked for one by one only."""

    def to_dict(self, *_: Any, **__: Any) -> dict[Any, Any]:  # type: ignore[override]
        raise AssertionError("all names were read for one card")


def test_a_card_reads_the_names_that_it_tells_and_no_others() -> None:
    ids = [f"M{n:04d}" for n in range(5000)]
    names = OnlySingle([f"Bản {n}" for n in range(5000)], index=ids)
    plan = cast(Plan, SimpleNamespace(ranking=SimpleNamespace(tied_with={"M0000": tuple(ids[1:]), "M0001": ()}), villages={"name": names}))
    told = tied_text(plan, "M0000", "vi")
    assert "Bản 1 (M0001)" in told
    assert "Bản 3 (M0003)" in told
    assert "Bản 4 " not in told
    assert "4.996" in told or "4996" in told
    assert tied_text(plan, "M0001", "vi") == ""
