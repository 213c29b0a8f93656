"""What people type is understood, told, or refused with a sentence; names are found without marks or case."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo_planner.errors import UsageError
from geo_planner.imports.places.vn2000 import from_wgs84, tm3_projection, utm_projection
from geo_planner.plan import Plan
from geo_planner.trial import find, parse_position


def parts(value: float, minutes_only: bool, signs: str = "") -> str:
    """Degrees and minutes, or also seconds, as a receiver shows them, with their signs or without."""
    degrees, minutes = divmod(value * 60.0, 60.0)
    if minutes_only:
        figures = [f"{degrees:.0f}", f"{minutes:.4f}"]
    else:
        whole = round(value * 36000)
        figures = [f"{whole // 36000}", f"{whole % 36000 // 600}", f"{whole % 600 / 10:.1f}"]
    return " ".join(figure + sign for figure, sign in zip(figures, signs.ljust(3, " "), strict=False)).replace("  ", " ").strip()


def dms(value: float, letter: str, comma: str) -> str:
    whole = round(value * 36000)
    degrees, rest = divmod(whole, 36000)
    minutes, tenths = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}'{tenths / 10:04.1f}\"{letter}".replace(".", comma)


def texts_of(lon: float, lat: float) -> dict[str, tuple[str, float]]:
    """The same place in many ways: text, and how exact it is in metres."""
    east, north = (float(v[0]) for v in from_wgs84(tm3_projection(103.0), np.array([lon]), np.array([lat])))
    zone_e, zone_n = (float(v[0]) for v in from_wgs84(utm_projection(48), np.array([lon]), np.array([lat])))
    utm_e, utm_n = Transformer.from_crs(4326, 32648, always_xy=True).transform(lon, lat)
    degrees = f"{lat:.6f}", f"{lon:.6f}"
    comma = tuple(part.replace(".", ",") for part in degrees)
    return {
        "degrees": (", ".join(degrees), 0.2),
        "no blank": (",".join(degrees), 0.2),
        "east first": (" ".join(degrees[::-1]), 0.2),
        "decimal comma": (" ".join(comma), 0.2),
        "comma and semicolon": ("; ".join(comma), 0.2),
        "dms": (f"{dms(lat, 'N', '.')} {dms(lon, 'E', '.')}", 4.0),
        "dms Vietnamese": (f"{dms(lat, 'B', ',')} {dms(lon, 'Đ', ',')}", 4.0),
        "dms east first": (f"{dms(lon, 'E', '.')}, {dms(lat, 'N', '.')}", 4.0),
        "VN-2000": (f"X={north:.1f} Y={east:.1f}", 0.2),
        "VN-2000 east first": (f"{east:.1f} {north:.1f}", 0.2),
        "VN-2000 named": (f"VN-2000 KTT 103°00' múi 3° {north:.1f} {east:.1f}", 0.2),
        "VN-2000 by its code": (f"EPSG:9205 {east:.1f}, {north:.1f}", 0.2),
        "VN-2000, UTM": (f"VN-2000 UTM 48 {zone_e:.1f} {zone_n:.1f}", 0.2),
        "VN-2000, meridian with a dash": (f"VN2000 103-00 múi 3 {north:.1f} {east:.1f}".replace(".", ","), 0.2),
        "degrees and minutes": (f"{parts(lat, True)} {parts(lon, True)}", 0.2),
        "degrees and minutes, signs": (f"{parts(lat, True, chr(176) + chr(39))} {parts(lon, True, chr(176) + chr(39))}", 0.2),
        "degrees, minutes, seconds, no signs": (f"{parts(lat, False)}, {parts(lon, False)}", 4.0),
        "UTM": (f"UTM 48Q {utm_e:.1f} {utm_n:.1f}", 0.2),
        "UTM as a receiver shows it": (f"48Q {utm_e:.0f} {utm_n:.0f}", 1.0),
    }


def test_a_place_in_any_notation_comes_back(plan: Plan) -> None:
    @settings(max_examples=90)
    @given(st.floats(102.5, 103.7), st.floats(22.0, 22.5), st.integers(0, 18))
    def comes_back(lon: float, lat: float, which: int) -> None:
        assume(plan.communes.contains(shapely.Point(lon, lat)).any())
        name, (text, exact_m) = list(texts_of(lon, lat).items())[which]
        found = parse_position(text, plan)
        away_m = np.hypot((found.lon - lon) * np.cos(np.radians(lat)), found.lat - lat) * 111_200.0
        assert away_m <= exact_m, (name, text, found)

    comes_back()


def test_what_was_understood_is_told(plan: Plan) -> None:
    for text, told in (
        ("2476123 541234", "VN-2000, kinh tuyến trục 103°00', X (hướng bắc) đứng trước"),
        ("541234 2476123", "VN-2000, kinh tuyến trục 103°00', Y (hướng đông) đứng trước"),
        ("541.234,5 2.476.123,4", "VN-2000, kinh tuyến trục 103°00', Y (hướng đông) đứng trước"),
        ("22,38 103,27", "WGS84 (độ), vĩ độ đứng trước"),
        ("22.38,103.27", "WGS84 (độ), vĩ độ đứng trước"),
        ("22,38,103,27", "WGS84 (độ), vĩ độ đứng trước"),
        ("2476123,541234", "VN-2000, kinh tuyến trục 103°00', X (hướng bắc) đứng trước"),
        ("UTM 48Q 297000 2476000", "WGS84, UTM múi 48, Y (hướng đông) đứng trước"),
        ("UTM 47 900000 2480000", "WGS84, UTM múi 47, Y (hướng đông) đứng trước"),
    ):
        assert parse_position(text, plan).told.text("vi") == told
    assert len(parse_position("2476123 541234", plan).others) == 1
    assert parse_position("2476123 541234", plan, hints="KTT 103").others == ()
    by_hint = parse_position("2476123 541234", plan, hints="VN-2000, KTT 102")
    assert by_hint.system == "EPSG:5896"
    assert by_hint.lon < parse_position("2476123 541234", plan).lon - 0.9


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "no_pair"), ("abc", "no_pair"), ("22.38", "no_pair"), ("22,38", "no_pair"), ("541234,5", "no_pair"), ("1 2 3 4 5 6 7", "no_pair"), ("22.38 103.27 " * 40, "no_pair"),
        ("10.5, 106.7", "outside"), ("0 0", "outside"), ("2476123 99", "outside"), ("VN-2000 KTT 107 2476123 541234", "outside"),
        ("1e300 1e300", "no_pair"), ("2434000 345000", "ambiguous"), ("297000 2476000", "ambiguous"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_a_sentence(plan: Plan, text: str, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_position(text, plan)
    assert refused.value.said.key == f"position_refused.{key}"
    assert refused.value.text("vi")
    if key == "outside":
        assert refused.value.text("vi").endswith("ví dụ VN-2000, kinh tuyến trục 103°00'."), "the province's own zone"


def test_names_are_found_without_marks_or_case(plan: Plan) -> None:
    for query, kind, ident in (
        ("tia ma mu", "village", "LC001"),
        ("TÌA MA MỦ", "village", "LC001"),
        ("lc001", "village", "LC001"),
        ("s031", "site", "S031"),
        ("S031-1", "site", "S031"),
        ("trạm s031", "site", "S031"),
        ("xã Tà Tổng", "commune", "03463"),
        ("xa ta tong", "commune", "03463"),
        ("phuong doan ket", "commune", "03388"),
        ("bản mẫu 05", "village", "LC005"),
        ("ban tia ma mu", "village", "LC001"),
    ):
        first = find(plan, query)[0]
        assert (first.kind, first.id) == (kind, ident), query


def test_every_village_is_found_by_its_own_name_and_the_best_stand_first(plan: Plan) -> None:
    for village, row in plan.villages.iterrows():
        found = find(plan, str(row["name"]), most=100)
        same = [one.id for one in found if one.name == row["name"] and one.kind == "village"]
        assert village in same
        assert found[0].name.casefold() == str(row["name"]).casefold() or found[0].id in same
        whole = f"{row['name']} {plan.communes.at[row['commune_code'], 'name']}"
        assert village in [one.id for one in find(plan, whole)]


def test_a_search_is_bounded_and_nothing_finds_nothing(plan: Plan) -> None:
    assert find(plan, "  ") == ()
    assert find(plan, "0 0") == (), "two figures are no part of LC001"
    assert find(plan, "<b>") == find(plan, "b")
    assert find(plan, "không có nơi nào tên này") == ()
    assert len(find(plan, "a", most=5)) == 5
    assert find(plan, "a") == find(plan, "a")
