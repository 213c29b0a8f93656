"""The words that cells of a closed column may hold, and the technologies that lists call by other names."""

from __future__ import annotations

import re

from geo_planner.letters import skeleton

GRID_POWER = ("yes", "no", "planned")
ROAD_ACCESS = ("car", "motorbike", "foot")
TECHNOLOGIES = ("LTE", "NR", "UMTS", "GSM")
_GENERATIONS = {
    "4g": "LTE", "4g lte": "LTE", "lte 4g": "LTE", "lte-a": "LTE", "lte+": "LTE", "4.5g": "LTE", "volte": "LTE", "eutran": "LTE", "5g": "NR",
    "5g nr": "NR", "5gnr": "NR", "nr sa": "NR", "nr nsa": "NR", "3g": "UMTS", "wcdma": "UMTS", "hspa": "UMTS", "hspa+": "UMTS", "hsdpa": "UMTS", "2g": "GSM",
    "edge": "GSM", "gprs": "GSM",
}  # fmt: skip


def technology_word(text: str) -> str:
    """The technology that a word means: lists say 4G where standards say LTE. A word that means none comes back as it is.

    >>> technology_word("4G"), technology_word(" lte "), technology_word("LTE/4G"), technology_word("４Ｇ"), technology_word("Wi-Fi")
    ('LTE', 'LTE', 'LTE', 'LTE', 'Wi-Fi')
    """
    plain = " ".join(skeleton(text).replace("/", " ").replace("_", " ").lower().split())
    return next((word for word in TECHNOLOGIES if word.lower() == plain), _GENERATIONS.get(plain, text.strip()))


SIGNAL_STATUS = ("no_signal", "partial", "covered", "unknown")
POSITION_QUALITY = ("surveyed", "map", "approximate", "sample")
SITE_STATUS = ("on_air", "planned", "candidate")
RESPONSIBILITY = ("fund", "operator", "power_first", "undecided")
BANDS_MHZ = (700, 900, 1800, 2100, 2600, 3500)
UNKNOWN = frozenset(
    {
        "",
        "chua ro",
        "khong ro",
        "chua biet",
        "khong biet",
        "chua xac dinh",
        "khong xac dinh",
        "chua co so lieu",
        "khong co so lieu",
        "na",
        "n a",
        "null",
        "none",
        "nan",
        "unknown",
    }
)
"""Folded words of a cell that says that its value is not known."""
FOREIGN_NETWORKS = re.compile(
    r"(chn?|china) ?(mobile|unicom|telecom|broadnet|ct|cu|cm)?( hong kong)?|cmcc|unicom|chn (ct|unicom|cmcc)|lao ?(telecom|tel|gsm|ltc)|ltc( lao)?|etl( lao)?|unitel|t ?plus( lao)?|tango lao|beeline la(os)?"
    r"|cellcard|metfone|smart( kh| axiata)?|seatel kh"
)
"""Networks across the border, as phones name them."""
