"""The rooms of the house: imports point down only, and the edge libraries stay at the edge."""

from __future__ import annotations

import ast
import re
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
    {"imports", "fetch", "scenario_files"},
    {"terrain"},
    {"propagation"},
    {"radio"},
    {"link"},
    {"people"},
    {"ranking", "measurements"},
    {"build"},
    {"flags", "notes", "provenance", "stored"},
    {"plan", "validation"},
    {"compare", "trial", "retried", "batch"},
    {"export"},
    {"documents"},
    {"cli", "ui"},
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
ONLY_IN = {
    "streamlit": ("ui/", "../app.py"),
    "typer": ("cli/",),
    "xlsxwriter": ("export/", "imports/report.py", "documents/"),
    "openpyxl": ("imports/marked.py",),
    "matplotlib": ("export/", "documents/"),
    "docx": ("documents/",),
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


def test_every_folder_of_modules_is_a_package() -> None:
    """Else what holds for packages is not asked of it."""
    assert [path for path in MODULES if not (path.parent / "__init__.py").is_file()] == []


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


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def at_run_time(path: Path) -> set[str]:
    """The modules of the package that a module imports; what only its types need left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    known = {dotted(p) for p in MODULES}
    return {
        full if (full := f"{node.module}.{alias.name}") in known else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and id(node) not in typing and str(node.module).startswith("geo_planner")
        for alias in node.names
    }


def inner_room(module: str, package: str) -> str:
    """The room of a module within its package; the package's own face is a room above all."""
    return module.removeprefix(package).lstrip(".").split(".")[0]


def orders(package: str) -> dict[str, set[str]]:
    """Which rooms of a package use which others."""
    uses: dict[str, set[str]] = {}
    for path in MODULES:
        module = dotted(path)
        if module == package or module.startswith(f"{package}."):
            here = inner_room(module, package)
            there = {inner_room(m, package) for m in at_run_time(path) if m == package or m.startswith(f"{package}.")}
            uses.setdefault(here, set()).update(there - {here})
    return uses


PACKAGES = sorted({dotted(p) for p in PACKAGE.rglob("*") if (p / "__init__.py").is_file()})


@pytest.mark.parametrize("package", PACKAGES)
def test_rooms_within_a_package_lie_above_one_another(package: str) -> None:
    """Taken together, the rooms of each package can be laid out in floors: none uses, by whatever way, one that uses it."""
    uses = orders(package)
    floors: list[list[str]] = []
    while uses:
        lowest = sorted(room for room, below in uses.items() if not below & uses.keys())
        assert lowest, f"{package}: a circle among {sorted(uses)}"
        floors.append(lowest)
        uses = {room: below for room, below in uses.items() if room not in lowest}


INNER_FLOORS = {
    "imports": ["vocabulary grid naming opening", "draft paper", "cells", "titles", "formats layout", "places", "rows shapes ids", "store report", "importer preview"],
    "propagation": ["compiled limits loss_model", "p525 radials tr38901 p2109", "p526 profiles voids", "itm p1812 p2108", "delta_bullington", "models", "area"],
    "radio": ["carriers cache", "budget", "cells", "losses serving", "coverage", "statuses"],
    "study_area": ["tables features raster_frame", "rasters", "places", "checks", "loading"],
    "files": ["hashes atomic folders", "lock manifest geojson", "staged opening", "output"],
}  # fmt: skip
"""The order that is meant, where a package has one worth keeping; rooms that are not named are free."""


@pytest.mark.parametrize("package", INNER_FLOORS)
def test_the_meant_order_of_rooms(package: str) -> None:
    floor = {room: number for number, rooms in enumerate(INNER_FLOORS[package]) for room in rooms.split()}
    uses = orders(f"geo_planner.{package}")
    assert floor.keys() <= uses.keys()
    wrong = [(room, other) for room in floor for other in uses[room] & floor.keys() if floor[other] > floor[room]]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_a_package_keeps_to_itself_is_used_there_only(path: Path) -> None:
    """Names and modules that begin with an underscore."""
    here = dotted(path)
    package = here if path.name == "__init__.py" else here.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("geo_planner"):
            for part in (*str(node.module).split("."), *(alias.name for alias in node.names)):
                if part.startswith("_") and part not in ("__version__",):
                    assert str(node.module).startswith(package), f"{here} takes {part} from {node.module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_private_functions_take_few_arguments(path: Path) -> None:
    """More than eight belong into a record; public signatures are contracts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_") and node.name != "__init__":
            n = len(node.args.args) + len(node.args.kwonlyargs) + len(node.args.posonlyargs)
            assert n <= 8, f"{node.name} takes {n}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


FORKS = re.compile(r"\blayer (==|!=) |\blayer (not )?in \(|column\.name (==|!=|in \()")


@pytest.mark.parametrize("path", sorted((PACKAGE / "imports").rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_an_import_asks_no_layer_and_no_column_for_its_name(path: Path) -> None:
    """What a layer is and how a column is read is declared in the schema."""
    assert not FORKS.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_languages_are_told_apart_by_the_words_alone(path: Path) -> None:
    if room(path) != "words":
        assert not re.search(r"\blanguage (==|!=) ", path.read_text(encoding="utf-8"))
