"""Scenarios made, changed, taken away and brought back as files: comments kept, nothing lost, nothing written when something is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from geo_planner.config import load_scenario
from geo_planner.errors import InputError, OutputError, UsageError
from geo_planner.files import bundled
from geo_planner.scenario_files import change, delete, duplicate, former_copies, last_change, restore, save_as, title_of, undo
from geo_planner.study_area import scenario_paths
from tests.conftest import ROOT, SCENARIO


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """A folder with the bundled scenarios; their layers are not read here."""
    shutil.copytree(ROOT / "data" / "scenarios", tmp_path / "area" / "scenarios")
    return tmp_path / "area"


@pytest.fixture
def base(area: Path) -> Path:
    return area / "scenarios" / SCENARIO.name


def state(area: Path) -> dict[str, bytes]:
    return {path.relative_to(area).as_posix(): path.read_bytes() for path in sorted(area.rglob("*")) if path.is_file()}


def test_a_named_scenario_keeps_the_comments_and_changes_only_what_was_asked(base: Path) -> None:
    new = save_as(
        base, "Ngưỡng −105 dBm", {"service.rsrp_threshold_dbm": -105, "ranking.criteria.border.weight": 12, "service.place": "indoor"}
    )
    assert new == base.with_name("nguong_105_dbm.yaml")
    made, was = load_scenario(new), load_scenario(base)
    assert (made.name, made.title_vi, made.title_en) == ("nguong_105_dbm", "Ngưỡng −105 dBm", "Ngưỡng −105 dBm")
    assert made.service == was.service.model_copy(update={"rsrp_threshold_dbm": -105.0, "place": "indoor"})
    weights = {c.name: c.weight for c in made.ranking.criteria}
    assert weights == {c.name: c.weight for c in was.ranking.criteria} | {"border": 12}
    assert made.build == was.build
    before, after = base.read_text().splitlines(), new.read_text().splitlines()
    changed = [line for line in after if line not in before]
    assert len(after) == len(before) + 1  # the place was not named before
    assert len(changed) == 6
    assert "  rsrp_threshold_dbm: -105   # assumption: least RSRP for service outdoors" in changed
    assert "    - {name: border, weight: 12, bounds: [0, 1]}" in changed


@pytest.mark.parametrize(
    "changes",
    [
        {"build.years": [{"year": 2028, "budget_vnd": 9_000_000_000}, {"year": 2030, "budget_vnd": 1}]},
        {"build": None},
        {"build.must": ["A-1", "b: c #d"], "build.search.draws": 5},
        {"ranking.criteria": [{"name": "border", "weight": 1.5}]},
        {"terrain.cell_m": 500.0, "service.uplink.check": False, "service.uplink.ue_power_dbm": 20},
        {"clutter.heights_m": {10: 4.0, 50: 2.5}},
        {"province.name": "Tỉnh: \"A\" # 'b'"},
        {"service.class_limits_dbm": (-90.0, -100.0)},
        {"seed": 3, "metric_crs": None, "ranking.travel.walk_kmh": 3.5},
    ],
    ids=str,
)
def test_whatever_is_changed_is_read_back_and_the_comments_stay(base: Path, changes: dict[str, object]) -> None:
    new = save_as(base, "Thử", changes)
    meant = yaml.safe_load(base.read_text()) | {"name": "thu", "title_vi": "Thử", "title_en": "Thử"}
    for key, value in changes.items():
        *way, last = key.split(".")
        group = meant
        for part in way:
            group = group.setdefault(part, {})
        group[last] = list(value) if isinstance(value, tuple) else value
    assert yaml.safe_load(new.read_text()) == meant
    assert new.read_text().startswith(base.read_text().partition("\n")[0])


def test_a_class_of_land_cover_is_changed_and_not_stated_twice(base: Path) -> None:
    new = duplicate(base, "Lớp phủ")
    change(new, {"clutter.heights_m": {10: 15.0, 50: 10.0}})
    change(new, {"clutter.heights_m.10": 4.0})
    assert load_scenario(new).clutter.heights_m == {10: 4.0, 50: 10.0}
    assert yaml.safe_load(new.read_text())["clutter"]["heights_m"] == {10: 4.0, 50: 10.0}


def test_where_the_text_cannot_be_kept_the_head_says_so(base: Path) -> None:
    base.write_text(base.read_text() + "\n  power: &p {}\n  smartphones: *p\n")
    new = save_as(base, "Neo", {"build.power.trx_per_cell": 3})
    settings = load_scenario(new).build
    assert settings is not None
    assert settings.power.trx_per_cell == 3
    head = new.read_text().partition("\n")[0]
    assert head.startswith(f"# Lập từ {base.name}")
    assert "build.power.trx_per_cell" in head


def test_all_faults_are_told_together_and_nothing_is_written(area: Path, base: Path) -> None:
    was = state(area)
    with pytest.raises(InputError) as told:
        save_as(base, "Sai", {"service.min_probability": 2, "service.rsrp_threshold_dbm": "x", "propagation.model": "none", "no.such": 1})
    assert {fault.column for fault in told.value.faults} == {
        "service.min_probability", "service.rsrp_threshold_dbm", "propagation.model", "no",
    }  # fmt: skip
    with pytest.raises(InputError) as told:
        change(base, {"ranking.criteria.none_such.weight": 2, "service..x": 3, "seed.more": 1})
    assert [fault.said.key for fault in told.value.faults] == ["changed_setting.item", "changed_setting.path", "changed_setting.no_group"]
    for changes in ({"name": "x"}, {"title_vi": "x"}):
        with pytest.raises(InputError):
            save_as(base, "Sai", changes)
    assert state(area) == was


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("<script>alert(1)</script>", "script_alert_1_script"),
        ("Hai\ndòng\t một", "hai_dong_mot"),
        ("CON", "kich_ban_con"),
        ("lpt1", "kich_ban_lpt1"),
        ("///", "kich_ban"),
        ("方案", "kich_ban"),
        ("Phương án " + "rất " * 37, "phuong_an_rat_rat_rat_rat_rat_rat_rat_rat_rat_rat_rat_rat_ra"),
        ("Lai Châu sample", "lai_chau_sample_2"),
    ],
)
def test_a_hostile_title_gives_a_safe_name_and_is_kept_as_text(area: Path, base: Path, title: str, stem: str) -> None:
    new = duplicate(base, title)
    assert new == area / "scenarios" / f"{stem}.yaml"
    assert load_scenario(new).title_vi == title_of(new) == " ".join(title.split())
    assert new in scenario_paths(area)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("", "scenario_title.empty"), (" \n ", "scenario_title.empty"), ("\u200b", "scenario_title.empty"), ("x" * 300, "scenario_title.long"),
        ("a\x00b", "scenario_title.unseen"), ("a\u202eb", "scenario_title.unseen"),
    ],
)  # fmt: skip
def test_what_is_no_title_is_refused_with_a_sentence(area: Path, base: Path, title: str, key: str) -> None:
    was = state(area)
    with pytest.raises(UsageError) as told:
        duplicate(base, title)
    assert told.value.said.key == key
    assert told.value.text("vi").count(". ") == 1
    assert state(area) == was


def test_a_title_that_another_scenario_has_is_refused(base: Path) -> None:
    new = duplicate(base, "Bản Má")
    for other in ("Bản Má", "bản  má", "BẢN MÁ"):
        with pytest.raises(UsageError, match="there already"):
            duplicate(base, other)
    with pytest.raises(UsageError, match="there already"):
        change(new, {"title_vi": title_of(base)})
    assert duplicate(base, "Bản Mã").name == "ban_ma_2.yaml"  # another word
    change(new, {"title_vi": "Bản Má", "seed": 3})  # its own


def test_a_change_keeps_what_was_and_undo_brings_it_back(area: Path, base: Path) -> None:
    was = base.read_bytes()
    copy = change(base, {"service.min_probability": 0.9})
    assert copy.read_bytes() == was
    assert load_scenario(base).service.min_probability == 0.9
    change(base, {"service.min_probability": 0.8, "title_vi": "Khác"})
    assert [former.title for former in former_copies(area)] == [load_scenario(copy).title_vi] * 2
    assert undo(area) == base
    assert load_scenario(base).service.min_probability == 0.9
    assert undo(area) == base
    assert base.read_bytes() == was
    with pytest.raises(UsageError, match="nothing left"):
        undo(area)
    later = [former for former in former_copies(area) if former.done == "undone"]
    assert [load_scenario(former.path).service.min_probability for former in later] == [0.9, 0.8]
    restore(later[1].path)
    assert load_scenario(base).title_vi == "Khác"
    with pytest.raises(UsageError, match="Nothing changes"):
        change(base, {"title_vi": "Khác"})


def test_deleted_and_brought_back(area: Path, base: Path) -> None:
    new = save_as(base, "Đem xoá", {"seed": 4})
    was = new.read_bytes()
    copy = delete(new)
    assert not new.exists()
    assert copy.read_bytes() == was
    assert undo(area) == new
    assert new.read_bytes() == was
    copy = delete(new)
    assert restore(copy) == new
    assert new.read_bytes() == was
    assert copy.exists()
    with pytest.raises(UsageError, match="there already"):
        restore(copy)  # its title is borne by itself already
    change(new, {"title_vi": "Tên mới"})
    again = restore(copy)
    assert (again.stem, load_scenario(again).name, load_scenario(again).title_vi) == ("dem_xoa_2", "dem_xoa_2", "Đem xoá")
    assert title_of(new) == "Tên mới"


def test_the_making_of_a_scenario_is_undone_and_can_be_had_back(area: Path, base: Path) -> None:
    new = save_as(base, "Mới", {"seed": 5})
    last = last_change(area)
    assert last is not None
    assert (last.done, last.stem) == ("created", "moi")
    duplicate(base, "Của người khác")
    with pytest.raises(UsageError, match="Something else"):
        undo(area, last)
    undo(area)
    undo(area, last)
    assert scenario_paths(area) == scenario_paths(area.parent / "area")
    assert not new.exists()
    assert last_change(area) is None
    removed = next(former for former in former_copies(area) if former.stem == "moi")
    assert load_scenario(restore(removed.path)).seed == 5


def test_the_last_scenario_stays(area: Path) -> None:
    first, *others = scenario_paths(area)
    for path in others:
        delete(path)
    with pytest.raises(UsageError, match="only scenario"):
        delete(first)
    assert scenario_paths(area) == [first]
    assert len(former_copies(area)) == len(others)


def test_a_faulty_scenario_can_be_deleted_and_brought_back_as_it_was(area: Path, base: Path) -> None:
    base.write_bytes(b"\xff: [")
    assert title_of(base) == base.stem
    copy = delete(base)
    assert restore(copy).read_bytes() == b"\xff: ["


def test_nothing_is_written_into_the_area_of_an_installed_program(area: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = change(base, {"seed": 9})
    was = state(area)
    monkeypatch.setattr(bundled, "_IN_WHEEL", area)
    for act in (
        lambda: duplicate(base, "X"),
        lambda: change(base, {"seed": 1}),
        lambda: delete(base),
        lambda: restore(copy),
        lambda: undo(area),
    ):
        with pytest.raises(UsageError) as told:
            act()
        assert told.value.said.key == "bundled_area.kept"
    assert state(area) == was


def test_what_is_no_copy_or_no_scenario_is_refused(area: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no copy"):
        restore(base)
    for act in (delete, lambda path: change(path, {"seed": 1}), lambda path: duplicate(path, "X")):
        with pytest.raises(UsageError, match="scenario file"):
            act(area / "scenarios" / "none.yaml")
    (tmp_path / "elsewhere.yaml").write_bytes(base.read_bytes())
    link = base.with_name("link.yaml")
    link.symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(OutputError, match="symbolic link"):
        change(link, {"seed": 1})
    (area / "scenarios" / "former").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="symbolic link"):
        delete(base)
    assert base.exists()


def test_a_full_disk_leaves_all_as_it_was(area: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = state(area)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geo_planner.scenario_files.former.put_in_place", full)
    for act in (lambda: duplicate(base, "X"), lambda: change(base, {"seed": 1}), lambda: delete(base)):
        with pytest.raises(OutputError, match="No space"):
            act()
    assert state(area) == was


def test_what_is_made_from_another_scenario_is_not_what_one_opens_first(area: Path, base: Path) -> None:
    before = scenario_paths(area)
    new = duplicate(base, "A đứng đầu bảng chữ cái")
    assert scenario_paths(area) == [*before, new]
    assert restore(delete(new)) == new
    assert scenario_paths(area) == [*before, new]


def test_the_newest_copies_of_a_scenario_are_kept_and_the_last_state_of_one_taken_away(
    area: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_planner.scenario_files.former.MOST_COPIES", 3)
    other = duplicate(base, "Bản khác")
    change(other, {"service.rsrp_threshold_dbm": -100.0})
    delete(other)
    for least in range(-110, -104):
        change(base, {"service.rsrp_threshold_dbm": float(least)})
    copies = former_copies(area)
    assert [load_scenario(c.path).service.rsrp_threshold_dbm for c in copies if c.stem == base.stem] == [-106.0, -107.0, -108.0]
    assert [c.done for c in copies if c.stem == other.stem] == ["deleted", "changed"]
    # another scenario under the same name does not push the last state of the former one out
    again = duplicate(base, "Bản khác")
    assert again == other
    for least in range(-99, -94):
        change(again, {"service.rsrp_threshold_dbm": float(least)})
    left = [c for c in former_copies(area) if c.stem == other.stem]
    assert [c.done for c in left] == ["changed"] * 3 + ["deleted"]
    assert load_scenario(left[-1].path).service.rsrp_threshold_dbm == -100.0
    undo(area)
    assert load_scenario(again).service.rsrp_threshold_dbm == -96.0


def test_fifty_copies_are_kept_of_a_scenario(area: Path, base: Path) -> None:
    former = base.parent / "former"
    former.mkdir()
    for at in range(60):
        (former / f"20260101T0000{at:02}_000Z.changed.{base.name}").write_bytes(base.read_bytes())
    change(base, {"service.rsrp_threshold_dbm": -101.0})
    names = sorted(path.name for path in former.iterdir())
    assert len(names) == 50
    assert names[0].startswith("20260101T000011")
