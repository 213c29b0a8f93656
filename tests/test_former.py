"""What an import replaced comes back byte for byte, and so does what that replaced."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.errors import InputError, OutputError, UsageError
from geo_planner.files import staged
from geo_planner.files.manifest import read_manifest
from geo_planner.imports import import_layer
from geo_planner.study_area import former
from geo_planner.study_area.former import FORMER, described, former_copies, restore
from geo_planner.words import LANGUAGES
from tests.imports import making as m
from tests.imports.making import DATA

VILLAGES = "villages/villages.csv"


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """The bundled study area without its terrain, which no import needs."""
    return Path(shutil.copytree(DATA, tmp_path / "area", ignore=shutil.ignore_patterns("terrain")))


def state(area: Path) -> dict[str, str]:
    """Hashes of all but the copies."""
    files = (path for path in sorted(area.rglob("*")) if path.is_file())
    named = {path.relative_to(area).as_posix(): path for path in files}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items() if not name.startswith(f"{FORMER}/")}


def bring(area: Path, tmp_path: Path, n: int = 0) -> None:
    path = m.csv(tmp_path / f"danh sách {n}.csv", m.rows_of(m.plain(**{"Số hộ": [20 + n + i for i in range(12)]})))
    report = import_layer("villages", path, area, mode="replace")
    assert report.written, report.faults


def test_an_import_is_undone_to_the_byte_and_the_undo_too(area: Path, tmp_path: Path) -> None:
    before = state(area)
    bring(area, tmp_path)
    imported = state(area)
    assert {name for name in before if imported[name] != before[name]} == {VILLAGES, "manifest.json"}
    (copy,) = former_copies(area, "villages")
    assert (copy.rows, copy.gave_way_to, copy.source) == (21, "import", "danh sách 0.csv")
    done = restore(area, "villages")
    assert state(area) == before, "layer and manifest as they were"
    assert done.copy.sha256 == before[VILLAGES]
    assert done.kept.sha256 == imported[VILLAGES]
    restore(area, "villages")
    assert state(area) == imported
    restore(area, "villages")
    assert state(area) == before
    assert len(former_copies(area, "villages")) == 2, "of one content one copy"


def test_a_layer_that_was_not_there_is_gone_again(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Đường"},'
        '"geometry":{"type":"LineString","coordinates":[[102.9,22.3],[102.95,22.32]]}}]}',
        encoding="utf-8",
    )
    before = state(area)
    assert import_layer("roads", path, area).written
    roads = state(area)
    restore(area, "roads")
    assert state(area) == before
    assert "roads/roads.geojson" not in read_manifest(area)["files"]
    restore(area, "roads")
    assert state(area) == roads


def test_what_other_layers_became_meanwhile_stays(area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    sites = (area / "sites/sites.csv").read_bytes()
    (area / "sites/sites.csv").write_bytes(sites + b"\n")
    staged_manifest = json.loads((area / "manifest.json").read_text(encoding="utf-8"))
    staged_manifest["files"]["sites/sites.csv"]["source"] = "khác"
    (area / "manifest.json").write_text(json.dumps(staged_manifest), encoding="utf-8")
    restore(area, "villages")
    assert (area / "sites/sites.csv").read_bytes() == sites + b"\n"
    assert read_manifest(area)["files"]["sites/sites.csv"]["source"] == "khác"


def test_any_kept_copy_can_be_taken_and_their_number_is_bounded(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former, "MOST_COPIES", 3)
    states = [state(area)[VILLAGES]]
    for n in range(5):
        bring(area, tmp_path, n)
        states.append(state(area)[VILLAGES])
    copies = former_copies(area, "villages")
    assert [copy.sha256 for copy in copies] == [states[4], states[3], states[2]]
    assert [copy.number for copy in copies] == [5, 4, 3]
    restore(area, "villages", copies[-1].name)
    assert state(area)[VILLAGES] == states[2]
    restore(area, "villages")
    assert state(area)[VILLAGES] == states[5], "back to what it was before going back"


def test_an_import_that_changes_no_byte_keeps_no_copy(area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    bring(area, tmp_path)
    assert len(former_copies(area, "villages")) == 1


@pytest.mark.parametrize("where", ["file", "record", "gone", "origin", "layer"])
def test_a_copy_that_is_not_what_was_kept_is_refused(where: str, area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    (copy,) = former_copies(area, "villages")
    folder = area / FORMER / "villages" / copy.name
    if where == "file":
        (folder / "villages.csv").write_text("village_id\n", encoding="utf-8")
    elif where == "gone":
        (folder / "villages.csv").unlink()
    else:
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        record |= {"record": {"size": -1}, "origin": {"entry": {"origin": "elsewhere"}}, "layer": {"layer": "../sites"}}[where]
        (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
    before = state(area)
    with pytest.raises(InputError) as caught:
        restore(area, "villages", copy.name)
    assert {fault.code for fault in caught.value.faults} == {"former"}
    assert all(fault.texts(language)[1] for fault in caught.value.faults for language in LANGUAGES)
    assert state(area) == before
    assert len(list((area / FORMER / "villages").iterdir())) == 1, "nothing is kept of what did not happen"


@pytest.mark.parametrize("name", ["../../x", "2026-11-27_0009", "", "x" * 300])
def test_no_other_folder_is_taken_for_a_copy(name: str, area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    with pytest.raises(InputError):
        restore(area, "villages", name)


def test_no_link_is_followed(area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    (copy,) = former_copies(area, "villages")
    elsewhere = tmp_path / "elsewhere"
    shutil.move(area / FORMER / "villages" / copy.name, elsewhere)
    (area / FORMER / "villages" / copy.name).symlink_to(elsewhere, target_is_directory=True)
    assert former_copies(area, "villages") == ()
    with pytest.raises(InputError):
        restore(area, "villages", copy.name)
    shutil.rmtree(area / FORMER)
    (area / FORMER).symlink_to(elsewhere, target_is_directory=True)
    report = import_layer("villages", m.csv(tmp_path / "g.csv", m.rows_of(m.plain())), area, mode="replace")
    assert not report.written
    assert {fault.code for fault in report.faults} == {"symlink"}
    assert sorted(path.name for path in elsewhere.iterdir()) == ["record.json", "villages.csv"]


def test_a_layer_whose_copy_cannot_be_kept_is_not_replaced(area: Path, tmp_path: Path) -> None:
    (area / FORMER).write_text("a file in the way", encoding="utf-8")
    before = state(area)
    with pytest.raises(OutputError) as caught:
        bring(area, tmp_path)
    assert "chưa" in caught.value.text("vi").lower()
    assert state(area) == before


def test_a_change_that_stops_before_its_list_leaves_no_copy(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("import_not_written", root="x", why="full")

    before = state(area)
    monkeypatch.setattr(staged, "write_atomically", full)
    with pytest.raises(OutputError):
        bring(area, tmp_path)
    assert state(area) == before
    assert not (area / FORMER).exists()


def test_a_layer_that_is_none_is_no_matter_of_undo(area: Path) -> None:
    for layer in ("communes", "nothing"):
        with pytest.raises(UsageError):
            restore(area, layer)
    with pytest.raises(InputError) as caught:
        restore(area, "villages")
    assert caught.value.faults[0].said.key == "former.nothing"


def test_the_command_line_lists_and_undoes(area: Path, tmp_path: Path) -> None:
    before = state(area)
    bring(area, tmp_path)
    copy = former_copies(area, "villages")[0]
    runner = CliRunner()
    told = runner.invoke(app, ["undo", "villages", "--into", str(area), "--list", "--lang", "vi"])
    assert told.exit_code == 0
    assert copy.name in told.output
    assert "21 dòng" in told.output
    assert state(area) != before, "to list is not to undo"
    done = runner.invoke(app, ["undo", "villages", "--into", str(area), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["restored"]["name"] == copy.name
    assert state(area) == before
    back = runner.invoke(app, ["undo", "villages", "--into", str(area), "--to", former_copies(area, "villages")[0].name, "--lang", "vi"])
    assert back.exit_code == 0
    assert "12 dòng" in back.output
    assert runner.invoke(app, ["undo", "sites", "--into", str(area)]).exit_code == 1
    assert runner.invoke(app, ["undo", "communes", "--into", str(area)]).exit_code == 2


def test_a_copy_is_told_in_both_languages(area: Path, tmp_path: Path) -> None:
    bring(area, tmp_path)
    (copy,) = former_copies(area, "villages")
    assert described(copy).text("vi").startswith("21 dòng, danh sách mẫu")
    assert "until" in described(copy).text("en")
