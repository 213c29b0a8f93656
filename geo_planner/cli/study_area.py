"""``validate``, ``template``, ``import``, ``undo``, ``fetch``, ``init``, ``sample``: what goes into a study area."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.frame import AsJson, ProgressBar, step_word, verb
from geo_planner.cli.telling import (
    EXIT_FAULTS,
    MOST_OF_A_KIND_ON_SCREEN,
    by_level,
    echo,
    faulty,
    guarded,
    hint,
    line,
    lines,
    of_the_papers,
    print_json,
)
from geo_planner.errors import MOST_IN_ALL, UsageError, bounded, totals
from geo_planner.schema import LAYERS
from geo_planner.words import Said, first_of, said

if TYPE_CHECKING:
    from geo_planner.imports import ImportReport

_IMPORTABLE = sorted((layer.name for layer in LAYERS.values() if layer.importable), key=lambda name: LAYERS[name].geometry != "point")
_MOST_KINDS_OF_CORRECTION, _MOST_CORRECTIONS = 50, 3
ProvinceCode = Annotated[str, typer.Option("--province", metavar="province")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", metavar="address")]


@verb()
def validate(study_area: Annotated[Path, typer.Argument(metavar="study_area")], as_json: AsJson = False) -> None:
    from geo_planner.validation import validate as validated

    def work() -> int:
        found = validated(study_area)
        faults = [f for f in found if f.level == "fault"]
        if as_json:
            print_json({**(faulty(found) if faults else {"ok": True}), **by_level(found)})
        else:
            for told in lines(found):
                echo(told)
            echo(said("validated", **{level: sum(codes.values()) for level, codes in totals(found).items()}, area=study_area))
        return EXIT_FAULTS if faults else 0

    guarded(work, as_json)


@verb()
def template(
    layer: Annotated[str, typer.Argument(metavar="layer")], out: Annotated[Path, typer.Option("-o", "--out", metavar="empty_table")]
) -> None:
    from geo_planner.export.template import write_template

    def work() -> int:
        write_template(layer, out)
        echo(out)
        return 0

    guarded(work, as_json=False)


@verb("import")
def import_file(
    layer: Annotated[str, typer.Argument(metavar="layer")],
    file: Annotated[Path, typer.Argument(metavar="file")],
    into: Annotated[Path, typer.Option("--into", metavar="study_area")],
    crs: Annotated[str | None, typer.Option("--crs", metavar="crs")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", metavar="title")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="name")] = None,
    source_layer: Annotated[str | None, typer.Option("--layer", metavar="name")] = None,
    merge: Annotated[bool, typer.Option("--merge")] = False,
    replace: Annotated[bool, typer.Option("--replace")] = False,
    accept_valid: Annotated[bool, typer.Option("--accept-valid")] = False,
    report_dir: Annotated[Path | None, typer.Option("--report", metavar="folder")] = None,
    max_mb: Annotated[int, typer.Option(min=1, metavar="count")] = 100,
    max_rows: Annotated[int, typer.Option(min=1, metavar="count")] = 200_000,
    as_json: AsJson = False,
) -> None:
    from geo_planner.imports import import_layer

    def work() -> int:
        if merge and replace:
            raise UsageError("merge_and_replace")
        pairs = [text.rpartition("=")[::2] for text in mapping or []]  # a title may hold "="
        if any(not title for title, _ in pairs):
            raise UsageError("map_form")
        report = import_layer(
            layer, file, into, crs=crs, column_map=dict(pairs), sheet=sheet, source_layer=source_layer,
            mode="merge" if merge else "replace" if replace else "auto", accept_valid=accept_valid, report_dir=report_dir,
            max_bytes=max_mb * 1_000_000, max_rows=max_rows, language=of_the_papers(),
        )  # fmt: skip
        if as_json:
            tables = {name: rows[:MOST_IN_ALL] for name, rows in report.as_dict().items() if name in ("corrected", "rejected", "skipped")}
            wrong = {} if report.exit_status == 0 else faulty(report.faults)
            print_json(
                {**report.as_dict(), **wrong, **by_level(report.faults), **tables}
            )  # counts has their number, --report DIR all of them
            return report.exit_status
        for what in report.statements:
            echo(what)
        for what in report.questions:
            echo(said("told.question", what=what))
        for kind in _corrections(report):
            echo(said("told.corrected", what=kind))
        for told in lines(report.faults):
            hint(told)
        if len(report.faults) > len(bounded(report.faults, MOST_OF_A_KIND_ON_SCREEN)):
            hint(said("all_in_report"))
        counts = tuple(said(f"import_count.{what}", n=n) for what, n in report.counts.items())
        echo(said("imported.written", counts=counts, target=report.target) if report.written else said("imported.nothing", counts=counts))
        for path in report.files:
            echo(f"  {path}")
        return report.exit_status

    guarded(work, as_json)


@verb()
def undo(
    layer: Annotated[str, typer.Argument(metavar="layer")],
    into: Annotated[Path, typer.Option("--into", metavar="study_area")],
    to: Annotated[str | None, typer.Option("--to", metavar="copy")] = None,
    only_list: Annotated[bool, typer.Option("--list")] = False,
    as_json: AsJson = False,
) -> None:
    from geo_planner.study_area.former import content_of, described, former_copies, restore

    def work() -> int:
        if layer not in _IMPORTABLE:
            raise UsageError("import_no_layer", layer=layer, layers=tuple(_IMPORTABLE))
        if not into.is_dir():
            raise UsageError("import_no_folder", root=into)
        restored = None if only_list else restore(into, layer, to)
        copies = former_copies(into, layer)
        if as_json:
            done = {} if restored is None else {"restored": asdict(restored.copy), "kept": asdict(restored.kept)}
            print_json({"ok": True, "layer": layer, "target": LAYERS[layer].path, **done, "copies": [asdict(copy) for copy in copies]})
            return 0
        if restored is not None:
            echo(said("former.restored", layer=LAYERS[layer].path, copy=content_of(restored.copy)))
            echo(said("former.way_back", layer=layer, root=into))
            return 0
        for copy in copies:
            echo(said("former.listed", name=copy.name, copy=described(copy)))
        if not copies:
            echo(said("former.nothing"))
        return 0

    guarded(work, as_json)


def _corrections(report: ImportReport) -> list[Said]:
    """What was corrected, an entry for each kind of it with its first rows; the report has them all."""
    told = []
    groups = list(report.corrected.groupby(["column", "why"], sort=False))
    for (column, why), group in groups[:_MOST_KINDS_OF_CORRECTION]:
        rows = [
            said("corrected_row", row=row, was=was, became=became)
            for row, was, became in group[["row", "was", "became"]].itertuples(index=False, name=None)
        ]
        told.append(said("corrected_kind", column=column, why=why, rows=first_of(rows, _MOST_CORRECTIONS)))
    return [*told, *([said("corrected_further", n=len(groups) - len(told))] if len(groups) > len(told) else [])]


def _steps_of(bar: ProgressBar, *, silent: bool) -> Callable[[str | Said, float], None]:
    """Each step on the bar; where standard error is no terminal and the bar is not drawn, a line as each begins."""
    begun: set[str | Said] = set()

    def tell(step: str | Said, share: float) -> None:
        if not (silent or sys.stderr.isatty() or step in begun):
            begun.add(step)
            hint(said("under_way", step=step_word(step)))
        bar.steps(step, share)

    return tell


@verb()
def fetch(
    layer: Annotated[str, typer.Argument(metavar="layer")],
    province: ProvinceCode,
    into: Annotated[Path, typer.Option("--into", metavar="study_area")],
    base_url: BaseUrl = None,
    product: Annotated[str | None, typer.Option(metavar="glo90|glo30")] = None,
    cell_m: Annotated[float | None, typer.Option("--cell-m", metavar="number")] = None,
    margin_km: Annotated[float | None, typer.Option("--margin-km", metavar="number")] = None,
    year: Annotated[int | None, typer.Option(metavar="year")] = None,
    extract: Annotated[Path | None, typer.Option("--extract", metavar="file")] = None,
    geofabrik: Annotated[bool, typer.Option("--geofabrik")] = False,
    as_json: AsJson = False,
) -> None:
    from geo_planner.fetch import fetch_layer

    def work() -> int:
        with ProgressBar(silent=as_json) as bar:
            report = fetch_layer(
                layer, province, into, base_url=base_url, progress=_steps_of(bar, silent=as_json), product=product, cell_m=cell_m,
                margin_km=margin_km, year=year, extract=extract, geofabrik=geofabrik or None,
            )  # fmt: skip
        if as_json:
            print_json({"ok": True, "files": [str(into / file) for file in report.files], **by_level(report.notes)})
        else:
            for note in report.notes:
                hint(line(note))
            for file in report.files:
                echo(into / file)
            if layer == "terrain":
                echo(said("terrain_fetched"))
        return 0

    guarded(work, as_json)


@verb()
def init(
    directory: Annotated[Path, typer.Argument(metavar="folder")],
    province: ProvinceCode,
    base_url: BaseUrl = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.fetch import init_study_area

    def work() -> int:
        with ProgressBar(silent=as_json) as bar:
            report = init_study_area(directory, province, base_url=base_url, progress=_steps_of(bar, silent=as_json))
        if as_json:
            made = {
                "root": str(report.root),
                "scenario": str(report.scenario),
                "files": list(report.files),
                "next_steps": list(report.next_steps),
            }
            print_json({"ok": True, **made, **by_level(report.notes)})
        else:
            for note in report.notes:
                hint(line(note))
            echo(said("area_made", name=report.province.full_name, root=report.root))
            for step in report.next_steps:
                echo(f"  {step}")
        return 0

    guarded(work, as_json)


@verb()
def sample(directory: Annotated[Path, typer.Argument(metavar="folder")], as_json: AsJson = False) -> None:
    from geo_planner.files.bundled import write_sample
    from geo_planner.study_area import scenario_paths

    def work() -> int:
        files = write_sample(directory)
        scenario = scenario_paths(directory)[0]
        if as_json:
            print_json({"ok": True, "root": str(directory), "scenario": str(scenario), "files": list(files)})
        else:
            echo(said("sample_written", root=directory))
            for step in (f"validate {directory}", f"plan {scenario} -o out", f"app {directory}"):
                echo(f"  geo-planner {step}")
        return 0

    guarded(work, as_json)
