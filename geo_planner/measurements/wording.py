"""Words that people read of measurements, Vietnamese first."""

from __future__ import annotations

from geo_planner.calibration import Calibration
from geo_planner.labels import Language, number

DROP_REASONS: dict[str, dict[Language, str]] = {
    "neighbour_cell": {
        "vi": "Dòng của cell lân cận hoặc sóng mang phụ, không phải cell phục vụ",
        "en": "Of a neighbour cell or a secondary carrier, not of the serving cell",
    },
    "other_country": {"vi": "Máy đo bắt mạng của nước khác", "en": "On a network of another country"},
    "position_missing": {"vi": "Không có toạ độ hợp lệ", "en": "No usable position"},
    "no_value": {"vi": "Không có RSRP và không ghi mất sóng", "en": "Neither a level nor no service"},
    "contradiction": {"vi": "Vừa ghi mất sóng vừa có RSRP", "en": "Both no service and a level"},
    "impossible_level": {"vi": "RSRP ngoài dải máy đo báo được", "en": "Level outside what a device can report"},
    "inaccurate_position": {"vi": "Sai số vị trí quá lớn", "en": "Position not accurate enough"},
    "too_fast": {"vi": "Tốc độ vượt giới hạn", "en": "Faster than the limit"},
    "position_jump": {"vi": "Vị trí nhảy so với mẫu trước và sau", "en": "Position jumps away and back"},
    "frozen_position": {
        "vi": "Vị trí cũ lặp lại trong khi máy đo đã đi tiếp: không biết vị trí thật",
        "en": "An earlier position repeated while the device went on: where it was is not known",
    },
    "duplicate": {"vi": "Trùng với mẫu khác", "en": "The same as another sample"},
    "thinned": {"vi": "Lặp lại cùng chỗ, cùng lúc: giữ một mẫu giữa", "en": "Repeated in one spot and moment: the median one is kept"},
}

PATH_REASONS: dict[str, dict[Language, str]] = {
    "other_technology": {"vi": "Công nghệ khác với dịch vụ", "en": "Another technology than the service"},
    "outside_terrain": {"vi": "Ngoài dữ liệu địa hình", "en": "Outside the terrain data"},
    "unknown_site": {"vi": "Trạm phục vụ không có trong danh sách đang phát", "en": "The serving site is not among those on air"},
    "no_such_cell": {"vi": "Không có cell cùng nhà mạng và băng tần", "en": "No cell of this operator and band"},
    "out_of_reach": {"vi": "Xa hơn tầm tính toán", "en": "Beyond the reach that is computed"},
    "path_unknown": {"vi": "Đường truyền ra ngoài dữ liệu địa hình", "en": "The path leaves the terrain data"},
}

DISAGREEMENTS: dict[str, dict[Language, str]] = {
    "declared_no_signal_but_measured_signal": {
        "vi": "Khai báo trắng sóng nhưng đo được sóng",
        "en": "Declared without signal, but signal was measured",
    },
    "declared_signal_but_measured_no_signal": {
        "vi": "Khai báo có sóng nhưng đo không có sóng",
        "en": "Declared with signal, but none was measured",
    },
    "declared_and_measured_differ_in_extent": {
        "vi": "Khai báo và đo kiểm khác nhau về phạm vi có sóng",
        "en": "Declared and measured differ in how much is covered",
    },
    "modelled_no_signal_but_measured_signal": {
        "vi": "Mô hình cho là trắng sóng nhưng đo được sóng",
        "en": "Modelled without signal, but signal was measured",
    },
    "modelled_signal_but_measured_no_signal": {
        "vi": "Mô hình cho là có sóng nhưng đo không có sóng",
        "en": "Modelled with signal, but none was measured",
    },
    "modelled_and_measured_differ_in_extent": {
        "vi": "Mô hình và đo kiểm khác nhau về phạm vi có sóng",
        "en": "Modelled and measured differ in how much is covered",
    },
}

UNKNOWN_REASONS: dict[str, dict[Language, str]] = {
    "few_samples": {"vi": "Quá ít mẫu đo", "en": "Too few samples"},
    "few_at_centre": {"vi": "Quá ít mẫu đo ở trung tâm bản", "en": "Too few samples at the centre"},
    "settlement_not_sampled": {
        "vi": "Chưa đo đủ khu dân cư quanh trung tâm",
        "en": "The settlement around the centre was not sampled enough",
    },
}

AGREEMENT: dict[str, dict[Language, str]] = {
    "weaker": {"vi": "Đo yếu hơn mô hình", "en": "Measured weaker than modelled"},
    "agrees": {"vi": "Khớp với mô hình", "en": "Agrees with the model"},
    "stronger": {"vi": "Đo mạnh hơn mô hình", "en": "Measured stronger than modelled"},
}

VERDICTS: dict[str, dict[Language, str]] = {
    "apply": {"vi": "Nên áp dụng", "en": "Worth applying"},
    "sigma_only": {"vi": "Chỉ cập nhật sai số", "en": "Update the error only"},
    "no_gain": {"vi": "Giữ mô hình", "en": "Keep the model"},
    "too_few": {"vi": "Chưa đủ số liệu", "en": "Not enough data"},
}

_GROUNDS: dict[str, dict[Language, str]] = {
    "apply": {
        "vi": "Tại những nơi chưa dùng để hiệu chỉnh, sai số giảm từ {before} xuống {after} dB; khoảng tin cậy loại trừ khả năng không cần hiệu chỉnh.",
        "en": "In places that the fit has not seen the error falls from {before} to {after} dB, and the interval excludes no correction.",
    },
    "sigma_only": {
        "vi": "Tại những nơi chưa dùng để hiệu chỉnh, sai số từ {before} thành {after} dB: chưa đủ để sửa mức sóng, nhưng sai số đo được là {sigma} dB, khác với giả định.",
        "en": "In places that the fit has not seen the error goes from {before} to {after} dB: not enough to correct levels, but the error found, {sigma} dB, is not the assumed one.",
    },
    "no_gain": {
        "vi": "Tại những nơi chưa dùng để hiệu chỉnh, sai số từ {before} thành {after} dB: hiệu chỉnh không có lợi, sai số giả định vẫn đúng.",
        "en": "In places that the fit has not seen the error goes from {before} to {after} dB: nothing is gained, and the assumed error stands.",
    },
    "too_few": {
        "vi": "Có {n} mẫu có mức sóng ở {places} nơi: chưa đủ để kết luận.",
        "en": "{n} samples with a level in {places} places: not enough to conclude from.",
    },
}


def verdict_ground(band: Calibration, language: Language) -> str:
    """Why the verdict on a band is what it is, as a sentence.

    >>> verdict_ground(Calibration(900.0, "itm", n=12, n_no_service=0, n_places=3, n_sites=1, n_days=1), "vi")
    'Có 12 mẫu có mức sóng ở 3 nơi: chưa đủ để kết luận.'
    """

    def db(value: float) -> str:
        return number(value, 1, language)

    return _GROUNDS[band.verdict][language].format(
        before=db(band.rmse_before_db), after=db(band.rmse_after_db), sigma=db(band.sigma_uncorrected_db), n=band.n, places=band.n_places
    )
