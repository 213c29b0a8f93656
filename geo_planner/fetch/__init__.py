"""Fetchers: public sources over HTTP to layers of a study area, each with its licence, date and hash."""

from geo_planner.fetch.errors import CaptivePortalError, ContentError, DownloadError, NotFoundError, OfflineError, ServerError
from geo_planner.fetch.layers import KINDS, FetchReport, fetch_layer
from geo_planner.fetch.policy import Policy
from geo_planner.fetch.provinces import Province, province, provinces
from geo_planner.fetch.study_area_init import InitReport, init_study_area
from geo_planner.files.folders import cache_root

__all__ = [
    "KINDS",
    "CaptivePortalError",
    "ContentError",
    "DownloadError",
    "FetchReport",
    "InitReport",
    "NotFoundError",
    "OfflineError",
    "Policy",
    "Province",
    "ServerError",
    "cache_root",
    "fetch_layer",
    "init_study_area",
    "province",
    "provinces",
]
