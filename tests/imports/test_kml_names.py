"""Fields of a KML under the names that people read, and which of its names are names."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_planner.imports import ImportReport, import_layer
from tests.imports import making as m


def kml(path: Path, marks: str, head: str = "") -> Path:
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{head}<Folder><name>{m.commune_names()[0]}</name>{marks}</Folder></Document></kml>', encoding="utf-8")  # fmt: skip
    return path


def mark(i: int, name: str, fields: str) -> str:
    lon, lat = m.places()
    return f"<Placemark><name>{name}</name><ExtendedData>{fields}</ExtendedData><Point><coordinates>{lon[i]},{lat[i]}</coordinates></Point></Placemark>"


def data(title: str, value: object, name: str) -> str:
    return f'<Data name="{name}"><displayName>{title}</displayName><value>{value}</value></Data>'


def got(report: ImportReport) -> list[tuple[str, str]]:
    return [(row["name"], row["households"]) for row in report.accepted.to_dict("records")]


WANTED = [(m.NAMES[0], "82"), (m.NAMES[1], "36")]


@pytest.mark.parametrize(
    ("name", "households"),
    [
        ("Tên bản", "Số hộ"),
        ("<![CDATA[Tên bản]]>", "<![CDATA[<b>Số&nbsp;hộ</b>]]>"),
        ("<b>Tên</b> bản", "Số\n  hộ"),
        ("&lt;i&gt;Tên bản&lt;/i&gt;", "Số hộ<br/>"),
    ],
)
def test_display_names_of_data_are_the_titles(name: str, households: str, area: Path, tmp_path: Path) -> None:
    marks = "".join(mark(i, str(i + 1), data(name, m.NAMES[i], "ten") + data(households, n, "sh")) for i, n in enumerate((82, 36)))
    assert got(import_layer("villages", kml(tmp_path / "f.kml", marks), area)) == WANTED


def test_display_names_of_a_schema_are_the_titles(area: Path, tmp_path: Path) -> None:
    head = (
        '<Schema name="ban" id="S1"><SimpleField type="string" name="F1"><displayName><![CDATA[<i>Tên bản</i>]]></displayName></SimpleField>'
        '<SimpleField type="int" name="F2"><displayName>Số hộ</displayName></SimpleField><SimpleField type="int" name="Số khẩu"/></Schema>'
        '<Schema name="other" id="S2"><SimpleField type="string" name="F1"><displayName>Xã</displayName></SimpleField></Schema>'
    )
    marks = "".join(
        mark(i, "", f'<SchemaData schemaUrl="#S1"><SimpleData name="F1">{m.NAMES[i]}</SimpleData><SimpleData name="F2">{n}</SimpleData><SimpleData name="Số khẩu">{5 * n}</SimpleData></SchemaData>')
        for i, n in enumerate((82, 36))
    )  # fmt: skip
    report = import_layer("villages", kml(tmp_path / "f.kml", marks, head), area)
    assert got(report) == WANTED
    assert report.accepted["population"].tolist() == ["410", "180"]


def test_two_fields_of_one_display_name_are_both_kept(area: Path, tmp_path: Path) -> None:
    marks = mark(0, m.NAMES[0], data("Số liệu", 82, "a") + data("Số liệu", 5, "b") + data("Số hộ", 7, "c"))
    report = import_layer("villages", kml(tmp_path / "f.kml", marks), area)
    assert report.accepted[["Số liệu (a)", "Số liệu (b)", "households"]].to_numpy().tolist() == [["82", "5", "7"]]


@pytest.mark.parametrize("names", [("1", "2"), ("", ""), ("Placemark 1", "Placemark 2"), ("001", "Điểm 7")])
def test_placemarks_that_are_only_counted_take_their_names_from_the_field(names: tuple[str, str], area: Path, tmp_path: Path) -> None:
    marks = "".join(mark(i, names[i], data("Tên bản", m.NAMES[i], "t") + data("Số hộ", n, "h")) for i, n in enumerate((82, 36)))
    report = import_layer("villages", kml(tmp_path / "f.kml", marks), area)
    assert got(report) == WANTED
    assert any("only count them" in text for text in map(str, report.statements))


def test_two_different_names_are_asked(area: Path, tmp_path: Path) -> None:
    marks = "".join(mark(i, f"LC-0{i} Sìn", data("Tên bản", m.NAMES[i], "t") + data("Số hộ", n, "h")) for i, n in enumerate((82, 36)))
    path = kml(tmp_path / "f.kml", marks)
    assert {fault.code for fault in import_layer("villages", path, area).faults} == {"two_columns"}
    assert got(import_layer("villages", path, area, column_map={"Tên bản": "name"})) == WANTED
    same = "".join(mark(i, m.NAMES[i].upper(), data("Tên bản", m.NAMES[i], "t") + data("Số hộ", n, "h")) for i, n in enumerate((82, 36)))
    assert import_layer("villages", kml(tmp_path / "g.kml", same), area).written
