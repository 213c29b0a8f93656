"""``app`` and ``cache``: what concerns this machine."""

from __future__ import annotations

import importlib.util
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import verb
from geo_planner.cli.telling import echo, guarded
from geo_planner.errors import UsageError
from geo_planner.words import said


@verb("app")
def open_app(
    study_area: Annotated[
        Path | None, typer.Argument(metavar="[STUDY_AREA]", help="Folder of a study area; the bundled one when left out.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8501,
) -> None:
    """Serve the map on this machine: open the address that it prints in a browser."""

    def work() -> int:
        from geo_planner.study_area.bundled import bundled_folder

        if study_area is not None:
            from geo_planner.study_area import check_folder

            check_folder(study_area)
        if importlib.util.find_spec("streamlit") is None:
            raise UsageError("no_streamlit")
        _check_port(port)
        if study_area is not None:
            os.environ["GEO_PLANNER_STUDY_AREA"] = str(study_area.resolve())
        return _serve(bundled_folder() / "app.py", port)

    guarded(work, as_json=False)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise UsageError("port_taken", port=port)
    with socket.socket() as probe:
        # a port that was served a moment ago may be served again
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError("port_unusable", port=port, why=error.strerror) from error


def _serve(entry: Path, port: int) -> int:
    """Streamlit in this very process, on every system: what ends the command ends the server, and the port is free again."""
    # the rest stands in .streamlit/config.toml beside app.py; these hold whatever the environment says
    flags = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true", "--browser.serverAddress=localhost"]
    sys.argv = ["streamlit", "run", str(entry), *flags]
    try:
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@verb()
def cache(clear: Annotated[bool, typer.Option("--clear", help="Take everything away.")] = False) -> None:
    """Say where path loss is kept between runs and how much there is, or clear it."""
    from geo_planner.radio.cache import default_loss_cache

    def work() -> int:
        kept = default_loss_cache()
        if clear:
            echo(said("cache.cleared", n=kept.clear(), folder=kept.folder))
        else:
            echo(said("cache.size", folder=kept.folder, mb=kept.size_bytes() / 1e6, most=kept.cap_bytes / 1e6))
        return 0

    guarded(work, as_json=False)
