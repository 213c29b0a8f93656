"""In the card: which mast comes nearest to serving a village, what blocks it where, the profile of that pair, and what would cure it."""

from __future__ import annotations

from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from geo_planner.trial import MastPath, WhyNot
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.frame import loaded, page_file
from geo_planner.ui.map_contract import Drawn
from geo_planner.ui.texts import plain, text
from geo_planner.ui.trial_panel import try_option
from geo_planner.ui.trial_results import cures_of, reasons_of
from geo_planner.words import Language, households, number, said, word

_TRIED_KINDS = ("low_mast", "macro_mast", "satellite_mast")


def reasons(village_id: str) -> WhyNot | None:
    """See :func:`geo_planner.ui.trial_results.reasons_of`."""
    return reasons_of(loaded(), village_id)


def chosen_path(why: WhyNot | None) -> MastPath | None:
    """The mast whose line is drawn: the one that was chosen, if it is among those of the card, else the first."""
    if why is None or not why.paths:
        return None
    chosen = trials.link_mast(why.village_id)
    return next((path for path in why.paths if path.key == chosen), why.paths[0])


def drawn(why: WhyNot | None) -> tuple[Drawn, ...]:
    """Line from mast to village, and the ridge in the way."""
    path = chosen_path(why)
    if path is None:
        return ()
    blocked = path.ridge is not None and (path.obstructed or path.state == "grazed")
    line = Drawn("line", (path.mast_lonlat, path.village_lonlat), path.sentence.text(visit.language()), "blocked" if blocked else "ray")
    if not blocked or path.ridge is None:
        return (line,)
    height = f"{number(path.ridge.ground_m, 0, visit.language())} m"
    return line, Drawn("mark", ((path.ridge.lon_deg, path.ridge.lat_deg),), height, "ridge")


def show_why(why: WhyNot | None, words: Language) -> None:
    """The sentence, the profile of that pair, the other masts."""
    path = chosen_path(why)
    if why is None:
        return
    title = text("why_title_served" if why.status == "covered" else "why_title", words)
    sentence = path.sentence if path is not None else why.sentence
    st.html(f"<div class='gp-card gp-why'><h3>{escape(title)}</h3><p><b>{escape(sentence.text(words))}</b></p></div>")
    if path is None:
        return
    if trials.link_mast(why.village_id) not in (None, path.key):  # the profile that is offered here is that of this mast
        trials.choose_link_mast(why.village_id, None)
    st.page_link(page_file("link"), label=text("why_profile", words, site=plain(path.site_id)), icon=":material/landscape:")
    differs = f"<p class='gp-small'>{escape(why.differs.text(words))}</p>" if why.differs is not None and path is why.paths[0] else ""
    st.html(f"<div class='gp-card'><p>{escape(path.more.text(words))}</p>{differs}</div>")
    if len(why.paths) > 1:
        labels = [f"{one.site_id} · {number(one.distance_km, 1, words)} km" for one in why.paths]
        at = why.paths.index(path)
        chosen = partial(_choose_path, why, at)
        st.pills(text("why_others", words), **visit.offered("why_path", at, chosen, range(len(labels)), labels.__getitem__))


def _choose_path(why: WhyNot, shown: int, chosen: int | None) -> None:
    at = shown if chosen is None else chosen
    trials.choose_link_mast(why.village_id, why.paths[at].key if at else None)


def show_cures(village_id: str, words: Language) -> None:
    """The nearest options that would serve the village, each with its cost; a new mast among them can be tried at once."""
    if loaded().plan.build is None:
        st.caption(text("cure_no_build", words))
        return
    table = cures_of(loaded(), village_id)
    if table.empty:
        st.caption(text("cure_none", words))
        return
    lines = "".join(f"<li value='{n}'>{escape(_cure(row, words))}</li>" for n, row in table.iterrows())
    st.html(f"<div class='gp-card'><ol>{lines}</ol><p class='gp-small'>{escape(text('cure_note', words))}</p></div>")
    numbers = [int(n) for n, kind in table["kind"].items() if kind in _TRIED_KINDS]
    if numbers:
        ids = table["option_id"].to_dict()

        def attempt(n: int | None) -> None:
            if n is not None:
                try_option(str(ids[n]))

        st.pills(text("cure_try", words), **visit.offered("cure_try", None, attempt, numbers, str))


def _cure(row: pd.Series, words: Language) -> str:
    kind = said(f"build_kind.{row['kind']}").text(words)
    height = "" if pd.isna(row["mast_height_m"]) else f" {number(float(row['mast_height_m']), 0, words)} m"
    where = text("cure_in_village", words) if row["distance_km"] < 0.05 else text("cure_away", words, km=float(row["distance_km"]))
    after = "" if pd.isna(row["status_after"]) else f" ({word(str(row['status_after']), words)})"
    people = text("cure_households", words, n=households(float(row["households"])), all=households(float(row["households_all"])))
    cost = text("cure_cost", words, **{name: float(row[f"cost{end}_vnd"]) / 1e6 for name, end in (("low", "_low"), ("base", ""), ("high", "_high"))})  # fmt: skip
    joined = "" if row["joined"] else f" {text('cure_not_joined', words)}"
    year = (
        ""
        if not row["chosen"]
        else f" {text('cure_chosen', words)}"
        if pd.isna(row["year"])
        else f" {text('cure_year', words, year=int(row['year']))}"
    )
    return f"{kind[:1].upper()}{kind[1:]}{height}, {where}: {people}{after}. {cost}{joined}{year}"
