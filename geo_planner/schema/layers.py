"""The layers of a study area: every column with type, unit, range, whether it is needed and its meaning in two languages."""

from __future__ import annotations

from dataclasses import replace

from geo_planner.schema.column import Column, Layer
from geo_planner.schema.kinds import (
    Azimuth,
    Choice,
    CommuneCode,
    Coordinate,
    Day,
    Frequency,
    Height,
    Id,
    Level,
    Moment,
    Number,
    Operator,
    Power,
    Quarter,
    Technology,
    Text,
    Tilt,
    Whole,
    YesNo,
)
from geo_planner.schema.vocabulary import COMMITMENT_STAGE, GRID_POWER, POSITION_QUALITY, ROAD_ACCESS, SIGNAL_STATUS, SITE_STATUS

_LON = Column(
    "lon", Coordinate(), "Kinh độ (WGS84)", "Longitude (WGS84)", "Độ thập phân, hệ WGS84.", "Decimal degrees, WGS84.", True, -180, 180
)
_LAT = Column("lat", Coordinate(), "Vĩ độ (WGS84)", "Latitude (WGS84)", "Độ thập phân, hệ WGS84.", "Decimal degrees, WGS84.", True, -90, 90)
_IS_SAMPLE = Column(
    "is_sample", YesNo(), "Dữ liệu mẫu", "Sample data",
    "yes: dòng này là số liệu giả định; trống: không.", "yes: this row is made up for demonstration; blank: no.", usual=False,
)  # fmt: skip
_SOURCE = Column("source", Text(), "Nguồn", "Source", "Nơi lấy số liệu.", "Where the row comes from.", usual=False)

