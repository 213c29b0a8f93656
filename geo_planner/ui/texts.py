"""Every text of the app, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from geo_planner.labels import Language

LANGUAGES: Mapping[str, Language] = {"Tiếng Việt": "vi", "English": "en"}

TEXTS: Mapping[str, dict[Language, str]] = {
    # Frame
    "app": {"vi": "Phủ sóng bản xa", "en": "Signal for remote villages"},
    "language": {"vi": "Ngôn ngữ", "en": "Language"},
    "scenario": {"vi": "Kịch bản", "en": "Scenario"},
    "page_map": {"vi": "Bản đồ", "en": "Map"},
    "page_ranking": {"vi": "Xếp hạng", "en": "Ranking"},
    "page_downloads": {"vi": "Tải tài liệu", "en": "Downloads"},
    "page_about": {"vi": "Cách tính, nguồn", "en": "Method, sources"},
    "running": {"vi": "Đang tính: {step}", "en": "Working: {step}"},
    "step_input": {"vi": "đọc và kiểm tra số liệu", "en": "reading and checking the input"},
    "step_coverage": {"vi": "vùng phủ sóng của các trạm", "en": "coverage of the sites"},
    "step_villages": {"vi": "sóng tại từng bản", "en": "signal at each village"},
    "step_ranking": {"vi": "xếp thứ tự ưu tiên", "en": "ranking"},
    "no_scenario": {
        "vi": "Thư mục {folder} không có kịch bản nào. Đặt một tệp .yaml vào thư mục con scenarios.",
        "en": "The folder {folder} has no scenario. Put a .yaml file into its subfolder scenarios.",
    },
    "faults_title": {"vi": "Số liệu đầu vào cần sửa", "en": "The input needs mending"},
    "faults_hint": {
        "vi": "Có {n} lỗi. Sửa các tệp dưới đây rồi tải lại trang; chưa có kết quả nào được tính.",
        "en": "{n} faults. Mend the files below and reload the page; nothing has been computed.",
    },
    "cannot_go_on": {"vi": "Chưa chạy được", "en": "This cannot run yet"},
    "fault_file": {"vi": "Tệp", "en": "File"},
    "fault_row": {"vi": "Dòng", "en": "Row"},
    "fault_column": {"vi": "Cột", "en": "Column"},
    "fault_value": {"vi": "Giá trị", "en": "Value"},
    "fault_reason": {"vi": "Sai ở đâu", "en": "What is wrong"},
    "fault_remedy": {"vi": "Cách sửa", "en": "What to do"},
    # Map
    "headline_villages": {"vi": "bản trong danh sách", "en": "villages listed"},
    "headline_no_signal": {"vi": "bản trắng sóng theo mô hình", "en": "without signal by the model"},
    "headline_measure": {"vi": "bản cần đo kiểm", "en": "to be measured on site"},
    "headline_area": {"vi": "diện tích tỉnh có sóng theo mô hình", "en": "of the province's area covered by the model"},
    "choose_village": {"vi": "Chọn bản", "en": "Choose a village"},
    "click_hint": {"vi": "Bấm vào một bản trên bản đồ hoặc chọn tại đây.", "en": "Click a village on the map or choose it here."},
    "chart_points": {"vi": "Điểm", "en": "Points"},
    "chart_ceiling": {"vi": "Tối đa", "en": "At most"},
    "chart_value": {"vi": "Giá trị", "en": "Value"},
    "chart_criterion": {"vi": "Tiêu chí", "en": "Criterion"},
    "chart_hint": {
        "vi": "Xanh: điểm đạt được. Xám: điểm tối đa. Nhạt: tạm tính vì thiếu số liệu.",
        "en": "Blue: points. Grey: at most. Pale: assumed, data missing.",
    },
    "go_downloads": {"vi": "Tải danh sách, bản đồ và số liệu", "en": "Download list, map and data"},
    # Ranking
    "ranking_title": {"vi": "Xếp hạng các bản", "en": "Ranking of the villages"},
    "ranking_hint": {
        "vi": "Kéo thanh trượt để thử trọng số khác; thứ tự đổi ngay. Trọng số là giả định để tỉnh quyết định.",
        "en": "Move a slider to try other weights; the order changes at once. Weights are assumptions for the province to decide.",
    },
    "weights": {"vi": "Trọng số", "en": "Weights"},
    "reset": {"vi": "Về trọng số của kịch bản", "en": "Back to the scenario's weights"},
    "what_if": {
        "vi": "Thử nghiệm: bảng đang dùng trọng số khác kịch bản. Các tài liệu tải về vẫn theo kịch bản.",
        "en": "Trial: the table uses other weights than the scenario. Downloads still follow the scenario.",
    },
    "as_scenario": {"vi": "Theo đúng trọng số của kịch bản.", "en": "With the weights of the scenario."},
    "no_weight": {
        "vi": "Cần ít nhất một tiêu chí có trọng số lớn hơn 0.",
        "en": "At least one criterion needs a weight above zero.",
    },
    "filter_responsibility": {"vi": "Nguồn thực hiện", "en": "Who pays"},
    "save_weights": {"vi": "Lưu trọng số thử nghiệm (YAML)", "en": "Save trial weights (YAML)"},
    "column_rank": {"vi": "Hạng", "en": "Rank"},
    "column_change": {"vi": "Thay đổi", "en": "Change"},
    "column_base_rank": {"vi": "Theo kịch bản", "en": "In scenario"},
    "column_village": {"vi": "Thôn, bản", "en": "Village"},
    "column_commune": {"vi": "Xã, phường", "en": "Commune"},
    "column_score": {"vi": "Điểm", "en": "Score"},
    "column_declared": {"vi": "Khai báo", "en": "Declared"},
    "column_modelled": {"vi": "Mô hình", "en": "Modelled"},
    "column_measured": {"vi": "Đo kiểm", "en": "Measured"},
    "column_households": {"vi": "Số hộ", "en": "Households"},
    "column_missing": {"vi": "Thiếu số liệu", "en": "Missing"},
    "column_sample": {"vi": "Dựa trên mẫu", "en": "Rests on sample"},
    "change_help": {"vi": "So với trọng số của kịch bản", "en": "Against the scenario's weights"},
    # Downloads
    "downloads_title": {"vi": "Tải tài liệu", "en": "Downloads"},
    "downloads_hint": {
        "vi": "Mọi tệp được lập từ cùng một lần tính theo kịch bản đang chọn.",
        "en": "All files come from one and the same run of the chosen scenario.",
    },
    "preparing": {"vi": "Đang lập tài liệu…", "en": "Preparing the files…"},
    "download": {"vi": "Tải về", "en": "Download"},
    "size_mb": {"vi": "{size} MB", "en": "{size} MB"},
    "size_kb": {"vi": "{size} kB", "en": "{size} kB"},
    # About
    "about_title": {"vi": "Cách tính và nguồn số liệu", "en": "Method and sources"},
    "what_is_sample": {"vi": "Số liệu nào là mẫu, số liệu nào là thật", "en": "What is sample and what is real"},
    "part": {"vi": "Số liệu", "en": "Data"},
    "state": {"vi": "Tình trạng", "en": "State"},
    "origin": {"vi": "Nguồn ghi trong tệp", "en": "Source named in the file"},
    "part_villages": {"vi": "Danh sách thôn, bản", "en": "List of villages"},
    "part_sites": {"vi": "Vị trí và thông số trạm", "en": "Sites and their parameters"},
    "part_terrain": {"vi": "Địa hình", "en": "Terrain"},
    "part_communes": {"vi": "Ranh giới xã, phường", "en": "Commune boundaries"},
    "n_of_sample": {"vi": "{sample} trên {total} là mẫu", "en": "{sample} of {total} are sample"},
    "is_sample": {"vi": "Mẫu", "en": "Sample"},
    "not_marked": {"vi": "Không phải mẫu", "en": "Not sample"},
    "replace_first": {
        "vi": "Việc đầu tiên khi dùng thật: thay danh sách bản và danh sách trạm bằng số liệu của Sở, và địa hình bằng mô hình số độ cao thật.",
        "en": "First thing for real use: put the department's own villages and sites and a real terrain model in place of the sample.",
    },
    "how": {"vi": "Cách tính", "en": "How it is computed"},
    "assumptions": {"vi": "Các giả định của kịch bản", "en": "Assumptions of the scenario"},
    "assumption": {"vi": "Giả định", "en": "Assumption"},
    "value": {"vi": "Giá trị", "en": "Value"},
    "criteria": {"vi": "Tiêu chí, thang điểm và trọng số", "en": "Criteria, bounds and weights"},
    "criterion": {"vi": "Tiêu chí", "en": "Criterion"},
    "bounds": {"vi": "Thang (0 điểm → tối đa)", "en": "Bounds (0 → most)"},
    "weight": {"vi": "Trọng số", "en": "Weight"},
    "ground": {"vi": "Căn cứ", "en": "Ground"},
    "notes": {"vi": "Cảnh báo của lần tính này", "en": "Warnings of this run"},
    "inputs": {"vi": "Tệp đầu vào", "en": "Input files"},
    "file": {"vi": "Tệp", "en": "File"},
    "share_sha": {"vi": "Mã băm SHA-256", "en": "SHA-256"},
}

METHOD: Mapping[Language, tuple[str, ...]] = {
    "vi": (
        "Sóng: với mỗi trạm đang phát, mức thu RSRP được tính trên từng ô địa hình theo mô hình truyền sóng của kịch bản. Một nơi được coi là "
        "có sóng khi xác suất RSRP đạt ngưỡng không nhỏ hơn mức quy định trong kịch bản.",
        "Tình trạng của bản: trắng sóng khi trung tâm bản không có sóng; lõm sóng khi trung tâm có sóng nhưng một phần khu dân cư không có; "
        "còn lại là có sóng. Khai báo, mô hình và đo kiểm để riêng, không gộp.",
        "Nguồn thực hiện: chưa có điện lưới thì cần điện trước; có điện và là thôn đặc biệt khó khăn thì thuộc Quỹ; có điện và không thuộc diện "
        "đó thì doanh nghiệp tự đầu tư; thiếu số liệu thì để câu hỏi. Bước này không loại bản nào khỏi danh sách.",
        "Thứ tự: tổng có trọng số của các tiêu chí với thang cố định, nên thêm bớt một bản không đổi thứ tự các bản khác. Tiêu chí thiếu số liệu "
        "được tạm tính ở giữa thang và ghi rõ.",
        "Diện tích có sóng không phải là dân số có sóng: chưa có lớp phân bố dân cư nên không nêu tỷ lệ dân số.",
    ),
    "en": (
        "Signal: for every site on air the RSRP is computed on each terrain cell with the scenario's propagation model. A place is covered when "
        "the probability of reaching the threshold is at least the one set in the scenario.",
        "Status: no signal when the centre is not covered; partial when the centre is but a part of the settlement is not; covered otherwise. "
        "Declared, modelled and measured stay apart and are never merged.",
        "Who pays: without grid power, power first; with power and extremely difficult, the Fund; with power and not so, the operator; where "
        "data are missing, a question. This step removes no village.",
        "Rank: weighted sum of the criteria with fixed bounds, so adding a village reorders no other. A missing criterion counts at the middle "
        "of its bounds and is shown as assumed.",
        "Covered area is not covered people: there is no population layer, so no share of people is given.",
    ),
}  # fmt: skip

ASSUMPTIONS: Mapping[str, dict[Language, str]] = {
    "service.technology": {"vi": "Công nghệ", "en": "Technology"},
    "service.rsrp_threshold_dbm": {"vi": "Ngưỡng RSRP ngoài trời (dBm)", "en": "RSRP threshold outdoors (dBm)"},
    "service.rx_height_m": {"vi": "Độ cao máy thu (m)", "en": "Height of the handset (m)"},
    "service.sigma_db": {"vi": "Độ lệch chuẩn sai số dự báo (dB)", "en": "Standard deviation of the prediction error (dB)"},
    "service.min_probability": {"vi": "Xác suất tối thiểu để coi là có sóng", "en": "Least probability to count as covered"},
    "service.default_settlement_radius_m": {"vi": "Bán kính khu dân cư khi không ghi (m)", "en": "Settlement radius where blank (m)"},
    "service.full_coverage_share": {"vi": "Phần khu dân cư có sóng để coi là có sóng", "en": "Share of the settlement to count as covered"},
    "propagation.model": {"vi": "Mô hình truyền sóng", "en": "Propagation model"},
    "propagation.max_radius_km": {"vi": "Bán kính tính tối đa của một trạm (km)", "en": "Largest radius of a site (km)"},
    "propagation.effective_earth_factor": {"vi": "Hệ số bán kính Trái Đất hiệu dụng", "en": "Effective earth radius factor"},
    "propagation.relative_permittivity": {"vi": "Hằng số điện môi của đất", "en": "Relative permittivity of the ground"},
    "propagation.conductivity_s_m": {"vi": "Độ dẫn điện của đất (S/m)", "en": "Conductivity of the ground (S/m)"},
}

FILES: Mapping[str, tuple[dict[Language, str], dict[Language, str]]] = {
    "proposal.docx": (
        {"vi": "Tờ trình", "en": "Proposal"},
        {"vi": "Dự thảo theo thể thức Nghị định 30/2020/NĐ-CP.", "en": "Draft in the form of Decree 30/2020."},
    ),
    "priority_list.xlsx": (
        {"vi": "Danh sách ưu tiên (Excel)", "en": "Priority list (Excel)"},
        {
            "vi": "Thứ tự, nguồn thực hiện, hiện trạng sóng và lý do của từng bản.",
            "en": "Rank, who pays, signal and reasons of every village.",
        },
    ),
    "map.html": (
        {"vi": "Bản đồ mở không cần mạng", "en": "Map that opens offline"},
        {"vi": "Một tệp, gửi qua thư và mở bằng trình duyệt.", "en": "One file: send it by mail, open it in a browser."},
    ),
    "priority_list.csv": (
        {"vi": "Danh sách ưu tiên (CSV)", "en": "Priority list (CSV)"},
        {"vi": "Cùng nội dung, để đưa vào phần mềm khác.", "en": "The same content for other programs."},
    ),
    "plan.gpkg": (
        {"vi": "Lớp bản đồ (GeoPackage)", "en": "Map layers (GeoPackage)"},
        {"vi": "Bản, xã, trạm cho QGIS hoặc ArcGIS.", "en": "Villages, communes and sites for QGIS or ArcGIS."},
    ),
    "villages.geojson": (
        {"vi": "Các bản (GeoJSON)", "en": "Villages (GeoJSON)"},
        {"vi": "Điểm và kết quả của từng bản.", "en": "Points and results of every village."},
    ),
    "coverage.tif": (
        {"vi": "Vùng phủ sóng (GeoTIFF)", "en": "Coverage (GeoTIFF)"},
        {"vi": "Mức thu RSRP và xác suất có sóng.", "en": "RSRP and coverage probability."},
    ),
    "summary.json": (
        {"vi": "Tóm tắt (JSON)", "en": "Summary (JSON)"},
        {"vi": "Kết quả cho máy đọc.", "en": "Results for machines."},
    ),
    "manifest.json": (
        {"vi": "Lý lịch lần tính (JSON)", "en": "Record of the run (JSON)"},
        {"vi": "Kịch bản, mã băm đầu vào, phiên bản.", "en": "Scenario, hashes of the input, versions."},
    ),
}


def text(key: str, language: Language, **values: object) -> str:
    """A text of the app in one language, with its places filled."""
    return TEXTS[key][language].format(**values)
