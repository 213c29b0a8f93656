"""A study area may come from anywhere: what is found in it makes the program write nowhere outside, and through no link."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_planner.config import load_scenario
from geo_planner.errors import InputError, OutputError, UsageError
from geo_planner.export.folder import check_output, output_folder, settle
from geo_planner.files.manifest import is_plain_path, record_files
from geo_planner.files.staged import finish_interrupted, foreign_changes, install, staging
from geo_planner.imports import import_layer
from geo_planner.study_area import load_study_area
from geo_planner.validation import validate
from geo_planner.words import codes
from tests.conftest import ROOT
from tests.imports import making as m

FACTS = {"source": "x", "licence": "y", "date": "2026-11-01", "crs": None, "origin": "import"}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "kept.csv").write_text("kept", encoding="utf-8")
    return folder


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data", tmp_path / "area"))


def put(root: Path, name: str, text: str = "evil") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def everything(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text(errors="replace") for p in sorted(folder.rglob("*")) if p.is_file()}


def found_list(area: Path, names: object, *files: str) -> Path:
    folder = area / ".incoming-x"
    folder.mkdir()
    (folder / "commit.json").write_text(names if isinstance(names, str) else json.dumps(names), encoding="utf-8")
    for file in files:
        put(folder, file)
    return folder


def linked_folder(area: Path, outside: Path) -> None:
    (area / "extra").symlink_to(outside, target_is_directory=True)
    found_list(area, ["extra/file"], "extra/file")


def linked_deep(area: Path, outside: Path) -> None:
    (area / "extra").mkdir()
    (area / "extra" / "deep").symlink_to(outside, target_is_directory=True)
    found_list(area, ["villages/new.csv", "extra/deep/er/file"], "villages/new.csv", "extra/deep/er/file")


def linked_leaf(area: Path, outside: Path) -> None:
    (area / "leaf.csv").symlink_to(outside / "kept.csv")
    found_list(area, ["leaf.csv"], "leaf.csv")


def linked_to_nowhere(area: Path, outside: Path) -> None:
    (area / "leaf.csv").symlink_to(outside / "new.csv")
    found_list(area, ["leaf.csv"], "leaf.csv")


def linked_staging(area: Path, outside: Path) -> None:
    found_list(outside, ["kept.csv"])
    (area / ".incoming-x").symlink_to(outside / ".incoming-x", target_is_directory=True)


def linked_source(area: Path, outside: Path) -> None:
    folder = found_list(area, ["villages/kept.csv"])
    (folder / "villages").symlink_to(outside, target_is_directory=True)


def linked_list(area: Path, outside: Path) -> None:
    put(outside, "list.json", '["villages/new.csv"]')
    folder = area / ".incoming-x"
    put(folder, "villages/new.csv")
    (folder / "commit.json").symlink_to(outside / "list.json")


def a_folder_for_a_file(area: Path, outside: Path) -> None:
    found_list(area, ["villages"], "villages/new.csv")


def a_file_for_a_folder(area: Path, outside: Path) -> None:
    found_list(area, ["villages/new.csv", "sites/sites.csv/x"], "villages/new.csv", "sites/sites.csv/x")


LINKED = (
    a_file_for_a_folder,
    linked_folder, linked_deep, linked_leaf, linked_to_nowhere, linked_staging, linked_source, linked_list, a_folder_for_a_file,
)  # fmt: skip


@pytest.mark.parametrize("made", LINKED)
def test_nothing_is_moved_through_a_link(made: Callable[[Path, Path], None], area: Path, outside: Path) -> None:
    made(area, outside)
    before, apart = everything(area), everything(outside)
    found = validate(area)
    assert everything(outside) == apart
    assert everything(area) == before
    (told,) = [f for f in found if f.code == "foreign_change"]
    assert told.level == "warning"
    assert ".incoming-x" in told.remedy
    assert told.code in codes()
    assert told in load_study_area(area, load_scenario(area / "scenarios" / "lai_chau_sample.yaml")).warnings


@pytest.mark.parametrize(
    "names",
    [
        ["../outside/kept.csv"], ["a/../../outside/kept.csv"], ["/tmp/x"], ["C:/x"], ["C:x"], ["\\\\host\\share\\x"], ["a\\b"], ["//host/x"], ["a\0b"], ["a\nb"], [""],
        ["."], [".."], ["./a"], ["a//b"], ["a/"], [".git/hooks/post-checkout"], [".geo_planner/lock"], ["a/.ssh/x"], [".incoming-x/commit.json"], ["a" * 2000],
        ["villages/new.csv", 5], [None], [["a"]], {"a": "b"}, "5", "{", "", "[" * 100_000, json.dumps(["a"] * 20_000), '["' + "a" * 2_000_000 + '"]', '["\\ud800"]',
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_ours_moves_nothing_and_is_told(names: object, area: Path, outside: Path) -> None:
    found_list(area, names, "villages/new.csv", "a/b")
    before, apart = everything(area), everything(outside)
    assert finish_interrupted(area) == 0
    assert everything(area) == before
    assert everything(outside) == apart
    assert [f.code for f in foreign_changes(area)] == ["foreign_change"]


def test_a_change_of_ours_is_still_finished_and_not_told(area: Path) -> None:
    found_list(area, ["villages/new.csv"], "villages/new.csv")
    assert foreign_changes(area) == []
    assert finish_interrupted(area) == 1
    assert (area / "villages/new.csv").read_text() == "evil"


@pytest.mark.parametrize("name", ["villages/villages.csv", "a.csv", "Bản đồ/Nậm Mẫu.geojson"])
def test_names_of_layers_are_plain(name: str) -> None:
    assert is_plain_path(name)


@pytest.mark.parametrize("part", ["terrain", "terrain/t.tif", "manifest.json"])
def test_a_change_is_not_installed_through_a_link(part: str, tmp_path: Path, outside: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / part).parent.mkdir(exist_ok=True)
    (root / part).symlink_to(outside if part == "terrain" else outside / "kept.csv")
    before = everything(outside)
    with staging(root) as folder:
        put(folder, "terrain/t.tif")
        with pytest.raises(OutputError, match="symbolic link"):
            install(root, folder, {"terrain/t.tif": FACTS})
    assert everything(outside) == before
    assert (root / part).is_symlink()
    assert not list(root.glob(".incoming-*"))


def test_a_file_is_not_recorded_through_a_link(tmp_path: Path, outside: Path) -> None:
    root = tmp_path / "root"
    put(root, "a.csv")
    (root / "manifest.json").symlink_to(outside / "new.json")
    with pytest.raises(OutputError, match="symbolic link"):
        record_files(root, {"a.csv": FACTS})
    assert not (outside / "new.json").exists()


@pytest.mark.parametrize("link", ["villages", "villages/villages.csv", ".geo_planner", ".geo_planner/columns.json", "manifest.json"])
def test_an_import_is_not_written_through_a_link(link: str, area: Path, tmp_path: Path, outside: Path) -> None:
    if (area / link).is_dir():
        shutil.copytree(area / link, outside, dirs_exist_ok=True)
        shutil.rmtree(area / link)
    (area / link).unlink(missing_ok=True)
    (area / link).parent.mkdir(exist_ok=True)
    (area / link).symlink_to(outside if "." not in Path(link).name[1:] else outside / "kept.csv")
    before = everything(outside)
    report = import_layer("villages", m.csv(tmp_path / "new.csv", m.rows_of(m.plain())), area)
    assert [f.code for f in report.faults if f.level == "fault"] == ["symlink"]
    assert everything(outside) == before


def test_a_study_area_may_itself_be_reached_through_a_link(area: Path, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(area, target_is_directory=True)
    assert import_layer("villages", m.csv(tmp_path / "new.csv", m.rows_of(m.plain())), tmp_path / "short").written


@pytest.mark.parametrize("which", ["partial", "lock"])
def test_an_output_is_not_made_through_a_link_beside_it(which: str, tmp_path: Path, outside: Path) -> None:
    target = outside if which == "partial" else outside / "new"
    (tmp_path / f".out.{which}").symlink_to(target)
    before = everything(outside)
    settle(tmp_path / "out")
    with pytest.raises(OutputError, match="symbolic link"), output_folder(tmp_path / "out", {}):
        pass
    with pytest.raises(OutputError, match="symbolic link"):
        check_output(tmp_path / "out")
    assert everything(outside) == before
    assert not (tmp_path / "out").exists()


def test_links_inside_an_earlier_output_are_not_followed_when_it_is_replaced(tmp_path: Path, outside: Path) -> None:
    with output_folder(tmp_path / "out", {}) as folder:
        put(folder, "a.csv")
    (tmp_path / "out" / "a.csv").unlink()
    (tmp_path / "out" / "a.csv").symlink_to(outside / "kept.csv")
    with output_folder(tmp_path / "out", {}) as folder:
        put(folder, "a.csv", "new")
    assert (outside / "kept.csv").read_text() == "kept"
    assert not (tmp_path / "out" / "a.csv").is_symlink()


def test_a_scenario_is_not_written_through_a_link(area: Path, outside: Path) -> None:
    from geo_planner.config import write_scenario

    base = area / "scenarios" / "lai_chau_sample.yaml"
    (area / "scenarios" / "new.yaml").symlink_to(outside / "new.yaml")
    with pytest.raises(UsageError):
        write_scenario(base, area / "scenarios" / "new.yaml", {})
    assert not (outside / "new.yaml").exists()
    with pytest.raises((UsageError, InputError)):
        write_scenario(base, outside / "new.yaml", {})
