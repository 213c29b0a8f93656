"""The files of the plan, made by the same exporter as on the command line."""

from __future__ import annotations

import mimetypes

import streamlit as st

from geo_planner.errors import OutputError
from geo_planner.ui.frame import language, loaded, show_error
from geo_planner.ui.loading import exported_files
from geo_planner.ui.texts import FILES, file_words, text
from geo_planner.words import Language


def size_text(size: int, words: Language) -> str:
    """The size of a file as people read it."""
    if size >= 1_000_000:
        return text("size_mb", words, size=size / 1e6)
    return text("size_kb", words, size=max(size / 1e3, 1.0))


def page() -> None:
    """A field a file, the documents for people first."""
    words = language()
    st.subheader(text("downloads_title", words))
    st.text(text("downloads_hint", words))
    try:
        with st.spinner(text("preparing", words)):
            files = exported_files(loaded().key, loaded().plan)
    except OutputError as error:
        show_error(error)
        return
    halves = st.columns(2, gap="small")
    for position, name in enumerate((*(name for name in FILES if name in files), *sorted(set(files) - set(FILES)))):
        title, meaning = file_words(name, words)
        with halves[position % 2], st.container(border=True):
            left, right = st.columns([2.6, 1], vertical_alignment="center")
            left.markdown(f"**{title}**  \n{meaning}  \n:gray[{name}, {size_text(len(files[name]), words)}]")
            right.download_button(
                text("download", words), files[name], file_name=name, mime=mimetypes.guess_type(name)[0] or "application/octet-stream",
                key=f"download_{name}", width="stretch", on_click="ignore", icon=":material/download:",
                type="primary" if name in ("priority_list.xlsx", "proposal.docx") else "secondary",
            )  # fmt: skip


page()
