"""Every column of every layer, declared once: type, unit, range, whether it is needed, meaning in two languages.

The readers in :mod:`geo_planner.sources` check against these tables, the templates and the titles of the exports are made
from them, and the documentation of the files is generated from them. Nothing else in the package lists columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geo_planner.letters import skeleton

Kind = Literal["text", "int", "float", "yes_no", "choice", "date"]

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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    name : str
        Name in the file; a unit is part of it (``mast_height_m``).
    kind : {"text", "int", "float", "yes_no", "choice", "date"}
        ``date`` is ISO 8601 (``2026-01-28``); ``yes_no`` is written ``yes`` or ``no``.
    vi, en : str
        Title as people read it, unit included.
    meaning_vi, meaning_en : str
        One sentence: what the value says and what a blank means.
    required : bool
        The column must stand in the file, and no cell of it may be blank unless `may_be_blank`.
    may_be_blank : bool
        Of a required column: a blank is allowed, and is a question rather than a fault.
    usual : bool
        Lists carry it as a rule: that it is absent is worth a word.
    minimum, maximum : float or None
        Inclusive range of a number.
    choices : tuple of str
        The words that a ``choice`` may be.
    """

    name: str
    kind: Kind
    vi: str
    en: str
    meaning_vi: str = ""
    meaning_en: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    may_be_blank: bool = False
    usual: bool = True

    @property
    def needed(self) -> bool:
        """No cell of the column may be blank."""
        return self.required and not self.may_be_blank


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a study area: its columns and the columns that tell its rows apart."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """The declaration of one column; ``KeyError`` for a name that the layer does not have."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_LON = Column("lon", "float", "Kinh độ (WGS84)", "Longitude (WGS84)", "Độ thập phân, hệ WGS84.", "Decimal degrees, WGS84.", True, -180, 180)
_LAT = Column("lat", "float", "Vĩ độ (WGS84)", "Latitude (WGS84)", "Độ thập phân, hệ WGS84.", "Decimal degrees, WGS84.", True, -90, 90)
_IS_SAMPLE = Column(
    "is_sample", "yes_no", "Dữ liệu mẫu", "Sample data",
    "yes: dòng này là số liệu giả định; trống: không.", "yes: this row is made up for demonstration; blank: no.", usual=False,
)  # fmt: skip
_SOURCE = Column("source", "text", "Nguồn", "Source", "Nơi lấy số liệu.", "Where the row comes from.", usual=False)

