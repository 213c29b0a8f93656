"""Several masts on trial taken together."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from PIL import Image

from geo_planner.export.html_map.trial_picture import trial_picture
from geo_planner.export.palette import TRIAL_COVER
from geo_planner.plan import Plan
from geo_planner.trial import gained_together, trial_mast, usual_mast


def places(plan: Plan) -> list[tuple[float, float]]:
    return [(point.x, point.y) for point in plan.villages.sort_index().geometry]


def test_one_mast_gains_what_its_trial_says(valley_plan: Plan) -> None:
    for lon, lat in places(valley_plan):
        trial = trial_mast(valley_plan, lon, lat, usual_mast(valley_plan, 30.0))
        alone = gained_together(valley_plan, [trial.window])
        assert alone["gained"].sum() == trial.households
        assert list(alone.index) == list(trial.gained.index)
        assert alone["status_after"].to_dict() == trial.gained["status_after"].to_dict()


def test_what_two_masts_reach_counts_once(valley_plan: Plan) -> None:
    trials = [trial_mast(valley_plan, lon, lat, usual_mast(valley_plan, 42.0)) for lon, lat in places(valley_plan)[:2]]
    twice = gained_together(valley_plan, [trials[0].window, trials[0].window])
    pd.testing.assert_frame_equal(twice, gained_together(valley_plan, [trials[0].window]))
    both = gained_together(valley_plan, [one.window for one in trials])["gained"].sum()
    assert max(one.households for one in trials) <= both <= sum(one.households for one in trials) + 1e-9
    assert gained_together(valley_plan, []).empty


def test_the_picture_shows_what_is_newly_covered_where_it_is(valley_plan: Plan) -> None:
    lon, lat = places(valley_plan)[0]
    window = trial_mast(valley_plan, lon, lat, usual_mast(valley_plan, 30.0)).window
    picture = trial_picture(valley_plan.coverage.grid, window)
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGBA"))
    assert all(colour[3] == 255 for colour in TRIAL_COVER.values()), "over blue a veil of orange is the grey of no legend"
    newly = (pixels == TRIAL_COVER["newly"]).all(axis=-1)
    also = (pixels == TRIAL_COVER["also"]).all(axis=-1)
    assert abs(newly.mean() - window.newly.mean()) < 0.03
    assert abs(also.mean() - (window.covered & ~window.newly).mean()) < 0.03
    (south, west), (north, east) = picture.bounds
    assert south < lat < north
    assert west < lon < east
    row = int((north - lat) / (north - south) * pixels.shape[0])
    column = int((lon - west) / (east - west) * pixels.shape[1])
    assert newly[row, column] or also[row, column]
