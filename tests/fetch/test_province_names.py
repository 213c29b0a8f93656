"""Provinces as people write them."""

from __future__ import annotations

import unicodedata

import pytest

from geo_planner.errors import UsageError
from geo_planner.fetch import province, provinces
from geo_planner.fetch.provinces import Province, slug_of


@pytest.mark.parametrize("of", provinces(), ids=lambda p: p.slug)
def test_every_spelling_of_every_province(of: Province) -> None:
    plain = slug_of(of.name).replace("_", " ").title()
    spellings = [
        of.code, of.code.lstrip("0"), "0" + of.code, f" {of.code} ", of.name, of.full_name, of.slug, plain, plain.upper(), plain.replace(" ", ""),
        plain.replace(" ", "-"), unicodedata.normalize("NFD", of.name), f"tinh {plain}", f"Tỉnh {of.name}", f"Thành phố {of.name}", f"TP. {plain}",
        f"TP {of.name}", f"T. {plain}", f"{plain} province", f"{plain} City",
    ]  # fmt: skip
    assert {text: province(text).code for text in spellings} == dict.fromkeys(spellings, of.code)


@pytest.mark.parametrize("text", ["HCM", "TPHCM", "TP HCM", "Tp.HCM", "Sài Gòn", "saigon", "HCMC"])
def test_ho_chi_minh_city_by_its_short_names(text: str) -> None:
    assert province(text).code == "79"


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Hà Giang", "08 Tuyên Quang"),
        ("kon tum", "51 Quảng Ngãi"),
        ("Thừa Thiên Huế", "46 Huế"),
        ("Tỉnh Bà Rịa - Vũng Tàu", "79 Hồ Chí Minh"),
    ],
)
def test_a_former_province_is_told_where_it_went(former: str, today: str) -> None:
    with pytest.raises(UsageError, match=f"part of {today} since 1 July 2025"):
        province(former)


@pytest.mark.parametrize("text", ["", " ", "0", "00", "000012", "2", "97", "12;rm", "../12", "٠١", "tinh", "city", "province", "TP."])
def test_nothing_else_is_a_province(text: str) -> None:
    with pytest.raises(UsageError, match="Use one of"):
        province(text)