VILLAGES = Layer(
    "villages",
    (
        Column("village_id", "text", "Mã bản", "Village id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("name", "text", "Thôn, bản", "Village", "Tên như trong danh sách.", "Name as listed.", True),
        Column("commune_code", "text", "Mã xã", "Commune code", "Mã xã từ 1/7/2025, 5 chữ số.", "Code since 1 July 2025, 5 digits.", True),
        _LON,
        _LAT,
        Column("households", "int", "Số hộ", "Households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("population", "int", "Số khẩu", "Population", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=100_000),
        Column("poor_households", "int", "Hộ nghèo", "Poor households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("near_poor_households", "int", "Hộ cận nghèo", "Near-poor households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("grid_power", "choice", "Điện lưới", "Grid power", "yes có, no chưa, planned dự kiến; trống: chưa biết.", "yes, no or planned; blank: not known.", choices=GRID_POWER),
        Column("road_access", "choice", "Đường", "Road access", "car ô tô, motorbike xe máy, foot đi bộ.", "Best vehicle that reaches the village.", choices=ROAD_ACCESS),
        Column("extremely_difficult", "yes_no", "Thôn đặc biệt khó khăn", "Extremely difficult village", "Theo quyết định; trống: chưa biết.", "By decision; blank: not known."),
        Column("settlement_radius_m", "float", "Bán kính dân cư (m)", "Settlement radius (m)", "Trống: theo kịch bản.", "Blank: the scenario's default.", minimum=1, maximum=10_000),
        Column("school_site", "yes_no", "Có điểm trường", "School site", "Trống: chưa biết.", "Blank: not known."),
        Column("health_post", "yes_no", "Có trạm y tế", "Health post", "Trống: chưa biết.", "Blank: not known."),
        Column("ethnic_group", "text", "Dân tộc", "Ethnic group", "Trống: chưa biết.", "Blank: not known.", usual=False),
        Column("public_service_km", "float", "Cách điểm dịch vụ công (km)", "Distance to public-service point (km)", "Theo Đề án 06; trống: chưa biết.", "Blank: not known.", minimum=0, maximum=500, usual=False),
        Column("disaster_watch", "yes_no", "Cần cảnh báo thiên tai, cháy rừng", "Disaster or forest-fire watch", "Trống: chưa biết.", "Blank: not known.", usual=False),
        Column("declared_status", "choice", "Sóng theo khai báo", "Declared signal", "no_signal trắng sóng, partial lõm sóng, covered có sóng.", "What the department declares.", choices=SIGNAL_STATUS),
        Column("status_date", "date", "Ngày khai báo", "Date declared", "Dạng 2026-01-28.", "Written 2026-01-28."),
        Column("position_quality", "choice", "Chất lượng vị trí", "Position quality", "surveyed đo, map bản đồ, approximate ước lượng, sample mẫu.", "How the position is known.", choices=POSITION_QUALITY),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("village_id",),
)  # fmt: skip

SITES = Layer(
    "sites",
    (
        Column("site_id", "text", "Mã trạm", "Site id", "Một cột ăng-ten một mã.", "One id a mast.", True),
        Column("cell_id", "text", "Mã cell", "Cell id", "Mỗi dòng là một cell.", "A row is a cell.", True),
        Column("name", "text", "Tên trạm", "Site name"),
        Column("commune_code", "text", "Mã xã", "Commune code", "Trống: ngoài tỉnh.", "Blank: outside the province."),
        _LON,
        _LAT,
        Column("status", "choice", "Tình trạng", "Status", "on_air đang phát, planned đã có kế hoạch, candidate dự kiến; trống: chưa biết, không được tính.", "Only on_air cells give coverage today; blank: not known, does not count.", True, choices=SITE_STATUS, may_be_blank=True),
        Column("operator", "text", "Nhà mạng", "Operator", "Trống: chưa biết.", "Blank: not known."),
        Column("technology", "text", "Công nghệ", "Technology", "LTE (4G), NR (5G), UMTS (3G), GSM (2G); cell khác công nghệ với dịch vụ không được tính.", "LTE (4G), NR (5G), UMTS (3G), GSM (2G); cells of another technology than the service do not count."),
        Column("freq_mhz", "float", "Tần số (MHz)", "Frequency (MHz)", "", "", True, 30, 6000, may_be_blank=True),
        Column("bandwidth_mhz", "float", "Băng thông (MHz)", "Bandwidth (MHz)", "", "", True, 1.4, 100, may_be_blank=True),
        Column("mast_height_m", "float", "Độ cao ăng-ten (m)", "Antenna height (m)", "Trên mặt đất.", "Above ground.", True, 1, 400, may_be_blank=True),
        Column("tx_power_dbm", "float", "Công suất phát (dBm)", "Transmit power (dBm)", "Tổng công suất một cổng.", "Total power of a port.", True, -20, 60, may_be_blank=True),
        Column("antenna_gain_dbi", "float", "Độ lợi ăng-ten (dBi)", "Antenna gain (dBi)", "", "", True, -10, 40, may_be_blank=True),
        Column("losses_db", "float", "Suy hao (dB)", "Losses (dB)", "Phi-đơ, đầu nối.", "Feeder and connectors.", True, 0, 50, may_be_blank=True),
        Column("azimuth_deg", "float", "Góc phương vị (độ)", "Azimuth (deg)", "Trống: vô hướng.", "Blank: omnidirectional.", minimum=0, maximum=360),
        Column("tilt_deg", "float", "Góc ngẩng xuống (độ)", "Downtilt (deg)", "Trống: chưa biết, không tính giản đồ đứng.", "Blank: not known.", minimum=-30, maximum=45, usual=False),
        Column("backhaul", "text", "Truyền dẫn", "Backhaul"),
        Column("power", "text", "Nguồn điện", "Power"),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("site_id", "cell_id"),
)  # fmt: skip

COMMUNES = Layer(
    "communes",
    (
        Column("code", "text", "Mã xã", "Commune code", "5 chữ số.", "5 digits.", True),
        Column("name", "text", "Xã, phường", "Commune", "", "", True),
        Column("type", "text", "Loại", "Type"),
        Column("area_km2", "float", "Diện tích (km²)", "Area (km²)", "Số công bố.", "As published.", minimum=0),
        Column("population", "int", "Dân số", "Population", "Số công bố; trống: chưa biết.", "As published; blank: not known.", minimum=0),
        Column("border", "yes_no", "Xã biên giới", "Border commune", "Trống: chưa biết.", "Blank: not known."),
        Column("region_class", "choice", "Khu vực", "Region class", "I, II, III; trống: không thuộc hoặc chưa biết.", "Blank: none or not known.", choices=("I", "II", "III")),
        Column("former_communes", "text", "Xã cũ", "Former communes"),
    ),
    key=("code",),
)  # fmt: skip

FORMER_COMMUNES = Layer(
    "former_communes",
    (
        Column("code", "text", "Mã xã cũ", "Former code", "", "", True),
        Column("name", "text", "Xã cũ", "Former commune", "", "", True),
        Column("district", "text", "Huyện cũ", "Former district"),
        Column("lat", "float", "Vĩ độ", "Latitude", minimum=-90, maximum=90),
        Column("lon", "float", "Kinh độ", "Longitude", minimum=-180, maximum=180),
        Column("elevation_m", "float", "Độ cao (m)", "Elevation (m)", minimum=-500, maximum=9000),
        Column("located_in", "text", "Nằm trong xã", "Falls into"),
        Column("commune_code", "text", "Mã xã mới", "Commune code today", "", "", True),
    ),
    key=("code",),
)

MEASUREMENTS = Layer(
    "measurements",
    (
        Column("measurement_id", "text", "Mã mẫu đo", "Measurement id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("time", "text", "Thời điểm", "Time", "ISO 8601 kèm múi giờ, ví dụ 2026-01-28T09:30:00+07:00.", "ISO 8601 with offset; blank: not known."),
        _LON,
        _LAT,
        Column("operator", "text", "Nhà mạng", "Operator", "Trống: chưa biết.", "Blank: not known."),
        Column("technology", "text", "Công nghệ", "Technology", "LTE, NR…; trống: chưa biết.", "Blank: not known."),
        Column("freq_mhz", "float", "Băng tần (MHz)", "Band (MHz)", "Trống: chưa biết.", "Blank: not known.", minimum=30, maximum=6000),
        Column("site_id", "text", "Mã trạm", "Site id", "Trạm đang phục vụ, nếu máy đo ghi được.", "Serving site where the device tells it."),
        Column("rsrp_dbm", "float", "RSRP (dBm)", "RSRP (dBm)", "Trống: không có sóng khi no_service là yes.", "Blank where no_service is yes.", minimum=-160, maximum=-20),
        Column("rsrq_db", "float", "RSRQ (dB)", "RSRQ (dB)", minimum=-40, maximum=10),
        Column("sinr_db", "float", "SINR (dB)", "SINR (dB)", minimum=-40, maximum=60),
        Column("no_service", "yes_no", "Mất sóng", "No service", "yes: máy đo không bắt được mạng.", "yes: the device found no network."),
        Column("accuracy_m", "float", "Sai số vị trí (m)", "Position accuracy (m)", minimum=0, maximum=100_000),
        Column("speed_kmh", "float", "Tốc độ (km/h)", "Speed (km/h)", minimum=0, maximum=1000),
        Column("device", "text", "Thiết bị", "Device"),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("measurement_id",),
)  # fmt: skip

LAYERS = {layer.name: layer for layer in (VILLAGES, SITES, MEASUREMENTS, COMMUNES, FORMER_COMMUNES)}

# Columns that a plan adds to the villages, in the order in which the exports show them.
RESULTS = Layer(
    "results",
    (
        Column("rank", "int", "Thứ tự", "Rank", "1 là trước nhất, trên toàn danh sách.", "1 comes first, over the whole list."),
        Column("tied_with", "text", "Đồng điểm với", "Tied with", "Mã các bản có cùng điểm; thứ tự giữa các bản này: nhiều hộ hơn xếp trước, rồi theo mã.", "Ids of the villages of the same score; among them more households come first, then the id."),
        Column("rank_in_group", "int", "Thứ tự trong nhóm", "Rank in group", "Trong nhóm cùng nơi chịu trách nhiệm.", "Within the same responsibility."),
        Column("rank_low", "int", "Thứ tự tốt nhất (90 % mô phỏng)", "Best rank (90 % of draws)", "5 % số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "5 % of the draws reach this rank or a higher place."),
        Column("rank_high", "int", "Thứ tự kém nhất (90 % mô phỏng)", "Worst rank (90 % of draws)", "95 % số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "95 % of the draws reach this rank or a higher place."),
        Column("rank_median", "int", "Thứ tự, trung vị mô phỏng", "Median rank of the draws"),
        Column("p_top_5", "float", "Khả năng thuộc 5 bản đầu", "Probability of the first 5", minimum=0, maximum=1),
        Column("p_top_10", "float", "Khả năng thuộc 10 bản đầu", "Probability of the first 10", minimum=0, maximum=1),
        Column("score", "float", "Điểm ưu tiên", "Priority score", "Từ 0 đến 1.", "0 to 1.", minimum=0, maximum=1),
        Column("responsibility", "choice", "Nguồn kinh phí", "Responsibility", "", "", choices=RESPONSIBILITY),
        Column("responsibility_reason", "text", "Căn cứ", "Ground for it"),
        Column("responsibility_datum", "text", "Số liệu làm căn cứ", "Datum it rests on"),
        Column("explanation_vi", "text", "Giải thích", "Explanation (Vietnamese)"),
        Column("explanation_en", "text", "Giải thích (tiếng Anh)", "Explanation"),
        Column("commune_name", "text", "Xã, phường", "Commune"),
        Column("modelled_status", "choice", "Sóng theo mô hình", "Modelled signal", choices=SIGNAL_STATUS),
        Column("measured_status", "choice", "Sóng theo đo kiểm", "Measured signal", choices=SIGNAL_STATUS),
        Column("centre_status", "choice", "Sóng đo tại trung tâm", "Measured at the centre", choices=SIGNAL_STATUS),
        Column("n_samples", "int", "Số mẫu đo", "Samples", minimum=0),
        Column("operators_measured", "text", "Nhà mạng đã đo", "Operators measured"),
        Column("measured_to", "text", "Ngày đo gần nhất", "Latest measurement"),
        Column("rsrp_dbm", "float", "RSRP tại trung tâm (dBm)", "RSRP at the centre (dBm)", "Theo mô hình, ngoài trời.", "Modelled, outdoors."),
        Column("coverage_probability", "float", "Xác suất có sóng", "Coverage probability", "Tại trung tâm bản.", "At the centre.", minimum=0, maximum=1),
        Column("settlement_covered_share", "float", "Phần khu dân cư có sóng", "Settlement covered share", minimum=0, maximum=1),
        Column("compared_model", "text", "Mô hình đối chiếu", "Second model"),
        Column("compared_status", "choice", "Sóng theo mô hình đối chiếu", "Signal by the second model", choices=SIGNAL_STATUS),
        Column("compared_rsrp_dbm", "float", "RSRP theo mô hình đối chiếu (dBm)", "RSRP by the second model (dBm)"),
        Column("compared_probability", "float", "Xác suất theo mô hình đối chiếu", "Probability by the second model", minimum=0, maximum=1),
        Column("best_server_id", "text", "Trạm phủ tốt nhất", "Best server"),
        Column("nearest_site_id", "text", "Trạm gần nhất", "Nearest site"),
        Column("nearest_site_km", "float", "Cách trạm gần nhất (km)", "Distance to nearest site (km)", minimum=0),
        Column("missing", "text", "Số liệu còn thiếu", "Missing data", "Tiêu chí tạm tính ở giữa thang.", "Criteria counted at the midpoint of their bounds."),
        Column("flags", "text", "Lưu ý", "Remarks"),
        Column("depends_on_sample", "yes_no", "Dựa trên dữ liệu mẫu", "Rests on sample data"),
    ),
    key=(),
)  # fmt: skip
