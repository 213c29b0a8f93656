"""The command line. Reads arguments, calls the library, words the outcome; computes nothing.

Exit status: 0 done; 1 something is wrong inside the study area or scenario; 2 bad option, no such folder, output not
writable, port taken.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from geo_planner.errors import Fault, GeoPlannerError, InputError, OutputError, UsageError

EXIT_FAULTS, EXIT_USAGE = 1, 2

app = typer.Typer(
    name="geo-planner",
    help="From a list of villages without signal to a terrain-checked, ranked, mapped proposal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioPath = Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="Scenario file inside the scenarios/ folder of a study area.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, for instance terrain.path=dem.tif.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Threads; all cores when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]


@app.callback()
def _main(verbose: Annotated[bool, typer.Option("--verbose", help="Log what happens.")] = False) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


@app.command()
def plan(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")] = Path("out"),
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and write the priority list, the map and the layers."""
    from geo_planner.export import write_plan

    _run_and_write(scenario, out, overrides, workers, as_json, write_plan)


@app.command()
def coverage(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Run a scenario and write the coverage rasters and the statuses alone."""
    from geo_planner.export import write_coverage

    _run_and_write(scenario, out, overrides, workers, as_json, write_coverage)


@app.command()
def cache(clear: Annotated[bool, typer.Option("--clear", help="Take everything away.")] = False) -> None:
    """Say where path loss is kept between runs and how much there is, or clear it."""
    from geo_planner.loss_cache import default_loss_cache

    def work() -> int:
        kept = default_loss_cache()
        if clear:
            typer.echo(f"{kept.clear()} files taken away from {kept.folder}")
        else:
            typer.echo(f"{kept.folder}: {kept.size_bytes() / 1e6:.0f} MB of at most {kept.cap_bytes / 1e6:.0f} MB")
        return 0

    _guarded(work, as_json=False)


@app.command()
def validate(study_area: Annotated[Path, typer.Argument(metavar="STUDY_AREA", help="Folder of a study area.")], as_json: AsJson = False) -> None:
    """Tell every fault of a study area at once."""
    from geo_planner import plan as planning

    def work() -> int:
        found = planning.validate(study_area)
        faults = [f for f in found if f.level == "fault"]
        if as_json:
            _print_json({"ok": not faults, **_by_level(found)})
        else:
            for fault in found:
                typer.echo(f"{fault.level}: {fault}")
            typer.echo(f"{len(faults)} faults, {len(found) - len(faults)} warnings in {study_area}")
        return EXIT_FAULTS if faults else 0

    _guarded(work, as_json)


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

    _guarded(work, as_json=False)


@app.command("app")
def open_app(port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8501) -> None:
    """Open the map in the browser."""

    def work() -> int:
        entry = Path(__file__).resolve().parent.parent / "app.py"
        if importlib.util.find_spec("streamlit") is None:
            raise UsageError("The app needs Streamlit. Install it with: pip install 'geo-planner[app]'.")
        if not entry.is_file():
            raise UsageError("app.py is not beside the package. Install from a checkout with: pip install -e '.[app]'.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise UsageError(f"Port {port} is taken. Choose another with --port.")
        command = [sys.executable, "-m", "streamlit", "run", str(entry), "--server.port", str(port), "--server.address", "localhost"]
        return subprocess.run(command, cwd=entry.parent, env=os.environ, check=False).returncode

    _guarded(work, as_json=False)


def _run_and_write(scenario_path: Path, out: Path, overrides: list[str] | None, workers: int | None, as_json: bool, write: Callable[..., dict[str, Path]]) -> None:
    from geo_planner.config import load_scenario
    from geo_planner.loss_cache import default_loss_cache
    from geo_planner.plan import run
    from geo_planner.sources import load_study_area, study_area_root

    def work() -> int:
        scenario = load_scenario(scenario_path, overrides or [])
        study_area = load_study_area(study_area_root(scenario_path), scenario)
        with tqdm(total=100, disable=as_json or None, file=sys.stderr, bar_format="{desc:<12}{percentage:3.0f}%|{bar}| {elapsed}") as bar:

            def show(step: str, share: float) -> None:
                bar.set_description(step)
                bar.update(round(100 * share) - bar.n)

            result = run(scenario, study_area, progress=lambda step, share: show(step, 0.8 * share), workers=workers, cache=default_loss_cache())
            files = write(result, out, progress=lambda step, share: show(step, 0.8 + 0.2 * share))
        if as_json:
            outputs = {name: str(path) for name, path in files.items()}
            _print_json({"ok": True, "out": str(out), "files": outputs, "uses_sample_data": result.uses_sample_data, **_by_level(result.notes)})
        else:
            for note in result.notes:
                typer.echo(f"warning: {note}", err=True)
            typer.echo(f"{len(result.villages)} villages ranked. Look at:")
            for path in files.values():
                typer.echo(f"  {path}")
            if result.uses_sample_data:
                typer.echo("Sample data takes part: not fit for submission.")
        return 0

    _guarded(work, as_json)


def _guarded(work: Callable[[], int], as_json: bool) -> None:
    """Do the work and turn what the package raises into a sentence and an exit status."""
    try:
        status = work()
    except InputError as error:
        status = EXIT_FAULTS
        if as_json:
            _print_json({"ok": False, "error": "faults in the input", **_by_level(error.faults)})
        else:
            typer.echo("\n".join(f"{f.level}: {f}" for f in error.faults), err=True)
            typer.echo(f"{sum(f.level == 'fault' for f in error.faults)} faults; nothing was written.", err=True)
    except GeoPlannerError as error:
        status = EXIT_USAGE if isinstance(error, (UsageError, OutputError)) else EXIT_FAULTS
        if as_json:
            _print_json({"ok": False, "error": str(error)})
        else:
            typer.echo(f"error: {error}", err=True)
    raise typer.Exit(status)


def _by_level(found: Iterable[Fault]) -> dict[str, Any]:
    found = list(found)
    return {"faults": [f.as_dict() for f in found if f.level == "fault"], "warnings": [f.as_dict() for f in found if f.level == "warning"]}


def _print_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False))


def main() -> None:
    """Entry point of ``geo-planner``."""
    app()


if __name__ == "__main__":
    main()
