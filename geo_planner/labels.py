"""Words that people read, Vietnamese first: statuses, responsibilities, flags, the sample-data line."""

from __future__ import annotations

import math
from typing import Literal

Language = Literal["vi", "en"]

SAMPLE_BANNER = {
    "vi": "Dữ liệu mẫu: kết quả này dựa trên số liệu giả định, không dùng để trình phê duyệt.",
    "en": "Sample data: this result rests on made-up data and is not fit for submission.",
}

WORDS: dict[str, dict[Language, str]] = {
    "no_signal": {"vi": "Trắng sóng", "en": "No signal"},
    "partial": {"vi": "Lõm sóng", "en": "Partial"},
    "covered": {"vi": "Có sóng", "en": "Covered"},
    "unknown": {"vi": "Chưa rõ", "en": "Unknown"},
    "fund": {"vi": "Quỹ Viễn thông công ích", "en": "Telecom Service Fund"},
    "operator": {"vi": "Doanh nghiệp tự đầu tư", "en": "Operator's own money"},
    "power_first": {"vi": "Cần điện trước", "en": "Power first"},
    "undecided": {"vi": "Chưa xác định", "en": "Undecided"},
    "yes": {"vi": "Có", "en": "Yes"},
    "no": {"vi": "Không", "en": "No"},
    "planned": {"vi": "Dự kiến", "en": "Planned"},
    "car": {"vi": "Ô tô", "en": "Car"},
    "motorbike": {"vi": "Xe máy", "en": "Motorbike"},
    "foot": {"vi": "Đi bộ", "en": "On foot"},
    "surveyed": {"vi": "Đo thực địa", "en": "Surveyed"},
    "map": {"vi": "Đọc trên bản đồ", "en": "Read off a map"},
    "approximate": {"vi": "Ước lượng", "en": "Approximate"},
    "sample": {"vi": "Mẫu", "en": "Sample"},
    "on_air": {"vi": "Đang phát", "en": "On air"},
    "candidate": {"vi": "Vị trí dự kiến", "en": "Candidate"},
    "p1812": {"vi": "ITU-R P.1812-8", "en": "ITU-R P.1812-8"},
    "itm": {"vi": "ITM (Longley-Rice)", "en": "ITM (Longley-Rice)"},
    "rma": {"vi": "3GPP RMa (không có địa hình)", "en": "3GPP RMa (no terrain)"},
    "free_space": {"vi": "Không gian tự do", "en": "Free space"},
    "delta_bullington": {"vi": "Nhiễu xạ delta-Bullington", "en": "Delta-Bullington diffraction"},
}

RESPONSIBILITY_REASONS: dict[str, dict[Language, str]] = {
    "fund": {"vi": "Có điện lưới và là thôn đặc biệt khó khăn", "en": "Grid power and extremely difficult village"},
    "operator": {"vi": "Có điện lưới, không phải thôn đặc biệt khó khăn", "en": "Grid power, not extremely difficult"},
    "power_first": {"vi": "Chưa có điện lưới", "en": "No grid power yet"},
    "ask_power": {"vi": "Câu hỏi cho xã: bản có điện lưới chưa?", "en": "Question to the commune: is there grid power?"},
    "ask_difficult": {
        "vi": "Câu hỏi cho xã: bản có thuộc danh sách thôn đặc biệt khó khăn không?",
        "en": "Question to the commune: is it on the list of extremely difficult villages?",
    },
}

FLAGS: dict[str, dict[Language, str]] = {
    "declared_no_signal_but_modelled_covered": {
        "vi": "Khai báo trắng sóng nhưng mô hình cho là có sóng: cần đo kiểm",
        "en": "Declared without signal, but the model says covered: measure on site",
    },
    "declared_covered_but_modelled_no_signal": {
        "vi": "Khai báo có sóng nhưng mô hình cho là trắng sóng: cần đo kiểm",
        "en": "Declared covered, but the model says no signal: measure on site",
    },
    "status_uncertain": {
        "vi": "Gần ngưỡng: sai số mô hình có thể đổi kết luận",
        "en": "Near the threshold: the model's error could change the conclusion",
    },
    "models_disagree": {
        "vi": "Hai mô hình cho hai kết luận khác nhau: cần đo kiểm",
        "en": "The two models come to different conclusions: measure on site",
    },
    "no_terrain": {
        "vi": "Không có dữ liệu địa hình: chỉ là ước tính theo khoảng cách",
        "en": "No terrain data: a rough rule by distance only",
    },
    "path_leaves_terrain": {
        "vi": "Có đường truyền ra ngoài dữ liệu địa hình: chưa tính được hết",
        "en": "A path leaves the terrain data: not everything could be computed",
    },
    "position_approximate": {"vi": "Vị trí ước lượng", "en": "Approximate position"},
    "near_commune_border": {
        "vi": "Điểm nằm ngoài xã ghi trong danh sách (dưới 500 m)",
        "en": "Point lies outside the commune it names (under 500 m)",
    },
    "rests_on_sample": {"vi": "Dựa trên trạm hoặc địa hình mẫu", "en": "Rests on sample sites or sample terrain"},
}


def word(key: object, language: Language = "vi") -> str:
    """The word that people read for a stable word; unknown words come back as they are."""
    entry = WORDS.get(str(key))
    return str(key) if entry is None else entry[language]


def number(value: float, decimals: int, language: Language, *, keep_zeros: bool = True) -> str:
    """A number as it is written in the language, with a true minus sign; a dash where there is none.

    >>> number(-1234.56, 1, "vi"), number(1234.5, 2, "en"), number(12.0, 1, "vi", keep_zeros=False), number(float("nan"), 1, "vi")
    ('−1.234,6', '1,234.50', '12', '–')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    if "." in text and not keep_zeros:
        text = text.rstrip("0").rstrip(".")
    return (text.translate(str.maketrans(",.", ".,")) if language == "vi" else text).replace("-", "−")


def day(iso: str, language: Language) -> str:
    """A date (ISO 8601: day, month or year) as it is written in the language.

    >>> day("2026-10-05", "vi"), day("2026-11", "vi"), day("2026-10-05", "en")
    ('05/10/2026', '11/2026', '2026-10-05')
    """
    return "/".join(reversed(iso.split("-"))) if language == "vi" else iso


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """A share of 1 in per cent; what is not quite nothing, or not quite all, does not round to it.

    >>> percent(0.125, "vi", 1), percent(0.999, "en"), percent(0.001, "vi"), percent(1.0, "en")
    ('12,5 %', '> 99%', '< 1 %', '100%')
    """
    if not math.isfinite(share):
        return "–"
    sign = " %" if language == "vi" else "%"
    step = 10.0**-decimals
    shown = round(share * 100, decimals)
    if shown <= 0 < share:
        return f"< {number(step, decimals, language)}{sign}"
    if shown >= 100 > share * 100 and not math.isclose(share, 1.0):
        return f"> {number(100 - step, decimals, language)}{sign}"
    return number(shown, decimals, language, keep_zeros=False) + sign
