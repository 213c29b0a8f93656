"""The answer card in sentences, and its figures as they stand in tables and pictures."""

from __future__ import annotations

import math

from geo_planner.link.card import AnswerCard, ModelAnswer
from geo_planner.link.heights import LEAST_MAST_M, LeastHeight
from geo_planner.link.losses import mode_word, reads_profile
from geo_planner.words import Language, Said, number, said


def explain(card: AnswerCard, language: Language = "vi") -> list[str]:
    """The card in three to six sentences: verdict, what stands in the way, mast heights, how far the models agree, reservations."""
    notes = " ".join(note.text(language) for note in _reservations(card))
    return [*(sentence.text(language) for sentence in _sentences(card)), *([notes] if notes else [])]


def chance(share: float) -> Said:
    """A probability; one that is computed is never quite nothing nor quite certain."""
    return said("probability", share=min(max(share, 1e-6), 1 - 1e-6) if math.isfinite(share) else share)


def place(lonlat_deg: tuple[float, float]) -> Said:
    """Latitude and longitude, to about ten metres."""
    return said("link.place", lat=lonlat_deg[1], lon=lonlat_deg[0])


def height_text(least: LeastHeight, max_mast_height_m: float, language: Language) -> str:
    """A least height for a table: whole metres, rounded up; ``> 60 m`` where no mast within the bound does it."""
    if least.reason == "above_max":
        return f"> {number(max_mast_height_m, 0, language)} m"
    return "–" if least.reason else f"{number(math.ceil(least.height_m), 0, language)} m"


def table_row(answer: ModelAnswer, language: Language) -> tuple[str, str, str, str, str, str, str]:
    """One model for a table: title, loss, mode, RSRP, probability, verdict, notes."""
    return (
        model_title(answer).text(language),
        number(answer.loss_db, 1, language),
        said(f"mode.{mode_word(answer.model, answer.mode)}").text(language),
        number(answer.rsrp_dbm, 1, language),
        chance(answer.probability).text(language),
        said(f"verdict.{answer.verdict}").text(language),
        " ".join(warning.text(language) for warning in answer.warnings),
    )


def model_title(answer: ModelAnswer) -> Said:
    """The model that answers."""
    return said(f"model.{answer.model}")


def gap_m(above_ray_m: float) -> Said:
    """A height above or below the ray: whole metres from ten on."""
    return said("metres.whole" if abs(above_ray_m) >= 10 else "metres.tenths", value=abs(above_ray_m))


def _sentences(card: AnswerCard) -> list[Said]:
    if not card.profile.known:
        return _unknown_terrain(card)
    if card.verdict == "unknown":
        return [said("link.no_model", model=model_title(card.deciding)), *_in_the_way(card), _clear_heights(card)]
    return [_verdict(card), *_in_the_way(card), _clear_heights(card), _service_height(card), *_agreement(card)]


def _verdict(card: AnswerCard) -> Said:
    answer, service = card.deciding, card.service
    return said(
        "link.verdict",
        model=model_title(answer),
        rsrp=answer.rsrp_dbm,
        threshold=service.rsrp_threshold_dbm,
        share=chance(answer.probability),
        needed=chance(service.min_probability),
        least=card.needed_rsrp_dbm,
        end=said(f"link_margin.{card.verdict}", margin=abs(answer.rsrp_dbm - card.needed_rsrp_dbm)),
    )


def _in_the_way(card: AnswerCard) -> list[Said]:
    spot = card.obstacle
    if spot is None:
        return []
    share = abs(spot.fresnel_share)
    facts = {
        "length": card.profile.length_km,
        "km": spot.distance_km,
        "gap": gap_m(spot.above_ray_m),
        "share": said(f"fresnel_share.{'part' if share < 1.0 else 'times'}", share=share),
        "radius": spot.fresnel_radius_m,
    }
    if card.profile.line_of_sight:
        return [said("link_way.clear", **facts)]
    facts |= {"place": place((spot.lon_deg, spot.lat_deg)), "ground": spot.ground_m}
    return [said("link_way.ridges", n=card.ridge_count, **facts) if card.ridge_count > 1 else said("link_way.ridge", **facts)]


def _clear_heights(card: AnswerCard) -> Said:
    bound = card.max_mast_height_m
    sight, fresnel = (
        math.ceil(least.needed_m) if math.isfinite(least.needed_m) else math.nan for least in (card.clear_sight, card.clear_fresnel)
    )
    if card.clear_sight.reason is not None:
        return said("link_height.no_sight", bound=bound, sight=sight)
    return said(
        "link_height.sight" if card.clear_fresnel.reason is None else "link_height.sight_only", bound=bound, sight=sight, fresnel=fresnel
    )


def _service_height(card: AnswerCard) -> Said:
    least = card.serve
    if least.reason is not None:
        return said("link_height.no_service", bound=card.max_mast_height_m)
    if least.height_m <= LEAST_MAST_M and least.holds_above:
        return said("link_height.any")
    return said("link_height.service" if least.holds_above else "link_height.service_not_above", height=math.ceil(least.height_m))


def _agreement(card: AnswerCard) -> list[Said]:
    answers = [a for a in card.answers if reads_profile(a.model) and a.verdict != "unknown"]
    if len(answers) < 2:
        return []
    low, high = (f(a.rsrp_dbm for a in answers) for f in (min, max))
    others = [model_title(a) for a in answers if a.verdict != card.verdict]
    return [said("link_models.differ" if others else "link_models.agree", low=low, high=high, others=others)]


def _unknown_terrain(card: AnswerCard) -> list[Said]:
    km, length = card.profile.unknown_from_km, card.profile.length_km
    first = said("link_unknown.at_mast", length=length) if km == 0.0 else said("link_unknown.from_km", length=length, km=km)
    return [first, said("link_unknown.not_clear"), said("link_unknown.remedy")]


def _reservations(card: AnswerCard) -> list[Said]:
    notes = []
    if card.beyond_radius:
        notes.append(said("link_note.beyond_radius", radius=card.max_radius_km))
    if card.uplink_shortfall_db > 0.0:
        notes.append(said("link_note.uplink", by=card.uplink_shortfall_db))
    if card.correction_db is not None:
        notes.append(said("link_note.calibrated", by=card.correction_db, sigma=card.service.sigma_db, model=model_title(card.deciding)))
    if card.rests_on_sample_terrain:
        notes.append(said("link.sample_terrain"))
    return notes
