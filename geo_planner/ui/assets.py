"""Leaflet for the app, from the installed wheel: nothing of it is in the repository and nothing is asked of another machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import streamlit as st

from geo_planner.errors import OutputError
from geo_planner.export.html_map import LEAFLET_DIR

_VENDOR = "vendor/leaflet"
_NEEDED = ("leaflet.js", "leaflet.css", "images")
_FONT = "vendor/source-sans.woff2"


@st.cache_resource(show_spinner=False)
def prepare_assets(app_dir: Path) -> None:
    """Copy Leaflet and the font of the pages into ``static/vendor`` beside app.py, which Streamlit serves. Links would be refused as leaving the folder.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    target = app_dir / "static" / _VENDOR
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in _NEEDED:
            source = LEAFLET_DIR / name
            if source.is_dir():
                shutil.copytree(source, target / name, dirs_exist_ok=True)
            else:
                shutil.copyfile(source, target / name)
        # The map lives in a frame of its own and does not see the font of the pages around it.
        for font in sorted((Path(st.__file__).parent / "static").rglob("SourceSansVF-Upright*.woff2"))[:1]:
            shutil.copyfile(font, app_dir / "static" / _FONT)
    except OSError as error:
        raise OutputError("leaflet_not_copied", folder=target, why=error.strerror) from error


def leaflet_links() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Addresses of Leaflet on this server, as folium wants them: scripts and style sheets, each with a name."""
    root = _static_root()
    return [("leaflet", f"{root}/{_VENDOR}/leaflet.js")], [("leaflet_css", f"{root}/{_VENDOR}/leaflet.css")]


def font_face() -> str:
    """A style rule that gives the map the font of the pages around it."""
    return f"@font-face {{ font-family: 'Source Sans'; font-weight: 200 900; src: url('{_static_root()}/{_FONT}') format('woff2'); }}"


def _static_root() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static"
