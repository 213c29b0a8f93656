"""Propagation: agreement with published cases, the radial sweep against full profiles, and its speed against SPLAT!.

Run it as a script: ``python -m benchmarks.propagation``. Times are processor seconds (user and system) of one process, the least of several
runs taken in turns, so that other work on the machine weighs on both sides alike; where wall time is meant, the row says so.
"""

from __future__ import annotations

import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import splat_terrain
from geo_planner.propagation import itm, p1812
from geo_planner.propagation.area import LossModel, loss_around

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("GEO_PLANNER_REFERENCE") or ROOT.parent / "shared" / "data" / "reference")
Row = dict[str, Any]
MODELS = ("itm", "p1812", "delta_bullington")
EVERY_CELL: dict[str, Any] = {}
THINNED: dict[str, Any] = {"irregularity_stride": 16, "radials_per_cell": 0.5}
THINNINGS: dict[str, dict[str, Any]] = {
    "": EVERY_CELL,
    **{f", thinned (stride {stride})": {"irregularity_stride": stride} for stride in (4, 8, 16)},
    ", thinned (stride 16, half the radials)": THINNED,
}
MAST: dict[str, Any] = {"tx_height_m": splat_terrain.MAST_M, "rx_height_m": splat_terrain.RECEIVER_M, "freq_mhz": splat_terrain.FREQ_MHZ}
PROVINCE_COLUMNS, PROVINCE_ROWS, PROVINCE_MASTS = 2200, 1660, 106


def row(part: str, what: str, value: object, target: str = "", met: bool | None = None, note: str = "") -> Row:
    """One figure; `met` is left blank where nothing was promised."""
    return {
        "part": part,
        "what": what,
        "value": value,
        "target": target,
        "met": "" if met is None else "yes" if met else "NO",
        "note": note,
    }


def skipped(part: str, what: str, why: str) -> Row:
    return row(part, what, "skipped", note=why)


# ------------------------------------------------------------------------------------------------------------------ right
def published_itm(folder: Path) -> list[Row]:
    """NTIA's point-to-point cases and the profiles over the province."""
    with (folder / "p2p.csv").open() as table:
        cases = list(csv.DictReader(table))
    profiles = [[float(x) for x in line.split(",")] for line in (folder / "pfls.csv").read_text().splitlines() if line.strip()]
    worst = 0.0
    for case, (_, spacing_m, *heights_m) in zip(cases, profiles, strict=True):
        result = itm.path_loss(
            heights_m,
            spacing_m,
            tx_height_m=float(case["h_tx__meter"]),
            rx_height_m=float(case["h_rx__meter"]),
            freq_mhz=float(case["f__mhz"]),
            polarization=("horizontal", "vertical")[int(case["pol"])],
            climate=itm.CLIMATES[int(case["climate"]) - 1],
            n0=float(case["N_0"]),
            eps_r=float(case["epsilon"]),
            sigma_s_m=float(case["sigma"]),
            time_pct=float(case["time"]),
            location_pct=float(case["location"]),
            situation_pct=float(case["situation"]),
            mdvar=int(case["mdvar"]),
        )
        worst = max(worst, abs(result.loss_db - float(case["A__db"])))
    rows = [
        row(
            "right",
            f"ITM, {len(cases)} published cases: largest deviation, dB",
            round(worst, 4),
            "<= 0.005 (printed to 0.01)",
            worst <= 0.005 + 1e-9,
        )
    ]
    lte = json.loads((folder / "lte_profiles.json").read_text())["profiles"]
    worst_itm = worst_p1812 = 0.0
    for case in lte:
        link = {key: case[key] for key in ("tx_height_m", "rx_height_m", "freq_mhz")}
        mine = itm.path_loss(case["heights_m"], case["spacing_m"], climate=case["climate"], **link)
        worst_itm = max(worst_itm, abs(mine.loss_db - case["itm_loss_db_50_50_50"]))
        distance_km = np.arange(len(case["heights_m"])) * case["spacing_m"] * 1e-3
        worst_p1812 = max(
            worst_p1812, abs(p1812.path_loss(distance_km, case["heights_m"], lat_deg=case["lat_deg"], **link).loss_db - case["p1812_lb_db"])
        )
    for name, value in (("ITM", worst_itm), ("P.1812-8", worst_p1812)):
        rows.append(
            row(
                "right",
                f"{name}, {len(lte)} LTE profiles: largest deviation, dB",
                round(value, 5),
                "<= 0.006",
                value <= 0.006,
                "heights are rounded to 1 mm",
            )
        )
    return rows


