"""The words of lists to the words of the schema. Folded: no marks, no case. What is not here is refused, not guessed."""

from __future__ import annotations

import re

UNKNOWN = {
    "",
    "chua ro",
    "khong ro",
    "chua biet",
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
_YES = {"yes", "y", "co", "x", "v", "1", "true", "t", "roi", "da co", "dung"}
_NO = {"no", "n", "khong", "k", "ko", "0", "false", "f", "chua", "chua co", "khong co", "sai"}
_CHOICES: dict[str, dict[str, str]] = {
    "grid_power": {
        "yes": r"yes|y|co|x|1|true|da co|co dien( luoi)?( quoc gia)?|dien luoi( quoc gia)?|luoi( dien)? quoc gia|grid|da co dien( luoi)?( quoc gia)?",
        "no": r"no|n|khong|0|false|chua|chua co|khong co|(chua|khong) co dien( luoi)?( quoc gia)?|khong dien|none grid",
        "planned": r"planned|(du kien|ke hoach|dang (thi cong|dau tu|xay dung|keo)|se co)( .*)?",
    },
    "road_access": {
        "car": r"car|(duong )?(xe )?(o to|oto)( .*)?|xe hoi|4 banh|vehicle",
        "motorbike": r"motor(bike|cycle)|(duong )?(xe )?(may|mo to|moto|gan may)( .*)?",
        "foot": r"foot|walk(ing)?|(duong )?(di bo|mon|bo)( .*)?",
    },
    "declared_status": {
        "no_signal": r"no signal|trang( song)?|(khong|chua) (co )?song( di dong| dien thoai)?|mat song|khong co|chua co|khong|chua|no|0",
        "partial": r"partial|lom( song)?",
        "covered": r"covered|co( song)?( di dong| dien thoai| tot)?|da (co song|phu song)|da co|tot|yes|x|1",
        "unknown": r"unknown",
    },
    "status": {
        "on_air": r"on air|onair|(dang )?(phat song|hoat dong|phat|su dung|khai thac)|da phat song|active|live|in service|operational",
        "planned": r"planned|(da )?(co )?(trong )?ke hoach|dang (xay dung|trien khai|thi cong|lap dat)|under construction",
        "candidate": r"candidate|(du kien|de xuat|vi tri du kien|proposed)( .*)?",
    },
    "position_quality": {
        "surveyed": r"surveyed|do( gps| thuc dia| tai cho)?|gps|khao sat|thuc dia|survey",
        "map": r"map|ban do|(doc|lay|do) tren ban do|google( map| maps| earth)?",
        "approximate": r"approximate|uoc (luong|tinh|chung)|gan dung|approx|tuong doi",
        "sample": r"sample|mau|gia dinh",
    },
}
_PATTERNS = {name: [(word, re.compile(pattern)) for word, pattern in words.items()] for name, words in _CHOICES.items()}


def yes_no(folded: str) -> str | None:
    """``yes`` or ``no``, or None for another word."""
    return "yes" if folded in _YES else "no" if folded in _NO else None


def choice(column: str, folded: str) -> str | None:
    """The schema's word, or None for another one."""
    return next((word for word, pattern in _PATTERNS.get(column, ()) if pattern.fullmatch(folded)), None)
