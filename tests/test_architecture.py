"""The rooms of the house: imports point down only, and the edge libraries stay at the edge."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "geo_planner"

# From the ground up; a module may import from its own floor and from those below.
FLOORS = [
    {"words"},
    {"errors", "units", "letters"},
    {"settings"},
    {"schema"},
    {"preferences", "calibration"},
    {"files"},
    {"config", "crs", "grid"},
    {"study_area"},
    {"imports", "fetch"},
    {"terrain"},
    {"propagation"},
    {"radio"},
    {"link"},
    {"people"},
    {"ranking", "measurements"},
    {"flags", "notes", "provenance"},
    {"plan", "validation"},
    {"export"},
    {"cli", "ui"},
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
ONLY_IN = {
    "streamlit": ("ui/", "../app.py"),
    "streamlit_folium": ("ui/",),
    "folium": ("ui/maps.py", "export/html_map"),
    "typer": ("cli/",),
    "xlsxwriter": ("export/", "imports/report.py"),
    "matplotlib": ("export/",),
    "altair": ("ui/",),
}

MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in MODULES} - {"__init__"} == set(FLOOR_OF)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    if room(path) == "__init__":
        return
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "geo_planner" and len(parts) > 1 and parts[1] in FLOOR_OF:
            assert FLOOR_OF[parts[1]] <= FLOOR_OF[room(path)], f"{path.name} imports {name}, which stands above it"
            if parts[1] != room(path) and FLOOR_OF[parts[1]] == FLOOR_OF[room(path)]:
                assert room(path) in ("config", "crs"), f"{path.name} imports its neighbour {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_edge_libraries_stay_at_the_edge(path: Path) -> None:
    where = str(path.relative_to(PACKAGE))
    for name in {n.split(".")[0] for n in imported(path)} & set(ONLY_IN):
        assert where.startswith(ONLY_IN[name]), f"{where} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_library_does_not_print(path: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    assert not any(isinstance(c.func, ast.Name) and c.func.id == "print" for c in calls)


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_app_asks_the_face_of_the_imports_only(path: Path) -> None:
    from geo_planner import imports

    inner = {name for name in imported(path) if name.startswith("geo_planner.imports.")}
    assert inner <= {f"geo_planner.imports.{name}" for name in imports.__all__}
