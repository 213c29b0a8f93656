"""What must be built at a place is something that can work there."""

from __future__ import annotations

import pandas as pd

from geo_planner.build.wishes import wishes_of

PLACES = pd.DataFrame({"site_id": ["", "c1"]}, index=pd.Index(["p", "q"], name="place_id"))
OPTIONS = pd.DataFrame(
    {"place_id": ["q", "q", "q"], "cost": [9.0, 3.0, 4.0], "backhaul": ["network", "own", "own"]},
    index=pd.Index(["big", "small", "dear"], name="option_id"),
)
WORTH = pd.Series({"big": 10.0, "small": 2.0, "dear": 2.0})


def chosen(joined: pd.Series | None) -> tuple[str, ...]:
    return wishes_of(["c1"], [], villages=pd.Index([]), places=PLACES, options=OPTIONS, worth=WORTH, joined=joined).options


def test_what_cannot_be_joined_comes_last() -> None:
    assert chosen(None) == ("big",)
    assert chosen(pd.Series({"big": True, "small": True, "dear": True})) == ("big",)
    assert chosen(pd.Series({"big": False, "small": True, "dear": True})) == ("small",)


def test_where_nothing_can_be_joined_the_wish_stays() -> None:
    only = OPTIONS.loc[["big"]]
    found = wishes_of(["q"], [], villages=pd.Index([]), places=PLACES, options=only, worth=WORTH, joined=pd.Series({"big": False}))
    assert found.options == ("big",)
