"""Kept path loss is believed only where it is what was kept; anything else is worked out anew and never stops a run."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_planner.propagation.area import LossWindow, window_frame
from geo_planner.radio.cache import LossCache, _digest

FACTS: dict[str, Any] = {
    "transform": [50.0, 0.0, 3e5, 0.0, -50.0, 2.4e6],
    "shape": [40, 60],
    "row": 20.5,
    "column": 5.5,
    "radius_km": 0.6,
    "mast": 30.0,
}
ROWS, COLUMNS, TOP, LEFT = window_frame((40, 60), 20.5, 5.5, 12.0)
RIGHT = LossWindow(np.linspace(60, 180, ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS), TOP, LEFT)
RIGHT.loss_db[0, 0], RIGHT.loss_db[0, 1] = np.nan, np.inf


def kept(folder: Path) -> tuple[LossCache, Path]:
    cache = LossCache(folder / "kept", 10_000_000)
    cache.fetch(FACTS, lambda: RIGHT)
    (path,) = cache.folder.iterdir()
    return cache, path


def put(
    path: Path, loss: Any = RIGHT.loss_db, place: Any = (TOP, LEFT), *, digest: Any = "right", name: str | None = None, **more: Any
) -> None:
    """A file as the cache writes it, with what is wrong about it; its hash is right unless told."""
    loss, place = np.asarray(loss), np.asarray(place, dtype=np.int64) if not isinstance(place, np.ndarray) else place
    if isinstance(digest, str):
        digest = np.frombuffer(_digest(name or path.stem, loss, place), dtype=np.uint8)
    arrays = {"loss_db": loss, "place": place, **({} if digest is None else {"digest": digest}), **more}
    with path.open("wb") as stream:
        np.savez(stream, **arrays)


def changed(**cells: float) -> Any:
    loss = RIGHT.loss_db.copy()
    loss[3, 3] = cells["value"]
    return loss


def elsewhere(path: Path) -> Path:
    return Path(shutil.move(path, path.parent.parent / "elsewhere.npz"))


STRANGE: dict[str, Callable[[Path], object]] = {
    "without a hash, as earlier versions kept it": lambda p: put(p, digest=None),
    "of another content than its hash": lambda p: put(p, changed(value=100.0), digest=np.frombuffer(_digest(p.stem, RIGHT.loss_db, np.array([TOP, LEFT])), np.uint8)),
    "of another mast": lambda p: put(p, name="0" * 64),
    "smaller": lambda p: put(p, RIGHT.loss_db[:5, :5]),
    "of other sides": lambda p: put(p, np.ascontiguousarray(RIGHT.loss_db.T)),
    "elsewhere on the grid": lambda p: put(p, place=(TOP + 1, LEFT)),
    "far below zero": lambda p: put(p, changed(value=-1000.0)),
    "endlessly below zero": lambda p: put(p, changed(value=-np.inf)),
    "far too much": lambda p: put(p, changed(value=1e30)),
    "of other numbers": lambda p: put(p, RIGHT.loss_db.astype("float64")),
    "turned round in its bytes": lambda p: put(p, RIGHT.loss_db.astype(">f4")),
    "of texts": lambda p: put(p, RIGHT.loss_db.astype(str)),
    "a place of fractions": lambda p: put(p, place=np.array([TOP + 0.5, LEFT])),
    "a place of three": lambda p: put(p, place=(TOP, LEFT, 0)),
    "a hash of other kind": lambda p: put(p, digest=np.array([1.5])),
    "pickled": lambda p: put(p, np.array([{"a": 1}], dtype=object), digest=np.zeros(32, np.uint8)),
    "a bare pickle": lambda p: p.write_bytes(pickle.dumps({"loss_db": 1})),
    "a single array": lambda p: p.write_bytes(_npy(RIGHT.loss_db)),
    "cut short": lambda p: p.write_bytes(p.read_bytes()[: len(p.read_bytes()) // 2]),
    "a byte changed": lambda p: p.write_bytes(p.read_bytes()[:900] + bytes([p.read_bytes()[900] ^ 1]) + p.read_bytes()[901:]),
    "empty": lambda p: p.write_bytes(b""),
    "a text": lambda p: p.write_text("x"),
    "an archive of other things": lambda p: _zip(p, {"a.txt": b"x"}),
    "an archive that unpacks without end": lambda p: _zip(p, {"loss_db.npy": bytes(50_000_000), "place.npy": b"", "digest.npy": b""}),
    "a header that claims too much": lambda p: _zip(p, {"loss_db.npy": _huge(), "place.npy": _huge(), "digest.npy": _huge()}),
    "a link": lambda p: p.symlink_to(elsewhere(p)),
    "a folder": lambda p: (p.unlink(), p.mkdir()),
}  # fmt: skip


def _npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _huge() -> bytes:
    head = _npy(RIGHT.loss_db)[:128]
    return head.replace(f"({ROWS}, {COLUMNS})".encode(), b"(99999999, 9999)")


def _zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_file_is_worked_out_anew(what: str, tmp_path: Path) -> None:
    cache, path = kept(tmp_path)
    STRANGE[what](path)
    asked = []
    found = cache.fetch(FACTS, lambda: asked.append(1) or RIGHT)
    assert asked == [1]
    assert np.array_equal(found.loss_db, RIGHT.loss_db, equal_nan=True)
    assert (found.row, found.column) == (TOP, LEFT)
    again = cache.fetch(FACTS, lambda: asked.append(1) or RIGHT)
    assert np.array_equal(again.loss_db, RIGHT.loss_db, equal_nan=True)
    assert asked == ([1, 1] if what == "a folder" else [1])  # it is kept again, where a file can be


def test_unknown_and_beyond_the_radius_are_answers(tmp_path: Path) -> None:
    cache, _ = kept(tmp_path)
    found = cache.fetch(FACTS, lambda: pytest.fail("computed again"))
    assert np.isnan(found.loss_db[0, 0])
    assert np.isinf(found.loss_db[0, 1])


@pytest.mark.parametrize("folder", ["a file", "below a file", "not to be written", "a link to nowhere"])
def test_a_folder_that_cannot_be_used_costs_only_time(folder: str, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    if folder in ("a file", "below a file"):
        path.write_text("x")
        path = path if folder == "a file" else path / "deeper"
    elif folder == "a link to nowhere":
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.mkdir()
        path.chmod(0o500)
        if os.access(path, os.W_OK):
            pytest.skip("this user may write everywhere")
    cache = LossCache(path, 10_000_000)
    assert cache.fetch(FACTS, lambda: RIGHT) is RIGHT
    assert cache.fetch(FACTS, lambda: RIGHT) is not None
    assert cache.size_bytes() >= 0


@pytest.mark.parametrize("row", [-5.0, 0.0, 3.3, 39.9, 60.0, 500.0])
def test_the_frame_is_that_of_the_window_that_is_worked_out(row: float) -> None:
    from geo_planner.propagation.area import LossModel, loss_around

    window = loss_around(
        np.zeros((40, 60), np.float32), 50.0, row=row, column=5.5, tx_height_m=30, rx_height_m=1.5, freq_mhz=900, radius_km=0.6, model=LossModel("free_space")
    )  # fmt: skip
    assert (*window.loss_db.shape, window.row, window.column) == window_frame((40, 60), row, 5.5, 12.0)


def test_the_cap_holds_and_the_folder_is_not_counted_at_each_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of masts are kept one after the other; counting all files each time would take longer than the sweeps."""
    looks = []
    count = LossCache._files
    monkeypatch.setattr(LossCache, "_files", lambda self: looks.append(1) or count(self))
    _, one = kept(tmp_path)
    size = one.stat().st_size
    wide = LossCache(tmp_path / "wide", 10**9)
    for mast in range(150):
        wide.fetch({**FACTS, "mast": float(mast)}, lambda: RIGHT)
    assert len(list(wide.folder.iterdir())) == 150
    assert len(looks) <= 1 + 2
    narrow = LossCache(wide.folder, 20 * size)
    for mast in range(200, 230):
        narrow.fetch({**FACTS, "mast": float(mast)}, lambda: RIGHT)
        assert narrow.size_bytes() <= narrow.cap_bytes
