"""``export``: the documents of a finished plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import AsJson, ProgressBar, verb
from geo_planner.cli.telling import echo, echo_files, guarded, hint, of_the_papers, print_json
from geo_planner.words import LANGUAGES, said


@verb()
def export(
    plan: Annotated[Path, typer.Argument(metavar="folder")],
    formats: Annotated[str | None, typer.Option("--format", metavar="formats")] = None,
    template: Annotated[Path | None, typer.Option("--template", metavar="letterhead")] = None,
    on: Annotated[str | None, typer.Option("--date", metavar="day")] = None,
    crs: Annotated[str | None, typer.Option("--crs", metavar="crs")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="folder")] = None,
    as_json: AsJson = False,
) -> None:
    from geo_planner.documents.pack import FORMATS, asked_formats, day_of, order_of, write_pack

    def work() -> int:
        # before the work, not after it
        order = order_of(FORMATS if formats is None else asked_formats(formats), of_the_papers(), template=template, crs=crs)
        day = None if on is None else day_of(on)
        with ProgressBar(silent=as_json) as bar:
            pack = write_pack(plan, order, out, date=day, progress=bar.overall)
        missing = pack.facts.missing
        if as_json:
            print_json({
                "ok": True, "out": str(pack.folder), "files": {name: str(path) for name, path in pack.files.items()},
                "not_written": [{"code": why.key, **{f"text_{name}": why.text(name) for name in LANGUAGES}} for why in pack.not_written],
                "missing": [each.key for each in missing], "uses_sample_data": pack.facts.uses_sample_data,
            })  # fmt: skip
            return 0
        for why in pack.not_written:
            hint(why)
        echo(said("pack_written", n=len(pack.files) - 1, folder=pack.folder))
        echo_files(pack.files.values())
        if missing:
            echo(said("pack_missing", n=len(missing)))
        if pack.facts.uses_sample_data:
            echo(said("sample_takes_part"))
        return 0

    guarded(work, as_json)
