"""What the study area holds as a table, the templates of its layers, and the former copies with their way back."""

from __future__ import annotations

import html
import re
import tempfile
from pathlib import Path

import streamlit as st

from geo_planner.config import load_scenario
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.export.template import write_template
from geo_planner.imports import IMPORTABLE
from geo_planner.schema import TABLES
from geo_planner.study_area.former import FormerCopy, content_of, described, former_copies, restore
from geo_planner.study_area.holdings import Holding, holdings
from geo_planner.ui.frame import scenario_file
from geo_planner.ui.import_file import forget_looks
from geo_planner.ui.import_outcome import show_faults
from geo_planner.ui.in_view import bring_into_view
from geo_planner.ui.texts import plain, text
from geo_planner.words import Language, day, number, said

_HASH_LENGTH = 8
_ISO = re.compile(r"\d{4}(-\d{2}){0,2}")
_RESTORED = "data_restored"
_COLUMNS = ("layer", "rows", "kind", "source", "date", "file")


def show_holdings(root: Path, words: Language) -> None:
    """Every layer with what stands in it and what a plan does with it; first those that are there, then those that are missing."""
    try:
        scenario = load_scenario(scenario_file())
    except GeoPlannerError:
        scenario = None  # told above the page
    found = holdings(root, scenario)
    there, missing = [one for one in found if one.there], [one for one in found if not one.there]
    st.html(_table(there, words))
    if missing:
        st.markdown(f"**{text('data_missing', words)}**")
        items = "".join(
            f"<li><b>{html.escape(_named(one.layer, words))}</b>: {html.escape(_use(one, words))} {html.escape(_way(one, words))}</li>"
            for one in missing
        )
        st.html(f'<ul class="gp-missing">{items}</ul>')


def _named(layer: str, words: Language) -> str:
    """The title of a layer, with a capital: it begins a line."""
    title = said(f"layer.{layer}").text(words)
    return title[:1].upper() + title[1:]


def _use(one: Holding, words: Language) -> str:
    return said(f"layer_use.{one.layer}").text(words)


def _way(one: Holding, words: Language) -> str:
    """How a missing layer comes in."""
    return text("data_way_import" if one.importable else "data_way_other", words, file=one.file)


def _table(found: list[Holding], words: Language) -> str:
    heads = "".join(f"<th>{html.escape(text(f'data_column_{name}', words))}</th>" for name in _COLUMNS)
    rows = "".join(_row(one, words) for one in found)
    return f'<div class="gp-faults gp-held"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(one: Holding, words: Language) -> str:
    """The cells of a layer; whatever its record says is plain text."""
    kind = text(f"data_kind_{one.kind}", words, samples=one.samples)
    if one.changed:
        kind = f"{kind}; {text('data_changed', words)}"
    source = one.source or text("data_no_source", words)
    cells = (
        f"<b>{html.escape(_named(one.layer, words))}</b><small>{html.escape(_use(one, words))}</small>",
        html.escape("–" if one.rows is None else number(one.rows, 0, words)),
        html.escape(kind),
        html.escape(source) + (f"<small>{html.escape(one.licence)}</small>" if one.licence else ""),
        html.escape(_day(one.date, words)),
        f"{html.escape(one.file)}<small>{html.escape(text('data_hash', words, hash=one.sha256[:_HASH_LENGTH]))}</small>",
    )
    titles = ["", *(f' data-title="{html.escape(text(f"data_column_{name}", words))}"' for name in _COLUMNS[1:])]
    return f'<tr class="gp-{one.kind}">' + "".join(f"<td{told}>{cell}</td>" for told, cell in zip(titles, cells, strict=True)) + "</tr>"


def _day(told: str, words: Language) -> str:
    """A date of the record as the language writes it; whatever else stands there is told as it is."""
    return day(told, words) if _ISO.fullmatch(told) else told or "–"


def show_templates(words: Language) -> None:
    """A button for the empty table of each layer that has columns."""
    st.markdown(f"**{text('data_templates', words)}**")
    layers = [name for name in IMPORTABLE if name in TABLES]
    for place, layer in zip(st.columns(len(layers)), layers, strict=True):
        place.download_button(
            _named(layer, words), _template(layer), file_name=f"mau_{layer}.xlsx", key=f"template_{layer}", on_click="ignore",
            icon=":material/table:", width="stretch",
        )  # fmt: skip


@st.cache_data(show_spinner=False)
def _template(layer: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        path = Path(folder) / "mau.xlsx"
        write_template(layer, path)
        return path.read_bytes()


def show_former(root: Path, words: Language) -> None:
    """The copies of each layer that an import replaced, with a button that takes one back."""
    st.text(text("data_back_hint", words))
    done = st.session_state.pop(_RESTORED, None)
    if done is not None:
        bring_into_view()
        st.success(plain(text("data_restored", words, layer=_named(done.layer, words), copy=content_of(done))))
    kept = {layer: copies for layer in IMPORTABLE if (copies := former_copies(root, layer))}
    if not kept:
        st.info(text("data_no_copies", words))
    now = {one.layer: one.sha256 for one in holdings(root)}
    for layer, copies in kept.items():
        st.markdown(f"**{_named(layer, words)}**")
        for copy in copies:
            _show_copy(root, copy, words, in_use=copy.sha256 == now.get(layer, ""))


def _show_copy(root: Path, copy: FormerCopy, words: Language, *, in_use: bool) -> None:
    left, right = st.columns([5, 1.3], vertical_alignment="center")
    left.text(described(copy).text(words))
    if in_use:
        right.caption(text("data_in_use", words))
        return
    if right.button(text("data_take_back", words), key=f"former_{copy.layer}_{copy.name}", icon=":material/undo:", width="stretch"):
        try:
            restore(root, copy.layer, copy.name)
        except InputError as error:
            show_faults(error.faults, words)
        except GeoPlannerError as error:
            st.error(plain(error.text(words).replace("\n", " ")))
        else:
            st.session_state[_RESTORED] = copy
            forget_looks()
            st.rerun()