VILLAGES = Layer(
    "villages",
    (
        Column("village_id", Id(), "Mã bản", "Village id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("name", Text(), "Thôn, bản", "Village", "Tên như trong danh sách.", "Name as listed.", True),
        Column("commune_code", CommuneCode(), "Mã xã", "Commune code", "Mã xã từ 1/7/2025, 5 chữ số.", "Code since 1 July 2025, 5 digits.", True),
        _LON,
        _LAT,
        Column("households", Whole("households"), "Số hộ", "Households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("population", Whole("people"), "Số khẩu", "Population", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=100_000),
        Column("poor_households", Whole("households"), "Hộ nghèo", "Poor households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("near_poor_households", Whole("households"), "Hộ cận nghèo", "Near-poor households", "Trống: chưa biết.", "Blank: not known.", minimum=0, maximum=20_000),
        Column("grid_power", Choice(GRID_POWER, "grid_power"), "Điện lưới", "Grid power", "yes có, no chưa, planned dự kiến; trống: chưa biết.", "yes, no or planned; blank: not known."),
        Column("road_access", Choice(ROAD_ACCESS, "road_access"), "Đường", "Road access", "car ô tô, motorbike xe máy, foot đi bộ.", "Best vehicle that reaches the village."),
        Column("extremely_difficult", YesNo(), "Thôn đặc biệt khó khăn", "Extremely difficult village", "Theo quyết định; trống: chưa biết.", "By decision; blank: not known."),
        Column("settlement_radius_m", Number("m"), "Bán kính dân cư (m)", "Settlement radius (m)", "Trống: theo kịch bản.", "Blank: the scenario's default.", minimum=1, maximum=10_000),
        Column("school_site", YesNo(), "Có điểm trường", "School site", "Trống: chưa biết.", "Blank: not known."),
        Column("health_post", YesNo(), "Có trạm y tế", "Health post", "Trống: chưa biết.", "Blank: not known."),
        Column("ethnic_group", Text(), "Dân tộc", "Ethnic group", "Trống: chưa biết.", "Blank: not known.", usual=False),
        Column("public_service_km", Number("km"), "Cách điểm dịch vụ công (km)", "Distance to public-service point (km)", "Theo Đề án 06; trống: chưa biết.", "Blank: not known.", minimum=0, maximum=500, usual=False),
        Column("disaster_watch", YesNo(), "Cần cảnh báo thiên tai, cháy rừng", "Disaster or forest-fire watch", "Trống: chưa biết.", "Blank: not known.", usual=False),
        Column("declared_status", Choice(SIGNAL_STATUS, "declared_status"), "Sóng theo khai báo", "Declared signal", "no_signal trắng sóng, partial lõm sóng, covered có sóng.", "What the department declares."),
        Column("status_date", Day(), "Ngày khai báo", "Date declared", "Dạng 2026-01-28.", "Written 2026-01-28."),
        Column("position_quality", Choice(POSITION_QUALITY, "position_quality"), "Chất lượng vị trí", "Position quality", "surveyed đo, map bản đồ, approximate ước lượng, sample mẫu.", "How the position is known."),
        Column("commitment_operator", Operator(), "Doanh nghiệp cam kết", "Operator committed", "Nhà mạng đã hoặc đang triển khai, hoặc cam kết phủ sóng; trống: chưa biết.", "Who covers the village, or has promised to; blank: not known.", usual=False),
        Column("commitment_stage", Choice(COMMITMENT_STAGE, "commitment_stage"), "Tiến độ cam kết", "Stage of the commitment", "none chưa có cam kết, surveyed đã khảo sát, planned đã có kế hoạch, building đang xây dựng, on_air đã phát sóng; trống: chưa biết.", "How far the operator has come; none: nobody has promised; blank: not known.", usual=False),
        Column("commitment_quarter", Quarter(), "Quý cam kết phát sóng", "Quarter of going on air", "Dạng 2026-Q3; trống: chưa biết.", "Written 2026-Q3; blank: not known.", usual=False),
        Column("grid_power_year", Whole(), "Năm có điện lưới", "Year of grid power", "Năm dự kiến bản có điện lưới; trống: chưa biết.", "When grid power is expected; blank: not known.", minimum=2000, maximum=2100, usual=False),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("village_id",),
    path="villages/villages.csv",
    geometry="point",
    place="named",
    importable=True,
    ages_days=365,
    dated="status_date",
    answered=True,
)  # fmt: skip

ANSWERS = Layer(
    "answers",
    (
        Column("answer_id", Id(), "Mã trả lời", "Answer id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("village_id", Id(), "Mã bản", "Village id", "Mã trong danh sách thôn, bản.", "As in the village list.", True),
        Column("column", Text(), "Cột", "Column", "Tên cột của danh sách thôn, bản.", "A column of the village list.", True),
        Column("value", Text(), "Trả lời", "Answer", "Giá trị đã ghi vào danh sách.", "What was written into the list.", True),
        Column("former", Text(), "Giá trị trước đó", "Former value", "Trống: trước đó chưa biết.", "Blank: not known until then.", usual=False),
        Column("source", Text(), "Nguồn trả lời", "Source of the answer", "Người hoặc văn bản trả lời.", "Who said it, or which document.", True),
        Column("answered_on", Day(), "Ngày trả lời", "Day of the answer", "Dạng 2026-11-27.", "Written 2026-11-27.", True),
    ),
    key=("answer_id",),
    path="villages/answers.csv",
    found=True,
)  # fmt: skip
"""Who said what of a village when, and what the list said before."""

SITES = Layer(
    "sites",
    (
        Column("site_id", Id(), "Mã trạm", "Site id", "Một cột ăng-ten một mã.", "One id a mast.", True),
        Column("cell_id", Id(), "Mã cell", "Cell id", "Mỗi dòng là một cell.", "A row is a cell.", True),
        Column("name", Text(), "Tên trạm", "Site name"),
        Column("commune_code", CommuneCode(), "Mã xã", "Commune code", "Trống: ngoài tỉnh.", "Blank: outside the province."),
        _LON,
        _LAT,
        Column("status", Choice(SITE_STATUS, "status"), "Tình trạng", "Status", "on_air đang phát, planned đã có kế hoạch, candidate dự kiến; trống: chưa biết, không được tính.", "Only on_air cells give coverage today; blank: not known, does not count.", True, may_be_blank=True),
        Column("operator", Operator(), "Nhà mạng", "Operator", "Trống: chưa biết.", "Blank: not known."),
        Column("technology", Technology(), "Công nghệ", "Technology", "LTE (4G), NR (5G), UMTS (3G), GSM (2G); cell khác công nghệ với dịch vụ không được tính.", "LTE (4G), NR (5G), UMTS (3G), GSM (2G); cells of another technology than the service do not count."),
        Column("freq_mhz", Frequency(), "Tần số (MHz)", "Frequency (MHz)", "", "", True, 30, 6000, may_be_blank=True),
        Column("bandwidth_mhz", Number("MHz"), "Băng thông (MHz)", "Bandwidth (MHz)", "", "", True, 1.4, 100, may_be_blank=True),
        Column("mast_height_m", Height(), "Độ cao ăng-ten (m)", "Antenna height (m)", "Trên mặt đất.", "Above ground.", True, 1, 400, may_be_blank=True),
        Column("tx_power_dbm", Power(), "Công suất phát (dBm)", "Transmit power (dBm)", "Tổng công suất một cổng.", "Total power of a port.", True, -20, 60, may_be_blank=True),
        Column("antenna_gain_dbi", Number("dBi"), "Độ lợi ăng-ten (dBi)", "Antenna gain (dBi)", "", "", True, -10, 40, may_be_blank=True),
        Column("losses_db", Number("dB"), "Suy hao (dB)", "Losses (dB)", "Phi-đơ, đầu nối.", "Feeder and connectors.", True, 0, 50, may_be_blank=True),
        Column("azimuth_deg", Azimuth(), "Góc phương vị (độ)", "Azimuth (deg)", "Trống: vô hướng.", "Blank: omnidirectional.", minimum=0, maximum=360),
        Column("tilt_deg", Tilt(), "Góc ngẩng xuống (độ)", "Downtilt (deg)", "Trống: chưa biết, không tính giản đồ đứng.", "Blank: not known.", minimum=-30, maximum=45, usual=False),
        Column("backhaul", Text(), "Truyền dẫn", "Backhaul"),
        Column("power", Text(), "Nguồn điện", "Power"),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("site_id", "cell_id"),
    path="sites/sites.csv",
    geometry="point",
    place="near",
    transmits=True,
    id_prefix="s-",
    importable=True,
    ages_days=365,
)  # fmt: skip

COMMUNES = Layer(
    "communes",
    (
        Column("code", Text(), "Mã xã", "Commune code", "5 chữ số.", "5 digits.", True),
        Column("name", Text(), "Xã, phường", "Commune", "", "", True),
        Column("type", Text(), "Loại", "Type"),
        Column("area_km2", Number(), "Diện tích (km²)", "Area (km²)", "Số công bố.", "As published.", minimum=0),
        Column("population", Whole("people"), "Dân số", "Population", "Số công bố; trống: chưa biết.", "As published; blank: not known.", minimum=0),
        Column("border", YesNo(), "Xã biên giới", "Border commune", "Trống: chưa biết.", "Blank: not known."),
        Column("region_class", Choice(("I", "II", "III")), "Khu vực", "Region class", "I, II, III; trống: không thuộc hoặc chưa biết.", "Blank: none or not known."),
        Column("former_communes", Text(), "Xã cũ", "Former communes"),
    ),
    key=("code",),
    path="boundaries/communes.geojson",
    geometry="area",
)  # fmt: skip

FORMER_COMMUNES = Layer(
    "former_communes",
    (
        Column("code", Text(), "Mã xã cũ", "Former code", "", "", True),
        Column("name", Text(), "Xã cũ", "Former commune", "", "", True),
        Column("district", Text(), "Huyện cũ", "Former district"),
        Column("lat", Coordinate(), "Vĩ độ", "Latitude", minimum=-90, maximum=90),
        Column("lon", Coordinate(), "Kinh độ", "Longitude", minimum=-180, maximum=180),
        Column("elevation_m", Number("m"), "Độ cao (m)", "Elevation (m)", minimum=-500, maximum=9000),
        Column("located_in", Text(), "Nằm trong xã", "Falls into"),
        Column("commune_code", CommuneCode(), "Mã xã mới", "Commune code today", "", "", True),
    ),
    key=("code",),
    path="boundaries/former_communes.csv",
)

MEASUREMENTS = Layer(
    "measurements",
    (
        Column("measurement_id", Id(), "Mã mẫu đo", "Measurement id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("time", Moment(), "Thời điểm", "Time", "ISO 8601 kèm múi giờ, ví dụ 2026-01-28T09:30:00+07:00.", "ISO 8601 with offset; blank: not known."),
        _LON,
        _LAT,
        Column("operator", Operator(), "Nhà mạng", "Operator", "Trống: chưa biết.", "Blank: not known."),
        Column("technology", Technology(), "Công nghệ", "Technology", "LTE, NR…; trống: chưa biết.", "Blank: not known."),
        Column("freq_mhz", Frequency(), "Băng tần (MHz)", "Band (MHz)", "Trống: chưa biết.", "Blank: not known.", minimum=30, maximum=6000),
        Column("site_id", Id(), "Mã trạm", "Site id", "Trạm đang phục vụ, nếu máy đo ghi được.", "Serving site where the device tells it."),
        Column("rsrp_dbm", Level("dBm", (-156, -31), tells_service=True), "RSRP (dBm)", "RSRP (dBm)", "Trống: không có sóng khi no_service là yes.", "Blank where no_service is yes.", minimum=-160, maximum=-20),
        Column("rsrq_db", Level("dB", (-43, 20)), "RSRQ (dB)", "RSRQ (dB)", minimum=-40, maximum=10),
        Column("sinr_db", Level("dB", (-40, 60)), "SINR (dB)", "SINR (dB)", minimum=-40, maximum=60),
        Column("no_service", YesNo(office="no_service"), "Mất sóng", "No service", "yes: máy đo không bắt được mạng.", "yes: the device found no network."),
        Column("accuracy_m", Number("m", (0.001, 100_000)), "Sai số vị trí (m)", "Position accuracy (m)", minimum=0, maximum=100_000),
        Column("speed_kmh", Number("km/h", (0, 1000)), "Tốc độ (km/h)", "Speed (km/h)", minimum=0, maximum=1000),
        Column("device", Text(), "Thiết bị", "Device"),
        _IS_SAMPLE,
        _SOURCE,
    ),
    key=("measurement_id",),
    path="measurements/measurements.csv",
    geometry="point",
    found=True,
    importable=True,
    ages_days=365,
    dated="time",
)  # fmt: skip

CANDIDATES = Layer(
    "candidates",
    (
        Column("site_id", Id(), "Mã vị trí", "Site id", required=True),
        *(
            column if isinstance(column.kind, Coordinate) else replace(column, required=False, usual=False)
            for column in SITES.columns
            if not isinstance(column.kind, (Id, Choice, Azimuth, Tilt))  # it has no cells and no state
        ),
        Column("azimuth_deg", Azimuth(), "Góc phương vị (độ)", "Azimuth (deg)", "Của cell thứ nhất; trống: vô hướng.", "Of the first sector; blank: omnidirectional.", minimum=0, maximum=360, usual=False),
        Column("tilt_deg", Tilt(), "Góc ngẩng xuống (độ)", "Downtilt (deg)", "Của mọi cell; trống: chưa biết.", "Of every sector; blank: not known.", minimum=-30, maximum=45, usual=False),
        Column("n_cells", Whole("cells"), "Số cell", "Cells", "Chia đều từ góc phương vị của cell thứ nhất; trống: 1.", "Evenly around from the first azimuth on; blank: 1.", minimum=1, maximum=6, usual=False),
    ),
    key=("site_id",),
    path="candidates/candidates.csv",
    geometry="point",
    found=True,
    place="near",
    transmits=True,
    id_prefix="c-",
    importable=True,
    nameless=True,
)  # fmt: skip
"""Places where a mast could be built, a row each, only a position needed; with height and band it is a mast as described."""

PRICES = Layer(
    "prices",
    (
        Column("item", Id(), "Mã hạng mục", "Item", "Mã có trong bảng mẫu.", "A name of the template.", True),
        Column("unit", Text(), "Đơn vị", "Unit", "Tiền tệ/đơn vị đo, ví dụ triệu đồng/km, USD/trạm.", "Currency/measure, for instance đ/km or USD/site.", True),
        Column("low", Number(), "Giá thấp", "Low price", "Chưa gồm quản lý dự án, tư vấn, chi phí khác, dự phòng, thuế GTGT: dự toán cộng sau.", "Without management, consulting, other costs, contingency and value-added tax, which the estimate adds.", True, 0, 1e13),
        Column("base", Number(), "Giá cơ sở", "Base price", "Chưa gồm quản lý dự án, tư vấn, chi phí khác, dự phòng, thuế GTGT: dự toán cộng sau.", "Without management, consulting, other costs, contingency and value-added tax, which the estimate adds.", True, 0, 1e13),
        Column("high", Number(), "Giá cao", "High price", "Chưa gồm quản lý dự án, tư vấn, chi phí khác, dự phòng, thuế GTGT: dự toán cộng sau.", "Without management, consulting, other costs, contingency and value-added tax, which the estimate adds.", True, 0, 1e13),
        Column("year", Whole(), "Năm giá", "Price year", "Năm của giá.", "Year of the price.", True, 2000, 2100),
        Column("source", Text(), "Nguồn", "Source", "Văn bản, báo giá; hoặc ước tính.", "Decree, offer; or ước tính (assumed).", True),
    ),
    key=("item",),
    path="prices/prices.csv",
    found=True,
    importable=True,
)  # fmt: skip
"""What each item of the build plan costs."""

OPTION_KINDS = ("re_aim", "remote_sector", "low_mast", "macro_mast", "relay", "satellite_mast", "satellite_terminal", "add_band")
BUILD_OPTIONS = Layer(
    "build_options",
    (
        Column("option_id", Id(), "Mã phương án", "Option id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("place_id", Id(), "Mã nơi đặt", "Place id", "Trạm hiện có: site:MÃ; trống hoặc mã mới: nơi ở lon, lat.", "An existing mast: site:ID; blank or a new id: the place at lon, lat.", usual=False),
        replace(_LON, required=False, usual=False),
        replace(_LAT, required=False, usual=False),
        Column("kind", Choice(OPTION_KINDS), "Loại", "Kind", "re_aim chỉnh cell, remote_sector cell đặt thêm, low_mast cột thấp, macro_mast cột cao, relay chuyển tiếp, satellite_mast trạm qua vệ tinh, satellite_terminal đầu cuối vệ tinh, add_band thêm băng.", "What is built.", True),
        Column("mast_height_m", Number("m"), "Độ cao cột (m)", "Mast height (m)", "Trống: như nơi đặt.", "Blank: that of the place.", minimum=0, maximum=200, usual=False),
        Column("backhaul", Choice(("network", "own")), "Truyền dẫn", "Backhaul", "network cần tuyến về mạng, own không cần.", "network needs a link, own does not.", True),
        Column("exclusive_group", Text(), "Nhóm loại trừ", "Exclusive group", "Mỗi nhóm chọn nhiều nhất một; trống: không nhóm.", "At most one of a group is chosen; blank: none.", usual=False),
        Column("n_cells", Whole("cells"), "Số cell", "Cells", "Trống: 1; 0 với trạm chuyển tiếp.", "Blank: 1; none for relays.", minimum=0, maximum=6, usual=False),
        Column("cell_id", Id(), "Mã cell được chỉnh", "Cell that is aimed anew", "Chỉ với re_aim.", "Of re_aim only.", usual=False),
        *(
            replace(SITES.column(name), required=False, usual=False)
            for name in ("operator", "technology", "freq_mhz", "bandwidth_mhz", "tx_power_dbm", "antenna_gain_dbi", "losses_db", "azimuth_deg", "tilt_deg")
        ),
    ),
    key=("option_id",),
    path="build/options.csv",
    found=True,
)  # fmt: skip
"""What the user wants to choose from, in place of the computed options."""

BUILD_LINKS = Layer(
    "build_links",
    (
        Column("link_id", Id(), "Mã tuyến", "Link id", "Mã ổn định, không trùng.", "Stable and unique.", True),
        Column("place_a", Id(), "Đầu A", "End A", "Mã nơi đặt.", "A place id.", True),
        Column("place_b", Id(), "Đầu B", "End B", "Mã nơi đặt.", "A place id.", True),
        Column("kind", Choice(("microwave", "fibre")), "Loại", "Kind", "microwave vi ba, fibre cáp quang.", "", True),
        Column("length_km", Number("km"), "Chiều dài (km)", "Length (km)", "Cáp quang tính theo chiều dài này.", "Fibre is paid by it.", True, 0, 200),
        Column("freq_ghz", Number("GHz"), "Tần số (GHz)", "Frequency (GHz)", "Trống: cáp quang hoặc chưa biết.", "Blank: fibre, or not known.", minimum=1, maximum=90, usual=False),
        Column("availability_pct", Number("%"), "Độ sẵn sàng (%)", "Availability (%)", "Trống: chưa biết.", "Blank: not known.", minimum=50, maximum=100, usual=False),
        Column("height_a_m", Number("m"), "Độ cao ăng-ten đầu A (m)", "Antenna height at A (m)", "Trên mặt đất; trống: cột nào cũng đủ.", "Above ground; blank: any mast will do.", minimum=0, maximum=200, usual=False),
        Column("height_b_m", Number("m"), "Độ cao ăng-ten đầu B (m)", "Antenna height at B (m)", "Trên mặt đất; trống: cột nào cũng đủ.", "Above ground; blank: any mast will do.", minimum=0, maximum=200, usual=False),
    ),
    key=("link_id",),
    path="build/links.csv",
    found=True,
)  # fmt: skip
"""Which links may be built, in place of the computed ones."""

ROADS = Layer("roads", (), key=(), path="roads/roads.geojson", geometry="line", found=True, importable=True, ways=True, ages_days=2 * 365)
POWER_LINES = Layer(
    "power_lines", (), key=(), path="power/power_lines.geojson", geometry="line", found=True, importable=True, ages_days=2 * 365
)
EXCLUSION_AREAS = Layer(
    "exclusion_areas",
    (),
    key=(),
    path="exclusion_areas/exclusion_areas.geojson",
    geometry="area",
    found=True,
    importable=True,
    also=("exclusion/exclusion.gpkg",),
)
RIVERS = Layer("rivers", (), key=(), path="rivers/rivers.geojson", geometry="line")
POPULATION = Layer("population", (), key=(), path="population/population.tif", geometry="raster", found=True, ages_days=5 * 365)
LAND_COVER = Layer("land_cover", (), key=(), path="land_cover/land_cover.tif", geometry="raster", found=True, ages_days=6 * 365)

LAYERS = {
    layer.name: layer
    for layer in (
        VILLAGES, SITES, RIVERS, ROADS, POPULATION, LAND_COVER, MEASUREMENTS, COMMUNES, FORMER_COMMUNES, CANDIDATES, POWER_LINES, EXCLUSION_AREAS,
        PRICES, BUILD_OPTIONS, BUILD_LINKS, ANSWERS,
    )
}  # fmt: skip
"""By name, in the order in which they are told of."""
TABLES = {name: layer for name, layer in LAYERS.items() if layer.columns}
"""Those with columns of their own."""
