"""Why the operating system refused is told in the reader's language, wherever it refuses."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

import geo_planner
from geo_planner.errors import OutputError, system_says
from geo_planner.words import Said


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EBUSY, errno.EADDRINUSE])
def test_a_refusal_is_in_the_readers_language(number: int) -> None:
    why = system_says(OSError(number, os.strerror(number)))
    assert isinstance(why, Said)
    told = OutputError("not_written.scenario", path="s.yaml", why=why)
    assert os.strerror(number) not in told.text("vi")
    assert why.text("vi") in told.text("vi")


def test_a_refusal_that_is_not_known_keeps_its_own_words() -> None:
    assert system_says(OSError(9999, "Odd")) == "Odd"
    assert system_says(OSError("plain")) == "plain"


def test_no_sentence_takes_the_systems_words_as_they_are() -> None:
    root = Path(geo_planner.__file__).parent
    assert [str(path.relative_to(root)) for path in root.rglob("*.py") if "why=error.strerror" in path.read_text(encoding="utf-8")] == []
