"""Pictures that are drawn at once, for two visits, keep their own settings, and the caller keeps his."""

from __future__ import annotations

import threading
import time

import matplotlib

from geo_planner.export.drawing import drawing


def test_pictures_drawn_at_once_keep_their_own_settings() -> None:
    before = dict(matplotlib.rcParams)  # reading all of them also settles the backend
    seen: list[tuple[int, float, float]] = []
    ready = threading.Barrier(4)

    def draw(size: int) -> None:
        ready.wait()
        for _ in range(5):
            with drawing({"font.size": size}):
                first = matplotlib.rcParams["font.size"]
                time.sleep(0.002)
                seen.append((size, first, matplotlib.rcParams["font.size"]))

    threads = [threading.Thread(target=draw, args=(size,)) for size in (5, 6, 7, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 20
    assert [row for row in seen if row != (row[0], row[0], row[0])] == []
    assert dict(matplotlib.rcParams) == before


def test_one_picture_within_another_waits_for_nobody() -> None:
    with drawing({"font.size": 5}):
        with drawing({"font.size": 6}):
            assert matplotlib.rcParams["font.size"] == 6
        assert matplotlib.rcParams["font.size"] == 5
