"""Everything that is wrong with a study area, told at once, without a run."""

from __future__ import annotations

from pathlib import Path

from geo_planner.config import load_scenario, naming_layers, with_optional_layers
from geo_planner.errors import Fault, InputError, UsageError, fault
from geo_planner.measurements import at_villages, cleaned
from geo_planner.notes import commune_questions, input_faults
from geo_planner.study_area import load_study_area, scenario_paths
from geo_planner.study_area.checks import disagreements
from geo_planner.study_area.layer_files import vintage_warnings


def validate(root: Path) -> list[Fault]:
    """Every fault and warning of a study area: its layers under each of its scenarios.

    Raises
    ------
    UsageError
        When `root` is not a folder.
    """
    try:
        paths = scenario_paths(root)
    except InputError as error:
        return list(error.faults)
    if not paths:
        return [fault("scenarios", "missing_file.no_scenario")]
    found: dict[Fault, None] = {}
    for path in paths:
        try:
            scenario = load_scenario(path)
        except (InputError, UsageError) as error:
            found.update(dict.fromkeys(error.faults if isinstance(error, InputError) else [_no_scenario(path)]))
            scenario = naming_layers(path)
        try:
            study_area = load_study_area(root, scenario)
            scenario = with_optional_layers(scenario, root)
            villages = study_area.villages.assign(modelled_status="unknown")
            measured = at_villages(scenario, study_area, villages, cleaned(scenario, study_area))
            disagree = [
                *disagreements(study_area, villages_file=scenario.layers.villages, sites_file=scenario.layers.sites),
                *measured.notes,
            ]
            found.update(
                dict.fromkeys(
                    [*study_area.warnings, *input_faults(scenario, study_area), *commune_questions(scenario, study_area), *disagree]
                )
            )
        except InputError as error:
            found.update(dict.fromkeys(error.faults))
    found.update(dict.fromkeys(vintage_warnings(root)))
    return sorted(found, key=lambda f: (f.level != "fault", f.file, f.row or 0, f.count))


def _no_scenario(path: Path) -> Fault:
    """A name among the scenarios behind which there is none, such as a link into nothing."""
    file = f"{path.parent.name}/{path.name}"
    return fault(file, "missing_file.scenario_gone")
