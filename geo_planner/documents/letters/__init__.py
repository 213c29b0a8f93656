"""Letters to the communes and operators whose word is asked for, each with a sheet to fill in that an import reads back.

Nothing in them is about a person: names of officials and telephone numbers are fields to fill in by hand.
"""

from __future__ import annotations

from pathlib import Path

from geo_planner.documents.letters.asked import communes_asked, operators_asked
from geo_planner.documents.letters.communes import write_commune
from geo_planner.documents.letters.operators import write_operator
from geo_planner.documents.records import ProposalFacts
from geo_planner.plan import Plan
from geo_planner.words import Language

FOLDER = "letters"

__all__ = ["FOLDER", "write_letters"]


def write_letters(plan: Plan, facts: ProposalFacts, folder: Path, language: Language = "vi") -> list[Path]:
    """Write ``letters/``: for each commune with something to be asked, and each operator that has to do with a village, a letter and a sheet.

    Parameters
    ----------
    plan : Plan
    facts : ProposalFacts
    folder : Path
        Is there; the letters go into a folder below it, which is not made where there is nobody to write to.
    language : {"vi", "en"}
        ``en``: reading versions; their sheets are read back too.
    """
    written: list[Path] = []
    for commune in communes_asked(plan, facts, language):
        written += write_commune(commune, facts, folder / FOLDER, language)
    for operator in operators_asked(plan, facts):
        written += write_operator(operator, facts, folder / FOLDER, language)
    return written
