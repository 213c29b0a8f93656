"""The command line: reads arguments, calls the library, words the outcome; computes nothing.

Exit status: 0 done; 1 something is wrong inside the study area or scenario; 2 bad option, no such folder, output not
writable, port taken.
"""

from geo_planner.cli import run, study_area, calibrate, machine  # noqa: I001  the order of the verbs in --help
from geo_planner.cli.frame import app

__all__ = ["app", "calibrate", "machine", "main", "run", "study_area"]


def main() -> None:
    """Entry point of ``geo-planner``."""
    app()
