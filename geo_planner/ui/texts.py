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
    "page_questions": {"vi": "Câu hỏi", "en": "Questions"},
    "page_import_list": {"vi": "Nhập số liệu", "en": "Import data"},
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
    "fault_original": {"vi": "Chi tiết (tiếng Anh)", "en": "Details"},
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
    "tab_order": {"vi": "Thứ tự", "en": "Order"},
    "tab_certainty": {"vi": "Độ chắc chắn", "en": "Certainty"},
    "tab_methods": {"vi": "So sánh phương pháp", "en": "Methods compared"},
    "tab_fairness": {"vi": "Công bằng", "en": "Fairness"},
    "column_interval": {"vi": "Khoảng hạng", "en": "Rank range"},
    "interval_help": {
        "vi": "Khoảng thứ tự trong 90 % số lần mô phỏng, theo trọng số của kịch bản.",
        "en": "Ranks in 90 % of the draws, with the scenario's weights.",
    },
    "other_method": {
        "vi": "Kịch bản xếp theo {method}. Bảng thử dùng tổng có trọng số, nên cột “Thay đổi” so với tổng có trọng số.",
        "en": "The scenario ranks by {method}. This trial uses the weighted sum, so “Change” is against the weighted sum.",
    },
    "certainty_hint": {
        "vi": "Mô phỏng {draws} lần, mỗi lần thay đổi trọng số, số hộ, kết quả mô hình sóng và phương pháp trong phạm vi sai số. Vạch càng dài thì thứ "
        "tự càng ít chắc chắn.",
        "en": "{draws} draws, each with other weights, household counts, modelled signal and method within their error. The longer the bar, the less "
        "certain the rank.",
    },
    "chart_rank": {"vi": "Thứ tự", "en": "Rank"},
    "chart_interval": {"vi": "Khoảng 90 %", "en": "90 % range"},
    "chart_median": {"vi": "Trung vị", "en": "Median"},
    "chart_first": {"vi": "{k} bản đầu", "en": "first {k}"},
    "interval_legend": {
        "vi": "Chấm đậm: thứ tự theo kịch bản. Vạch: khoảng 90 % số lần mô phỏng. Vạch đứng nhỏ: trung vị.",
        "en": "Dot: rank in the scenario. Bar: 90 % of the draws. Tick: median.",
    },
    "swaps_title": {
        "vi": "Trọng số đổi bao nhiêu thì hai bản liền kề đổi chỗ",
        "en": "How far a weight must move for neighbours to change places",
    },
    "swaps_hint": {
        "vi": "Mỗi dòng là thay đổi nhỏ nhất của một trọng số đủ làm hai bản đổi chỗ, các trọng số khác giữ nguyên tỷ lệ; cặp dễ đổi nhất đứng đầu.",
        "en": "Each row is the smallest change of one weight that swaps the pair, the others keeping their proportions; the easiest swap comes first.",
    },
    "swaps_weighted_sum": {
        "vi": "TOPSIS không phải là tổng theo tiêu chí nên bảng này tính cho tổng có trọng số.",
        "en": "TOPSIS is no sum over criteria: this table is worked out for the weighted sum.",
    },
    "no_swaps": {"vi": "Không thay đổi trọng số nào làm hai bản liền kề đổi chỗ.", "en": "No change of a weight swaps two neighbours."},
    "column_neighbour": {"vi": "Bản xếp ngay sau", "en": "Next in the order"},
    "column_points": {"vi": "Thay đổi (điểm %)", "en": "Change (points)"},
    "methods_hint": {
        "vi": "Cùng số liệu và trọng số, xếp theo từng phương pháp. Bản có chênh lệch lớn là bản mà cách tính quyết định nhiều.",
        "en": "The same data and weights, ranked by each method. A large spread means that the method decides much.",
    },
    "column_spread": {"vi": "Chênh lệch", "en": "Spread"},
    "spread_help": {
        "vi": "Thứ tự thấp nhất trừ thứ tự cao nhất giữa các phương pháp.",
        "en": "Lowest less highest rank among the methods.",
    },
    "short_weighted_sum": {"vi": "Có trọng số", "en": "Weighted"},
    "short_equal_weights": {"vi": "Bằng nhau", "en": "Equal"},
    "short_spotis": {"vi": "SPOTIS", "en": "SPOTIS"},
    "short_topsis": {"vi": "TOPSIS", "en": "TOPSIS"},
    "short_promethee_ii": {"vi": "PROMETHEE", "en": "PROMETHEE"},
    "short_share_of_villages": {"vi": "Tỷ lệ trong danh sách", "en": "Share of the list"},
    "short_in_first_k": {"vi": "Trong nhóm đầu", "en": "In the first k"},
    "short_share_in_first_k": {"vi": "Được xếp đầu", "en": "Of the group"},
    "short_share_of_first_k": {"vi": "Tỷ lệ trong nhóm đầu", "en": "Share of the first k"},
    "short_mean_rank": {"vi": "Hạng TB", "en": "Mean rank"},
    "short_median_score": {"vi": "Điểm TV", "en": "Median"},
    "short_chance": {"vi": "Xác suất nếu bốc thăm", "en": "Probability by lot"},
    "tau_title": {"vi": "Mức giống nhau giữa các phương pháp (Kendall τ)", "en": "Agreement of the methods (Kendall's τ)"},
    "tau_hint": {
        "vi": "1 là cùng một thứ tự, 0 là không liên quan, −1 là ngược hẳn.",
        "en": "1 is the same order, 0 unrelated, −1 the reverse.",
    },
    "methods_notes": {"vi": "Nên biết về từng phương pháp", "en": "What to know of each method"},
    "can_reverse": {"vi": "có thể đảo thứ tự", "en": "can reverse ranks"},
    "cannot_reverse": {"vi": "không đảo thứ tự", "en": "never reverses ranks"},
    "in_use": {"vi": "đang dùng", "en": "in use"},
    "fairness_hint": {
        "vi": "Nhóm nào ít bản được xếp trong {k} bản đầu hơn tỷ lệ của nhóm trong danh sách? Xác suất nếu bốc thăm càng nhỏ thì càng cần xem lại.",
        "en": "Which group has fewer villages among the first {k} than its share of the list? The smaller the chance by lot, the more reason to look "
        "again.",
    },
    "fairness_by": {"vi": "Xem theo", "en": "By"},
    "by_commune_name": {"vi": "Xã, phường", "en": "Commune"},
    "by_commune_code": {"vi": "Xã, phường", "en": "Commune"},
    "by_ethnic_group": {"vi": "Dân tộc", "en": "Ethnic group"},
    "by_border": {"vi": "Xã biên giới", "en": "Border commune"},
    "by_region_class": {"vi": "Khu vực", "en": "Region class"},
    "border_yes": {"vi": "Xã biên giới", "en": "Border commune"},
    "border_no": {"vi": "Không phải xã biên giới", "en": "Not on the border"},
    "region_of": {"vi": "Khu vực {name}", "en": "Region {name}"},
    "group_blank": {"vi": "Không ghi", "en": "Not given"},
    "fairness_look": {
        "vi": "Cần xem lại: {group}, {first}/{n} bản thuộc {k} bản đầu; nếu bốc thăm, xác suất ít đến vậy là {chance}.",
        "en": "Look again: {group}, {first} of {n} villages among the first {k}; by lot, so few would have a probability of {chance}.",
    },
    "fairness_none": {
        "vi": "Không nhóm nào ít bản được xếp đầu đến mức khó coi là ngẫu nhiên.",
        "en": "No group has so few villages at the top that chance could hardly explain it.",
    },
    "fairness_caution": {
        "vi": "Nhóm chỉ có một, hai bản thì con số này nói được rất ít. Bảng chỉ ra chỗ cần xem lại, không kết luận có thiên lệch.",
        "en": "For a group of one or two villages the figure says little. The table points to where to look; it proves no bias.",
    },
    # Questions
    "questions_title": {"vi": "Câu hỏi cần trả lời", "en": "Questions to be answered"},
    "questions_hint": {
        "vi": "Số liệu còn thiếu, viết thành câu hỏi cho nơi trả lời được. Câu quyết định nguồn thực hiện đứng trước, rồi đến câu có thể làm đổi thứ "
        "hạng nhiều nhất.",
        "en": "What is missing, as questions to those who can answer. Those that decide who pays come first, then those that could move a rank most.",
    },
    "no_questions": {"vi": "Không còn câu hỏi nào: danh sách đủ số liệu.", "en": "No question is open: the list is complete."},
    "all_communes": {"vi": "Tất cả xã, phường", "en": "All communes"},
    "asks_commune": {"vi": "Hỏi xã, phường", "en": "For the communes"},
    "asks_department": {"vi": "Hỏi Sở", "en": "For the department"},
    "asks_model": {"vi": "Cần thêm dữ liệu địa hình, trạm", "en": "Terrain or site data needed"},
    "n_questions": {"vi": "{n} câu hỏi cho {villages} bản", "en": "Questions: {n}, villages: {villages}"},
    "from_to": {"vi": "từ {best} đến {worst}", "en": "{best} to {worst}"},
    "stays": {"vi": "không đổi", "en": "no change"},
    "decides_payer": {"vi": "quyết định nguồn thực hiện", "en": "decides who pays"},
    "column_matters": {"vi": "Có thể đổi hạng", "en": "Could move the rank"},
    "column_answer": {"vi": "Trả lời", "en": "Answer"},
    "save_questions": {"vi": "Tải danh sách câu hỏi (CSV)", "en": "Download the questions (CSV)"},
    "change_help": {"vi": "So với trọng số của kịch bản", "en": "Against the scenario's weights"},
    # Path between a mast and a village
    "page_link": {"vi": "Mặt cắt", "en": "Path profile"},
    "link_title": {"vi": "Mặt cắt đường truyền từ trạm tới bản", "en": "Path from a mast to a village"},
    "link_hint": {
        "vi": "Tính đúng tại tâm bản; bản đồ tính tại tâm ô địa hình nên có thể lệch vài dB. Thay đổi ở đây không đổi kịch bản.",
        "en": "Computed at the village centre itself; the map takes the centre of the terrain cell, so they may differ by a few dB. Changes here leave the scenario as it is.",
    },
    "link_no_village": {"vi": "Danh sách chưa có bản nào.", "en": "The list holds no village yet."},
    "link_mast": {"vi": "Chọn trạm (gần trước)", "en": "Choose a mast (nearest first)"},
    "link_own": {"vi": "Vị trí khác: nhập toạ độ", "en": "Another place: type coordinates"},
    "link_lat": {"vi": "Vĩ độ (°)", "en": "Latitude (°)"},
    "link_lon": {"vi": "Kinh độ (°)", "en": "Longitude (°)"},
    "link_height": {"vi": "Độ cao cột", "en": "Mast height"},
    "link_freq": {"vi": "Tần số", "en": "Frequency"},
    "link_eirp": {"vi": "EIRP trên một phần tử tài nguyên", "en": "EIRP per resource element"},
    "link_eirp_help": {
        "vi": "Công suất phát xạ đẳng hướng tương đương của một phần tử tài nguyên LTE, theo hướng về bản.",
        "en": "Equivalent isotropic power of one LTE resource element, towards the village.",
    },
    "link_same_place": {
        "vi": "Trạm và bản trùng vị trí: hãy chọn hai nơi khác nhau.",
        "en": "Mast and village are at the same place: choose two places.",
    },
    "link_axis_km": {"vi": "Khoảng cách từ trạm (km)", "en": "Distance from the mast (km)"},
    "link_axis_m": {"vi": "Độ cao (m)", "en": "Height above sea level (m)"},
    "link_tip_ground": {"vi": "Mặt đất (m)", "en": "Ground (m)"},
    "link_tip_ray": {"vi": "Tia (m)", "en": "Ray (m)"},
    "link_tip_clearance": {"vi": "Tia cao hơn đất (m)", "en": "Ray above ground (m)"},
    "link_tip_radius": {"vi": "Bán kính Fresnel (m)", "en": "Fresnel radius (m)"},
    "link_ridge": {"vi": "Đỉnh chắn", "en": "Blocking ridge"},
    "link_closest": {"vi": "Chỗ sát tia nhất", "en": "Closest to the ray"},
    "link_legend": {
        "vi": "Nâu: địa hình, đã cộng độ cong Trái Đất (nhiều nhất {bulge} m). Đường xanh: tia nối hai anten. Vùng xanh nhạt: vùng Fresnel thứ nhất; nét đứt: 60 % vùng đó.",
        "en": "Brown: terrain, raised by the earth's curvature (at most {bulge} m). Blue line: ray between the antennas. Pale blue: first Fresnel zone; dashed: 60% of it.",
    },
    "link_least": {"vi": "Độ cao cột ít nhất", "en": "Least mast height"},
    "link_sight": {"vi": "Nhìn thẳng được", "en": "Line of sight"},
    "link_fresnel": {"vi": "Thông 60 % vùng Fresnel", "en": "60% of the Fresnel zone clear"},
    "link_serve": {"vi": "Đạt yêu cầu phủ sóng", "en": "Service met"},
    "link_models": {"vi": "Kết quả theo từng mô hình", "en": "Model by model"},
    "link_model": {"vi": "Mô hình", "en": "Model"},
    "link_loss": {"vi": "Suy hao (dB)", "en": "Loss (dB)"},
    "link_mode": {"vi": "Cơ chế", "en": "Mechanism"},
    "link_rsrp": {"vi": "RSRP (dBm)", "en": "RSRP (dBm)"},
    "link_probability": {"vi": "Xác suất", "en": "Probability"},
    "link_verdict": {"vi": "Kết luận", "en": "Verdict"},
    "link_notes": {"vi": "Lưu ý của mô hình", "en": "The model's reservations"},
    "link_picture": {"vi": "Tải hình mặt cắt (PNG)", "en": "Download the picture (PNG)"},
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
    "no_terrain": {"vi": "Không có dữ liệu địa hình", "en": "No terrain data"},
    "none": {"vi": "không có", "en": "none"},
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
        "Hai mô hình: mỗi bản được tính thêm bằng mô hình đối chiếu; khi hai kết luận khác nhau thì bản đó cần đo kiểm.",
        "Độ chắc chắn: thứ tự được tính lại nhiều lần với trọng số, số liệu và phương pháp thay đổi trong phạm vi sai số; khoảng hạng chứa 90 % số "
        "lần đó.",
        "Diện tích có sóng không phải là dân số có sóng: khi chưa có lớp phân bố dân cư thì không nêu tỷ lệ dân số.",
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
        "Two models: each village is worked out by a second model too; where the two conclusions differ, measure on site.",
        "Certainty: the order is worked out many times over with weights, data and methods varied within their error; the rank range holds 90 % of "
        "those runs.",
        "Covered area is not covered people: without a population layer no share of people is given.",
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
    "service.class_limits_dbm": {"vi": "Giới hạn các lớp RSRP trên bản đồ (dBm)", "en": "Limits of the RSRP classes on the map (dBm)"},
    "propagation.compare_with": {"vi": "Mô hình đối chiếu", "en": "Second model"},
    "propagation.time_pct": {"vi": "Tỷ lệ thời gian (%)", "en": "Share of the time (%)"},
    "propagation.dn_per_km": {"vi": "Độ giảm chiết suất theo độ cao (N/km)", "en": "Refractivity lapse rate (N/km)"},
    "propagation.n0": {"vi": "Chiết suất quy về mực nước biển (N)", "en": "Sea-level refractivity (N)"},
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
