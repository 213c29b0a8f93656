"""What fetching tells, in both languages: the reason, and what can be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_planner.errors import UsageError
from geo_planner.fetch.errors import ContentError, OfflineError, UnfitFileError, why_unfit
from geo_planner.fetch.policy import checked_base_url
from geo_planner.fetch.study_area_init import _questions
from geo_planner.words import LANGUAGES, catalogue


def test_an_error_of_a_download_is_a_reason_and_a_remedy() -> None:
    error = OfflineError("offline.no_connection", host="a.vn", why="refused")
    assert str(error).startswith("There is no connection to a.vn (refused). Without a connection ")
    assert error.text("vi").startswith("Không kết nối được với a.vn (refused). ")
    assert (error.said.code, error.said.text("en", "reason")) == ("offline", "There is no connection to a.vn (refused)")


def test_why_a_file_is_not_usable_is_carried_into_the_error() -> None:
    unfit = UnfitFileError("unfit.bands", n=3)
    error = ContentError("content.kept_not_usable", url="u", path=Path("p"), why=why_unfit(unfit))
    assert "3 bands" in str(error)
    assert "tệp có 3 kênh" in error.text("vi")
    assert str(why_unfit(ValueError("bad zip"))) == "bad zip"
    assert str(why_unfit(MemoryError())) == "MemoryError"


@pytest.mark.parametrize("given", ["nowhere", "http://a.vn/x?y"])
def test_an_address_that_is_none_is_quoted_in_either_language(given: str) -> None:
    with pytest.raises(UsageError) as told:
        checked_base_url(given)
    assert f"--base-url '{given}'" in told.value.text("en")
    assert f"--base-url “{given}”" in told.value.text("vi")


def test_the_questions_of_the_readme_stand_in_rows() -> None:
    assert _questions({"population": 38}, "vi") == "| `boundaries/communes.geojson` | dân số của 38 xã | điền vào cột `population` |"
    assert _questions({"border": 2}, "en").endswith("| whether 2 communes are border communes is not known | fill in the column `border` |")


def test_what_a_download_can_say_has_a_reason_and_a_remedy() -> None:
    for code in ("offline", "server", "not_found", "login_page", "content"):
        for language in LANGUAGES:
            keys = [key for key in catalogue(language) if key.partition(".")[0] == code]
            assert keys
            assert all(set(catalogue(language)[key]) == {"reason", "remedy"} for key in keys)
