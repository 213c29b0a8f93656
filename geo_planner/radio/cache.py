"""Path loss kept on disk, so that a change of power, threshold or weights computes no path again.

A file is named by the hash of all that decides its content: terrain, clutter, place and height of the mast, receiver, frequency, radius,
model with its parameters, and the edition of the engine. It is written beside its final name and moved there, so a reader finds all of it
or nothing. With it stands a hash over name, frame and content: a file that was kept for something else, was changed, or holds what no
path can lose is worked out anew, and never stops a run. Beyond the cap the files unused for longest go.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.files.atomic import whole_file
from geo_planner.files.folders import cache_root
from geo_planner.files.hashes import sha256_of_content
from geo_planner.propagation.area import LossWindow, window_frame

logger = logging.getLogger(__name__)

ENGINE = 3
"""Edition of the path-loss engine: raised when the same arguments give other figures, so that old files are not taken."""
CAP_VARIABLE = "GEO_PLANNER_CACHE_MB"
DEFAULT_CAP_MB = 2000
LEAST_LOSS_DB, MOST_LOSS_DB = -20.0, 5000.0
"""No path of a mast loses less (free space over 10 m has 20 dB or more from 30 MHz on) or more; a model's own extremes lie far inside."""
_MOST_BYTES = 4_000_000_000
_MOST_BESIDE_BYTES = 10_000
_WRITES_BETWEEN_LOOKS = 100  # other runs may fill the same folder
_LOOKED_AT: dict[Path, tuple[int, int]] = {}
"""By folder: how many bytes it holds as far as is known, and how many files were written since that was counted."""
_LOOKS = threading.Lock()


@dataclass(frozen=True, slots=True)
class LossCache:
    """A folder of path-loss windows with a cap on its size."""

    folder: Path
    cap_bytes: int

    def fetch(self, facts: Mapping[str, Any], work: Callable[[], LossWindow]) -> LossWindow:
        """The window that belongs to `facts` (JSON values), from disk or by `work`."""
        text = json.dumps({**facts, "engine": ENGINE}, sort_keys=True, allow_nan=False)
        path = self.folder / f"{sha256_of_content(text)}.npz"
        window = _read(path, _expected_frame(facts))
        if window is None:
            window = work()
            self._write(path, window)
        return window

    def size_bytes(self) -> int:
        return sum(size for size, _, _ in self._files())

    def clear(self) -> int:
        """Take every file away; returns how many there were."""
        files = self._files()
        for _, _, path in files:
            with contextlib.suppress(OSError):
                path.unlink()
        return len(files)

    def _files(self) -> list[tuple[int, float, Path]]:
        found = []
        for path in self.folder.glob("*.np[yz]*"):
            with contextlib.suppress(OSError):  # another run may have taken it away
                stat = path.stat()
                found.append((stat.st_size, stat.st_mtime, path))
        return found

    def _write(self, path: Path, window: LossWindow) -> None:
        # A cache that cannot be written costs time, never the result.
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with whole_file(path, lasting=False) as stream:
                place = np.array([window.row, window.column], dtype=np.int64)
                digest = np.frombuffer(_digest(path.stem, window.loss_db, place), dtype=np.uint8)
                np.savez(stream, loss_db=window.loss_db, place=place, digest=digest)
        except (OSError, ValueError) as error:
            logger.warning("path loss is not kept: %s", error)
            return
        self._keep_within_cap(path)

    def _keep_within_cap(self, written: Path) -> None:
        """Take away what was unused for longest. The folder is looked through only now and then while what is known of it stays below the cap."""
        with contextlib.suppress(OSError), _LOOKS:
            known, writes = _LOOKED_AT.get(self.folder, (self.cap_bytes, 0))
            known += written.stat().st_size
            if known <= self.cap_bytes and writes < _WRITES_BETWEEN_LOOKS:
                _LOOKED_AT[self.folder] = known, writes + 1
                return
        files = sorted(self._files(), key=lambda file: file[1])
        total = sum(size for size, _, _ in files)
        for size, _, old in files:
            if total <= self.cap_bytes:
                break
            with contextlib.suppress(OSError):
                old.unlink()
            total -= size
        with _LOOKS:
            _LOOKED_AT[self.folder] = total, 0


def default_loss_cache() -> LossCache:
    """``path_loss`` in the cache folder, capped at ``GEO_PLANNER_CACHE_MB`` megabytes (2000)."""
    cap = os.environ.get(CAP_VARIABLE, "")
    megabytes = int(cap) if cap.isdecimal() else DEFAULT_CAP_MB
    return LossCache(cache_root() / "path_loss", megabytes * 1_000_000)


def _expected_frame(facts: Mapping[str, Any]) -> tuple[int, int, int, int] | None:
    """Rows, columns and place that the window must have; None where the facts do not tell."""
    try:
        cell_m = abs(float(facts["transform"][0]))
        return window_frame(
            (int(facts["shape"][0]), int(facts["shape"][1])), facts["row"], facts["column"], facts["radius_km"] * 1000.0 / cell_m
        )
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _digest(name: str, loss: npt.NDArray[Any], place: npt.NDArray[Any]) -> bytes:
    """Of the content and of what it was kept for, so that the file of another mast does not pass."""
    found = hashlib.sha256(f"{name} {loss.dtype.str} {loss.shape} {place.tolist()}\n".encode())
    found.update(np.ascontiguousarray(loss).data)
    return found.digest()


def _read(path: Path, frame: tuple[int, int, int, int] | None) -> LossWindow | None:
    """What a file holds; None when there is none, or when it is not to be believed in any respect."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _MOST_BYTES:
            raise ValueError("it is a link, no file or far too large")
        with np.load(path, allow_pickle=False) as stored:
            unpacked = sum(member.file_size for member in stored.zip.infolist())
            if frame is not None and unpacked > 4 * frame[0] * frame[1] + _MOST_BESIDE_BYTES:
                raise ValueError(f"it unpacks to {unpacked:,} bytes")
            loss, place, digest = stored["loss_db"], stored["place"], stored["digest"]
        window = _believed(path.stem, loss, place, digest, frame)
    except FileNotFoundError:
        return None
    except Exception as error:
        logger.info("%s is not taken and is made anew: %s", path.name, error)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the mark of the last use
    return window


def _believed(name: str, loss: Any, place: Any, digest: Any, frame: tuple[int, int, int, int] | None) -> LossWindow:
    if loss.ndim != 2 or loss.dtype != np.float32 or place.shape != (2,) or place.dtype.kind not in "iu":
        raise ValueError("its arrays are of another kind")
    row, column = int(place[0]), int(place[1])
    if frame is not None and (*loss.shape, row, column) != frame:
        raise ValueError(f"it covers {loss.shape} cells at {row}, {column} instead of {frame[:2]} at {frame[2]}, {frame[3]}")
    if digest.dtype != np.uint8 or digest.tobytes() != _digest(name, loss, place):
        raise ValueError("its content is not what was kept")
    # unknown (NaN) and beyond the radius (infinite) are answers, too
    if np.any(loss < LEAST_LOSS_DB) or np.any((loss > MOST_LOSS_DB) & (loss != np.inf)):
        raise ValueError("it holds impossible losses")
    return LossWindow(loss, row, column)
