"""Everything that is wrong with a study area, told at once, without a run."""

from __future__ import annotations

from pathlib import Path

from geo_planner.build.prices import read_prices
from geo_planner.config import Scenario, load_scenario, naming_layers, with_optional_layers
from geo_planner.errors import Fault, InputError, UsageError, fault
from geo_planner.measurements import at_villages, cleaned
from geo_planner.notes import commune_questions, input_faults
from geo_planner.schema import CANDIDATES
from geo_planner.study_area import StudyArea, load_study_area, scenario_paths
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
        found.update(dict.fromkeys(_told_under(root, scenario)))
    found.update(dict.fromkeys(vintage_warnings(root)))
    return sorted(found, key=lambda f: (f.level != "fault", f.file, f.row or 0, f.count))


def _told_under(root: Path, scenario: Scenario) -> list[Fault]:
    """What the layers of a study area give rise to under one scenario."""
    try:
        study_area = load_study_area(root, scenario)
        scenario = with_optional_layers(scenario, root)
        layers = scenario.layers
        villages = study_area.villages.assign(modelled_status="unknown")
        measured = at_villages(scenario, study_area, villages, cleaned(scenario, study_area))
        return [
            *study_area.warnings,
            *input_faults(scenario, study_area),
            *_price_faults(study_area, layers.prices),
            *commune_questions(scenario, study_area),
            *disagreements(
                study_area, villages_file=layers.villages, sites_file=layers.sites, candidates_file=layers.candidates or CANDIDATES.path
            ),
            *measured.notes,
        ]
    except InputError as error:
        return list(error.faults)


def _price_faults(study_area: StudyArea, file: str | None) -> list[Fault]:
    """What is wrong with prices of one's own: items that are missing, units that do not fit, a low price above the base."""
    return [] if file is None else read_prices(study_area.root / file, file=file)[1]


def _no_scenario(path: Path) -> Fault:
    """A name among the scenarios behind which there is none, such as a link into nothing."""
    file = f"{path.parent.name}/{path.name}"
    return fault(file, "missing_file.scenario_gone")
