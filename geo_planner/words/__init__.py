"""What people read: sentences by code in two languages, and how figures are written."""

from geo_planner.words.figures import Language, day, listing, number, percent, quoted, small, with_sign
from geo_planner.words.said import LANGUAGES, Label, Said, catalogue, coded, codes, first_of, households, plain_facts, said, word, words_of

__all__ = [
    "LANGUAGES",
    "Label",
    "Language",
    "Said",
    "catalogue",
    "coded",
    "codes",
    "day",
    "first_of",
    "households",
    "listing",
    "number",
    "percent",
    "plain_facts",
    "quoted",
    "said",
    "small",
    "with_sign",
    "word",
    "words_of",
]
