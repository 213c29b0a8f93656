"""The words of lists to the words of the schema. Folded: no marks, no case. What is not here is refused, not guessed.

Every pattern is closed: what stands beside a known word must be known too ("ô tô không vào được" is no way for a car).
"""

from __future__ import annotations

import re

_GRID = r"(dien( luoi)?( (quoc gia|qg))?|luoi( dien)?( (quoc gia|qg))?)"
_PHONE = r"( (di dong|dien thoai|vien thong))?"
_YEAR = r"(tu |nam |tu nam )?(19|20)\d\d"
_REACHES = r"( (di|di lai|vao|den|toi|len|ra|duoc|tan|noi|ban|thon|trung tam|quanh nam|bon mua|4 mua|thuan loi|de dang|tot))*"
_ONLY = r"((chi|di|di lai|duoc|bang|co|den|vao|phai|con) )*"
_VEHICLES = {
    "car": r"(duong )?(xe )?(o to|oto)|xe hoi|(xe )?(4|bon) banh|car|vehicle",
    "motorbike": r"(duong )?(xe )?(may|mo to|moto|gan may)|motor(bike|cycle)",
    "foot": r"(duong )?(di bo|mon|bo)|duong mon|foot|walk(ing)?",
}
_CHOICES: dict[str, dict[str, str]] = {
    "grid_power": {
        "yes": rf"(da )?(co )?{_GRID}( {_YEAR})?|(da )?co( {_YEAR})?|grid",
        "no": rf"(chua|khong)( co)?( {_GRID})?",
        "planned": rf"planned|((chua|khong) co( {_GRID})? )?(du kien|ke hoach|dang (thi cong|dau tu|xay dung|keo|trien khai)|se)"
        rf"( (se|co|keo|dau tu|xay dung|thi cong|cap|dong|{_GRID}|trong|vao|nam|quy [ivx]+|quy \d|thang \d+|giai doan|truoc|cuoi|dau|(19|20)\d\d))*",
    },
    "road_access": {
        "car": rf"{_ONLY}({_VEHICLES['car']}){_REACHES}",
        "motorbike": rf"{_ONLY}({_VEHICLES['motorbike']}){_REACHES}",
        "foot": rf"{_ONLY}({_VEHICLES['foot']}){_REACHES}( (khoang |hon )?\d+( \d+)? ?(km|m|gio|phut|tieng))?",
    },
    "declared_status": {
        "no_signal": rf"no signal|((vung|ban|thon) )?trang( song)?|(khong|chua)( co| duoc)?( phu)? song{_PHONE}|mat song{_PHONE}|(khong|chua)( co)?",
        "partial": r"partial|((vung|ban|thon) )?lom( song)?",
        "covered": rf"covered|(da )?(co|duoc phu|phu) song{_PHONE}( (tot|on dinh))?|song{_PHONE} (tot|on dinh)|(da )?co|tot",
        "unknown": r"unknown",
    },
    "status": {
        "on_air": r"on|on air|onair|((dang|da) )?(phat song|hoat dong|phat|su dung|khai thac)( (tot|binh thuong|on dinh))?|active|live|in service|operational",
        "planned": r"planned|(da )?(co )?(trong )?ke hoach|dang (xay dung|trien khai|thi cong|lap dat)|under construction",
        "candidate": r"candidate|(vi tri )?(du kien|de xuat|proposed)( (xay dung|xay|lap dat|lap|dat|dau tu|moi|tram|cot|vi tri|bts|trien khai|phat trien|nam|giai doan|20\d\d))*",
    },
    "position_quality": {
        "surveyed": r"surveyed|do( gps| thuc dia| tai cho)?|gps|khao sat|thuc dia|survey",
        "map": r"map|ban do|(doc|lay|do) tren ban do|google( map| maps| earth)?",
        "approximate": r"approximate|uoc (luong|tinh|chung)|gan dung|approx|tuong doi",
        "sample": r"sample|mau|gia dinh",
    },
}
_PATTERNS = {name: [(word, re.compile(pattern)) for word, pattern in words.items()] for name, words in _CHOICES.items()}
_BARE = [(word, re.compile(pattern)) for word, pattern in _VEHICLES.items()]


def choice(column: str, folded: str) -> str | None:
    """The schema's word, or None for another one.

    Examples
    --------
    >>> choice("road_access", "o to"), choice("road_access", "o to khong vao duoc")
    ('car', None)
    """
    return next((word for word, pattern in _PATTERNS.get(column, ()) if pattern.fullmatch(folded)), None)


def best_vehicle(parts: list[str]) -> str | None:
    """The best of several vehicles that are merely listed; None when anything else is said of one of them."""
    found = [next((word for word, pattern in _BARE if pattern.fullmatch(part)), None) for part in parts]
    return next((word for word in _VEHICLES if word in found), None) if len(found) > 1 and None not in found else None


def part_understood(column: str, folded: str) -> str:
    """The schema's word for the longest beginning of a text that is known, empty when there is none."""
    tokens = folded.split()
    beginnings = (" ".join(tokens[:n]) for n in range(len(tokens) - 1, 0, -1))
    return next((word for beginning in beginnings if (word := choice(column, beginning))), "")
