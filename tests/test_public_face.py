"""What others build on: names that stay where they are."""

from __future__ import annotations

from importlib import import_module

import pytest

FACE = {
    "geo_planner": ("load_scenario", "load_study_area", "run"),
    "geo_planner.export": ("write_plan",),
    "geo_planner.export.folder": ("verify_folder",),
    "geo_planner.cli": ("app", "main"),
    "geo_planner.propagation.itm": ("path_loss", "path_loss_many"),
    "geo_planner.propagation.p1812": ("path_loss", "path_loss_many"),
    "geo_planner.propagation.area": ("loss_around",),
}


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in FACE.items() for name in names])
def test_the_public_face_stays(module: str, name: str) -> None:
    assert callable(getattr(import_module(module), name))
