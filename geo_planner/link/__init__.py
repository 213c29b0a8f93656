"""One mast, one place: the path between them, what blocks it, what each model says, and how tall a mast it takes."""

from __future__ import annotations

from geo_planner.link.card import AnswerCard, ModelAnswer, Verdict, answer_card
from geo_planner.link.heights import MAX_MAST_M, LeastHeight, least_clear_height, least_service_height
from geo_planner.link.losses import MODELS, PathLoss, losses_over_heights, path_loss
from geo_planner.link.masts import clutter_along, eirp_towards_dbm, mast_of
from geo_planner.link.profile import (
    FRESNEL_SHARE,
    LinkProfile,
    Obstacle,
    blocking_ridges,
    distances_km,
    link_profile,
    to_degrees,
    to_metres,
    worst_obstacle,
)
from geo_planner.link.sentences import explain
from geo_planner.radio.cells import Mast

__all__ = [
    "FRESNEL_SHARE",
    "MAX_MAST_M",
    "MODELS",
    "AnswerCard",
    "LeastHeight",
    "LinkProfile",
    "Mast",
    "ModelAnswer",
    "Obstacle",
    "PathLoss",
    "Verdict",
    "answer_card",
    "blocking_ridges",
    "clutter_along",
    "distances_km",
    "eirp_towards_dbm",
    "explain",
    "least_clear_height",
    "least_service_height",
    "link_profile",
    "losses_over_heights",
    "mast_of",
    "path_loss",
    "to_degrees",
    "to_metres",
    "worst_obstacle",
]
