"""The answer card in sentences, in Vietnamese and English."""

from __future__ import annotations

import math

from geo_planner.labels import Language, number
from geo_planner.link.card import AnswerCard
from geo_planner.link.heights import LEAST_MAST_M
from geo_planner.link.words import MODEL_TITLES, SAMPLE_TERRAIN, place_text, probability_text


def explain(card: AnswerCard, language: Language = "vi") -> list[str]:
    """The card in three to six sentences: verdict, what stands in the way, mast heights, how far the models agree, reservations."""
    title = MODEL_TITLES[card.deciding.model][language]
    if not card.profile.known:
        found = _unknown_terrain(card, language)
    elif card.verdict == "unknown":
        found = [
            {
                "vi": f"Mô hình {title} không áp dụng được cho đường truyền này nên chưa kết luận được.",
                "en": f"{title} does not apply to this path, so there is no answer.",
            }[language],
            _in_the_way(card, language),
            _clear_heights(card, language),
        ]
    else:
        found = [
            _verdict(card, title, language),
            _in_the_way(card, language),
            _clear_heights(card, language),
            _service_height(card, language),
        ]
        found += _agreement(card, language)
    return [*found, *_reservations(card, language)]


def _verdict(card: AnswerCard, title: str, language: Language) -> str:
    answer, service = card.deciding, card.service
    margin_db = answer.rsrp_dbm - card.needed_rsrp_dbm
    rsrp, threshold = number(answer.rsrp_dbm, 1, language), number(service.rsrp_threshold_dbm, 0, language)
    share, needed = probability_text(answer.probability, language), probability_text(service.min_probability, language)
    margin, least = number(abs(margin_db), 1, language), number(card.needed_rsrp_dbm, 1, language)
    if language == "vi":
        end = f"đạt, dư {margin} dB" if card.verdict == "served" else f"không đạt, còn thiếu {margin} dB"
        return (
            f"Theo {title}, mức thu dự báo là {rsrp} dBm, xác suất đạt ngưỡng {threshold} dBm là {share} "
            f"(yêu cầu {needed}, tức mức thu dự báo từ {least} dBm): {end}."
        )
    end = f"met, with {margin} dB to spare" if card.verdict == "served" else f"not met, {margin} dB short"
    return (
        f"By {title} the predicted level is {rsrp} dBm and the probability of reaching {threshold} dBm is {share} "
        f"(required {needed}, which takes a prediction of {least} dBm): {end}."
    )


def _in_the_way(card: AnswerCard, language: Language) -> str:
    spot = card.obstacle
    if spot is None:
        return ""
    length, km = number(card.profile.length_km, 1, language), number(spot.distance_km, 1, language)
    place, ground = place_text((spot.lon_deg, spot.lat_deg), language), number(spot.ground_m, 0, language)
    gap, radius = (
        number(abs(spot.above_ray_m), 0 if abs(spot.above_ray_m) >= 10 else 1, language),
        number(spot.fresnel_radius_m, 0, language),
    )
    share = _share_of_radius(spot.fresnel_share, language)
    if card.profile.line_of_sight:
        return {
            "vi": f"Từ đỉnh cột nhìn thẳng được tới điểm thu, cách {length} km; chỗ sát tia nhất cách trạm {km} km, tia còn cao hơn mặt đất {gap} m, "
            f"bằng {share} bán kính vùng Fresnel thứ nhất ({radius} m).",
            "en": f"The point, {length} km away, is in sight of the mast; where the ray passes closest, {km} km from the mast, it is {gap} m above "
            f"the ground, {share} the radius of the first Fresnel zone ({radius} m).",
        }[language]
    several = card.ridge_count > 1
    return {
        "vi": f"Đường truyền dài {length} km bị địa hình chắn{f' ở {card.ridge_count} đoạn' if several else ''}: đỉnh chắn{' chính' if several else ''} "
        f"cách trạm {km} km ({place}, độ cao {ground} m) cao hơn tia {gap} m, bằng {share} bán kính vùng Fresnel thứ nhất ({radius} m).",
        "en": f"Terrain blocks the path of {length} km{f' in {card.ridge_count} stretches' if several else ''}: the "
        f"{'main ' if several else ''}ridge {km} km from the mast ({place}, {ground} m above sea level) stands {gap} m above the ray, {share} "
        f"the radius of the first Fresnel zone ({radius} m).",
    }[language]


def _share_of_radius(share: float, language: Language) -> str:
    """How much of the Fresnel radius: per cent below once, times above."""
    share = abs(share)
    if share < 1.0:
        return number(100.0 * share, 0, language) + (" %" if language == "vi" else "% of")
    return f"{number(share, 1, language)} {'lần' if language == 'vi' else 'times'}"


def _clear_heights(card: AnswerCard, language: Language) -> str:
    bound = number(card.max_mast_height_m, 0, language)
    sight, fresnel = (number(math.ceil(least.needed_m), 0, language) for least in (card.clear_sight, card.clear_fresnel))
    if card.clear_sight.reason is not None:
        return {
            "vi": f"Cột cao tới mức tối đa {bound} m vẫn không nhìn thẳng được tới điểm thu: phải cao {sight} m.",
            "en": f"Even the tallest mast of {bound} m has no line of sight to the point: it would take {sight} m.",
        }[language]
    beyond = {"vi": f" phải cao {fresnel} m, quá mức tối đa {bound} m", "en": f" it would take {fresnel} m, beyond the most of {bound} m"}
    within = {"vi": f", ít nhất {fresnel} m", "en": f", at least {fresnel} m"}
    rest = (within if card.clear_fresnel.reason is None else beyond)[language]
    return {
        "vi": f"Để nhìn thẳng được, cột phải cao ít nhất {sight} m; để thông thoáng 60 % vùng Fresnel thứ nhất{rest}.",
        "en": f"For line of sight the mast must be at least {sight} m tall; for 60% of the first Fresnel zone{rest}.",
    }[language]


