"""The command line: reads arguments, calls the library, words the outcome; computes nothing.

Exit status: 0 done; 1 something is wrong inside the study area or scenario; 2 bad option, no such folder, output not
writable, port taken, or an error that nobody foresaw; 130 stopped from the keyboard; 141 nobody reads the output any more.
"""

import gc
import io
import sys

import typer

from geo_planner.cli import answering, batch, comparison, documents, machine, masts, run, study_area
from geo_planner.cli.frame import app
from geo_planner.cli.telling import guarded

__all__ = ["answering", "app", "batch", "comparison", "documents", "machine", "main", "masts", "run", "study_area"]

_NEW_OBJECTS = 50_000


def main() -> None:
    """Entry point of ``geo-planner``; what goes wrong outside a verb's own work is told in the same way."""

    def work() -> int:
        app(prog_name="geo-planner")  # however it was started
        return 0

    # what libraries and tables are made of stays to the end: looking through it for rings again and again takes a twentieth of a run
    gc.set_threshold(_NEW_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to stop
    try:
        guarded(work, as_json="--json" in sys.argv[1:])
    except typer.Exit as end:
        sys.exit(end.exit_code)
