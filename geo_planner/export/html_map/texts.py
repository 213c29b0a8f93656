"""What stands on the map and the village card, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from geo_planner.labels import Language

TEXTS: Mapping[str, dict[Language, str]] = {
    "villages": {"vi": "Thôn, bản", "en": "Villages"},
    "sites": {"vi": "Trạm phát sóng", "en": "Sites"},
    "measurements": {"vi": "Đo kiểm so với mô hình", "en": "Measured against modelled"},
    "measured_level": {"vi": "Đo: {level}", "en": "Measured: {level}"},
    "modelled_level": {"vi": "Mô hình: {level}", "en": "Modelled: {level}"},
    "n_samples": {"vi": "{n} mẫu", "en": "{n} samples"},
    "dbm": {"vi": "{level} dBm", "en": "{level} dBm"},
    "no_service": {"vi": "mất sóng", "en": "no service"},
    "squares_note": {
        "vi": "Mỗi điểm là trung vị của một ô {side} m; khớp khi lệch không quá {sigma} dB.",
        "en": "Each point is the median of a square of {side} m; agreement is within {sigma} dB.",
    },
    "sources": {"vi": "Nguồn số liệu", "en": "Sources"},
    "site_on_air": {"vi": "Trạm đang phát", "en": "Site on air"},
    "site_other": {"vi": "Trạm chưa phát", "en": "Site not on air"},
    "commune_names": {"vi": "Tên xã", "en": "Commune names"},
    "relief": {"vi": "Địa hình", "en": "Relief"},
    "rivers": {"vi": "Sông, suối", "en": "Rivers"},
    "theme_area": {"vi": "Tỷ lệ diện tích có sóng theo xã", "en": "Covered share of area by commune"},
    "theme_probability": {"vi": "Xác suất có sóng theo mô hình", "en": "Modelled coverage probability"},
    "theme_rsrp": {"vi": "Mức thu RSRP theo mô hình", "en": "Modelled RSRP"},
    "theme_overlap": {"vi": "Số trạm cùng phủ", "en": "Number of sites that cover"},
    "theme_none": {"vi": "Chỉ địa hình", "en": "Relief only"},
    "background": {"vi": "Nền bản đồ", "en": "Background"},
    "show": {"vi": "Hiển thị", "en": "Show"},
    "legend": {"vi": "Chú giải", "en": "Legend"},
    "status_by": {"vi": "Tô màu theo", "en": "Coloured by"},
    "declared": {"vi": "Khai báo", "en": "Declared"},
    "modelled": {"vi": "Mô hình", "en": "Modelled"},
    "measured": {"vi": "Đo kiểm", "en": "Measured"},
    "disagree": {"vi": "Khai báo và mô hình khác nhau", "en": "Declared and modelled differ"},
    "number_is_rank": {"vi": "Số trong vòng tròn: thứ tự ưu tiên", "en": "Number: rank of priority"},
    "near_threshold": {"vi": "Gần ngưỡng, {from}–{to}", "en": "Near the threshold, {from}–{to}"},
    "covered_range": {"vi": "Có sóng, {from}–{to}", "en": "Covered, {from}–{to}"},
    "covered_from": {"vi": "Có sóng, từ {from}", "en": "Covered, from {from}"},
    "clear_is_none": {"vi": "Không tô: không có sóng", "en": "Left clear: no signal"},
    "not_computed": {"vi": "Chưa tính được", "en": "Not computed"},
    "sites_exactly": {"vi": "{n} trạm", "en": "{n} site(s)"},
    "sites_from": {"vi": "từ {n} trạm", "en": "{n} sites or more"},
    "dbm_from": {"vi": "từ {from} dBm", "en": "from {from} dBm"},
    "threshold_mark": {"vi": "ngưỡng dịch vụ", "en": "service threshold"},
    "sample_terrain": {"vi": "Địa hình mẫu, không phải số đo.", "en": "Sample terrain, not a survey."},
    "sample_sites": {"vi": "Vị trí trạm là giả định.", "en": "Sites are assumed."},
    "whole_province": {"vi": "Về toàn tỉnh", "en": "Whole province"},
    "zoom_in": {"vi": "Phóng to", "en": "Zoom in"},
    "zoom_out": {"vi": "Thu nhỏ", "en": "Zoom out"},
    "rank_of": {"vi": "Ưu tiên {rank}/{total}", "en": "Priority {rank} of {total}"},
    "interval": {"vi": "khoảng {low}–{high}", "en": "between {low} and {high}"},
    "interval_fixed": {"vi": "chắc chắn hạng {low}", "en": "firmly rank {low}"},
    "chance_of_first": {"vi": "Khả năng thuộc {k} bản đầu: {chance}", "en": "Probability of the first {k}: {chance}"},
    "models": {"vi": "Hai mô hình truyền sóng (dòng trên quyết định)", "en": "Two propagation models (the upper one decides)"},
    "model": {"vi": "Mô hình truyền sóng", "en": "Propagation model"},
    "model_name": {"vi": "Mô hình", "en": "Model"},
    "models_disagree": {
        "vi": "Hai mô hình cho hai kết luận khác nhau: cần đo kiểm.",
        "en": "The two models come to different conclusions: measure on site.",
    },
    "details": {"vi": "Chi tiết: độ chắc chắn, số liệu chính", "en": "Details: certainty, key figures"},
    "certainty": {"vi": "Độ chắc chắn của thứ tự", "en": "How sure the rank is"},
    "asks_commune": {"vi": "Hỏi xã", "en": "Ask the commune"},
    "asks_department": {"vi": "Hỏi Sở", "en": "Ask the department"},
    "asks_model": {"vi": "Cần thêm dữ liệu cho mô hình", "en": "The model needs more data"},
    "responsibility": {"vi": "Nguồn thực hiện", "en": "Who pays"},
    "signal": {"vi": "Hiện trạng sóng", "en": "Signal"},
    "why": {"vi": "Vì sao xếp thứ tự này", "en": "Why this rank"},
    "score": {"vi": "điểm {score}/100", "en": "score {score} of 100"},
    "facts": {"vi": "Số liệu chính", "en": "Key figures"},
    "questions": {"vi": "Cần hỏi thêm", "en": "To be asked"},
    "assumed": {"vi": "tạm tính", "en": "assumed"},
    "flags": {"vi": "Lưu ý", "en": "Remarks"},
    "rests_on_sample": {
        "vi": "Mô hình tính trên địa hình hoặc trạm mẫu.",
        "en": "The model rests on sample terrain or sites.",
    },
    "sample_village": {"vi": "Bản mẫu, không có thật.", "en": "Made-up village."},
    "households": {"vi": "Số hộ", "en": "Households"},
    "grid_power": {"vi": "Điện lưới", "en": "Grid power"},
    "road": {"vi": "Đường vào bản", "en": "Road"},
    "rsrp": {"vi": "RSRP", "en": "RSRP"},
    "probability": {"vi": "Xác suất", "en": "Probability"},
    "status": {"vi": "Kết luận", "en": "Status"},
    "settlement": {"vi": "Khu dân cư có sóng", "en": "Settlement covered"},
    "nearest_site": {"vi": "Trạm gần nhất", "en": "Nearest site"},
    "unknown_value": {"vi": "chưa biết", "en": "not known"},
    "none_in_reach": {"vi": "không trạm nào tới", "en": "no site in reach"},
    "commune_share": {"vi": "{share} diện tích có sóng theo mô hình", "en": "{share} of the area covered by the model"},
    "commune_villages": {
        "vi": "{n} bản trong danh sách, {gap} bản trắng sóng",
        "en": "{n} listed villages, {gap} without signal",
    },
    "priority_list": {"vi": "Danh sách ưu tiên", "en": "Priority list"},
    "list_hint": {"vi": "Chọn một bản để xem lý do xếp thứ tự.", "en": "Choose a village to see why it ranks there."},
}


def text(key: str, language: Language, **values: object) -> str:
    """A text of the map in one language, with its places filled."""
    return TEXTS[key][language].format(**values)


def number(value: float, decimals: int, language: Language) -> str:
    """A number as it is written in the language: ``1.234,5`` or ``1,234.5``, with a true minus sign.

    >>> number(-1234.56, 1, "vi")
    '−1.234,6'
    """
    plain = f"{value:,.{decimals}f}"
    if language == "vi":
        plain = plain.translate(str.maketrans(",.", ".,"))
    return plain.replace("-", "−")


def percent(share: float, language: Language) -> str:
    """A share of 1 as per cent, with the sign as the language sets it; what is not quite nothing, or not quite all, does not round to it.

    >>> percent(0.5, "vi"), percent(0.999, "en"), percent(0.001, "vi")
    ('50 %', '> 99%', '< 1 %')
    """
    sign = " %" if language == "vi" else "%"
    if 0 < share < 0.005:
        return f"< 1{sign}"
    if 0.995 <= share < 1:
        return f"> 99{sign}"
    return number(100 * share, 0, language) + sign
