"""The import, step by step: a file, what is seen in it, what it shall mean, and what came of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo_planner.errors import Fault, GeoPlannerError, InputError, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.imports import (
    IMPORTABLE,
    POINT_LAYERS,
    ImportReport,
    Mode,
    Preview,
    import_layer,
    own_title,
    preview,
    system_name,
    titles_by_sheet,
)
from geo_planner.schema import LAYERS
from geo_planner.ui.frame import language, show_error, study_area
from geo_planner.ui.import_texts import import_fault_table, layer_title, say, saying, target_title
from geo_planner.ui.serving import MAX_UPLOAD_MB
from geo_planner.ui.texts import text
from geo_planner.words import Language, Said

_ENDINGS = ("xlsx", "xlsm", "xls", "ods", "csv", "txt", "tsv", "gpkg", "geojson", "json", "kml", "kmz", "gpx", "zip")
_MAX_BYTES, _MAX_ROWS = MAX_UPLOAD_MB * 1024**2, 200_000
_SHOWN_ROWS = 500
_KEPT_LOOKS = 8
_AUTO, _LEFT_OUT, _OTHER = "", "-", "other"
T = TypeVar("T")
_LOOKS, _LAST = "import_looks", "import_last"
_DOWNLOADS = {".report.xlsx": ("report_xlsx", "bao_cao_nhap.xlsx"), ".report.json": ("report_json", "bao_cao_nhap.json"), ".rejected.csv": ("rejects_csv", "dong_bi_loai.csv")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the last import of this visit; `name` is the user's name of the file, for showing only."""

    file_id: str
    name: str
    layer: str
    report: ImportReport | None = None
    error: GeoPlannerError | None = None
    changed: bool = False
    downloads: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen on the page, as the import takes it."""

    sheet: str | None
    source_layer: str | None
    column_map: Mapping[str, str]
    crs: str | None = None


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """The upload in a private folder; of its name only a known ending is used."""
    suffix = Path(file.name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        path = Path(folder) / f"tep_tai_len{suffix if suffix[1:] in _ENDINGS else ''}"
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)  # piece by piece: a view of the whole would first double it in memory
        yield path


def _kept(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """A look at the file, taken once for the same file and choices."""
    looks: dict[tuple[object, ...], T] = st.session_state.setdefault(_LOOKS, {})
    if key not in looks:
        looks[key] = make()
        while len(looks) > _KEPT_LOOKS:
            del looks[next(iter(looks))]
    return looks[key]


def seen(file: UploadedFile, layer: str, root: Path, choice: Choice) -> Preview:
    """What the import would see with these choices."""

    def look() -> Preview:
        with on_disk(file) as path:
            try:
                return preview(
                    layer, path, root, crs=choice.crs, column_map=choice.column_map, sheet=choice.sheet, source_layer=choice.source_layer,
                    name=file.name, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS,
                )  # fmt: skip
            except (MemoryError, RecursionError):
                return Preview(faults=(fault(file.name, "too_large.preview"),))

    columns = tuple(sorted(choice.column_map.items()))
    return _kept(("preview", file.file_id, layer, str(root), choice.sheet, choice.source_layer, columns, choice.crs), look)


def sheets_and_titles(file: UploadedFile, layer: str) -> dict[str, tuple[str, ...]]:
    """The titles of every sheet, also where the import cannot yet say which of them is meant; empty for map layers."""

    def look() -> dict[str, tuple[str, ...]]:
        try:
            with on_disk(file) as path:
                return titles_by_sheet(layer, path, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS)
        except (InputError, MemoryError, RecursionError):
            return {}  # the preview tells what is wrong

    return _kept(("sheets", file.file_id, layer), look)


def _table(table: pd.DataFrame, words: Language) -> None:
    """A table of anybody's cells as plain text, its beginning only."""
    shown = table.head(_SHOWN_ROWS)
    shown = pd.DataFrame(
        {str(name): ["" if pd.isna(cell) else str(cell) for cell in shown.iloc[:, i]] for i, name in enumerate(shown.columns)}
    )
    st.dataframe(shown, hide_index=True, height="content" if len(shown) <= 8 else 320)
    if len(table) > _SHOWN_ROWS:
        st.caption(say("first_only", words, n=_SHOWN_ROWS))


