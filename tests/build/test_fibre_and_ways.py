"""Fibre as long as the roads it follows; who reaches a gateway; ways of a choice held against what is chosen."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import LineString, MultiLineString, Point

from geo_planner.build.fibre import fibres
from geo_planner.build.links import find_links
from geo_planner.build.siting import Choice, choose
from geo_planner.build.ways import by_mast, checked, needed_links, reachable, ways
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.grid import Grid
from geo_planner.preferences.settings import Travel
from geo_planner.terrain import Dem

WEST_M, NORTH_M = 300_000.0, 2_450_000.0
GRID = Grid.north_up(WEST_M, NORTH_M, 250.0, (120, 120), CRS.from_epsg(32648))
TRAVEL = Travel()


def line(*points: tuple[float, float]) -> LineString:
    """Kilometres east and south of the corner."""
    return LineString([(WEST_M + 1000.0 * x, NORTH_M - 1000.0 * y) for x, y in points])


def roads(*lines: Any, kind: str | list[str] = "secondary", **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"highway": kind, **columns}, geometry=list(lines), crs=GRID.crs, index=range(len(lines)))


def at(**where: tuple[float, float]) -> pd.DataFrame:
    """Places by kilometres; gateways have names that begin with g."""
    xy = np.array(list(where.values()))
    return pd.DataFrame(
        {
            "lat": 22.3, "x_m": WEST_M + 1000.0 * xy[:, 0], "y_m": NORTH_M - 1000.0 * xy[:, 1], "height_m": 40.0,
            "gateway": [name.startswith("g") for name in where],
        },
        index=pd.Index(list(where), name="place_id", dtype=object),
    )  # fmt: skip


def lengths(places: pd.DataFrame, lines: gpd.GeoDataFrame, **rules: Any) -> dict[str, float]:
    found = fibres(places, lines, GRID, Backhaul(**rules), TRAVEL)
    assert (found["kind"] == "fibre").all()
    assert found[["freq_ghz", "height_a_m", "height_b_m"]].isna().all(axis=None)
    return {str(link).removesuffix("~fibre"): round(float(km), 6) for link, km in found["length_km"].items()}


# --- fibre ---


def test_a_fibre_is_as_long_as_its_road_and_the_ways_to_it() -> None:
    """Round the corner: 3 km and 4 km, and 200 m and 500 m beside."""
    corner = roads(line((1, 1), (4, 1), (4, 5)))
    assert lengths(at(a=(1, 1.2), g=(4.5, 5)), corner) == {"a~g": 7.7}


def test_it_starts_at_any_point_of_a_road() -> None:
    straight = roads(line((0, 1), (9, 1)))
    found = lengths(at(a=(1.52, 1), b=(3.11, 1), g=(7.77, 1)), straight)
    assert found == {"a~b": pytest.approx(1.59, abs=0.05), "a~g": pytest.approx(6.25, abs=0.05), "b~g": pytest.approx(4.66, abs=0.05)}
    assert all(km >= exact - 1e-9 for km, exact in zip(found.values(), (1.59, 6.25, 4.66), strict=True))


def test_the_shorter_of_two_ways_counts() -> None:
    both = roads(line((0, 0), (0, 2), (4, 2), (4, 0)), line((0, 0), (4, 0)))
    assert lengths(at(a=(0, 0), g=(4, 0)), both) == {"a~g": 4.0}
    assert lengths(at(a=(0, 0), g=(4, 0)), both.iloc[:1]) == {"a~g": 8.0}


def test_roads_meet_at_a_point_of_theirs_and_do_not_where_they_only_cross() -> None:
    crossing = roads(line((0, 2), (4, 2)), line((2.013, 0), (2.013, 4)))
    places = at(a=(0, 2), g=(2.013, 4))
    assert lengths(places, crossing) == {}
    meeting = roads(line((0, 2), (2.013, 2), (4, 2)), line((2.013, 0), (2.013, 2), (2.013, 4)))
    assert lengths(places, meeting) == {"a~g": 4.013}
    nearly = roads(line((0, 2), (2.0125, 2)), line((2.013, 2), (2.013, 4)))
    assert lengths(places, nearly) == {"a~g": 4.013}


def test_no_fibre_longer_or_further_from_a_road_than_allowed() -> None:
    straight, places = roads(line((0, 1), (9, 1))), at(a=(1, 1), g=(8, 1.4))
    assert lengths(places, straight) == {"a~g": 7.4}
    assert lengths(places, straight, fibre_longest_km=7.3) == {}
    assert lengths(places, straight, fibre_to_road_m=400.0) == {"a~g": 7.4}
    assert lengths(places, straight, fibre_to_road_m=399.0) == {}
    assert lengths(places, straight, fibre_longest_km=0.0) == {}


def test_paths_and_roads_that_are_not_there_carry_none() -> None:
    places = at(a=(1, 1), g=(5, 1))
    for kind, carries in (("tertiary", True), ("track", True), ("path", False), ("footway", False), ("construction", False)):
        assert bool(lengths(places, roads(line((1, 1), (5, 1)), kind=kind))) is carries, kind
    assert lengths(places, roads(line((1, 1), (5, 1)), kind="path"), fibre_least_road_kmh=0.0) == {"a~g": 4.0}
    assert lengths(places, roads(line((1, 1), (5, 1)), construction="yes")) == {}


def test_two_gateways_get_no_fibre_and_two_places_at_one_spot_neither() -> None:
    straight = roads(line((0, 1), (9, 1)))
    assert sorted(lengths(at(g1=(1, 1), g2=(2, 1), b=(3, 1), a=(3, 1)), straight)) == ["a~g1", "a~g2", "b~g1", "b~g2"]


def test_two_places_beside_the_same_spot_of_a_road_are_as_far_as_they_are() -> None:
    assert lengths(at(a=(1, 1.3), g=(1, 0.9)), roads(line((0, 1), (2, 1)))) == {"a~g": 0.4}


@pytest.mark.parametrize("geometry", [None, Point(WEST_M, NORTH_M), LineString()])
def test_what_is_no_line_is_passed_over(geometry: Any) -> None:
    mixed = roads(geometry, MultiLineString([line((1, 1), (2, 1)), line((2, 1), (5, 1))]))
    assert lengths(at(a=(1, 1), g=(5, 1)), mixed) == {"a~g": 4.0}
    assert lengths(at(a=(1, 1), g=(5, 1)), mixed.iloc[:1]) == {}
    assert lengths(at(a=(1, 1), g=(5, 1)), mixed.iloc[:0]) == {}


def test_roads_in_degrees_come_into_the_grid() -> None:
    degrees = roads(line((1, 1), (5, 1))).to_crs(4326)
    assert lengths(at(a=(1, 1), g=(5, 1)), degrees)["a~g"] == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize(("seed", "many"), [(11, 36), (12, 9), (13, 9), (14, 4), (15, 3)])
def test_lengths_are_those_of_a_search_from_each_place(seed: int, many: int) -> None:
    """Of a street grid with gaps, against distances by repeated relaxation; few places leave long stretches where nothing is joined."""
    rng = np.random.default_rng(seed)
    nodes = [(x, y) for x in range(6) for y in range(6)]
    edges = [(p, q) for p in nodes for q in nodes if p < q and abs(p[0] - q[0]) + abs(p[1] - q[1]) == 1 and rng.random() < 0.75]
    far = {(p, q): 0.0 if p == q else np.inf for p in nodes for q in nodes}
    far |= {pair: 1.0 for p, q in edges for pair in ((p, q), (q, p))}
    for k in nodes:
        for p in nodes:
            for q in nodes:
                far[p, q] = min(far[p, q], far[p, k] + far[k, q])
    # a place without a road of its own would be joined to one a kilometre away
    used = [node for node in nodes if any(node in edge for edge in edges)]
    stands = [used[i] for i in rng.choice(len(used), min(many, len(used)), replace=False)]
    name = {(x, y): ("g" if (x + y) % 5 == 0 else "p") + f"{x}{y}" for x, y in stands}
    wanted = {
        f"{name[p]}~{name[q]}": far[p, q]
        for p in stands
        for q in stands
        if name[p] < name[q] and not name[p][0] == name[q][0] == "g" and far[p, q] <= 7.0
    }
    assert lengths(at(**{name[node]: node for node in stands}), roads(*(line(p, q) for p, q in edges)), fibre_longest_km=7.0) == wanted
    assert len(wanted) > (200 if many == 36 else 0)


def test_a_ring_road_is_gone_round_the_shorter_way() -> None:
    ring = line((1, 1), (5, 1), (5, 4), (1, 4), (1, 1))
    assert lengths(at(a=(2, 1), g=(1, 3)), roads(ring)) == {"a~g": 3.0}
    # one that nobody lives at is in nobody's way, nor are two roads between the same two points
    apart = line((10, 10), (12, 10), (12, 12), (10, 10))
    assert lengths(at(a=(2, 1), g=(1, 3)), roads(ring, apart, line((5, 1), (6, 2), (5, 4)))) == {"a~g": 3.0}


def test_hops_and_fibre_stand_in_one_table() -> None:
    dem = Dem(np.zeros(GRID.shape, dtype=np.float32), GRID, False, "")
    places, lines = at(a=(1, 1.2), b=(2, 2), g=(4.5, 5)), roads(line((1, 1), (4, 1), (4, 5)))
    found = find_links(places, dem, Backhaul(), roads=lines)
    assert list(found.table.index) == ["a~b", "a~b~fibre", "a~g", "a~g~fibre", "b~g", "b~g~fibre"]
    assert found.statements == ()
    assert found.table["length_km"].notna().all()
    shuffled = find_links(places.iloc[::-1], dem, Backhaul(), roads=lines.iloc[::-1])
    pd.testing.assert_frame_equal(found.table, shuffled.table)


# --- ways ---


def net(*pairs: tuple[str, str], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place_a": [a for a, _ in pairs], "place_b": [b for _, b in pairs], "length_km": 10.0, "availability_pct": 99.9, "cost": 1.0,
            "height_a_m": 20.0, "height_b_m": 20.0, **columns,
        },
        index=pd.Index([f"{a}~{b}" for a, b in pairs], name="link_id", dtype=object),
    )  # fmt: skip


def options_at(backhaul: str = "network", **masts: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"place_id": list(masts), "cost": 5.0, "backhaul": backhaul, "mast_height_m": list(masts.values())},
        index=pd.Index([f"o{place}" for place in masts], name="option_id", dtype=object),
    )


def made(options: tuple[str, ...], links: tuple[str, ...]) -> Choice:
    return Choice(options, links, pd.Series(dtype=bool), 0.0, 0.0, "feasible", 0.0, 0.0)


PLACES = at(a=(1, 1), b=(2, 1), c=(3, 1), d=(4, 1), g=(5, 1))


def test_who_reaches_a_gateway() -> None:
    links = net(("a", "b"), ("b", "g"), ("c", "d"))
    assert reachable(PLACES, links).to_dict() == {"a": True, "b": True, "c": False, "d": False, "g": True}
    assert reachable(PLACES, links, holders=["a"]).to_dict() == {"a": False, "b": False, "c": False, "d": False, "g": True}
    assert reachable(PLACES, links.iloc[:0]).to_dict() == {"a": False, "b": False, "c": False, "d": False, "g": True}
    assert not reachable(PLACES.assign(gateway=False), links).any()
    assert reachable(PLACES.iloc[:0], links).empty
    # of a link to nowhere nothing comes
    assert not reachable(PLACES, net(("a", "x"), ("x", "g")))["a"]


@settings(max_examples=60)
@given(pairs=st.sets(st.tuples(st.sampled_from("abcdg"), st.sampled_from("abcdg")).filter(lambda p: p[0] < p[1]), max_size=8))
def test_reach_is_what_walking_finds(pairs: set[tuple[str, str]]) -> None:
    walked, before = {"g"}, set()
    while walked != before:
        before = set(walked)
        walked |= {other for a, b in pairs for one, other in ((a, b), (b, a)) if one in walked}
    found = reachable(PLACES, net(*sorted(pairs)))
    assert {str(place) for place in found.index[found]} == walked


def test_a_way_is_told_link_by_link() -> None:
    links = net(("a", "b"), ("b", "g"), ("c", "d"), length_km=[7.0, 20.0, 3.0])
    choice = made(("oa", "ob"), ("a~b", "b~g"))
    table = ways(choice, options_at(a=30.0, b=30.0, c=30.0), PLACES, links)
    assert table.loc["a", "link_ids"] == ("a~b", "b~g")
    assert table.loc["b", "link_ids"] == ("b~g",)
    assert (table["gateway_id"] == "g").all()
    assert table["length_km"].tolist() == [27.0, 20.0]
    assert table.loc["a", "availability_pct"] == pytest.approx(100.0 * 0.999**2)
    assert checked(choice, options_at(a=30.0, b=30.0), PLACES, links) == []


def test_the_way_of_fewest_links_is_taken() -> None:
    links = net(("a", "b"), ("b", "g"), ("a", "g"), length_km=[1.0, 1.0, 30.0])
    choice = made(("oa", "ob"), ("a~b", "a~g", "b~g"))
    assert ways(choice, options_at(a=30.0, b=30.0), PLACES, links).loc["a", "link_ids"] == ("a~g",)


def test_options_at_a_gateway_need_no_link_and_own_ones_no_way() -> None:
    both = pd.concat([options_at(g=42.0), options_at("own", a=20.0)])
    choice = made(("oa", "og"), ())
    table = ways(choice, both, PLACES, net(("a", "g")))
    assert table.to_dict("index") == {"g": {"gateway_id": "g", "link_ids": (), "length_km": 0.0, "availability_pct": 100.0}}
    assert checked(choice, both, PLACES, net(("a", "g"))) == []


@pytest.mark.parametrize(
    ("options", "links", "codes"),
    [
        (("oa",), (), ["no_way"]),
        (("oa",), ("a~b", "b~g"), ["nothing_stands", "nothing_stands", "no_way"]),
        (("oa", "ob"), ("a~b",), ["no_way", "no_way"]),
        (("oa", "ob", "oz"), ("a~b", "b~g"), ["no_option"]),
        (("oa", "ob"), ("a~b", "b~g", "c~z"), ["no_link"]),
        (("oa", "oc"), ("a~c", "c~g"), ["mast_too_low", "mast_too_low"]),
    ],
)
def test_a_broken_way_is_found(options: tuple[str, ...], links: tuple[str, ...], codes: list[str]) -> None:
    known = options_at(a=30.0, b=30.0, c=19.0)
    table = net(("a", "b"), ("b", "g"), ("a", "c"), ("c", "g"))
    faults = checked(made(options, links), known, PLACES, table)
    assert [fault.said.key for fault in faults] == [f"way_broken.{code}" for code in codes]
    assert all(fault.line("vi") and fault.line("en") for fault in faults)


def test_the_heights_of_users_own_tables_may_be_lacking() -> None:
    bare = net(("a", "g"))[["place_a", "place_b", "cost"]]
    known = options_at(a=3.0).drop(columns="mast_height_m")
    assert checked(made(("oa",), ("a~g",)), known, PLACES[["gateway"]], bare) == []


def test_links_beside_which_a_straight_one_costs_no_more_are_left_out() -> None:
    pairs = ("a", "b"), ("a", "g"), ("b", "g"), ("b", "c"), ("c", "d")
    assert list(needed_links(net(*pairs), PLACES).index) == ["a~g", "b~g", "b~c", "c~d"]
    assert list(needed_links(net(*pairs, cost=[0.5, 1.0, 1.0, 1.0, 1.0]), PLACES).index) == ["a~b", "a~g", "b~g", "b~c", "c~d"]
    assert list(needed_links(net(*pairs, cost=[1.0, 1.0, 1.5, 1.0, 1.0]), PLACES).index) == ["a~b", "a~g", "b~g", "b~c", "c~d"]


def test_of_links_to_gateways_and_of_parallel_ones_the_cheapest_is_kept() -> None:
    places = at(a=(1, 1), b=(2, 1), g=(5, 1), g2=(6, 1))
    pairs = ("a", "g"), ("a", "g2"), ("b", "g"), ("b", "g2"), ("g", "g2"), ("a", "b"), ("b", "a")
    kept = needed_links(net(*pairs, cost=[3.0, 2.0, 2.0, 2.0, 1.0, 1.5, 1.0]), places)
    assert list(kept.index) == ["a~g2", "b~g", "b~a"]
    assert needed_links(net(*pairs).iloc[:0], places).empty
    # what names no place is left to whoever checks the table
    assert list(needed_links(net(("a", "x"), ("x", "y")), places).index) == ["a~x", "x~y"]


@settings(max_examples=50)
@given(data=st.data())
def test_the_links_left_out_change_no_choice(data: st.DataObject) -> None:
    """Weight and cost of the best choice, with all links and with the needed ones."""
    names = [*"abcd", "g", "g2"]
    places = at(**{name: (i, 1.0) for i, name in enumerate(names)})
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if data.draw(st.booleans())]
    links = net(*pairs, cost=[float(data.draw(st.integers(1, 4))) for _ in pairs])
    options = options_at(**dict.fromkeys("abcd", 30.0)).assign(cost=[float(data.draw(st.integers(1, 6))) for _ in "abcd"])
    demands = pd.DataFrame(
        {"village_id": "v", "weight": [float(data.draw(st.integers(0, 5))) for _ in "abcd"]}, index=[f"d{p}" for p in "abcd"]
    )
    covers = pd.DataFrame({"option_id": [f"o{p}" for p in "abc"], "demand_id": [f"d{p}" for p in "abc"]})
    budget = float(data.draw(st.integers(0, 25)))
    every, few = (choose(demands, options, covers, places, table, budget=budget) for table in (links, needed_links(links, places)))
    assert (every.status, every.weight, every.cost) == (few.status, few.weight, few.cost)
    assert checked(few, options, places, links) == []


def test_masts_of_several_heights_become_places_of_their_own() -> None:
    several = pd.DataFrame(
        {
            "place_id": ["a", "a", "a", "b", "g", "g"], "mast_height_m": [15.0, 42.0, 42.0, 30.0, 10.0, np.nan], "cost": 1.0, "backhaul": "network",
        },
        index=pd.Index(["o1", "o2", "o3", "o4", "o5", "o6"], name="option_id"),
    )  # fmt: skip
    places, options = by_mast(PLACES, several)
    assert list(places.index) == ["a@15", "a@42", "b", "c", "d", "g"]
    assert places["stands_at"].tolist() == ["a", "a", "b", "c", "d", "g"]
    assert places["height_m"].tolist() == [15.0, 42.0, 30.0, 40.0, 40.0, 40.0]
    assert options["place_id"].tolist() == ["a@15", "a@42", "a@42", "b", "g", "g"]
    assert places.loc["a@15", "x_m"] == places.loc["a@42", "x_m"]
    assert by_mast(PLACES, several.assign(place_id="nowhere"))[1]["place_id"].unique().tolist() == ["nowhere"]


def test_a_choice_over_masts_told_apart_hangs_no_dish_above_a_mast() -> None:
    """A ridge that only the high mast sees over: the cheap low one is chosen where no way is needed, never with the high one's hop."""
    heights = np.zeros(GRID.shape, dtype=np.float32)
    heights[:, 12] = 22.0
    dem = Dem(heights, GRID, False, "")
    spots = at(a=(1.125, 1.125), g=(5.125, 1.125))
    both = pd.DataFrame(
        {
            "place_id": "a", "mast_height_m": [15.0, 42.0], "cost": [1.0, 5.0], "backhaul": "network", "exclusive_group": "a",
        },
        index=pd.Index(["low", "tall"], name="option_id"),
    )  # fmt: skip
    demands = pd.DataFrame({"village_id": "v", "weight": 10.0}, index=pd.Index(["v#1"], name="demand_id"))
    covers = pd.DataFrame({"option_id": ["low", "tall"], "demand_id": "v#1"})
    rules = Backhaul(bands=((7.0, 174.5),))
    plain = find_links(spots, dem, rules).table.assign(cost=1.0)
    assert find_links(by_mast(spots, both)[0], dem, rules).statements[1:] == ()
    wrong = choose(demands, both, covers, spots, plain, budget=10.0)
    assert [fault.said.key for fault in checked(wrong, both, spots, plain)] == ["way_broken.mast_too_low"]
    places, options = by_mast(spots, both)
    links = find_links(places, dem, rules).table.assign(cost=1.0)
    choice = choose(demands, options, covers, places, links, budget=10.0)
    assert (choice.options, choice.links) == (("tall",), ("a@42~g",))
    assert checked(choice, options, places, links) == []


def test_what_is_said_counts_places_and_not_their_masts() -> None:
    heights = np.zeros(GRID.shape, dtype=np.float32)
    heights[:, 12], heights[:, 40] = 900.0, np.nan
    spots = at(a=(1.125, 1.125), b=(2.125, 1.125), g=(5.125, 1.125), z=(15.125, 1.125))
    masts = pd.DataFrame(
        {"place_id": [*"aaazz"], "mast_height_m": [15.0, 30.0, 42.0, 15.0, 30.0]}, index=pd.Index([*"12345"], name="option_id")
    )
    places, _ = by_mast(spots, masts)
    found = find_links(places, Dem(heights, GRID, False, ""), Backhaul(fibre_longest_km=0.0))
    assert [(fault.code, dict(fault.said.facts)["n"], dict(fault.said.facts)["of"]) for fault in found.statements] == [
        ("links_unknown_terrain", 3, 6), ("places_unjoined", 3, 4),
    ]  # fmt: skip
