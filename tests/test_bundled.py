"""The sample area: written as a folder of one's own, and never over anything; that of an installed program is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo_planner.errors import OutputError, UsageError
from geo_planner.files import bundled
from geo_planner.files.bundled import bundled_area, comes_with_the_program, write_sample
from tests import small_area as sa
from tests.conftest import ROOT
from tests.test_cli import geo_planner


def test_in_a_checkout_it_is_the_folder_of_the_repository() -> None:
    assert bundled_area() == ROOT / "data"
    assert not comes_with_the_program(ROOT / "data")


def test_the_sample_is_a_copy_that_may_be_written_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sa.make_area(tmp_path / "source")
    (source / ".lock").touch()
    for path in source.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    monkeypatch.setattr(bundled, "bundled_area", lambda: source)
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "new" / "mine", tmp_path / "empty"):
        files = write_sample(target)
        found = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
        assert found == set(files) == {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()} - {".lock"}
        assert all(path.stat().st_mode & 0o200 for path in target.rglob("*"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "new", "source"]


@pytest.mark.parametrize("what", ["a folder with a file", "a file", "a link", "the working folder", "too long a name"])
def test_nothing_that_is_there_is_written_over(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "mine"
    if what == "a folder with a file":
        target.mkdir()
        (target / "precious").write_text("mine", encoding="utf-8")
    elif what == "a file":
        target.write_text("mine", encoding="utf-8")
    elif what == "a link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to("elsewhere")
    elif what == "the working folder":
        target.mkdir()
        monkeypatch.chdir(target)
    else:
        target = tmp_path / ("a" * 3000)
    was = sorted(tmp_path.rglob("*"))
    with pytest.raises((UsageError, OutputError)):
        write_sample(target)
    assert sorted(tmp_path.rglob("*")) == was


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    told = json.loads(geo_planner("sample", tmp_path / "a", "--json").stdout)
    assert (told["ok"], told["root"]) == (True, str(tmp_path / "a"))
    assert Path(told["scenario"]).is_file()
    again = geo_planner("sample", tmp_path / "a")
    assert again.returncode == 2
    assert again.stderr.startswith("error: ")
    told = json.loads(geo_planner("sample", tmp_path / "a", "--json").stdout)
    assert (told["ok"], told["code"]) == (False, "sample_folder_taken")


@pytest.mark.usefixtures("fresh_caches")
def test_nothing_is_imported_into_what_the_next_installation_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = sa.make_area(tmp_path / "bundled" / "data")
    monkeypatch.setattr(bundled, "_IN_WHEEL", tmp_path / "bundled")
    monkeypatch.setenv("GEO_PLANNER_STUDY_AREA", str(area))
    assert comes_with_the_program(area)
    assert not comes_with_the_program(tmp_path)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app = app.switch_page("geo_planner/ui/pages/data.py").run()
    assert not app.exception
    app.radio(key="data_part").set_value("bring").run()
    assert not app.exception
    assert "geo-planner sample" in app.info[0].value
    assert not app.get("file_uploader")