def _fault_table(faults: tuple[Fault, ...], words: Language) -> None:
    """Faults as a table."""
    named = list(faults[:_SHOWN_ROWS])
    widths = {"fault_reason": 330, "fault_remedy": 330}
    st.dataframe(
        import_fault_table(named, words),
        hide_index=True,
        row_height=40,
        height="content" if len(named) <= 8 else 320,
        column_config={text("fault_row", words): st.column_config.NumberColumn(width=60)}
        | {text(key, words): st.column_config.TextColumn(width=width) for key, width in widths.items()},
    )
    if len(faults) > _SHOWN_ROWS:
        st.caption(say("first_only", words, n=_SHOWN_ROWS))


def _lines(sentences: Sequence[Said], words: Language) -> None:
    """What the import says, a line each; plain text, whatever names of the user stand in it."""
    st.text("\n".join(f"• {sentence.text(words)}" for sentence in sentences))


def _title(layer: str, words: Language, name: str) -> str:
    """The title of a column of the layer; those of the user keep theirs."""
    return target_title(layer, name, words) if layer in POINT_LAYERS else name


def _choose_part(file: UploadedFile, layer: str, family: str | None, words: Language) -> tuple[str | None, str | None]:
    """Which sheet, or which layer of a map file."""
    if layer not in POINT_LAYERS or family == "vector":
        return None, st.text_input(say("source_layer", words), key=f"import_layer_of_{file.file_id}").strip() or None
    sheets = list(sheets_and_titles(file, layer)) if family == "spreadsheet" else []
    if len(sheets) < 2:
        return None, None
    name = st.selectbox(
        say("sheet", words), [_AUTO, *sheets], format_func=lambda sheet: sheet or say("sheet_auto", words), key=f"import_sheet_{layer}_{file.file_id}",
    )  # fmt: skip
    return name or None, None


def _choose_columns(file: UploadedFile, layer: str, base: Preview, sheet: str | None, words: Language) -> dict[str, str]:
    """A select box a title; only what differs from the proposal is told to the import."""
    proposed: dict[str, str | None] = dict(base.mapping or {})
    if base.mapping is None:
        sheets = sheets_and_titles(file, layer)
        titles = sheets.get(sheet, ()) if sheet else next(iter(sheets.values()), ()) if len(sheets) == 1 else ()
        proposed = dict.fromkeys(titles)
    chosen: dict[str, str] = {}
    if not proposed:
        return chosen
    st.markdown(f"**{say('columns_title', words)}**")
    st.caption(say("columns_hint", words))

    def named(proposal: str | None, target: str) -> str:
        if target == _LEFT_OUT:
            return say("leave_out", words)
        if target != _AUTO:
            return target_title(layer, target, words)
        if proposal:
            return say("auto", words, title=target_title(layer, proposal, words))
        return say("auto_undecided" if base.mapping is None else "auto_own", words)

    for start in range(0, len(proposed), 4):
        places = st.columns(4, gap="small")
        for i, title in list(enumerate(proposed))[start : start + 4]:
            with places[i - start]:
                st.text(own_title(title, words))
                target = st.selectbox(
                    say("column_n", words, n=i + 1), [_AUTO, *base.targets, _LEFT_OUT], format_func=partial(named, proposed[title]),
                    key=f"import_column_{layer}_{file.file_id}_{sheet or ''}_{i}", label_visibility="collapsed",
                )  # fmt: skip
            if target != _AUTO:
                chosen[title] = target
    return chosen


def _choose_crs(file: UploadedFile, layer: str, base: Preview, words: Language) -> str | None:
    """The system that the user states; None leaves it to where the rows lie."""
    shares: dict[str, tuple[str, float]] = {}
    for code, name, share in base.crs_candidates:
        shares.setdefault(code, (name, share))

    def named(code: str) -> str:
        if code in shares:
            return say("crs_one", words, code=code, name=system_name(shares[code][0], words), share=shares[code][1])
        return say("crs_auto" if code == _AUTO else "crs_other", words)

    code = st.selectbox(say("crs", words), [_AUTO, *shares, _OTHER], format_func=named, key=f"import_crs_{layer}_{file.file_id}")
    if code == _OTHER:
        code = st.text_input(say("crs_code", words), key=f"import_crs_code_{layer}_{file.file_id}").strip()
    elif code == _AUTO and len(shares) > 1:
        st.info(say("crs_ask", words))
    return code or None


