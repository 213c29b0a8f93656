"""Vietnamese for faults that are still told in English prose, by their code alone; it goes when the last of them says a key."""

from __future__ import annotations

from collections.abc import Mapping

from geo_planner.errors import Fault
from geo_planner.measurements import DISAGREEMENTS, DROP_REASONS
from geo_planner.sources.imports.spoken.faults import FAULTS as IMPORT_FAULTS
from geo_planner.sources.imports.spoken.faults import FAULTS_VI as IMPORT_FAULTS_VI
from geo_planner.words import Language, said

FAULTS_VI: Mapping[str, tuple[str, str]] = {
    **IMPORT_FAULTS_VI,
    # Files and tables
    "missing_file": ("Không tìm thấy tệp.", "Đặt tệp vào đúng chỗ, hoặc sửa tên tệp trong kịch bản."),
    "not_a_number": ("Giá trị không phải là số.", "Ghi một số, dùng dấu chấm thập phân, không kèm đơn vị."),
    "not_a_date": ("Giá trị không phải là ngày hợp lệ.", "Viết dạng 2026-01-28."),
    "range": ("Số nằm ngoài khoảng cho phép.", "Kiểm tra lại số và đơn vị."),
    "unit": ("Đơn vị ghi ở tiêu đề không hợp với cột này.", "Đổi số liệu sang đơn vị của cột, hoặc bỏ cột ra bằng --map."),
    "another_system": ("Dòng này ở hệ tọa độ khác với cả danh sách.", "Đổi dòng này sang hệ tọa độ của danh sách, hoặc tách ra thành danh sách riêng."),
    "which_level": ("Chưa rõ mức thu là RSRP hay RSSI.", "Nếu là RSRP thì khai báo bằng --map; nếu không thì bỏ cột ra."),
    "which_unit": ("Chưa rõ công suất ghi bằng dBm hay W: tiêu đề không có đơn vị, mà 20 W là 43 dBm.", "Nếu là dBm thì khai báo bằng --map; nếu là W thì ghi đơn vị vào tiêu đề."),
    "which_height": ("Chưa rõ là độ cao ăng-ten so với mặt đất hay độ cao mặt đất so với mực nước biển.", "Nếu là độ cao ăng-ten thì khai báo bằng --map; nếu không thì bỏ cột ra."),
    "which_tilt": ("Chưa rõ dấu của góc nghiêng: hầu hết là số âm, trong khi ở đây số dương là cúp xuống.", "Nếu số âm nghĩa là cúp xuống thì ghi lại thành số dương; nếu đúng là ngẩng lên thì khai báo bằng --map; hoặc bỏ cột ra."),
    "which_frequency": ("Chưa rõ cột ghi MHz hay số kênh (EARFCN, UARFCN, ARFCN): có số không thuộc băng tần nào của công nghệ.", "Nếu là số kênh thì ghi tiêu đề là EARFCN, UARFCN, ARFCN hoặc NR-ARFCN để được đổi; nếu là MHz thì khai báo bằng --map hoặc ghi đơn vị vào tiêu đề."),
    "channel": ("Số kênh không thuộc băng tần nào.", "Ghi số kênh đường xuống, hoặc ghi tần số bằng MHz ở một cột riêng."),
    "tilt_up": ("Hầu hết góc nghiêng là số âm: ở đây nghĩa là ăng-ten ngẩng lên.", "Nếu ăng-ten cúp xuống thì ghi lại thành số dương."),
    "frequency_strange": ("Có cell ghi tần số không thuộc băng tần nào của công nghệ đó.", "Nếu là số kênh (EARFCN, UARFCN, ARFCN) thì ghi lại tần số bằng MHz."),
    "contradiction": ("Hai ô của dòng này trái ngược nhau.", "Sửa lại một trong hai ô."),
    "control_characters": ("Ô có ký tự điều khiển không nhìn thấy.", "Gõ lại nội dung của ô."),
    "sample_rows": ("Tệp có dòng là số liệu mẫu; kết quả dựa trên đó không dùng để trình phê duyệt.", "Đưa danh sách thật vào bằng geo-planner import."),
    "commune_facts_unknown": ("Chưa biết dân số, xã biên giới hoặc khu vực của các xã: tiêu chí cần số liệu này được coi là thiếu.", "Hỏi Sở hoặc xã rồi ghi vào lớp ranh giới xã."),
    "status_unknown": ("Có cell chưa rõ tình trạng (đang phát hay không); các cell này không được tính.", "Hỏi nhà mạng rồi điền cột tình trạng."),
    "future_vintage": ("Ngày của số liệu nằm sau hôm nay.", "Kiểm tra lại ngày trong danh sách hoặc trong manifest.json."),
    "stale_rows": ("Có dòng đã cũ hơn một năm.", "Hỏi lại hoặc đo lại ở những nơi cần."),
    "future_rows": ("Có dòng ghi ngày sau hôm nay.", "Sửa lại ngày."),
    "result_columns": ("Tệp có cột trùng tên với cột kết quả; các cột đó được đổi tên, thêm đuôi _in_file.", "Bỏ các cột lấy từ kết quả của lần tính trước."),
    "technology_read": ("Tên công nghệ được hiểu theo tên chuẩn (4G là LTE, 5G là NR).", "Không cần làm gì, hoặc viết theo tên chuẩn."),
    "technology_strange": ("Có dòng ghi công nghệ không rõ; các dòng này không được tính.", "Ghi một trong các từ LTE, NR, UMTS, GSM."),
    # Places
    "lookalike": ("Tên có chữ cái của bảng chữ khác trông giống chữ La-tinh (ví dụ Ð thay cho Đ, chữ а của tiếng Nga).", "Gõ lại tên bằng bàn phím tiếng Việt."),
    "alike_ids": ("Hai mã trông giống nhau nhưng khác ký tự; được coi là hai mã khác nhau.", "Nếu là một thì gõ lại cho giống nhau."),
    "too_long": ("Nội dung của ô quá dài.", "Rút gọn; nếu tệp CSV thì kiểm tra dấu ngoặc kép chưa đóng."),
    "merged_figure": ("Một con số được gộp ô cho nhiều dòng: không biết phần của từng dòng.", "Bỏ gộp ô, ghi số riêng cho từng dòng hoặc để trống."),
    "marks": ("Ô trong nhóm cột đánh dấu không rõ nghĩa, hoặc đánh dấu hơn một cột.", "Đánh dấu x ở đúng một cột của nhóm; nếu là con số thì bỏ các cột đó khi nhập."),
    "duplicate_key": ("Mục này của kịch bản được ghi hai lần.", "Chỉ giữ lại một dòng."),
    "unnamed_column": ("Có cột ghi số liệu nhưng không có tên cột.", "Đặt tên cho cột, hoặc xóa các ô của cột."),
    "too_many_columns": ("Bảng có quá nhiều cột, không ghi vào tệp kết quả được.", "Chỉ giữ lại các cột cần dùng."),
    "too_many_operators": ("Cột nhà mạng có quá nhiều tên khác nhau: đó không phải là tên nhà mạng.", "Ghi tên nhà mạng của từng cell."),
    "operators_alike": ("Có nhà mạng được viết nhiều cách, chỉ khác chữ hoa hay dấu cách, nên bị tính thành nhiều nhà mạng.", "Viết tên mỗi nhà mạng theo một cách."),
    # Places
    "swapped": ("Kinh độ và vĩ độ bị đổi chỗ.", "Đổi lại hai giá trị."),
    "projected_as_degrees": ("Tọa độ là mét của hệ chiếu (VN-2000, UTM), không phải độ.", "Đưa vào bằng geo-planner import kèm --crs, hoặc đổi sang độ WGS84."),
    "unknown_commune": ("Mã xã không có trong lớp ranh giới xã.", "Dùng mã 5 chữ số từ 1/7/2025; xã cũ tra trong former_communes.csv."),
    "wrong_commune": ("Bản nằm ngoài xã ghi trong danh sách quá 500 m.", "Sửa mã xã hoặc tọa độ của bản."),
    "near_commune_border": ("Bản nằm ngoài xã ghi trong danh sách, dưới 500 m.", "Kiểm tra vị trí và tên xã."),
    "outside_province": ("Vị trí nằm ngoài tỉnh.", "Sửa tọa độ."),
    "same_point": ("Nhiều bản có cùng một tọa độ.", "Ghi tọa độ riêng của từng bản, ví dụ tọa độ nhà văn hoá."),
    "coarse_position": ("Tọa độ chỉ có hai chữ số thập phân hoặc ít hơn: sai số từ một ki-lô-mét.", "Ghi tọa độ với năm chữ số thập phân."),
    "part_and_whole": ("Số của một phần lớn hơn số của cả bản (ví dụ số hộ lớn hơn số khẩu).", "Kiểm tra lại hai con số; có thể hai cột bị đổi chỗ."),
    "people_per_household": ("Số khẩu gấp hơn 15 lần số hộ.", "Kiểm tra lại hai con số; có thể hai cột bị đổi chỗ hoặc thừa một chữ số."),
    "commune_outside": ("Trạm đứng ngoài tỉnh và ghi xã không thuộc tỉnh; mã xã để trống.", "Kiểm tra tọa độ của trạm."),
    "far_site": ("Trạm nằm rất xa tỉnh.", "Kiểm tra tọa độ của trạm."),
    "site_moves": ("Các cell của cùng một trạm có tọa độ khác nhau.", "Ghi một tọa độ chung cho cả trạm."),
    "geometry": ("Hình vẽ không hợp lệ.", "Sửa hoặc vẽ lại hình này trong QGIS."),
    "crs": ("Hệ tọa độ không dùng được để đo khoảng cách trên địa bàn này.", "Chọn hệ chiếu theo mét của địa bàn, ví dụ múi UTM (EPSG:32648) hoặc múi VN-2000 của tỉnh, hoặc để trống."),
    "no_crs": ("Tệp ảnh không ghi hệ tọa độ.", "Khai báo hệ tọa độ cho tệp bằng QGIS hoặc gdal_edit."),
    "no_place_on_earth": ("Hệ tọa độ của tệp không gắn được với mặt đất (hệ riêng của công trình, hệ của thiên thể khác).", "Xuất lại tệp theo độ WGS84 (EPSG:4326)."),
    # Terrain and other rasters
    "island_without_terrain": ("Xã ở ngoài khơi không có số liệu độ cao; chưa tính được gì ở đó.", "Dùng dữ liệu địa hình phủ tới đảo trước khi đưa thôn, bản của xã vào."),
    "far_commune": ("Xã ở quá xa ngoài khơi; tệp ảnh không phủ tới đó.", "Lập riêng một địa bàn cho xã này nếu cần."),
    "outline_apart": ("Ranh giới của xã nằm cách xa các xã khác.", "Kiểm tra ranh giới trên bản đồ."),
    "area_not_usable": ("Diện tích ghi ở nguồn không hợp lý nên không dùng.", "Điền diện tích đã công bố."),
    "renamed_commune": ("Tên xã ở nguồn khác với danh mục xã; lấy theo nguồn.", "Sửa lại tên trong lớp xã nếu tên ở nguồn là tên cũ."),
    "terrain_too_small": ("Dữ liệu địa hình không phủ hết các xã.", "Dùng tệp độ cao rộng hơn ranh giới các xã."),
    "terrain_void": ("Một phần xã không có số liệu độ cao; đường truyền qua đó chưa tính được.", "Lấp chỗ trống bằng nguồn khác nếu có."),
    "village_in_void": ("Bản nằm ở chỗ không có số liệu độ cao; chưa tính được sóng.", "Kiểm tra vị trí bản, hoặc dùng dữ liệu địa hình đầy đủ hơn."),
    "site_in_void": ("Trạm nằm ở chỗ không có số liệu độ cao; chưa tính được vùng phủ.", "Kiểm tra vị trí trạm, hoặc dùng dữ liệu địa hình đầy đủ hơn."),
    "old_copies": ("Máy chủ không trả lời: một số tệp nguồn là bản cũ lấy từ bộ nhớ đệm.", "Tải lại lớp này khi máy chủ hoạt động trở lại."),
    "cells_left_out": ("Một số dòng của nguồn không phải là cell và đã bị bỏ.", "Các dòng còn lại vẫn dùng được."),
    "no_terrain": ("Không có dữ liệu địa hình: vùng phủ chỉ ước tính theo khoảng cách, tối đa 5 km.", "Ghi tệp độ cao vào terrain.path của kịch bản."),
    "wrong_place": ("Tệp ảnh không nằm trên địa bàn các xã.", "Dùng tệp của tỉnh này."),
    "bands": ("Tệp ảnh không đúng loại: cần một kênh số.", "Dùng tệp số liệu gốc, không dùng ảnh màu."),
    "units": ("Độ cao không ghi bằng mét.", "Đổi sang mét; nếu vốn đã là mét thì khai báo lại đơn vị của tệp."),
    "impossible_height": ("Có độ cao không thể có thật.", "Khai báo giá trị “không có số liệu” của tệp, và kiểm tra đơn vị mét."),
    "impossible_population": ("Có ô dân số không thể có thật.", "Dùng số người trên mỗi ô, và khai báo giá trị “không có số liệu”."),
    "commune_without_people": ("Lớp dân cư không có người nào trong xã này.", "Tỷ lệ dân số có sóng của xã để trống; kiểm tra lớp dân cư."),
    "control_points": ("Tệp ảnh chỉ được định vị bằng các điểm khống chế, chưa thành lưới ô.", "Nắn ảnh trước bằng QGIS hoặc gdalwarp."),
    "not_on_earth": ("Hệ tọa độ của tệp ảnh là hệ cục bộ hoặc của thiên thể khác: không có vị trí trên Trái Đất.", "Khai báo đúng hệ tọa độ đã dùng khi làm tệp."),
    "geotransform": ("Tệp ảnh ghi sai vị trí hoặc kích thước ô: không biết các ô nằm ở đâu.", "Xuất lại tệp kèm vị trí và kích thước ô, hoặc khai báo lại bằng QGIS hay gdal_edit."),
    "scale": ("Hệ số nhân (scale) hoặc số cộng thêm (offset) của tệp ảnh không hợp lệ: không đọc được giá trị của các ô.", "Ghi lại hai số này như lúc đóng gói số liệu, thường là 1 và 0."),
    "written_void": ("Có mảng ô cùng một độ cao, thụt hẳn xuống hoặc nhô hẳn lên so với xung quanh: có thể là chỗ thiếu số liệu bị ghi thành số.", "Khai báo số đó là “không có số liệu”, hoặc lấp bằng nguồn khác; nếu đúng là địa hình thật thì không cần làm gì."),
    "tile": ("Một mảnh của tệp ảnh không ghép được.", "Tải lại mảnh đó, hoặc bỏ ra khỏi thư mục."),
    # Roads
    "roads_not_open": ("Có đường chưa dùng được (đang thi công, quy hoạch) hoặc không còn dùng (bỏ, cấm đi lại): không tính là đường đi.", "Nếu đường đã thông thì sửa lại loại đường và các thẻ đi kèm."),
    "roads_no_way": ("Có đường vẽ không phải đường bộ (bến phà, cầu cảng, sân ga…): không tính là đường đi.", "Nếu là đường bộ thì ghi đúng loại đường."),
    "road_class_unknown": ("Có đường không ghi loại hoặc ghi loại lạ: tốc độ trên đó là giả định.", "Ghi loại đường theo OpenStreetMap (cột highway), hoặc khai báo loại đó ở ranking.travel.road_speeds."),
    "roads_doubtful": ("Có đường mà tên hoặc ghi chú nói đang thi công hay quy hoạch; vẫn được tính là đường đi.", "Nếu đường chưa thông thì ghi loại là construction hoặc proposed (cột highway)."),
    # Sites and signal
    "no_cell_in_service": ("Không có cell nào đang phát cho dịch vụ này: không nơi nào có sóng.", "Kiểm tra cột tình trạng và cột công nghệ của trạm."),
    "technology_unknown": ("Có cell đang phát nhưng chưa ghi công nghệ nên không được tính.", "Điền cột công nghệ."),
    "site_outside_terrain": ("Có trạm nằm ngoài vùng có độ cao: chưa tính được vùng phủ.", "Dùng tệp độ cao phủ tới các trạm đó."),
    "model_range": ("Thông số nằm ngoài phạm vi của mô hình truyền sóng.", "Sửa thông số cell hoặc kịch bản, hoặc chọn mô hình khác."),
    "radio_unknown": ("Có cell đang phát nhưng thiếu thông số vô tuyến nên không được tính.", "Điền thông số, hoặc đặt site_defaults trong kịch bản làm giả định."),
    "radio_assumed": ("Có cell lấy thông số vô tuyến từ site_defaults: là giả định, không phải số liệu.", "Hỏi nhà mạng thông số thật."),
    "calibration_model": ("Kết quả hiệu chỉnh làm cho mô hình khác nên không được dùng.", "Hiệu chỉnh lại cho mô hình đang dùng."),
    "calibration_terrain": ("Kết quả hiệu chỉnh làm trên dữ liệu địa hình khác.", "Hiệu chỉnh lại trên dữ liệu địa hình đang dùng."),
    "population_void": ("Lớp dân cư không có người nào trong xã này, nên không phân bổ được số dân.", "Dùng lớp dân cư phủ hết xã."),
    "declared_against_measured": ("Khai báo và đo kiểm cho kết quả khác nhau.", "Xem số liệu nào mới hơn."),
    # Rows that the layer may have already
    # Measurements
    **{code: (f"{words['vi']}.", "Xem lại trạm và địa hình quanh bản, hoặc hỏi lại nơi khai báo; có thể hiệu chỉnh mô hình.") for code, words in DISAGREEMENTS.items()},
    **{f"dropped_{code}": (f"Bỏ mẫu đo: {words['vi'].lower()}.", "Từng mẫu có ở trang Đo kiểm, mục Mẫu không dùng.") for code, words in DROP_REASONS.items()},
    "time_without_zone": ("Thời gian đo không ghi múi giờ; hiểu là giờ địa phương.", "Ghi kèm múi giờ, ví dụ +07:00."),
    "time_unreadable": ("Có thời gian đo không đọc được; coi là chưa biết.", "Viết dạng 2026-01-28T09:30:00+07:00."),
    "position_stuck": ("Nhiều mẫu đo lặp lại đúng một tọa độ rồi nhảy sang chỗ khác: có thể máy đo đã đi tiếp mà định vị đứng yên; các mẫu đó cùng chỉ tính như một mẫu.", "So với lộ trình đo; nếu đo trên đường đi thì bỏ các mẫu đó."),
    "accuracy_unknown": ("Có mẫu đo không ghi sai số vị trí; vẫn được giữ.", "Ghi sai số nếu máy đo cho biết."),
    "no_censored_samples": ("Không có mẫu mất sóng nào: mức sóng có thể trông tốt hơn thực tế.", "Ghi cả những chỗ mất sóng."),
    # Scenario and manifest
    "yaml": ("Tệp kịch bản sai cách viết YAML.", "Sửa dòng được nêu; thụt dòng bằng dấu cách."),
    "unknown_key": ("Kịch bản có mục không được dùng.", "Kiểm tra chính tả, hoặc bỏ dòng đó."),
    "missing_key": ("Kịch bản thiếu một mục bắt buộc.", "Thêm mục đó theo kịch bản mẫu."),
    "withdrawn_method": ("Kịch bản dùng SPOTIS hoặc mục ideal của phương pháp này; SPOTIS đã bỏ vì có thể xếp một bản xuống dưới bản kém cấp thiết hơn ở mọi tiêu chí.", "Đổi phương pháp sang topsis_fixed (hoặc weighted_sum, topsis, promethee_ii) và bỏ các dòng ideal."),
    "setting": ("Giá trị của mục trong kịch bản không phù hợp.", "Sửa theo gợi ý ở cột chi tiết."),
    "optional_layers": ("Có lớp số liệu không bắt buộc được tìm thấy và đưa vào tính.", "Muốn khác thì bỏ tệp ra, hoặc ghi tệp khác vào mục layers của kịch bản."),
    "unknown_criterion": ("Tiêu chí không ứng với cột nào của danh sách bản.", "Sửa tên tiêu chí, hoặc thêm cột vào danh sách bản."),
    "hash_differs": ("Tệp đã thay đổi so với lúc ghi nguồn gốc.", "Nếu cố ý sửa thì ghi lại mã băm mới."),
    "recorded_file_missing": ("Tệp có ghi trong manifest.json nhưng không còn.", "Tải hoặc nhập lại tệp, hoặc bỏ dòng ghi."),
    "no_vintage": ("Chưa ghi ngày của số liệu.", "Ghi ngày vào manifest.json."),
    "stale_vintage": ("Số liệu đã cũ.", "Thay bằng số liệu mới hơn nếu có."),
    "points_elsewhere": ("Tệp không chứa số liệu mà chỉ dẫn tới tệp khác hoặc địa chỉ mạng; chương trình không mở theo.", "Đặt chính tệp số liệu vào đó (GeoTIFF, GeoJSON, GeoPackage hoặc shapefile)."),
    "crs_link": ("Hệ tọa độ của tệp GeoJSON ghi bằng đường liên kết; chương trình không mở liên kết.", "Ghi tên hệ tọa độ vào tệp, ví dụ EPSG:9205, hoặc xuất lại theo độ WGS84."),
    "crs_member": ("Hệ tọa độ ghi trong tệp không dùng được: các phần ghi khác nhau, hoặc không ứng với nơi nào trên trái đất.", "Xuất lại tệp theo một hệ tọa độ, tốt nhất là độ WGS84."),
    "side_file": ("Chỉ tệp .aux.xml đi kèm mới ghi ý nghĩa của các ô; tệp đi kèm không được đọc.", "Ghi thông tin đó vào chính tệp ảnh: gdal_translate VÀO.tif RA.tif."),
    "held_open": ("Tệp đang mở trong chương trình khác và chưa được lưu hết.", "Lưu và đóng tệp ở chương trình đó (ví dụ QGIS) rồi thử lại."),
    "foreign_change": ("Trong địa bàn có danh sách thay đổi không phải do chương trình này để lại; danh sách đó không được thực hiện.", "Xóa thư mục đó, và hỏi lại nguồn của địa bàn."),
    "mixed_vintage": ("Danh sách bản và danh sách trạm khác thời điểm.", "Đưa hai danh sách về cùng thời điểm."),
}  # fmt: skip
"""By code: what is wrong, what to do. The figures and names of a fault stand in its own text, which is shown beside."""


def is_prose(fault: Fault) -> bool:
    """Whether the catalogue does not hold its sentences."""
    return fault.said.key == "prose_fault"


def prose_texts(fault: Fault, language: Language, *, on_import_page: bool = False) -> tuple[str, str]:
    """Reason and remedy of a fault in prose, as far as there are words for its code."""
    if language == "en":
        return fault.texts("en")
    told = IMPORT_FAULTS[fault.code][:2] if on_import_page and fault.code in IMPORT_FAULTS else FAULTS_VI.get(fault.code)
    if told is None:
        return fault.texts("en")
    return told if fault.count == 1 else (said("more_of_kind", n=fault.count, reason=told[0]).text("vi"), told[1])
