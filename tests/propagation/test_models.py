"""The registry: each model once, with what the rest of the package asks of it."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from geo_planner.errors import ModelRangeError
from geo_planner.propagation.area import loss_around
from geo_planner.propagation.loss_model import LossModel, ModelName
from geo_planner.propagation.models import MODELS, check_range


def test_every_name_of_a_model_is_declared_and_says_what_it_follows() -> None:
    assert set(MODELS) == set(get_args(ModelName))
    assert all(name == model.name and model.edition for name, model in MODELS.items())


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_refused_just_outside_the_ranges_that_it_declares(name: ModelName) -> None:
    model, kind = LossModel(name=name), MODELS[name]
    ranges = (kind.freq_mhz, kind.tx_height_m, kind.rx_height_m)
    for end in (0, 1):
        check_range(model, *(bounds[end] for bounds in ranges))
        for k, wrong in enumerate(bounds[end] * (0.99, 1.01)[end] for bounds in ranges):
            arguments = [bounds[end] for bounds in ranges]
            arguments[k] = wrong
            with pytest.raises(ModelRangeError):
                check_range(model, *arguments)


@pytest.mark.parametrize("name", MODELS)
def test_only_a_model_without_an_engine_does_without_terrain(name: ModelName) -> None:
    unknown = np.full((40, 40), np.nan, dtype=np.float32)
    loss = loss_around(
        unknown, 90.0, row=20.2, column=19.7, tx_height_m=30.0, rx_height_m=1.5, freq_mhz=900.0, radius_km=1.0, model=LossModel(name=name)
    ).loss_db
    assert np.isfinite(loss).any() == (not MODELS[name].needs_terrain)