def _show_seen(file: UploadedFile, found: Preview, words: Language) -> None:
    if found.mapping is None:
        st.text(say("not_read", words, name=file.name))
    else:
        facts = {"name": file.name, "kind": found.format, "rows": found.rows}
        if found.header_rows:
            ends = dict.fromkeys((found.header_rows[0], found.header_rows[-1]))
            st.text(say("seen_under_header", words, header="–".join(map(str, ends)), **facts))
        else:
            st.text(say("seen", words, **facts))
    if found.faults:
        _fault_table(found.faults, words)
    if found.first_rows is not None:
        st.markdown(f"**{say('first_rows', words)}**")
        _table(found.first_rows.rename(columns=lambda title: own_title(str(title), words)), words)
    if found.statements:
        with st.expander(say("statements", words)):
            _lines(found.statements, words)


def run_import(file: UploadedFile, layer: str, root: Path, choice: Choice, mode: Mode, *, accept_valid: bool) -> Outcome:
    """The import itself; its reports are taken into memory and nothing is left outside the study area."""
    target = root / LAYERS[layer].path
    before = sha256_of(target) if target.is_file() else ""
    with on_disk(file) as path, tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        try:
            report = import_layer(
                layer, path, root, crs=choice.crs, column_map=choice.column_map, sheet=choice.sheet, source_layer=choice.source_layer, mode=mode,
                accept_valid=accept_valid, report_dir=Path(folder), name=file.name, max_bytes=_MAX_BYTES, max_rows=_MAX_ROWS,
            )  # fmt: skip
        except GeoPlannerError as error:
            changed = (sha256_of(target) if target.is_file() else "") != before
            return Outcome(file.file_id, file.name, layer, error=error, changed=changed)
        downloads = tuple((ending, path.read_bytes()) for ending in _DOWNLOADS for path in report.files if path.name.endswith(ending))
    return Outcome(file.file_id, file.name, layer, report, downloads=downloads)


def show_outcome(outcome: Outcome, words: Language) -> None:
    """Written or not, in one sentence; then the rows, and the report to take away."""
    st.subheader(say("result_title", words))
    if outcome.report is None:
        error = outcome.error
        if error is not None and not isinstance(error, InputError):
            st.title(text("cannot_go_on", words))
            st.text(error.text(words))
        elif error is not None:
            show_error(error)
        (st.error if outcome.changed else st.warning)(say("changed" if outcome.changed else "unchanged", words))
        return
    report = outcome.report
    if report.written:
        st.success(say("written", words, **report.counts))
        if "added" in report.counts:
            st.text(say("in_layer", words, **report.counts))
    else:
        st.error(say("not_written", words, **report.counts))
    st.text(say("result_of", words, name=outcome.name, layer=layer_title(outcome.layer, words)))
    for level, key in (("fault", "faults"), ("warning", "warnings")):
        told_of = tuple(fault for fault in report.faults if fault.level == level)
        if told_of:
            st.markdown(f"**{say(key, words, n=len(told_of))}**")
            _fault_table(told_of, words)
    if report.statements:
        st.markdown(f"**{say('statements', words)}**")
        _lines(report.statements, words)
    if report.questions:
        st.markdown(f"**{say('questions', words, n=len(report.questions))}**")
        _lines(report.questions, words)
    for key, table in _tables(report, outcome.layer, words).items():
        if not table.empty:
            with st.expander(say(key, words, n=len(table)), expanded=key == "corrected"):
                _table(table, words)
    places = st.columns(max(len(outcome.downloads), 1))
    for place, (ending, content) in zip(places, outcome.downloads, strict=False):
        key, name = _DOWNLOADS[ending]
        place.download_button(say(key, words), content, file_name=name, key=f"import_{key}", on_click="ignore", icon=":material/download:", width="stretch")  # fmt: skip


def _tables(report: ImportReport, layer: str, words: Language) -> dict[str, pd.DataFrame]:
    """The rows by what became of them, under titles that people read."""

    def titled(table: pd.DataFrame) -> pd.DataFrame:
        names = {name: say(f"column_{name}", words) for name in ("row", "column", "was", "became", "why", "text")}
        return table.rename(columns=names | {name: text(f"fault_{name}", words) for name in ("value", "reason", "remedy")})

    accepted = report.accepted.drop(columns="geometry", errors="ignore")
    titles = {name: target_title(layer, name, words) for name in accepted.columns} if layer in POINT_LAYERS else {}
    accepted = accepted.rename(columns=titles).rename_axis(None).reset_index(names=say("column_row", words))
    return {
        "accepted": accepted,
        "corrected": titled(_spoken(report.corrected, layer, words)),
        "rejected": titled(_rejected(report, words)),
        "skipped": titled(_spoken(report.skipped, layer, words)),
    }


