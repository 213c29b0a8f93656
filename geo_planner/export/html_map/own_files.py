"""The files that the map is drawn with: Leaflet as its wheel carries it, and the scripts and style sheets of this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from xstatic.pkg import leaflet

LEAFLET_DIR = Path(leaflet.BASE_DIR)
"""Leaflet as its wheel carries it: ``leaflet.js``, ``leaflet.css`` and ``images/``."""


@cache
def own_file(name: str) -> str:
    """A script or style sheet of this package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


_PROGRAM = ("tools.js", "villages.js", "build.js", "overlays.js", "controls.js", "card.js", "paper.js", "map.js")


def own_program() -> str:
    """The script that draws a plan, from the files that it stands in."""
    return "".join(own_file(name) for name in _PROGRAM)
