"""The words of an answer card's tables and pictures, in Vietnamese and English."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from geo_planner.labels import Language, number
from geo_planner.link.card import ModelAnswer
from geo_planner.link.heights import LeastHeight

Words = Mapping[str, Mapping[Language, str]]

MODEL_TITLES: Final[Words] = {
    "p1812": {"vi": "ITU-R P.1812-8", "en": "ITU-R P.1812-8"},
    "itm": {"vi": "ITM (Longley–Rice)", "en": "ITM (Longley–Rice)"},
    "delta_bullington": {"vi": "Delta-Bullington (P.526)", "en": "Delta-Bullington (P.526)"},
    "free_space": {"vi": "Không gian tự do (P.525)", "en": "Free space (P.525)"},
}
MODES: Final[Words] = {
    "line_of_sight": {"vi": "Tầm nhìn thẳng", "en": "Line of sight"},
    "diffraction": {"vi": "Nhiễu xạ", "en": "Diffraction"},
    "troposcatter": {"vi": "Tán xạ tầng đối lưu", "en": "Troposcatter"},
    "transhorizon": {"vi": "Khuất sau địa hình", "en": "Beyond the horizon"},
    "free_space": {"vi": "Không gian tự do", "en": "Free space"},
    "unknown": {"vi": "Chưa biết địa hình", "en": "Terrain not known"},
    "out_of_range": {"vi": "Ngoài phạm vi mô hình", "en": "Outside the model's range"},
}
VERDICTS: Final[Words] = {
    "served": {"vi": "Đạt yêu cầu phủ sóng", "en": "Service met"},
    "not_served": {"vi": "Không đạt yêu cầu phủ sóng", "en": "Service not met"},
    "unknown": {"vi": "Chưa kết luận được", "en": "No answer yet"},
}
SAMPLE_TERRAIN: Final[Mapping[Language, str]] = {
    "vi": "Địa hình là dữ liệu mẫu: các con số chỉ để minh hoạ.",
    "en": "The terrain is sample data: the figures only illustrate.",
}
# By the code word before the colon; English is the model's own sentence.
_WARNINGS_VI: Final[Mapping[str, str]] = {
    "tx_height": "Anten trạm nằm ngoài 1–1.000 m trên mặt đất.",
    "rx_height": "Máy thu nằm ngoài 1–1.000 m trên mặt đất.",
    "frequency": "Tần số nằm ngoài 40 MHz – 10 GHz.",
    "distance_above_1000_km": "Đường truyền dài gần giới hạn trên của mô hình.",
    "distance_above_2000_km": "Đường truyền dài quá giới hạn của mô hình.",
    "distance_below_1_km": "Đường truyền ngắn hơn 1 km, ngắn hơn phạm vi thiết kế của mô hình.",
    "distance_below_height_step": "Đường truyền ngắn so với chênh lệch độ cao hai đầu.",
    "tx_horizon_angle": "Góc nhìn từ trạm tới đường chân trời quá dốc (trên 0,2 rad).",
    "rx_horizon_angle": "Góc nhìn từ điểm thu tới đường chân trời quá dốc (trên 0,2 rad).",
    "tx_horizon_near": "Đỉnh che quá gần trạm.",
    "rx_horizon_near": "Đỉnh che quá gần điểm thu.",
    "tx_horizon_far": "Đường chân trời của trạm quá xa.",
    "rx_horizon_far": "Đường chân trời của điểm thu quá xa.",
    "low_refractivity": "Độ khúc xạ khí quyển sát mặt đất dưới 250 đơn vị N.",
    "time_pct": "Tỷ lệ thời gian không có tác dụng trong chế độ này.",
    "location_pct": "Tỷ lệ vị trí không có tác dụng trong chế độ này.",
    "extreme_quantile": "Có tỷ lệ phần trăm nằm quá xa ở đuôi phân bố.",
    "short_path": "Đường truyền quá ngắn đối với mô hình: lấy suy hao không gian tự do.",
    "coarse_profile": "Điểm độ cao cách nhau hơn 1 km, thưa hơn khuyến nghị.",
    "no_location_variability": "Chưa đặt biến động theo vị trí: suy hao ứng với một nửa số vị trí.",
    "out_of_range": "Thông số nằm ngoài phạm vi áp dụng của mô hình.",
}
_ITM_LINE_OF_SIGHT: Final[Mapping[Language, str]] = {"vi": "Trong tầm nhìn mặt đất trơn", "en": "Within the smooth-earth horizon"}
"""ITM's own name for paths shorter than the horizons of a smooth earth, whatever stands in between."""


def probability_text(share: float, language: Language) -> str:
    """A probability in per cent; what is not quite nothing, or not quite certain, does not round to it."""
    if not math.isfinite(share):
        return "–"
    sign = " %" if language == "vi" else "%"
    if share < 0.01:
        return f"< 1{sign}"
    return f"> 99{sign}" if share > 0.99 else number(100.0 * share, 0, language) + sign


def place_text(lonlat_deg: tuple[float, float], language: Language) -> str:
    """Latitude and longitude, to about ten metres."""
    north, east = ("B", "Đ") if language == "vi" else ("N", "E")
    return f"{number(lonlat_deg[1], 4, language)}° {north}; {number(lonlat_deg[0], 4, language)}° {east}"


def height_text(least: LeastHeight, max_mast_height_m: float, language: Language) -> str:
    """A least height for a table: whole metres, rounded up; ``> 60 m`` where no mast within the bound does it."""
    if least.reason == "above_max":
        return f"> {number(max_mast_height_m, 0, language)} m"
    return "–" if least.reason else f"{number(math.ceil(least.height_m), 0, language)} m"


def mode_text(answer: ModelAnswer, language: Language) -> str:
    """The mechanism that dominates, in the model's own sense."""
    return (_ITM_LINE_OF_SIGHT if (answer.model, answer.mode) == ("itm", "line_of_sight") else MODES[answer.mode])[language]


def warning_text(warning: str, language: Language) -> str:
    """A model's warning without its code word."""
    code, _, sentence = warning.partition(": ")
    return _WARNINGS_VI.get(code, sentence) if language == "vi" else sentence[:1].upper() + sentence[1:]


def table_row(answer: ModelAnswer, language: Language) -> tuple[str, str, str, str, str, str, str]:
    """One model for a table: title, loss, mode, RSRP, probability, verdict, notes."""
    return (
        MODEL_TITLES[answer.model][language],
        number(answer.loss_db, 1, language),
        mode_text(answer, language),
        number(answer.rsrp_dbm, 1, language),
        probability_text(answer.probability, language),
        VERDICTS[answer.verdict][language],
        " ".join(warning_text(warning, language) for warning in answer.warnings),
    )
