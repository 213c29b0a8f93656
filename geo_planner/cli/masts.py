"""``masts``: where a mast would do most good."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import AsJson, Overrides, ProgressBar, ScenarioPath, Workers, read_input, verb
from geo_planner.cli.telling import by_level, echo, echo_files, guarded, hint, lines, print_json
from geo_planner.words import said

_TOLD = ("village_id", "mast_height_m", "lon", "lat", "households", "village_km")


@verb()
def masts(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="folder")] = Path("masts"),
    village: Annotated[list[str] | None, typer.Option("--village", metavar="village")] = None,
    overrides: Overrides = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.build.masts import check_villages, mast_sites
    from geo_planner.config.build import BuildSettings
    from geo_planner.export.folder import check_output
    from geo_planner.export.masts import best_records, write_masts
    from geo_planner.plan import run
    from geo_planner.radio.cache import default_loss_cache

    def work() -> int:
        check_output(out)  # before the work, not after it
        settings, study_area = read_input(scenario, overrides)
        check_villages(study_area.villages.index, village or ())
        threads, cache = workers or os.cpu_count() or 1, default_loss_cache()
        build = settings.build or BuildSettings()
        with ProgressBar(silent=as_json) as bar:
            # what is there today; what to build is another verb's
            plan = run(
                settings.model_copy(update={"build": None}), study_area, lambda step, share: bar.overall(step, 0.6 * share), workers=threads,
                cache=cache,
            )  # fmt: skip
            found = mast_sites(
                plan.scenario, plan.study_area, plan.villages, build.candidates, asked=village or (), backhaul=build.backhaul, workers=threads,
                cache=cache, progress=lambda share: bar.overall("masts", 0.6 + 0.3 * share),
            )  # fmt: skip
            files = write_masts(plan, found, out)
        best = best_records(found)
        if as_json:
            print_json({
                "ok": True, "files": {name: str(path) for name, path in files.items()}, "n_candidates": len(found.places), "best_places": best,
                "uses_sample_data": plan.uses_sample_data, **by_level(found.notes),
            })  # fmt: skip
            return 0
        for told in lines(found.notes):
            hint(told)
        for place in best:
            echo(said("best_place", **{name: place[name] for name in _TOLD}))
        echo(said("masts_found", n=len(found.places), villages=len(found.atlas.villages)))
        echo_files(files.values(), uses_sample_data=plan.uses_sample_data)
        return 0

    guarded(work, as_json)
