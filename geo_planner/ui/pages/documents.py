"""The proposal's documents: what is missing in them, which to make, and one archive to take away; of the scenario as it is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo_planner.documents.facts import Office, read_office
from geo_planner.documents.pack import FORMATS
from geo_planner.documents.pdf import office_program
from geo_planner.documents.records import Missing
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.ui import trial_visit as trials
from geo_planner.ui import visit
from geo_planner.ui.build_job import Job
from geo_planner.ui.document_job import Archive, Wish, day_written, facts_on, make_archive, why_no_letterhead
from geo_planner.ui.frame import language, page_file, scenario_file, scenario_plan, scenario_titles, study_area
from geo_planner.ui.import_outcome import show_faults
from geo_planner.ui.loading import LoadedPlan
from geo_planner.ui.office_form import office_form
from geo_planner.ui.texts import LANGUAGES, plain, text
from geo_planner.ui.trying import asked
from geo_planner.words import Language, said

_JOB, _RESULT, _MISSING, _CHECKED = "documents_job", "documents_result", "documents_missing", "documents_letterhead_checked"
_LOOK_S = 0.4
_LETTERHEAD_MB = 20
_DAY, _OF_TEXTS, _OF_LIST = "document_missing.date", "document_missing.text_", "document_missing.list_"
# of the map layers: the writer's own, the province's zone of VN-2000, UTM zone 48 of VN-2000; a text here would be drawn on the page
_SYSTEMS = ("", "EPSG:9205", "EPSG:3405")


def say_whose(own: LoadedPlan, words: Language) -> None:
    """Of which scenario the documents are; what is tried beside it is told to stay outside."""
    path = scenario_file()
    st.caption(plain(text("documents_of", words, title=scenario_titles([path], words)[path.stem])))
    if asked(own.plan).changes or visit.build() or trials.masts():
        st.html(f'<div class="gp-strip gp-trial" role="status">{escape(text("documents_of_saved", words))}</div>')


def choose(office: Office, words: Language) -> Wish | None:
    """What to make; None, with a sentence, while something about it cannot be."""
    st.markdown(f"**{text('documents_which', words)}**")
    halves = st.columns(2, gap="small")
    formats = []
    for at, name in enumerate(FORMATS):
        with halves[at % 2]:
            if st.checkbox(text(f"document_{name}", words), value=True, key=f"documents_{name}"):
                formats.append(name)
            lacks = name == "pdf" and office_program() is None
            st.caption(text("document_pdf_lacks" if lacks else f"document_{name}_meaning", words))
    left, right = st.columns(2, gap="small")
    names = {code: title for title, code in LANGUAGES.items()}
    offered = visit.remembered("documents_language", names, names.__getitem__)
    spoken: Language = left.radio(text("documents_language", words), horizontal=True, **offered)
    written = right.text_input(
        text("documents_day", words), value=_shown_day(office.day), key="documents_day", placeholder=text("documents_day_example", words),
        help=text("documents_day_help", words), max_chars=20,
    )  # fmt: skip
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    crs = _choose_crs(left, words) if "gis" in formats else None
    file = None
    if {"docx", "pdf"} & set(formats):
        with right if "gis" in formats else left:
            file = _letterhead(words)
    letterhead = b"" if file is None else _checked(file, words)
    try:
        day = day_written(written or "")
    except ValueError:
        st.error(text("documents_day_wrong", words))
        return None
    if not formats:
        st.info(text("documents_none", words))
        return None
    return None if letterhead is None else Wish(tuple(formats), spoken, day, letterhead or None, crs)


def _choose_crs(place: DeltaGenerator, words: Language) -> str | None:
    offered = visit.remembered("documents_crs", _SYSTEMS, lambda code: text(f"documents_crs_{code.replace(':', '_') or 'usual'}", words))
    chosen: str = place.selectbox(text("documents_crs", words), **offered)
    return chosen or None


def _letterhead(words: Language) -> UploadedFile | None:
    """The office's own letterhead, where it is given."""
    with st.popover(text("documents_letterhead", words), icon=":material/draft:", width="stretch"):
        st.caption(text("documents_letterhead_hint", words))
        return st.file_uploader(
            text("documents_letterhead_file", words),
            max_upload_size=_LETTERHEAD_MB,
            key="documents_letterhead",
            label_visibility="collapsed",
        )


def _checked(file: UploadedFile, words: Language) -> bytes | None:
    """What was uploaded, once it is read and has its places; None where it is no letterhead."""
    content = file.getvalue()
    kept = st.session_state.get(_CHECKED)
    if kept is None or kept[0] != file.file_id:
        kept = st.session_state[_CHECKED] = (file.file_id, _wrong_with(content))
    if kept[1] is not None:
        _show_error(kept[1], words)
        return None
    st.success(text("documents_letterhead_good", words), icon=":material/check:")
    return content


def _wrong_with(content: bytes) -> GeoPlannerError | None:
    try:
        why_no_letterhead(content)
    except GeoPlannerError as error:
        return error
    return None


