"""``app`` and ``cache``: what concerns this machine."""

from __future__ import annotations

import gc
import importlib.util
import os
import runpy
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.frame import verb
from geo_planner.cli.telling import echo, guarded, hint
from geo_planner.errors import UsageError, system_says
from geo_planner.words import said

_PORT, _PORTS_TRIED = 8501, 50
_PATIENCE_S = 60.0


@verb("app")
def open_app(
    study_area: Annotated[Path | None, typer.Argument(metavar="study_area")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, metavar="port")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser")] = True,
) -> None:
    def work() -> int:
        from geo_planner.files.bundled import bundled_area, bundled_folder
        from geo_planner.files.running import SIGN_VARIABLE, already_open, note, sign_of

        if study_area is not None:
            from geo_planner.files.folders import check_folder

            check_folder(study_area)
        if importlib.util.find_spec("streamlit") is None:
            raise UsageError("no_streamlit")
        root = Path(os.environ.get("GEO_PLANNER_STUDY_AREA") or bundled_area()) if study_area is None else study_area.resolve()
        shows = browser and _has_browser()
        with ExitStack() as serving:
            sign = sign_of(root, _version())
            found = already_open(sign, serving, wait=port is None, waiting=lambda: hint(said("app.starting")))
            if found is not None and port in (None, found):
                echo(said("app.already_open", address=_address(found)))
                if shows:
                    webbrowser.open(_address(found))
                return 0
            chosen = _free_port(serving) if port is None else port
            _check_port(chosen)
            if found is None:
                note(sign, chosen, serving)
            os.environ[SIGN_VARIABLE] = sign
            if study_area is not None:
                os.environ["GEO_PLANNER_STUDY_AREA"] = str(root)
            echo(said("app.address", address=_address(chosen)))
            if shows:
                threading.Thread(target=_open_when_up, args=(chosen,), name="browser", daemon=True).start()
            return _serve(bundled_folder() / "app.py", chosen)

    guarded(work, as_json=False)


def _free_port(starting: ExitStack) -> int:
    """The usual port, or the next one that is free, which is said; the usual one where all are taken, so that its fault is told.

    Until the server stands a port looks free: a second double click a moment later is kept from it by a lock.
    """
    from geo_planner.files.lock import BusyError, held  # here: no other command needs it

    for port in range(_PORT, _PORT + _PORTS_TRIED):
        if _unusable(port) is not None:
            continue
        try:
            starting.enter_context(held(Path(tempfile.gettempdir()) / f"geo_planner_{_user()}_{port}.lock"))
        except BusyError:
            continue
        if port != _PORT:
            echo(said("app.next_port", taken=_PORT, port=port))
        return port
    return _PORT


def _user() -> str:
    """Whose lock it is: that of another user could not be opened, and says nothing."""
    return str(getattr(os, "getuid", lambda: "")())


def _unusable(port: int) -> UsageError | None:
    try:
        _check_port(port)
    except UsageError as error:
        return error
    return None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("geo-planner")
    except PackageNotFoundError:
        return ""


def _address(port: int) -> str:
    return f"http://localhost:{port}"


def _has_browser() -> bool:
    """Whether there is a screen to open a browser on: in a bare terminal it would take the terminal itself."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_when_up(port: int) -> None:
    """Open the browser as soon as the server answers; where none can be opened, the address has been printed."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                webbrowser.open(_address(port))
                return
        time.sleep(0.05)


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
            raise UsageError("port_unusable", port=port, why=system_says(error)) from error


def _serve(entry: Path, port: int) -> int:
    """Streamlit in this very process, on every system: what ends the command ends the server, and the port is free again."""
    # the rest stands in .streamlit/config.toml beside app.py; these hold whatever the environment says
    flags = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--server.headless=true",
        # nobody edits the program while it runs, and a watch on every file uses up what the system has of them
        "--server.fileWatcherType=none",
        "--browser.serverAddress=localhost",
        "--logger.hideWelcomeMessage=true",
    ]
    sys.argv = ["streamlit", "run", str(entry), *flags]
    gc.disable()  # all that comes until the server stands stays; it looks after the rest (geo_planner/ui/set_apart.py)
    try:
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@verb()
def cache(clear: Annotated[bool, typer.Option("--clear")] = False) -> None:
    from geo_planner.radio.cache import default_loss_cache

    def work() -> int:
        kept = default_loss_cache()
        if clear:
            echo(said("cache.cleared", n=kept.clear(), folder=kept.folder))
        else:
            echo(said("cache.size", folder=kept.folder, mb=kept.size_bytes() / 1e6, most=kept.cap_bytes / 1e6))
        return 0

    guarded(work, as_json=False)
