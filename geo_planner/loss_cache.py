"""Path loss kept on disk, so that a change of power, threshold or weights computes no path again.

A file is named by the hash of all that decides its content: terrain, clutter, place and height of the mast, receiver, frequency, radius,
model with its parameters, and the edition of the engine. It is written beside its final name and moved there, so a reader finds all of it
or nothing; a file that does not read as what it should be is worked out anew. Beyond the cap the files unused for longest go.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import BadZipFile

import numpy as np

from geo_planner.folders import cache_root
from geo_planner.propagation.area import LossWindow

logger = logging.getLogger(__name__)

ENGINE = 2
"""Edition of the path-loss engine: raised when the same arguments give other figures, so that old files are not taken."""
CAP_VARIABLE = "GEO_PLANNER_CACHE_MB"
DEFAULT_CAP_MB = 2000


@dataclass(frozen=True, slots=True)
class LossCache:
    """A folder of path-loss windows with a cap on its size."""

    folder: Path
    cap_bytes: int

    def fetch(self, facts: Mapping[str, Any], work: Callable[[], LossWindow]) -> LossWindow:
        """The window that belongs to `facts` (JSON values), from disk or by `work`."""
        text = json.dumps({**facts, "engine": ENGINE}, sort_keys=True, allow_nan=False)
        path = self.folder / f"{hashlib.sha256(text.encode()).hexdigest()}.npz"
        window = _read(path)
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
        draft = path.with_name(f"{path.stem}.{uuid4().hex}.npz.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as stream:
                np.savez(stream, loss_db=window.loss_db, place=np.array([window.row, window.column]))
            draft.replace(path)
        except OSError as error:
            logger.warning("path loss is not kept: %s", error)
            with contextlib.suppress(OSError):
                draft.unlink()
            return
        files = sorted(self._files(), key=lambda file: file[1])
        total = sum(size for size, _, _ in files)
        for size, _, old in files:
            if total <= self.cap_bytes:
                break
            with contextlib.suppress(OSError):
                old.unlink()
            total -= size


def default_loss_cache() -> LossCache:
    """``path_loss`` in the cache folder, capped at ``GEO_PLANNER_CACHE_MB`` megabytes (2000)."""
    cap = os.environ.get(CAP_VARIABLE, "")
    megabytes = int(cap) if cap.isdecimal() else DEFAULT_CAP_MB
    return LossCache(cache_root() / "path_loss", megabytes * 1_000_000)


def _read(path: Path) -> LossWindow | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            loss, place = stored["loss_db"], stored["place"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        logger.warning("%s is damaged and is made anew: %s", path.name, error)
        return None
    if loss.ndim != 2 or loss.dtype != np.float32 or place.shape != (2,):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the mark of the last use
    return LossWindow(loss, int(place[0]), int(place[1]))
