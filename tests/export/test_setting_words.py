"""Every setting that the sheet of assumptions lists is explained in Vietnamese."""

from geo_planner.export.assumptions import settings_of
from geo_planner.export.setting_words import MEANINGS_VI
from geo_planner.plan import Plan


def test_no_setting_is_left_in_english(plan: Plan) -> None:
    assert {s.key for s in settings_of(plan)} <= set(MEANINGS_VI)
