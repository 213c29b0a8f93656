"""The built-in criteria, declared once: what each measures, its fixed bounds, weight, source and words in two languages.

Bounds and weights are defaults for the province to change; none stands in a decree. A scenario that names one of these criteria may leave
out anything declared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ASSUMED = "giả định, để tỉnh quyết định"

Answerer = Literal["commune", "department", "model"]
"""Who can supply a value that is missing: the commune, the department, or nobody but a better model or terrain."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Declaration of one criterion.

    Attributes
    ----------
    name : str
    vi, en : str
        Titles.
    unit : str
        Of the value and of the bounds; empty for shares and yes/no.
    bounds : tuple of float
        Value of least and of greatest urgency; the order is the direction.
    weight : float
        Only the proportions count.
    explain_vi, explain_en : str
        One sentence for the council: why the criterion counts.
    reads : tuple of str
        Village columns behind the value; a blank in one of them is what the question asks for.
    asks : {"commune", "department", "model"}
        Who can supply what is missing.
    ask_vi, ask_en : str
        The question for what is missing.
    source : str
    assumption : bool
        Whether bounds or weight are an assumption, which the province may change.
    """

    name: str
    vi: str
    en: str
    unit: str
    bounds: tuple[float, float]
    weight: float
    explain_vi: str
    explain_en: str
    reads: tuple[str, ...]
    ask_vi: str
    ask_en: str
    asks: Answerer = "commune"
    source: str = ASSUMED
    assumption: bool = True


_ALL = (
    BuiltIn(
        "households", "Số hộ", "Households", "hộ", (0, 150), 25,
        "Càng nhiều hộ thì một trạm phục vụ được càng nhiều người.", "More households are served by one mast.",
        ("households",), "Bản hiện có bao nhiêu hộ?", "How many households does the village have today?",
    ),
    BuiltIn(
        "households_without_signal", "Số hộ chưa có sóng", "Households without signal", "hộ", (0, 150), 25,
        "Số hộ nhân với xác suất không có sóng tại trung tâm bản.", "Households times the probability of no signal at the centre.",
        ("households", "coverage_probability"), "Bản hiện có bao nhiêu hộ?", "How many households does the village have today?",
    ),
    BuiltIn(
        "poverty_share", "Tỷ lệ hộ nghèo và cận nghèo", "Poor and near-poor share", "", (0, 1), 20,
        "Hộ nghèo ít có cách khác để liên lạc.", "Poor households have fewer other ways to be reached.",
        ("households", "poor_households", "near_poor_households"),
        "Bản có bao nhiêu hộ nghèo và hộ cận nghèo, trên tổng số bao nhiêu hộ?", "How many poor and near-poor households are there, out of how many?",
    ),
    BuiltIn(
        "no_coverage_probability", "Xác suất không có sóng", "Probability of no signal", "", (0, 1), 15,
        "Theo mô hình, tại trung tâm bản.", "Modelled, at the village centre.",
        ("coverage_probability",), "Cần bổ sung địa hình hoặc trạm còn thiếu, hoặc đo sóng tại bản.",
        "Terrain or sites are lacking for the model: complete them, or measure on site.", asks="department",
    ),
    BuiltIn(
        "nearest_site_km", "Cách trạm gần nhất", "Distance to nearest site", "km", (0, 15), 10,
        "Đường chim bay tới trạm đang phát gần nhất.", "As the crow flies, to the nearest site on air.",
        ("nearest_site_km",), "Cần danh sách trạm đang phát trong vùng.", "The list of sites on air in the area is needed.", asks="department",
    ),
    BuiltIn(
        "travel_to_signal_h", "Thời gian đi đến nơi có sóng gần nhất", "Travel time to the nearest signal", "giờ", (0, 3), 10,
        "Mất bao lâu để đến được nơi gọi được điện thoại, theo địa hình, và theo đường nơi có số liệu đường.", "How long it takes to reach a place where a phone works, over the terrain, and by road where roads are known.",
        ("travel_to_signal_h",), "Cần bổ sung địa hình hoặc trạm còn thiếu quanh bản.", "Terrain or sites around the village are lacking for the model.", asks="model",
    ),
    BuiltIn(
        "travel_to_seat_h", "Thời gian đi đến trung tâm xã", "Travel time to the commune seat", "giờ", (0, 5), 8,
        "Mất bao lâu để đến trung tâm xã gần nhất của xã mình, theo địa hình, và theo đường nơi có số liệu đường.", "How long it takes to reach the nearest seat of its own commune, over the terrain, and by road where roads are known.",
        ("travel_to_seat_h",), "Cần vị trí trung tâm xã và địa hình liền mạch quanh bản.", "The position of the commune seat and unbroken terrain around the village are needed.", asks="department",
    ),
    BuiltIn(
        "road_difficulty", "Đường đi khó", "Road difficulty", "", (0, 1), 8,
        "Ô tô 0; xe máy 0,5; đi bộ 1.", "Car 0, motorbike 0.5, on foot 1.",
        ("road_access",), "Đi đến bản bằng ô tô, xe máy hay phải đi bộ?", "Is the village reached by car, by motorbike or on foot only?",
    ),
    BuiltIn(
        "border", "Xã biên giới", "Border commune", "", (0, 1), 8,
        "Xã giáp biên giới quốc gia.", "The commune lies on the national border.",
        ("border",), "Xã có thuộc danh sách xã biên giới không?", "Is the commune on the list of border communes?", asks="department",
    ),
    BuiltIn(
        "region_iii", "Xã khu vực III", "Region III commune", "", (0, 1), 6,
        "Xã khu vực III giai đoạn 2026–2030.", "Region III commune, 2026–2030.",
        ("region_class",), "Xã thuộc khu vực nào theo quyết định hiện hành?", "Which region class does the commune have by the decision in force?",
        asks="department", source="QĐ 113/QĐ-UBND ngày 16/1/2026; trọng số giả định",
    ),
    BuiltIn(
        "school_site", "Có điểm trường", "School site", "", (0, 1), 5,
        "Có điểm trường tại bản.", "There is a school site in the village.",
        ("school_site",), "Bản có điểm trường không?", "Is there a school site in the village?",
    ),
    BuiltIn(
        "health_post", "Có trạm y tế", "Health post", "", (0, 1), 3,
        "Có trạm y tế tại bản.", "There is a health post in the village.",
        ("health_post",), "Bản có trạm y tế không?", "Is there a health post in the village?",
    ),
    BuiltIn(
        "public_service_km", "Cách điểm dịch vụ công (Đề án 06)", "Distance to a public-service point (Project 06)", "km", (0, 30), 5,
        "Càng xa điểm tiếp nhận dịch vụ công thì càng cần làm thủ tục trực tuyến.", "The farther the counter, the more online services matter.",
        ("public_service_km",), "Từ bản đến điểm tiếp nhận dịch vụ công gần nhất bao nhiêu km?", "How many km is it to the nearest public-service point?",
    ),
    BuiltIn(
        "grid_power", "Đã có điện lưới", "Grid power", "", (0, 1), 0,
        "Có điện lưới thì làm được ngay; điện đã là điều kiện xét riêng nên mặc định không tính điểm.",
        "With grid power the work can start; power is a gate already, so its default weight is zero.",
        ("grid_power",), "Bản đã có điện lưới chưa? Nếu chưa, dự kiến năm nào?", "Is there grid power? If not, in which year is it expected?",
    ),
    BuiltIn(
        "disaster_watch", "Nhu cầu cảnh báo thiên tai, cháy rừng", "Disaster or forest-fire watch", "", (0, 1), 5,
        "Bản nằm trong vùng cần cảnh báo sạt lở, lũ quét hoặc cháy rừng.", "The village needs warning of landslides, flash floods or forest fire.",
        ("disaster_watch",), "Bản có thuộc vùng cần cảnh báo sạt lở, lũ quét hoặc cháy rừng không?", "Does the village need warning of landslides, flash floods or forest fire?",
    ),
    BuiltIn(
        "standalone_cost_per_household_mvnd", "Chi phí phủ riêng bản này, một hộ", "Stand-alone cost per household", "triệu đồng/hộ", (150, 15), 8,
        "Ước tính thô nếu chỉ phủ riêng bản này; rẻ hơn cho mỗi hộ thì làm trước.", "Rough estimate for covering this village by itself; cheaper per household comes first.",
        ("households", "grid_power", "nearest_site_km", "road_access"),
        "Bản có bao nhiêu hộ, đã có điện lưới chưa, đi đến bằng phương tiện gì?", "How many households, is there grid power, and how is the village reached?",
        source="ước tính, xem ranking.cost", assumption=False,
    ),
)  # fmt: skip

CATALOGUE: dict[str, BuiltIn] = {entry.name: entry for entry in _ALL}
