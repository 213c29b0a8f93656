"""The card of a village beside the map."""

from __future__ import annotations

from html import escape

import streamlit as st

from geo_planner.export.html_map import Card, Contribution
from geo_planner.export.html_map.card import rank_text
from geo_planner.export.html_map.card import text as map_text
from geo_planner.export.palette import VILLAGE_MARKS
from geo_planner.trial import WhyNot
from geo_planner.ui.texts import text
from geo_planner.ui.why_panel import show_cures, show_why
from geo_planner.words import Language


def show_card(card: Card, language: Language, *, why: WhyNot | None = None) -> None:
    """Status, why there is no signal and what would help, payer, contributions and questions, the rest folded away; every text of the input is escaped."""
    st.html(_head(card, language))
    show_why(why, language)
    with st.expander(text("cure_title", language)):
        show_cures(card.village_id, language)
    st.html(_rank(card, language))
    st.html(_reason(card, language))
    with st.expander(map_text("details", language)):
        st.html(_details(card, language))


def _head(card: Card, language: Language) -> str:
    rank = rank_text(card, language)
    score = map_text("score", language, score=card.points)
    statuses = "".join(
        f"<div><small>{escape(s.title)}</small><i style='{_dot(s.key)}'></i><b>{escape(s.word)}</b></div>" for s in card.statuses
    )
    reason = f": {escape(card.reason)}" if card.reason else ""
    samples = f'<p class="gp-card-sample">{escape(" ".join(card.sample_notes))}</p>' if card.sample_notes else ""
    tied = f"<p>{escape(card.tied)}</p>" if card.tied else ""
    return (
        f'<div class="gp-card"><p class="gp-card-rank">{escape(rank)} · {escape(score)}</p>'
        f"<h2>{escape(card.name)}</h2><p>{escape(card.commune)}</p>{tied}{samples}"
        f"<h3>{escape(map_text('signal', language))}</h3><div class='gp-card-statuses'>{statuses}</div>"
        f"<h3>{escape(map_text('responsibility', language))}</h3><p><b>{escape(card.responsibility_word)}</b>{reason}</p></div>"
    )


def _rank(card: Card, language: Language) -> str:
    bars = _bars(card.contributions, language)
    return f"<div class='gp-card'>{_models(card, language)}<h3>{escape(map_text('why', language))}</h3>{bars}</div>"


def _bars(parts: tuple[Contribution, ...], language: Language) -> str:
    """A row a criterion: what it adds, in front of what it could add at most.

    Plain elements, as on the exported map: a library of charts would be half a megabyte that the map beside has to wait for.
    """
    most = max((part.ceiling for part in parts), default=1.0) or 1.0
    rows = ""
    for part in parts:
        told = text("bar_points", language, points=part.points, ceiling=part.ceiling)
        fill = "gp-bar-fill gp-bar-assumed" if part.assumed else "gp-bar-fill"
        rows += (
            f"<div class='gp-bar-row' title='{escape(told)}'><span>{escape(part.title)}</span><span class='gp-bar'>"
            f"<i class='gp-bar-ceiling' style='width:{100 * part.ceiling / most:.1f}%'></i>"
            f"<i class='{fill}' style='width:{100 * part.points / most:.1f}%'></i></span>"
            f"<span class='gp-bar-value'>{escape(part.value)}</span></div>"
        )
    return f"<div class='gp-bars'>{rows}</div>"


def _models(card: Card, language: Language) -> str:
    """The models side by side; the one that decides comes first."""
    several = len(card.models) > 1
    rows = "".join(f"<small>{escape(map_text(key, language))}</small>" for key in ("model_name", "rsrp", "probability", "status"))
    for model in card.models:
        rows += (
            f"<span>{escape(model.name)}</span><span>{escape(model.rsrp)}</span><span>{escape(model.probability)}</span>"
            f"<b><i style='{_dot(model.key)}'></i>{escape(model.word)}</b>"
        )
    differ = f"<p class='gp-card-sample'>{escape(map_text('models_disagree', language))}</p>" if card.models_disagree else ""
    return f"<h3>{escape(map_text('models' if several else 'model', language))}</h3><div class='gp-models'>{rows}</div>{differ}"


def _reason(card: Card, language: Language) -> str:
    questions = tuple(f"{question.asks}: {question.text}" for question in card.questions)
    asked = _list(map_text("questions", language), questions) + _list(map_text("flags", language), card.flags)
    return f'<div class="gp-card"><p class="gp-card-lead">{escape(card.lead)}</p>{asked}</div>'


def _details(card: Card, language: Language) -> str:
    facts = "".join(f"<span>{escape(title)}</span><b>{escape(value)}</b>" for title, value in card.facts)
    more = f"<p>{escape(card.more)}</p>" if card.more else ""
    return (
        f'<div class="gp-card"><h3>{escape(map_text("certainty", language))}</h3><p><b>{escape(card.chance)}</b></p>{more}'
        f"<h3>{escape(map_text('facts', language))}</h3><div class='gp-facts'>{facts}</div></div>"
    )


def _list(title: str, lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    return f"<h3>{escape(title)}</h3><ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _dot(status: str) -> str:
    mark = VILLAGE_MARKS[status]
    return f"background:{mark['fill']};border:{mark['weight']}px {'dashed' if mark['dash'] else 'solid'} {mark['line']}"
