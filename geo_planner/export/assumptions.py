"""What a plan rests on: settings, criteria, sources, model, warnings. Two exports print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from geo_planner import labels
from geo_planner.export.tables import Cell, plain
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion

# The settings in Vietnamese; one that is not here shows the meaning that the scenario declares.
_MEANINGS_VI = {
    "name": "Tên kịch bản.",
    "title_vi": "Tiêu đề tiếng Việt.",
    "title_en": "Tiêu đề tiếng Anh.",
    "province.code": "Mã tỉnh.",
    "province.name": "Tên tỉnh.",
    "seed": "Mầm của mọi phép lấy ngẫu nhiên, để chạy lại ra đúng kết quả.",
    "metric_crs": "Hệ toạ độ dùng để đo khoảng cách; trống: múi UTM của địa bàn.",
    "layers.communes": "Tệp ranh giới xã.",
    "layers.former_communes": "Tệp xã cũ.",
    "layers.villages": "Tệp danh sách thôn, bản.",
    "layers.sites": "Tệp danh sách trạm.",
    "layers.rivers": "Tệp sông suối để vẽ nền.",
    "terrain.path": "Tệp độ cao địa hình.",
    "terrain.cell_m": "Cỡ ô lưới tính (m); trống: theo tệp địa hình.",
    "service.technology": "Chỉ tính các cell thuộc công nghệ này.",
    "service.rsrp_threshold_dbm": "Mức RSRP thấp nhất để có dịch vụ, ngoài trời (dBm).",
    "service.rx_height_m": "Độ cao máy của người dùng trên mặt đất (m).",
    "service.sigma_db": "Độ lệch chuẩn của sai số dự báo (dB), dùng cho đến khi hiệu chỉnh bằng đo kiểm.",
    "service.min_probability": "Coi là có sóng khi xác suất RSRP đạt ngưỡng không nhỏ hơn mức này.",
    "service.default_settlement_radius_m": "Bán kính khu dân cư của bản chưa ghi bán kính riêng (m).",
    "service.full_coverage_share": "Bản được coi là có sóng khi phần khu dân cư có sóng đạt mức này.",
    "propagation.model": "Mô hình truyền sóng dùng để kết luận.",
    "propagation.compare_with": "Mô hình thứ hai, đặt cạnh mô hình chính cho từng bản; trống: không so sánh.",
    "propagation.polarization": "Phân cực của ăng-ten.",
    "propagation.time_pct": "Suy hao không bị vượt quá trong tỷ lệ thời gian này (%).",
    "propagation.location_pct": "P.1812: suy hao không bị vượt quá ở tỷ lệ vị trí này trong một ô (%).",
    "propagation.dn_per_km": "P.1812: độ giảm trung vị của chiết suất theo độ cao (đơn vị N/km).",
    "propagation.n0": "Chiết suất bề mặt quy về mực nước biển (đơn vị N).",
    "propagation.climate": "ITM: vùng khí hậu vô tuyến.",
    "propagation.situation_pct": "ITM: tỷ lệ tình huống (%).",
    "propagation.irregularity_stride": "ITM: cứ bấy nhiêu ô dọc tia thì tính lại độ gồ ghề địa hình; 1 là không bỏ ô nào.",
    "propagation.max_radius_km": "Ngoài khoảng cách này, cell coi như không phục vụ (km).",
    "propagation.effective_earth_factor": "Tỷ số bán kính hiệu dụng và bán kính thật của Trái Đất (ITU-R P.453).",
    "propagation.relative_permittivity": "Hằng số điện môi tương đối của đất (ITU-R P.527).",
    "propagation.conductivity_s_m": "Độ dẫn điện của đất, S/m (ITU-R P.527).",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its path in the scenario, its value, its meaning in Vietnamese, and whether it is our assumption rather than a rule."""

    key: str
    value: Cell
    meaning: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class WeighedCriterion:
    """One criterion, its share of the whole weight, and whether its bounds or weight are our assumption."""

    criterion: Criterion
    share: float
    assumed: bool


def settings_of(plan: Plan) -> list[Setting]:
    """Every setting but the criteria, in the order of the scenario."""
    return [
        Setting(key, _shown(value), _MEANINGS_VI.get(key, meaning), "assumption" in meaning.lower())
        for key, value, meaning in _leaves(plan.scenario)
    ]


def criteria_of(plan: Plan) -> list[WeighedCriterion]:
    """The criteria of the ranking; one that names no source counts as assumed."""
    criteria = plan.scenario.ranking.criteria
    total = sum(c.weight for c in criteria)
    return [WeighedCriterion(c, c.weight / total, not c.source or "giả định" in c.source or "assum" in c.source.lower()) for c in criteria]


def sources_of(plan: Plan) -> list[tuple[str, str]]:
    """Name and sha256 of every file that was read. Of a file outside the study area only the name is told."""
    return sorted((_without_folder(file), digest) for file, digest in plan.study_area.sha256.items())


def model_of(plan: Plan) -> list[tuple[str, Cell]]:
    """Model, edition and versions as the manifest states them."""
    skip = {"scenario", "files", "created", "program"}
    # A hash stands for an input, and the inputs have a list of their own.
    return [(key, value) for key, value in _flat(plan.manifest) if key.split(".")[0] not in skip and not _is_hash(value)]


def notes_of(plan: Plan) -> list[str]:
    """The warnings of the input and of the run, one sentence each."""
    return [str(note) for note in plan.notes]


def sample_note(plan: Plan) -> str | None:
    """The line that every output carries which rests on sample data."""
    return labels.SAMPLE_BANNER["vi"] if plan.uses_sample_data else None


def scenario_title(plan: Plan) -> str:
    """Title of the run in Vietnamese, or its name where it has none."""
    return plan.scenario.title_vi or plan.scenario.name


def _leaves(settings: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{name}.")
        elif not (isinstance(value, tuple) and value and isinstance(value[0], BaseModel)):
            yield f"{prefix}{name}", value, field.description or ""


def _flat(node: Any, prefix: str = "") -> Iterator[tuple[str, Cell]]:
    if isinstance(node, Mapping):
        for key in sorted(node, key=str):
            yield from _flat(node[key], f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, _shown(node)


def _shown(value: Any) -> Cell:
    return _without_folder(value) if isinstance(value, str) else plain(value)


def _without_folder(text: str) -> str:
    # A layer given on the command line has an absolute path, which says nothing to the reader and differs by machine.
    path = Path(text)
    return path.name if path.is_absolute() and path.name else text


def _is_hash(value: Cell) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