def published_p1812(folder: Path) -> list[Row]:
    """The examples of ITU-R Study Group 3: loss and diffraction loss of each log."""
    logs = sorted((folder / "p1812").glob("*_log.csv"))
    worst = {"loss_db": 0.0, "diffraction_beta_db": 0.0, "ducting_db": 0.0, "troposcatter_db": 0.0}
    labels = {"loss_db": "Lb (dB)", "diffraction_beta_db": "Ldb (dB)", "ducting_db": "Lba (dB)", "troposcatter_db": "Lbs (dB)"}
    for log in logs:
        lines = [line for line in csv.reader(log.read_text().splitlines()) if len(line) > 3]
        first = {line[0].strip(): float(line[3]) for line in reversed(lines) if line[3] and line[3] != "Value"}
        table = list(csv.reader(log.with_name(log.name.rsplit("_", 2)[0] + ".csv").read_text().splitlines()))
        start = next(k for k, line in enumerate(table) if line and line[0].startswith("Number of Points"))
        points = np.array([[float(cell) for cell in line[:5]] for line in table[start + 1 : start + 1 + int(table[start][1])]])
        result = p1812.path_loss(
            points[:, 0],
            points[:, 1],
            tx_height_m=first["htg (m)"],
            rx_height_m=first["hrg (m)"],
            freq_mhz=first["f (GHz)"] * 1e3,
            polarization="horizontal" if first["pol"] == 1 else "vertical",
            time_pct=first["p (%)"],
            location_pct=first["pL (%)"],
            clutter_m=points[:, 3],
            zone=points[:, 4],
            dn=first["DN"],
            n0=first["N0"],
            lat_deg=first["phi (deg)"],
            sigma_l_db=first["sigmaL (dB)"],
            dct_km=first["dct (km)"],
            dcr_km=first["dcr (km)"],
        )
        for field, label in labels.items():
            worst[field] = max(worst[field], abs(getattr(result, field) - first[label]))
    return [
        row(
            "right",
            f"P.1812-8, {len(logs)} published cases, {labels[field]}: largest deviation, dB",
            f"{value:.1e}",
            "<= 0.1",
            value <= 0.1,
        )
        for field, value in worst.items()
    ]


def against_itmlogic(paths: int = 240, seed: int = 20) -> list[Row]:
    """ITM against another implementation over random walks."""
    try:
        from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl
        from itmlogic.preparatory_subroutines.qlrps import qlrps
        from itmlogic.statistics.avar import avar
    except ImportError:
        return [skipped("right", "ITM against itmlogic", "itmlogic is not installed")]
    rng = np.random.default_rng(seed)
    deviations = []
    for _ in range(paths):
        spacing_m, n = float(rng.choice([30.0, 90.0, 250.0])), int(rng.integers(40, 300))
        walk = np.convolve(np.cumsum(rng.normal(0.0, 1.0, n + 8)), np.ones(9) / 9.0, "valid") * rng.uniform(0.05, 12.0)
        heights_m = walk - walk.min() + rng.uniform(0.0, 500.0)
        link = {"tx_height_m": rng.uniform(5.0, 60.0), "rx_height_m": rng.uniform(1.5, 10.0), "freq_mhz": rng.uniform(150.0, 3000.0)}
        ends = n - 1 - int(0.1 * (n - 1))
        prop: dict[str, Any] = {
            "hg": [link["tx_height_m"], link["rx_height_m"]],
            "klim": 5,
            "klimx": 5,
            "mdvar": 12,
            "mdvarx": 12,
            "lvar": 5,
            "kwx": 0,
        }
        prop["pfl"] = [n - 1, spacing_m, *heights_m.tolist()]
        elevation_m = float(np.mean(heights_m[int(0.1 * (n - 1)) : ends + 1]))
        prop["wn"], prop["gme"], prop["ens"], prop["zgnd"] = qlrps(link["freq_mhz"], elevation_m, 301.0, 1, 15.0, 0.005)
        with np.errstate(all="ignore"):
            prop = qlrpfl(prop)
            above_db, _ = avar(0.0, 0.0, 0.0, prop)
        theirs = 32.45 + 20.0 * math.log10(link["freq_mhz"]) + 20.0 * math.log10(prop["dist"] / 1000.0) + float(above_db)
        deviations.append(abs(itm.path_loss(heights_m, spacing_m, **link).loss_db - theirs))
    d = np.array(deviations)
    note = f"{100 * float(np.mean(d > 0.05)):.0f} % beyond 0.05 dB: on clear paths itmlogic takes the last point but one for the receiver's ground"
    return [
        row(
            "right",
            f"ITM against itmlogic, {paths} random profiles: median difference, dB",
            f"{np.median(d):.1e}",
            "< 0.05",
            bool(np.median(d) < 0.05),
            note,
        )
    ]


