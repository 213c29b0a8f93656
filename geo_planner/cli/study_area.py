"""``validate``, ``template``, ``fetch``, ``init``: what goes into a study area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import EXIT_FAULTS, AsJson, ProgressBar, app, by_level, guarded, print_json

ProvinceCode = Annotated[str, typer.Option("--province", metavar="CODE", help="Two-digit code since 1 July 2025, or the name.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="A mirror that keeps the paths of the original servers.")]


@app.command()
def validate(study_area: Annotated[Path, typer.Argument(metavar="STUDY_AREA", help="Folder of a study area.")], as_json: AsJson = False) -> None:
    """Tell every fault of a study area at once."""
    from geo_planner import plan as planning

    def work() -> int:
        found = planning.validate(study_area)
        faults = [f for f in found if f.level == "fault"]
        if as_json:
            print_json({"ok": not faults, **by_level(found)})
        else:
            for fault in found:
                typer.echo(f"{fault.level}: {fault}")
            typer.echo(f"{len(faults)} faults, {len(found) - len(faults)} warnings in {study_area}")
        return EXIT_FAULTS if faults else 0

    guarded(work, as_json)


@app.command()
def template(
    layer: Annotated[str, typer.Argument(help="villages or sites.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.xlsx", help="File to write.")],
) -> None:
    """Write an empty table to fill in, with every column explained."""
    from geo_planner.export.template import write_template

    def work() -> int:
        write_template(layer, out)
        typer.echo(f"{out}")
        return 0

    guarded(work, as_json=False)


@app.command()
def fetch(
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="boundaries, terrain, population, roads, power, places, towers, land_cover or opencellid.")],
    province: ProvinceCode,
    into: Annotated[Path, typer.Option("--into", metavar="STUDY_AREA", help="Folder of the study area.")],
    base_url: BaseUrl = None,
    product: Annotated[str | None, typer.Option(help="Terrain: glo90 (default) or glo30.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch one layer of a study area from its public source."""
    from geo_planner.sources.fetch import fetch_layer

    def work() -> int:
        options = {"product": product} if product else {}
        with ProgressBar(silent=as_json) as bar:
            report = fetch_layer(layer, province, into, base_url=base_url, progress=bar.steps, **options)
        if as_json:
            print_json({"ok": True, "files": [str(into / file) for file in report.files], **by_level(report.notes)})
        else:
            for note in report.notes:
                typer.echo(f"{note.level}: {note}", err=True)
            for file in report.files:
                typer.echo(f"{into / file}")
        return 0

    guarded(work, as_json)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")], province: ProvinceCode, base_url: BaseUrl = None, as_json: AsJson = False
) -> None:
    """Make a study area for any province: boundaries, terrain, a scenario, and what comes next in words."""
    from geo_planner.sources.fetch import init_study_area

    def work() -> int:
        with ProgressBar(silent=as_json) as bar:
            report = init_study_area(directory, province, base_url=base_url, progress=bar.steps)
        if as_json:
            made = {"root": str(report.root), "scenario": str(report.scenario), "files": list(report.files), "next_steps": list(report.next_steps)}
            print_json({"ok": True, **made, **by_level(report.notes)})
        else:
            for note in report.notes:
                typer.echo(f"{note.level}: {note}", err=True)
            typer.echo(f"{report.province.full_name}: {report.root}\nNext:")
            for step in report.next_steps:
                typer.echo(f"  {step}")
        return 0

    guarded(work, as_json)
