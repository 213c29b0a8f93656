"""What pydantic refuses in a scenario is told in both languages by keys of our own, with the bound as a fact."""

from __future__ import annotations

from typing import Any

import pytest

from geo_planner.config import apply_overrides, parse_scenario
from geo_planner.errors import Fault, InputError, SettingError, UsageError
from geo_planner.preferences.weights import pairwise_table

CRITERIA = [{"name": "households"}, {"name": "poverty_share"}]
BASE: dict[str, Any] = {"name": "s", "province": {"code": "12", "name": "Lai Châu"}, "ranking": {"criteria": CRITERIA}}


def ranking(**more: Any) -> dict[str, Any]:
    return {"ranking": {"criteria": CRITERIA, **more}}


def refused(changes: dict[str, Any]) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        parse_scenario({**BASE, **changes}, file="s.yaml")
    return list(caught.value.faults)


CASES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no such setting": ({"colour": 1}, "unknown_key.setting", "colour", ""),
    "lacking": ({"province": {"code": "12"}}, "missing_key.setting", "province.name", ""),
    "too small": ({"service": {"sigma_db": 0}}, "setting.greater_than", "service.sigma_db", "0"),
    "less than the least": ({"service": {"rx_height_m": 0.1}}, "setting.greater_than_equal", "service.rx_height_m", "0,5"),
    "too large": ({"service": {"min_probability": 1}}, "setting.less_than", "service.min_probability", "1"),
    "more than the most": ({"propagation": {"max_radius_km": 101}}, "setting.less_than_equal", "propagation.max_radius_km", "100"),
    "without end": ({"service": {"sigma_db": float("inf")}}, "setting.finite", "service.sigma_db", ""),
    "a word for a number": ({"service": {"sigma_db": "tám"}}, "setting.number", "service.sigma_db", ""),
    "a list for a number": ({"service": {"sigma_db": [8]}}, "setting.number", "service.sigma_db", ""),
    "half a draw": ({"seed": 1.5}, "setting.whole_number", "seed", ""),
    "a word for yes or no": ({"service": {"uplink": {"check": "perhaps"}}}, "setting.yes_no", "service.uplink.check", ""),
    "a number for a text": ({"title_vi": 5}, "setting.text", "title_vi", ""),
    "no text": ({"province": {"code": "12", "name": ""}}, "setting.empty_text", "province.name", ""),
    "another form": ({"province": {"code": "123", "name": "x"}}, "setting.pattern", "province.code", r"^\d{2}$"),
    "none of the words": ({"propagation": {"model": "hata"}}, "setting.choice", "propagation.model", "“p1812”, “itm”"),
    "a number for a list": ({"service": {"class_limits_dbm": 5}}, "setting.list", "service.class_limits_dbm", ""),
    "a number for a group": ({"service": 5}, "setting.group", "service", ""),
    "no criterion": ({"ranking": {"criteria": []}}, "setting.too_few", "ranking.criteria", "1"),
    "limits that rise": ({"service": {"class_limits_dbm": [-120, -90]}}, "setting.class_limits", "service", ""),
    "a criterion twice": ({"ranking": {"criteria": [*CRITERIA, *CRITERIA]}}, "setting.criteria_twice", "ranking", "households, poverty_share"),
    "nothing counts": (
        {"ranking": {"criteria": [{"name": "households", "weight": 0}]}}, "setting.no_weight", "ranking", "",
    ),
    "no range": ({"ranking": {"criteria": [*CRITERIA, {"name": "border", "bounds": [2, 2]}]}}, "setting.bounds_equal", "ranking.criteria.2", ""),
    "thresholds the wrong way round": (ranking(promethee={"indifference": 0.5}), "setting.indifference", "ranking.promethee", ""),
    "no judgements": (ranking(weights="ahp"), "setting.ahp_without_judgements", "ranking", ""),
    "a judgement of nothing": (ranking(pairwise=[{"more": "households", "than": "x", "times": 2}]), "setting.judgements_no_criterion", "ranking", "x"),
    "a withdrawn method": (ranking(method="spotis"), "withdrawn_method.spotis", "ranking.method", "SPOTIS"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_kind_has_a_key_and_says_its_bound_in_both_languages(case: str) -> None:
    changes, key, column, says = CASES[case]
    (found,) = refused(changes)
    assert (found.said.key, found.column) == (key, column)
    reason, remedy = found.texts("vi")
    assert says in reason
    assert reason != found.reason
    assert remedy != found.remedy


def test_what_has_no_key_of_ours_keeps_the_words_of_the_one_who_found_it() -> None:
    band = {"freq_mhz": 900, "offset_db": 1, "sigma_db": 8, "n": 50, "n_places": 20}
    (found,) = refused({"calibration": {"bands": [band]}})
    assert (found.code, found.said.key) == ("setting", "setting.other")
    assert found.reason == "a calibration must name its path-loss model"
    assert found.texts("vi")[1] == "Ghi lại một giá trị phù hợp."


def test_an_error_of_a_setting_reads_as_reason_and_remedy() -> None:
    with pytest.raises(SettingError) as caught:
        pairwise_table(["a", "b"], {})
    assert str(caught.value) == "pairwise judgements are missing for a/b. Give a value that fits."
    assert caught.value.text("vi") == "thiếu so sánh của các cặp a/b. Ghi lại một giá trị phù hợp."


@pytest.mark.parametrize(
    ("override", "en", "vi"),
    [
        ("seed", "--set 'seed' is not of the form path.to.key=value", "không đúng dạng"),
        ("seed=[1", "the value cannot be read", "không đọc được giá trị"),
        ("seed=010", "YAML reads a number written like this as another one", "số viết như vậy được YAML hiểu thành số khác"),
        (
            "ranking.criteria.nothing.weight=1",
            "no item 'nothing' in the list; it has households, poverty_share",
            "households, poverty_share",
        ),
        ("name.first=x", "not a group of settings", "không phải là nhóm mục"),
    ],
)
def test_an_override_that_cannot_be_is_told_in_both_languages(override: str, en: str, vi: str) -> None:
    with pytest.raises(UsageError) as caught:
        apply_overrides(BASE, [override])
    assert en in str(caught.value)
    assert vi in caught.value.text("vi")
