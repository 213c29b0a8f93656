"""The command line: reads arguments, calls the library, words the outcome; computes nothing.

Exit status: 0 done; 1 something is wrong inside the study area or scenario; 2 bad option, no such folder, output not
writable, port taken, or an error that nobody foresaw; 130 stopped from the keyboard; 141 nobody reads the output any more.
"""

import io
import sys

import typer

from geo_planner.cli import comparison, machine, masts, run, study_area
from geo_planner.cli.frame import app
from geo_planner.cli.telling import guarded

__all__ = ["app", "comparison", "machine", "main", "masts", "run", "study_area"]
