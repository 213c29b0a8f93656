"""``batch``: every scenario of many study areas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import AsJson, EngineOption, Overrides, ProgressBar, Scheduler, Workers, verb
from geo_planner.cli.run import covering
from geo_planner.cli.telling import by_level, echo, guarded, hint, lines, print_json
from geo_planner.words import said


@verb()
def batch(
    folder: Annotated[Path, typer.Argument(metavar="folder")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")],
    overrides: Overrides = None,
    workers: Workers = None,
    engine: EngineOption = None,
    scheduler: Scheduler = None,
    stac: Annotated[bool, typer.Option("--stac")] = False,
    as_json: AsJson = False,
) -> None:
    from geo_planner.batch.areas import Writing, check_for_all, run_areas
    from geo_planner.batch.found import RESULTS, found_in
    from geo_planner.export import write_plan
    from geo_planner.export.batch import write_batch
    from geo_planner.export.folder import check_output

    def work() -> int:
        found = found_in(folder, out)
        check_for_all(found.asked, overrides or ())
        check_output(out / RESULTS)  # before the work, not after it
        cover_by = covering(engine, scheduler, workers)
        with ProgressBar(silent=as_json) as bar:
            result = run_areas(
                found.asked, out, Writing(write_plan, check_output), overrides=overrides or (), workers=workers, cover_by=cover_by, progress=bar.overall,
            )  # fmt: skip
        files = write_batch(result, out, stac=stac)
        failed = [each for each in result.outcomes if each.faults]
        if as_json:
            plans = [
                {"name": each.name, "done": not each.faults, "taken_over": each.taken_over, **by_level(each.faults)}
                for each in result.outcomes
            ]
            outputs = {name: str(path) for name, path in files.items()}
            print_json({"ok": not failed, "out": str(out), "plans": plans, "files": outputs, **by_level(found.warnings)})
        else:
            for told in lines(found.warnings):
                hint(told)
            for each in failed:
                hint(said("batch.failed", name=each.name, area=each.area, n=len(each.faults)))
                for told in lines(each.faults):
                    hint(f"  {told}")
            for name, why in result.order.left_out:
                hint(said(f"batch.left_out.{why}", name=name))
            taken = sum(each.taken_over for each in result.outcomes)
            echo(said("batch.done", done=len(result.outcomes) - len(failed), of=len(result.outcomes), taken_over=taken))
            for path in files.values():
                echo(f"  {path}")
            if result.uses_sample_data:
                echo(said("sample_takes_part"))
        return 1 if failed else 0

    guarded(work, as_json)
