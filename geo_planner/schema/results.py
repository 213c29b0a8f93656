"""The columns that a plan adds to the villages."""

from __future__ import annotations

from geo_planner.schema.column import Column, Layer
from geo_planner.schema.kinds import Choice, Number, Text, Whole, YesNo
from geo_planner.schema.vocabulary import RESPONSIBILITY, SIGNAL_STATUS

# Columns that a plan adds to the villages, in the order in which the exports show them.
RESULTS = Layer(
    "results",
    (
        Column("rank", Whole(), "Thứ tự", "Rank", "1 là trước nhất, trên toàn danh sách.", "1 comes first, over the whole list."),
        Column("tied_with", Text(), "Đồng điểm với", "Tied with", "Mã các bản có cùng điểm; thứ tự giữa các bản này: nhiều hộ hơn xếp trước, rồi theo mã.", "Ids of the villages of the same score; among them more households come first, then the id."),
        Column("rank_in_group", Whole(), "Thứ tự trong nhóm", "Rank in group", "Trong nhóm cùng nơi chịu trách nhiệm.", "Within the same responsibility."),
        Column("rank_low", Whole(), "Thứ tự tốt nhất (90 % mô phỏng)", "Best rank (90 % of draws)", "5 % số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "5 % of the draws reach this rank or a higher place."),
        Column("rank_high", Whole(), "Thứ tự kém nhất (90 % mô phỏng)", "Worst rank (90 % of draws)", "95 % số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "95 % of the draws reach this rank or a higher place."),
        Column("rank_median", Whole(), "Thứ tự, trung vị mô phỏng", "Median rank of the draws"),
        Column("p_top_5", Number(), "Khả năng thuộc 5 bản đầu", "Probability of the first 5", minimum=0, maximum=1),
        Column("p_top_10", Number(), "Khả năng thuộc 10 bản đầu", "Probability of the first 10", minimum=0, maximum=1),
        Column("score", Number(), "Điểm ưu tiên", "Priority score", "Từ 0 đến 1.", "0 to 1.", minimum=0, maximum=1),
        Column("responsibility", Choice(RESPONSIBILITY), "Nguồn kinh phí", "Responsibility", "", ""),
        Column("responsibility_reason", Text(), "Căn cứ", "Ground for it"),
        Column("responsibility_datum", Text(), "Số liệu làm căn cứ", "Datum it rests on"),
        Column("explanation_vi", Text(), "Giải thích", "Explanation (Vietnamese)"),
        Column("explanation_en", Text(), "Giải thích (tiếng Anh)", "Explanation"),
        Column("commune_name", Text(), "Xã, phường", "Commune"),
        Column("modelled_status", Choice(SIGNAL_STATUS), "Sóng theo mô hình", "Modelled signal"),
        Column("measured_status", Choice(SIGNAL_STATUS), "Sóng theo đo kiểm", "Measured signal"),
        Column("centre_status", Choice(SIGNAL_STATUS), "Sóng đo tại trung tâm", "Measured at the centre"),
        Column("n_samples", Whole(), "Số mẫu đo", "Samples", minimum=0),
        Column("operators_measured", Text(), "Nhà mạng đã đo", "Operators measured"),
        Column("measured_to", Text(), "Ngày đo gần nhất", "Latest measurement"),
        Column("rsrp_dbm", Number("dBm"), "RSRP tại trung tâm (dBm)", "RSRP at the centre (dBm)", "Theo mô hình, ngoài trời.", "Modelled, outdoors."),
        Column("coverage_probability", Number(), "Xác suất có sóng", "Coverage probability", "Tại trung tâm bản.", "At the centre.", minimum=0, maximum=1),
        Column("settlement_covered_share", Number(), "Phần khu dân cư có sóng", "Settlement covered share", minimum=0, maximum=1),
        Column("compared_model", Text(), "Mô hình đối chiếu", "Second model"),
        Column("compared_status", Choice(SIGNAL_STATUS), "Sóng theo mô hình đối chiếu", "Signal by the second model"),
        Column("compared_rsrp_dbm", Number("dBm"), "RSRP theo mô hình đối chiếu (dBm)", "RSRP by the second model (dBm)"),
        Column("compared_probability", Number(), "Xác suất theo mô hình đối chiếu", "Probability by the second model", minimum=0, maximum=1),
        Column("best_server_id", Text(), "Trạm phủ tốt nhất", "Best server"),
        Column("nearest_site_id", Text(), "Trạm gần nhất", "Nearest site"),
        Column("nearest_site_km", Number("km"), "Cách trạm gần nhất (km)", "Distance to nearest site (km)", minimum=0),
        Column("missing", Text(), "Số liệu còn thiếu", "Missing data", "Tiêu chí tạm lấy mức giữa của thang điểm.", "Criteria counted at the midpoint of their bounds."),
        Column("flags", Text(), "Lưu ý", "Remarks"),
        Column("depends_on_sample", YesNo(), "Dựa trên dữ liệu mẫu", "Rests on sample data"),
    ),
    key=(),
)  # fmt: skip
