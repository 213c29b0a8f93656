"""Every setting that the sheet of assumptions lists is explained in both languages, and marked where its declaration marks it."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from geo_planner.config import Scenario
from geo_planner.export.assumptions import criteria_of, settings_of
from geo_planner.plan import Plan
from geo_planner.preferences import ASSUMPTION, Criterion
from geo_planner.words import LANGUAGES, catalogue


def declared(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from declared(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def test_every_setting_is_explained(plan: Plan) -> None:
    for language in LANGUAGES:
        assert {f"setting.{s.key}" for s in settings_of(plan)} <= catalogue(language).keys()
    assert all(s.meaning.text("vi") != s.meaning.text("en") for s in settings_of(plan))


def test_the_english_is_what_the_declaration_says() -> None:
    for key, field in declared(Scenario):
        if field.description:
            assert catalogue("en")[f"setting.{key}"]["text"] == field.description


def test_a_setting_is_an_assumption_where_its_declaration_is_marked(plan: Plan) -> None:
    marked = {key for key, field in declared(Scenario) if field.json_schema_extra == ASSUMPTION}
    assert {s.key for s in settings_of(plan) if s.assumed} == marked & {s.key for s in settings_of(plan)}
    assert {"service.rsrp_threshold_dbm", "ranking.top_k", "measurements.no_service_below_dbm"} <= marked
    assert not {"seed", "service.min_probability"} & marked


def test_the_declarations_say_what_they_are_marked_as() -> None:
    for key, field in declared(Scenario):
        assert ("assumption" in (field.description or "").lower()) == (field.json_schema_extra == ASSUMPTION), key


@pytest.mark.parametrize(
    ("given", "assumed"),
    [
        ({"name": "households"}, True),
        ({"name": "standalone_cost_per_household_mvnd"}, False),
        ({"name": "standalone_cost_per_household_mvnd", "source": "own figures"}, True),
        ({"name": "households", "source": "QĐ 12/QĐ-UBND"}, True),
        ({"name": "households", "source": "QĐ 12/QĐ-UBND", "assumption": False}, False),
        ({"name": "own", "vi": "Riêng", "en": "Own", "bounds": (0, 1), "weight": 1}, True),
    ],
)
def test_a_criterion_says_whether_it_is_an_assumption(given: dict[str, object], assumed: bool) -> None:
    assert Criterion.model_validate(given).assumption is assumed


def test_the_bundled_criteria_are_assumptions_but_for_the_cost(plan: Plan) -> None:
    assert {c.criterion.name for c in criteria_of(plan) if not c.assumed} == {"standalone_cost_per_household_mvnd"}
