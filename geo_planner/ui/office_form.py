"""The fields that only the office can fill in, as a form; what is saved goes into the study area, where the command line reads it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from geo_planner.documents.office import Office, read_office, write_office
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.ui.import_outcome import show_faults
from geo_planner.ui.texts import plain, text
from geo_planner.words import Language, said

_LINES = ("addressees", "recipients", "legal_basis", "signing_bodies")
_ROWS: tuple[tuple[str, ...], ...] = (
    ("parent_body", "issuing_body"),
    ("number", "symbol"),
    ("place", "villages_in_province"),
    ("addressees", "recipients"),
    ("archive", "contact"),
    ("signer_authority", "signer_title"),
    ("signer_name", "signing_bodies"),
    ("subject",),
    ("legal_basis",),
)
"""Fields side by side; the day stands beside the button that makes the documents."""
_SEEN, _SAVED = "documents_office_seen", "documents_office_saved"
_LONGEST, _MOST_VILLAGES = 500, 100_000


def office_form(root: Path, words: Language) -> None:
    """The form, or why there is none."""
    if comes_with_the_program(root):
        st.info(said("bundled_area.kept").text(words))
        return
    if st.session_state.pop(_SAVED, False):
        st.success(text("office_saved", words))
    if _key("number") not in st.session_state or _SEEN not in st.session_state:
        st.session_state[_SEEN] = read_office(root)
    seen: Office = st.session_state[_SEEN]
    given: dict[str, Any] = {}
    with st.form("documents_office", border=False):
        for row in _ROWS:
            for place, name in zip(st.columns(len(row)), row, strict=True):
                with place:
                    given[name] = _field(name, getattr(seen, name), words)
        pressed = st.form_submit_button(text("office_save", words), icon=":material/save:", key="documents_office_save")
    if pressed:
        _save(root, seen, {name: value for name, value in given.items() if value != getattr(seen, name)}, words)


def _field(name: str, value: Any, words: Language) -> Any:
    """One field; what stands in it, as the office's fields hold it."""
    title, example = text(f"office_{name}", words), text(f"office_{name}_example", words)
    if name == "villages_in_province":
        return st.number_input(title, min_value=0, max_value=_MOST_VILLAGES, value=value, step=1, placeholder=example, key=_key(name))
    if name in _LINES:
        written = st.text_area(title, value="\n".join(value), placeholder=example, height=88, key=_key(name)) or ""
        return tuple(line.strip() for line in written.splitlines() if line.strip())
    return (st.text_input(title, value=value, max_chars=_LONGEST, placeholder=example, key=_key(name)) or "").strip()


def _key(name: str) -> str:
    return f"documents_office_{name}"


def _save(root: Path, seen: Office, changes: dict[str, Any], words: Language) -> None:
    if not changes:
        st.info(text("office_unchanged", words))
        return
    try:
        st.session_state[_SEEN] = write_office(root, changes, seen)
    except InputError as error:
        show_faults(error.faults, words)
        return
    except GeoPlannerError as error:
        st.error(plain(error.text(words)))
        return
    st.session_state[_SAVED] = True
    st.rerun()
