"""The scenario: one YAML file that says what to assume."""

from geo_planner.config.declared import Clutter, Layers, Model, Propagation, Province, Scenario, Service, SiteDefaults, Terrain, Uplink
from geo_planner.config.scenario_file import (
    OPTIONAL_LAYERS,
    apply_overrides,
    check_new_scenario,
    check_overrides,
    load_scenario,
    naming_layers,
    parse_scenario,
    read_document,
    scenarios_in,
    with_optional_layers,
    with_values,
    write_scenario,
)
from geo_planner.preferences import Criterion, RankingSettings

__all__ = [
    "OPTIONAL_LAYERS", "Clutter", "Criterion", "Layers", "Model", "Propagation", "Province", "RankingSettings", "Scenario", "Service", "SiteDefaults",
    "Terrain", "Uplink", "apply_overrides", "check_new_scenario", "check_overrides", "load_scenario", "naming_layers", "parse_scenario", "read_document", "scenarios_in",
    "with_optional_layers", "with_values", "write_scenario",
]  # fmt: skip