# ------------------------------------------------------------------------------------------------------- sweep and profiles
@dataclass(frozen=True, slots=True)
class Ground:
    """A terrain and the masts to try on it (row, column in cells)."""

    name: str
    heights_m: npt.NDArray[np.float32]
    cell_m: float
    masts: tuple[tuple[float, float], ...]


def masts_on(heights_m: npt.NDArray[np.float32], number: int, margin: int) -> tuple[tuple[float, float], ...]:
    """Positions from a valley to a peak: cells at equal steps of height rank, off the cells' centres."""
    inner = heights_m[margin:-margin, margin:-margin]
    order = np.argsort(inner, axis=None, kind="stable")
    picks = order[np.linspace(0, order.size - 1, number).astype(int)]
    return tuple((margin + p // inner.shape[1] + 0.5 + 0.21, margin + p % inner.shape[1] + 0.5 - 0.17) for p in picks.tolist())


def real_ground() -> Ground | None:
    path = REFERENCE / "terrain_250m_utm48n.tif"
    if not path.is_file():
        return None
    import rasterio

    with rasterio.open(path) as file:
        heights_m = file.read(1, masked=True).astype(np.float32).filled(np.nan)
        return Ground("real 250 m", heights_m, float(file.transform.a), masts_on(heights_m, 5, 125))


def synthetic_ground(z: npt.NDArray[np.float64]) -> Ground:
    terrain = splat_terrain.metric_grid(z, half_km=50.0)
    return Ground("synthetic 90 m", terrain.heights_m, terrain.cell_m, masts_on(terrain.heights_m, 5, 340))


def sweep_against_profiles(ground: Ground, radii_km: tuple[float, ...], workers: int = 2) -> list[Row]:
    """Radial sweep against the same model on a profile of its own for each cell, all masts together."""
    rows = []
    for name in MODELS:
        model = LossModel(name=name)  # type: ignore[arg-type]
        for radius_km in radii_km:
            thinnings = THINNINGS if name == "itm" else {"": EVERY_CELL}
            apart: dict[str, list[npt.NDArray[np.float32]]] = {thinning: [] for thinning in thinnings}
            for mast_row, mast_column in ground.masts:
                common: dict[str, Any] = {
                    **MAST,
                    "row": mast_row,
                    "column": mast_column,
                    "radius_km": radius_km,
                    "model": model,
                    "workers": workers,
                }
                exact = loss_around(ground.heights_m, ground.cell_m, method="profiles", **common).loss_db
                for thinning, found in apart.items():
                    swept = loss_around(ground.heights_m, ground.cell_m, **thinnings[thinning], **common).loss_db
                    known = np.isfinite(exact) & np.isfinite(swept)
                    found.append(np.abs(swept[known] - exact[known]))
            for thinning, found in apart.items():
                d = np.concatenate(found)
                median, p95, p99 = (float(np.percentile(d, q)) for q in (50, 95, 99))
                note = f"99 % {p99:.2f}, largest {d.max():.1f}, {100 * float(np.mean(d > 3)):.2f} % beyond 3 dB; {d.size} cells of {len(ground.masts)} masts"
                what = f"{ground.name}, {name}, {radius_km:g} km{thinning}: median, 95 % dB"
                rows.append(
                    row("sweep against profiles", what, f"{median:.2f}, {p95:.2f}", "< 0.5, <= 3", median < 0.5 and p95 <= 3.0, note)
                )
    return rows


# ------------------------------------------------------------------------------------------------------------------- fast
def processor_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _run(terrain: splat_terrain.MetricTerrain, name: str, radius_km: float, **options: Any) -> None:
    model = LossModel(name=name, n0=301.0 if name == "itm" else 325.0)  # type: ignore[arg-type]
    loss_around(
        terrain.heights_m, terrain.cell_m, row=terrain.row, column=terrain.column, radius_km=radius_km, model=model, **MAST, **options
    )


def own_seconds(call: Callable[[], None]) -> float:
    start = processor_seconds(resource.RUSAGE_SELF)
    call()
    return processor_seconds(resource.RUSAGE_SELF) - start


def against_splat(z: npt.NDArray[np.float64], repeats: int = 5, radii_km: tuple[int, ...] = (15, 30)) -> list[Row]:
    """Single thread against single-process SPLAT!, in turns."""
    part = "speed against SPLAT!"
    terrain = splat_terrain.metric_grid(z)
    kinds: dict[str, tuple[str, dict[str, Any], dict[int, float]]] = {
        "ITM, every cell": ("itm", {}, {15: 2.5, 30: 4.0}),
        "ITM, thinned (stride 16, half the radials)": ("itm", THINNED, {15: 6.0, 30: 12.0}),
        "P.1812-8, every cell": ("p1812", {}, {15: 10.0, 30: 18.0}),
    }
    installed = splat_terrain.splat_installed()
    for name, options, _ in kinds.values():
        _run(terrain, name, 3, **options)
    own: dict[tuple[str, int], list[float]] = {(kind, r): [] for kind in kinds for r in radii_km}
    theirs: dict[int, list[float]] = {r: [] for r in (1, *radii_km)}
    with tempfile.TemporaryDirectory() as folder:
        splat = splat_terrain.Splat(z, Path(folder)) if installed else None
        for _ in range(repeats):
            if splat:
                for r, seconds in theirs.items():
                    before = processor_seconds(resource.RUSAGE_CHILDREN)
                    splat.seconds(r)
                    seconds.append(processor_seconds(resource.RUSAGE_CHILDREN) - before)
            for (kind, r), seconds in own.items():
                name, options, _ = kinds[kind]
                seconds.append(own_seconds(lambda name=name, r=r, options=options: _run(terrain, name, r, **options)))  # type: ignore[misc]
    rows = []
    for (kind, r), seconds in own.items():
        target = kinds[kind][2].get(r)
        what = f"{kind}, {r} km: times SPLAT!'s speed"
        spread = f"ours {min(seconds):.3f} s (median {np.median(seconds):.3f})"
        if not installed:
            rows.append(skipped(part, what, "splat is not installed; " + spread))
            continue
        net = min(theirs[r]) - min(theirs[1])
        middle = float(np.median(theirs[r]) - np.median(theirs[1])) / float(np.median(seconds))
        note = f"{spread}, SPLAT! {net:.3f} s after its start-up; by medians {middle:.1f}"
        met = net / min(seconds) >= target if target else None
        rows.append(row(part, what, round(net / min(seconds), 1), f">= {target:g}" if target else "", met, note))
    return rows


def two_threads(z: npt.NDArray[np.float64], repeats: int = 15) -> list[Row]:
    """Wall time with one thread over that with two, in turns and the least of each: it needs two cores that are idle now and then."""
    terrain = splat_terrain.metric_grid(z)
    rows = []
    for name in ("itm", "p1812"):
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(repeats):
            for workers, seconds in times.items():
                start = time.perf_counter()
                _run(terrain, name, 30, workers=workers)
                seconds.append(time.perf_counter() - start)
        gain = min(times[1]) / min(times[2])
        rows.append(
            row(
                "threads",
                f"{name}, 30 km: wall time of one thread over two",
                round(gain, 2),
                ">= 1.85",
                gain >= 1.85,
                f"load before the run {os.getloadavg()[0]:.1f}",
            )
        )
    return rows


def fine_terrain(z: npt.NDArray[np.float64], radius_km: int = 15, cell_m: float = 30.0, repeats: int = 3) -> list[Row]:
    """One mast on the terrain of a province at 30 m: three times as many steps a path, nine times as many cells."""
    terrain = splat_terrain.metric_grid(z, half_km=radius_km + 1.0, cell_m=cell_m)
    cells = math.pi * (1000.0 * radius_km / cell_m) ** 2
    rows = []
    for name in ("itm", "p1812"):
        _run(terrain, name, 1)
        best = min(own_seconds(lambda name=name: _run(terrain, name, radius_km)) for _ in range(repeats))  # type: ignore[misc]
        what = f"{name}, {cell_m:g} m cells, {radius_km} km: processor seconds a mast"
        rows.append(row("fine terrain", what, round(best, 3), note=f"{cells / 1000:.0f} thousand cells, {1e6 * best / cells:.2f} us each"))
    return rows


def growth(radii_km: tuple[int, ...] = (5, 10, 20, 40, 60), repeats: int = 2) -> list[Row]:
    """Exponent of time over radius, on a terrain of 1400 x 1400 cells of 90 m."""
    z = splat_terrain.surface(1400, 1400, seed=43)
    terrain = splat_terrain.MetricTerrain(z.astype(np.float32), 90.0, 700.3, 700.6)
    rows = []
    for name in ("itm", "p1812"):
        _run(terrain, name, radii_km[0])
        best = [min(own_seconds(lambda r=r, name=name: _run(terrain, name, r)) for _ in range(repeats)) for r in radii_km]  # type: ignore[misc]
        slope = float(np.polyfit(np.log(radii_km), np.log(best), 1)[0])
        note = ", ".join(f"{r} km {s:.3f} s" for r, s in zip(radii_km, best, strict=True))
        rows.append(
            row(
                "growth",
                f"{name}: exponent of time over radius {radii_km[0]} to {radii_km[-1]} km",
                round(slope, 2),
                "<= 2.2",
                slope <= 2.2,
                note,
            )
        )
    return rows


def province_alone(name: str, workers: int = 2) -> dict[str, float]:
    """All masts over a terrain of the province's size; meant for a process of its own, whose peak memory it tells."""
    z = splat_terrain.surface(PROVINCE_ROWS, PROVINCE_COLUMNS, waves=4096, seed=44).astype(np.float32)
    masts = np.random.default_rng(45).uniform(0.05, 0.95, (PROVINCE_MASTS, 2)) * z.shape
    model = LossModel(name=name)  # type: ignore[arg-type]
    loss_around(z, 90.0, row=700.0, column=700.0, radius_km=2, model=model, workers=workers, **MAST)
    best = np.full(z.shape, np.inf, dtype=np.float32)
    start = time.perf_counter()
    for mast_row, mast_column in masts.tolist():
        window = loss_around(z, 90.0, row=mast_row, column=mast_column, radius_km=30, model=model, workers=workers, **MAST)
        part = best[window.row : window.row + window.loss_db.shape[0], window.column : window.column + window.loss_db.shape[1]]
        np.fmin(part, window.loss_db, out=part)
    return {
        "seconds": time.perf_counter() - start,
        "processor": processor_seconds(resource.RUSAGE_SELF),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def province() -> list[Row]:
    rows = []
    for name in ("itm",):
        command = [sys.executable, "-m", "benchmarks.propagation", "--province", name]
        figures = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        what = f"{name}, {PROVINCE_MASTS} masts x 30 km on {PROVINCE_ROWS} x {PROVINCE_COLUMNS} cells of 90 m, two threads"
        limit = name == "itm"
        note = f"{figures['processor']:.0f} processor seconds in all; load {os.getloadavg()[0]:.1f}"
        rows.append(
            row(
                "province",
                f"{what}: wall time, s",
                round(figures["seconds"], 1),
                "< 90" if limit else "",
                figures["seconds"] < 90 if limit else None,
                note,
            )
        )
        rows.append(
            row(
                "province",
                f"{what}: peak memory, MB",
                round(figures["peak_mb"]),
                "< 2000" if limit else "",
                figures["peak_mb"] < 2000 if limit else None,
                "terrain making included",
            )
        )
    return rows


def main() -> list[Row]:
    """All figures."""
    folder = REFERENCE / "propagation"
    z = splat_terrain.surface()
    rows = (
        published_itm(folder) + published_p1812(folder)
        if folder.is_dir()
        else [skipped("right", "published cases", "set GEO_PLANNER_REFERENCE to their folder")]
    )
    rows += against_itmlogic()
    real = real_ground()
    rows += (
        sweep_against_profiles(real, (15.0, 30.0)) if real else [skipped("sweep against profiles", "real 250 m", "the terrain is not here")]
    )
    rows += sweep_against_profiles(synthetic_ground(z), (15.0, 30.0))
    rows += against_splat(z) + fine_terrain(z) + two_threads(z) + growth() + province()
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--province"]:
        print(json.dumps(province_alone(sys.argv[2])))
    else:
        for line in main():
            print(
                f"{line['part']:24s} {line['what']:95s} {line['value']!s:>12} {line['target']:>12} {line['met']:4s} {line['note']}",
                flush=True,
            )
