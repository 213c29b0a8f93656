"""Nothing partial is ever written, and nothing that is thrown at the import gets past it as a crash."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.files.staged import finish_interrupted
from geo_planner.imports import ImportReport, import_layer
from tests.imports import making as m
from tests.imports.conftest import DATA

KILLS = 30


def _killed_at(event: int, file: Path, area: Path) -> bool:
    """Run an import in a child that dies (SIGKILL) at its n-th operation on files; whether it died."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(name: str, _: Any) -> None:
            nonlocal seen
            if name in (
                "open",
                "os.rename",
                "os.remove",
                "os.rmdir",
                "os.mkdir",
                "os.chmod",
                "os.listdir",
                "shutil.copyfile",
                "shutil.rmtree",
            ):
                seen += 1
                if seen == event:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            import_layer("villages", file, area)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_points_leaves_the_old_or_the_new_layer(
    area: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    import_layer("villages", m.csv(tmp_path / "old.csv", m.rows_of(m.plain())), area)
    file = m.csv(tmp_path / "new.csv", m.rows_of(m.plain(**{"Số hộ": [77] * 12})))
    old, pristine = contents(area), Path(shutil.copytree(area, tmp_path / "pristine"))
    import_layer("villages", file, area)
    new = contents(area)
    assert old != new
    operations = next(n for n in range(8, 5000, 8) if not _killed_at(n, file, Path(shutil.copytree(pristine, tmp_path / f"probe{n}"))))
    draw = random.Random(57)
    # Half of the kills fall into the last operations, where the writing is.
    points = [draw.randrange(1, operations) for _ in range(KILLS // 2)] + [
        draw.randrange(max(operations - 60, 1), operations) for _ in range(KILLS // 2)
    ]
    outcomes = []
    for i, point in enumerate(points):
        root = Path(shutil.copytree(pristine, tmp_path / f"kill{i}"))
        _killed_at(point, file, root)
        layer = contents(root)["villages/villages.csv"]
        assert layer in (old["villages/villages.csv"], new["villages/villages.csv"]), "the layer is whole even before anything is mended"
        finish_interrupted(root)
        now = {name: digest for name, digest in contents(root).items() if not name.startswith((".incoming-", ".manifest", ".geo_planner"))}
        # a copy of the former layer is made before the layer is put in place: one too many loses nothing
        kept = [{name: digest for name, digest in state.items() if not name.startswith("former/")} for state in (now, old, new)]
        assert kept[0] in kept[1:]
        entry = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["files"]["villages/villages.csv"]
        assert entry["sha256"] == now["villages/villages.csv"], "layer and manifest agree"
        outcomes.append(kept[0] == kept[2])
        assert import_layer("villages", file, root).exit_status == 0, "the next import runs"
    assert len(outcomes) == KILLS
    assert {True, False} == set(outcomes), "kills fell on both sides of the change"


@pytest.fixture(scope="module")
def shared_area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(DATA, tmp_path_factory.mktemp("fuzz") / "area", ignore=shutil.ignore_patterns("terrain")))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("seeds")
    m.frame().to_file(folder / "f.gpkg", driver="GPKG")
    return {
        "f.csv": m.csv(folder / "f.csv", m.rows_of(m.plain())).read_bytes(), "f.xlsx": m.xlsx(folder / "f.xlsx", m.rows_of(m.plain())).read_bytes(), "f.gpkg": (folder / "f.gpkg").read_bytes(),
        "f.geojson": m.frame().to_json().encode(), "f.kml": m.kml_text().encode(), "f.zip": m.shapefile(folder / "f.zip", m.frame({"TEN": list(m.NAMES), "XA": m.commune_names()})).read_bytes(),
    }  # fmt: skip


def _never_a_crash(name: str, content: bytes, area: Path, look: Callable[[Path], dict[str, str]]) -> ImportReport:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(shutil.copytree(area, Path(folder) / "area"))
        before = look(work)
        (Path(folder) / name).write_bytes(content)
        report = import_layer("villages", Path(folder) / name, work)
        if not report.written:
            assert report.exit_status == 1
            assert look(work) == before
            assert any(fault.level == "fault" for fault in report.faults)
        return report


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@FUZZ
@given(
    content=st.binary(max_size=3000),
    name=st.sampled_from(["f.csv", "f.xlsx", "f.xls", "f.ods", "f.zip", "f.gpkg", "f.geojson", "f.kml", "f.kmz", "f.gpx", "f.shp", "f"]),
)
def test_random_bytes_are_a_fault_or_a_table(
    content: bytes, name: str, shared_area: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    _never_a_crash(name, content, shared_area, contents)


@FUZZ
@given(
    magic=st.sampled_from(
        [b"PK\x03\x04", b"SQLite format 3\0", b"\0\0\x27\x0a", b"{", b"<kml>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0"]
    ),
    content=st.binary(max_size=2000),
)
def test_random_bytes_behind_a_true_magic_number(
    magic: bytes, content: bytes, shared_area: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    _never_a_crash("f", magic + content, shared_area, contents)


@FUZZ
@given(data=st.data())
def test_a_good_file_with_bytes_changed(
    data: st.DataObject, seeds: dict[str, bytes], shared_area: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    name = data.draw(st.sampled_from(sorted(seeds)))
    content = bytearray(seeds[name])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["change", "cut", "repeat", "insert"]))
        if what == "change":
            content[at] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del content[at : at + data.draw(st.integers(1, 200))]
        elif what == "repeat":
            content[at:at] = content[at : at + 50]
        else:
            content[at:at] = data.draw(st.binary(max_size=20))
        if not content:
            break
    _never_a_crash(name, bytes(content), shared_area, contents)


CELLS = st.one_of(
    st.text(max_size=30),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.booleans(),
    st.sampled_from(["=1+1", "#N/A", "1.234,5", "có", "22°15'", "\u202e", "../x", "1e999", "NaN"]),
)


@FUZZ
@given(changes=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), CELLS), min_size=1, max_size=12))
def test_a_good_table_with_cells_changed(
    changes: list[tuple[int, int, Any]], shared_area: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    rows = m.rows_of(m.plain())
    for row, column, cell in changes:
        rows[row][column] = cell
    with tempfile.TemporaryDirectory() as folder:
        content = m.csv(Path(folder) / "f.csv", rows, encoding=lambda text: text.encode("utf-8", errors="surrogatepass")).read_bytes()
    report = _never_a_crash("f.csv", content, shared_area, contents)
    good = report.counts["accepted"] if report.written else report.counts["would_be_accepted"]
    assert good + report.counts["rejected"] == report.counts["rows"]