def _spoken(table: pd.DataFrame, layer: str, words: Language) -> pd.DataFrame:
    """Corrected or skipped rows with their columns and reasons in the reader's words, as far as they are shown."""
    shown = table.head(_SHOWN_ROWS).copy()
    shown["why"] = [why.text(words) for why in shown["why"]]
    if "column" in shown:
        if layer not in POINT_LAYERS:  # what was wrong with a shape is said by the library, not by the file
            shown["was"], shown["became"] = (
                [cell.text(words) if isinstance(cell, Said) else cell for cell in shown[name]] for name in ("was", "became")
            )
        shown["column"] = [own_title(_title(layer, words, str(name)), words) for name in shown["column"]]
    return pd.concat([shown, table.iloc[_SHOWN_ROWS:]], ignore_index=True)


def _rejected(report: ImportReport, words: Language) -> pd.DataFrame:
    faults = [fault for fault in report.faults if fault.level == "fault" and fault.row is not None]
    table = import_fault_table(sorted(faults, key=lambda fault: fault.row or 0), words)
    return table.drop(columns=text("fault_file", words))


def page() -> None:
    """Layer and file, what is seen, what it shall mean, the button, the outcome."""
    words, root = language(), study_area()
    st.subheader(say("title", words))
    st.text(say("hint", words))
    left, right = st.columns([1, 2.2], gap="medium")
    layer: str = left.selectbox(say("layer", words), IMPORTABLE, format_func=lambda name: layer_title(name, words), key="import_layer")
    file = right.file_uploader(say("file", words), type=list(_ENDINGS), max_upload_size=MAX_UPLOAD_MB, key="import_file")
    last: Outcome | None = st.session_state.get(_LAST)
    if file is None:
        if last is not None:
            show_outcome(last, words)
        return
    with st.container(border=True):
        outcome = _steps(file, layer, root, words)
    if outcome is not None:
        last = outcome
    if last is not None and (last.file_id, last.layer) == (file.file_id, layer):
        show_outcome(last, words)


def _steps(file: UploadedFile, layer: str, root: Path, words: Language) -> Outcome | None:
    """From the file to the button; the outcome when it was pressed."""
    st.markdown(f"**{say('seen_title', words)}**")
    if layer in POINT_LAYERS:
        with st.spinner(say("reading", words)):
            family = seen(file, layer, root, Choice(None, None, {})).family
        sheet, source_layer = _choose_part(file, layer, family, words)
        with st.spinner(say("reading", words)):
            base = seen(file, layer, root, Choice(sheet, source_layer, {}))
        place = st.container()
        choice = Choice(sheet, source_layer, _choose_columns(file, layer, base, sheet, words))
        with st.spinner(say("reading", words)):
            mapped = seen(file, layer, root, choice)
    else:
        st.text(say("no_preview", words, name=file.name))
        sheet, source_layer = _choose_part(file, layer, None, words)
        mapped, place, choice = Preview(), st.container(), Choice(None, source_layer, {})
    st.markdown(f"**{say('crs_title', words)}**")
    first, second = st.columns(2, gap="medium")
    with first:
        choice = replace(choice, crs=_choose_crs(file, layer, mapped, words))
    with second:
        mode: Mode = st.selectbox(
            say("mode", words), get_args(Mode), format_func=lambda name: say(f"mode_{name}", words), key="import_mode"
        )
        accept_valid = st.checkbox(say("accept_valid", words), key="import_accept_valid")
    if layer in POINT_LAYERS:
        with place:
            mapped = seen(file, layer, root, choice)
            _show_seen(file, mapped, words)
    rows = saying("summary_rows", n=mapped.rows) if layer in POINT_LAYERS else saying("summary_shapes")
    st.text(
        say(
            "summary", words, rows=rows, name=file.name, layer=layer_title(layer, words), target=LAYERS[layer].path,
            mode=saying(f"mode_{mode}"), faulty=saying("summary_valid" if accept_valid else "summary_all"),
        )
    )  # fmt: skip
    # A file that cannot be read as a list would only be refused again.
    blocked = layer in POINT_LAYERS and mapped.mapping is None
    if not st.button(say("go", words), type="primary", icon=":material/upload:", key="import_go", disabled=blocked):
        return None
    with st.spinner(say("importing", words)):
        outcome = run_import(file, layer, root, choice, mode, accept_valid=accept_valid)
        # Kept before the page draws on: a click meanwhile may end this run, not what it has done.
        st.session_state[_LAST] = outcome
        st.session_state.pop(_LOOKS, None)
    return outcome


page()
