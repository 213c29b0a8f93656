"""``answer``: an answer to a question about a village goes into its list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from geo_planner.cli.frame import AsJson, ScenarioPath, verb
from geo_planner.cli.telling import by_level, echo, guarded, hint, line, print_json
from geo_planner.words import LANGUAGES, said


@verb()
def answer(
    scenario: ScenarioPath,
    village: Annotated[str, typer.Option("--village", metavar="village")],
    column: Annotated[str, typer.Option("--column", metavar="column")],
    value: Annotated[str, typer.Option("--value", metavar="value")],
    source: Annotated[str, typer.Option("--source", metavar="source")],
    on: Annotated[str | None, typer.Option("--date", metavar="day")] = None,
    as_json: AsJson = False,
) -> None:
    import pandas as pd

    from geo_planner.config import load_scenario
    from geo_planner.study_area import study_area_root
    from geo_planner.study_area.answers import answer as write_answers
    from geo_planner.study_area.answers import title_of, value_word

    def work() -> int:
        day = on or date.today().isoformat()  # noqa: DTZ011 - an answer is of a calendar day
        given = {"village_id": village, "column": column, "value": value, "source": source, "answered_on": day}
        file = load_scenario(scenario).layers.villages
        done = write_answers(study_area_root(scenario), pd.DataFrame([given]), list_file=file)
        if as_json:
            told = [
                {"code": what.key, **{f"text_{language}": what.text(language) for language in LANGUAGES}} for what in done.contradictions
            ]
            print_json(
                {"ok": True, "answers": done.rows.to_dict("records"), "contradictions": told, "copy": done.copy, **by_level(done.warnings)}
            )
            return 0
        for each in done.rows.to_dict("records"):
            facts = {"village": each["village_id"], "title": title_of(each["column"]), "source": each["source"], "day": each["answered_on"]}
            was = value_word(each["former"], each["column"]) if each["former"] else said("answers.not_known")
            echo(said("answers.written", **facts, value=value_word(each["value"], each["column"]), former=was))
        for what in done.contradictions:
            hint(what)
        for found in done.warnings:
            hint(line(found))
        if done.copy:
            echo(said("answers.kept", copy=done.copy))
        return 0

    guarded(work, as_json)
