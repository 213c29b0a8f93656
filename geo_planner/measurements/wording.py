"""Words that people read of measurements, Vietnamese first."""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]

DROP_REASONS: dict[str, dict[Language, str]] = {
    "position_missing": {"vi": "Không có toạ độ hợp lệ", "en": "No usable position"},
    "no_value": {"vi": "Không có RSRP và không ghi mất sóng", "en": "Neither a level nor no service"},
    "contradiction": {"vi": "Vừa ghi mất sóng vừa có RSRP", "en": "Both no service and a level"},
    "impossible_level": {"vi": "RSRP ngoài dải máy đo báo được", "en": "Level outside what a device can report"},
    "inaccurate_position": {"vi": "Sai số vị trí quá lớn", "en": "Position not accurate enough"},
    "too_fast": {"vi": "Tốc độ vượt giới hạn", "en": "Faster than the limit"},
    "position_jump": {"vi": "Vị trí nhảy so với mẫu trước và sau", "en": "Position jumps away and back"},
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