def _service_height(card: AnswerCard, language: Language) -> str:
    least, bound = card.serve, number(card.max_mast_height_m, 0, language)
    if least.reason is not None:
        return {
            "vi": f"Dựng cột cao tới {bound} m vẫn không đạt yêu cầu phủ sóng: cần vị trí khác hoặc công suất phát lớn hơn.",
            "en": f"Even a mast of {bound} m does not bring service: another place or more power is needed.",
        }[language]
    if least.height_m <= LEAST_MAST_M and least.holds_above:
        return {
            "vi": "Độ cao cột không phải điều kiện ràng buộc: cột thấp nhất được xét (1 m) cũng đạt yêu cầu phủ sóng.",
            "en": "The height of the mast is no constraint: the lowest that is tried (1 m) brings service.",
        }[language]
    height = number(math.ceil(least.height_m), 0, language)
    exception = {
        "vi": "; tuy vậy có những độ cao lớn hơn lại không đạt, nên kiểm tra đúng độ cao định dựng",
        "en": "; but some taller masts do not, so check the very height that is to be built",
    }[language]
    return {
        "vi": f"Để đạt yêu cầu phủ sóng, cột phải cao ít nhất {height} m",
        "en": f"For service the mast must be at least {height} m tall",
    }[language] + ("." if least.holds_above else f"{exception}.")


def _agreement(card: AnswerCard, language: Language) -> list[str]:
    # free space knows no terrain: it is a reference, not an opinion
    others = [a for a in card.answers if a.model != "free_space" and a.verdict != "unknown"]
    if len(others) < 2:
        return []
    low, high = (number(f(a.rsrp_dbm for a in others), 0, language) for f in (min, max))
    other = [MODEL_TITLES[a.model][language] for a in others if a.verdict != card.verdict]
    if not other:
        return [
            {
                "vi": f"Các mô hình có xét địa hình cho mức thu từ {low} đến {high} dBm và cùng một kết luận.",
                "en": f"The models that see the terrain give {low} to {high} dBm and the same verdict.",
            }[language]
        ]
    named = (" và " if language == "vi" else " and ").join(other)
    return [
        {
            "vi": f"Các mô hình có xét địa hình cho mức thu từ {low} đến {high} dBm; {named} cho kết luận ngược lại, vì vậy cần đo kiểm.",
            "en": f"The models that see the terrain give {low} to {high} dBm; {named} would conclude otherwise, so measure on site.",
        }[language]
    ]


def _unknown_terrain(card: AnswerCard, language: Language) -> list[str]:
    km = number(card.profile.unknown_from_km, 1, language)
    at_mast = card.profile.unknown_from_km == 0.0
    first = {
        "vi": "ngay tại chân trạm" if at_mast else f"từ km {km} tính từ trạm",
        "en": "beginning at the mast itself" if at_mast else f"first at km {km} from the mast",
    }[language]
    length = number(card.profile.length_km, 1, language)
    return {
        "vi": [
            f"Chưa kết luận được: trên đường truyền dài {length} km có chỗ không có số liệu độ cao, {first}.",
            "Chỗ chưa biết địa hình không được coi là thông thoáng, nên không nêu suy hao, mức thu và độ cao cột.",
            "Bổ sung mô hình số độ cao phủ hết đường truyền rồi tính lại.",
        ],
        "en": [
            f"No answer: along the path of {length} km the terrain is not known everywhere, {first}.",
            "Unknown terrain does not count as clear, so no loss, level or mast height is given.",
            "Add terrain data that cover the whole path and compute again.",
        ],
    }[language]


def _reservations(card: AnswerCard, language: Language) -> list[str]:
    notes = []
    if card.beyond_radius:
        radius = number(card.max_radius_km, 0, language)
        notes.append(
            {
                "vi": f"Đường truyền dài hơn bán kính tính {radius} km của kịch bản nên bản đồ phủ sóng không xét tới.",
                "en": f"The path is longer than the scenario's radius of {radius} km, so the coverage map leaves it out.",
            }[language]
        )
    if card.uplink_shortfall_db > 0.0:
        short = number(card.uplink_shortfall_db, 1, language)
        notes.append(
            {
                "vi": f"Chiều lên yếu hơn nên ngưỡng được nâng thêm {short} dB.",
                "en": f"The uplink is the weaker way and raises the threshold by {short} dB.",
            }[language]
        )
    if card.correction_db is not None:
        by, sigma = number(card.correction_db, 1, language), number(card.service.sigma_db, 1, language)
        title = MODEL_TITLES[card.deciding.model][language]
        notes.append(
            {
                "vi": f"Mức thu theo {title} đã cộng {by} dB theo hiệu chỉnh của kịch bản; sai số σ đo được là {sigma} dB.",
                "en": f"The level by {title} includes {by} dB from the scenario's calibration; the measured error is {sigma} dB.",
            }[language]
        )
    if card.rests_on_sample_terrain:
        notes.append(SAMPLE_TERRAIN[language])
    return [" ".join(notes)] if notes else []