def make(own: LoadedPlan, office: Office, wish: Wish | None, words: Language) -> Job[Archive] | None:
    """The button, what came of the last order, and the work under way."""
    key = None if wish is None else (own.key, office, wish)
    job: Job[Archive] | None = st.session_state.get(_JOB)
    if job is not None and job.done():
        if job.result is not None and not job.stopped:
            st.session_state[_RESULT] = (job.key, job.result)
            job = st.session_state[_JOB] = None
        elif job.error is None:
            job = st.session_state[_JOB] = None
    working = job is not None and not job.done() and not job.stopped
    pressed = st.button(
        text("documents_make", words), type="primary", icon=":material/folder_zip:", disabled=key is None or working, key="documents_make"
    )
    if pressed and key is not None and wish is not None:
        st.session_state.pop(_RESULT, None)
        st.session_state[_JOB] = Job(key, partial(make_archive, own, office, wish), first="pack_facts")
        st.rerun()
    if working:
        return job
    if job is not None and job.error is not None:
        if isinstance(job.error, GeoPlannerError):
            _show_error(job.error, words)
        else:
            st.error(text("documents_broke", words))
    result = st.session_state.get(_RESULT)
    if result is not None:
        show_result(result[1], words, former=result[0] != key)
    return None


def show_result(made: Archive, words: Language, *, former: bool) -> None:
    """The archive to take away, and what is not in it and why."""
    with st.container(border=True):
        line, button = st.columns([1.7, 1], vertical_alignment="center")
        told = text("documents_made", words, n=made.files) + " " + (text("documents_blank", words, n=made.missing) if made.missing else "")
        line.text(told.strip())
        button.download_button(
            text("documents_take", words), made.content, file_name=f"ho_so_{scenario_file().stem}.zip", mime="application/zip", on_click="ignore",
            icon=":material/download:", type="primary", width="stretch", key="documents_take",
        )  # fmt: skip
        for why in made.not_written:
            st.warning(plain(why.text(words)))
        if former:
            st.caption(text("documents_former", words))


@st.fragment(run_every=_LOOK_S)
def show_progress(job: Job[Archive]) -> None:
    """Its step and how far it is, until it is done."""
    words = language()
    if job.done() or job.stopped:
        st.rerun()
    step, share = job.step
    bar, button = st.columns([3.2, 1], vertical_alignment="center")
    bar.progress(min(max(share, 0.0), 1.0), text=text("documents_running", words, step=said(f"step.{step}").text(words)))
    button.button(text("build_stop", words), on_click=job.stop, icon=":material/stop:", key="documents_stop")


def show_missing(missing: Sequence[Missing], words: Language) -> None:
    """What only the office can fill in, with the fields for it; what the list lacks; which texts are not at hand."""
    groups: dict[str, list[Missing]] = {"office": [], "list": [], "texts": []}
    for each in missing:
        groups["texts" if each.key.startswith(_OF_TEXTS) else "list" if each.key.startswith(_OF_LIST) else "office"].append(each)
    st.markdown(f"**{text('documents_missing' if missing else 'documents_missing_none', words, n=len(missing))}**")
    if groups["office"]:
        _listed("documents_missing_office", groups["office"], words, unfolded=True)
    with st.expander(text("documents_office", words), icon=":material/edit_note:"):
        office_form(study_area(), words)
    if groups["list"]:
        _listed("documents_missing_list", groups["list"], words, unfolded=True)
        left, right = st.columns(2)
        left.page_link(page_file("data"), label=text("page_data", words), icon=":material/database:")
        right.page_link(page_file("questions"), label=text("page_questions", words), icon=":material/contact_support:")
    if groups["texts"]:
        _listed("documents_missing_texts", groups["texts"], words, unfolded=False)


def _listed(title: str, missing: list[Missing], words: Language, *, unfolded: bool) -> None:
    lines = "".join(f"<li>{escape(each.sentence.text(words))}</li>" for each in missing)
    summary = escape(text(title, words, n=len(missing)))
    st.html(
        f'<div class="gp-question"><details{" open" if unfolded else ""}><summary>{summary}</summary><ul class="gp-missing">{lines}</ul></details></div>'
    )


def missing_in(own: LoadedPlan, office: Office, day: dt.date | None, words: Language) -> tuple[Missing, ...]:
    """What is missing in the documents of that day; their facts are taken once for the same plan and fields, whatever the day."""
    key = (own.key, office)
    kept = st.session_state.get(_MISSING)
    if kept is None or kept[0] != key:
        with st.spinner(said("step.pack_facts").text(words)):
            kept = st.session_state[_MISSING] = (key, facts_on(own, office, None).missing)
    return tuple(each for each in kept[1] if day is None or each.key != _DAY)


def _show_error(error: GeoPlannerError, words: Language) -> None:
    if isinstance(error, InputError):
        show_faults(error.faults, words)
    else:
        st.error(plain(error.text(words)))


def _shown_day(day: dt.date | None) -> str:
    return "" if day is None else f"{day.day:02d}/{day.month:02d}/{day.year}"


def page() -> None:
    """What to make on the left, what is missing on the right."""
    own, words = scenario_plan(), language()
    st.subheader(text("documents_title", words))
    say_whose(own, words)
    try:
        office = read_office(study_area())
    except InputError as error:
        _show_error(error, words)
        return
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        wish = choose(office, words)
        place = st.container()
        with place:
            job = make(own, office, wish, words)
    with right:
        try:
            show_missing(missing_in(own, office, office.day if wish is None else wish.day, words), words)
        except InputError as error:
            _show_error(error, words)
            with st.expander(text("documents_office", words), icon=":material/edit_note:"):
                office_form(study_area(), words)
    # last: it looks again and again from here on, and asks for the page anew only when all of it is drawn
    if job is not None:
        with place:
            show_progress(job)


page()
