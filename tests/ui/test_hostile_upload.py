"""A file that leads to an address is refused at its mere preview, in Vietnamese, and nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.asked_server import asked_server, connect
from tests.ui.tables import fault_tables
from tests.ui.test_import_page import area, open_page, upload  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.mark.usefixtures("area")
@pytest.mark.parametrize("where", ["top", "geometry"])
def test_a_link_in_an_upload_is_refused_at_the_preview(where: str, tmp_path: Path) -> None:
    with asked_server(tmp_path) as asked:
        crs = {"type": "link", "properties": {"href": f"{asked.url}/crs"}}
        point = {"type": "Point", "coordinates": [102.1, 22.05], **({"crs": crs} if where == "geometry" else {})}
        feature = {"type": "Feature", "properties": {"name": "A", "commune": "Mường Tè"}, "geometry": point}
        document = {"type": "FeatureCollection", "features": [feature], **({"crs": crs} if where == "top" else {})}
        (tmp_path / "a.geojson").write_text(json.dumps(document), encoding="utf-8")
        app = upload(open_page(), tmp_path / "a.geojson")
        tables = fault_tables(app)
        assert "liên kết" in tables[0].loc[0, "Sai ở đâu"]
        assert asked.lines() == []
        connect(asked)
        assert asked.lines() == ["GET /own HTTP/1.0"]
