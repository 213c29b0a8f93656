"""The terrain that SPLAT! and this library are timed on: one fractal surface, as .hgt tiles for the one and as a metric grid for the other.

The surface is made from a seed, so that every machine has the same: 1500 x 1200 nodes over 102.3 to 104.0 E, 21.6 to 22.9 N, 200 to 3100 m.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from scipy.ndimage import map_coordinates

WEST, EAST, SOUTH, NORTH = 102.3, 104.0, 21.6, 22.9
COLUMNS, ROWS, WAVES = 1500, 1200, 2048
MAST_LON, MAST_LAT = 103.193076, 22.343333
MAST_M, RECEIVER_M, FREQ_MHZ = 30.0, 1.5, 900.0
METRIC = "EPSG:32648"
CELL_M = 90.0
TILE_LAT, TILE_LON = (21, 22), (102, 103)


def spectral_noise(rng: np.random.Generator, beta: float, waves: int = WAVES) -> npt.NDArray[np.float64]:
    """Periodic noise of power spectrum ``k ** -beta``."""
    k = np.hypot(np.fft.fftfreq(waves)[:, None], np.fft.fftfreq(waves)[None, :])
    k[0, 0] = 1.0
    return np.asarray(np.fft.ifft2(np.fft.fft2(rng.standard_normal((waves, waves))) * k ** (-beta / 2)).real)


def surface(rows: int = ROWS, columns: int = COLUMNS, waves: int = WAVES, seed: int = 42) -> npt.NDArray[np.float64]:
    """Hills and sharp ridges between 200 and 3100 m, shape (rows, columns)."""
    rng = np.random.default_rng(seed)

    def field(beta: float) -> npt.NDArray[np.float64]:
        f = spectral_noise(rng, beta, waves)[:rows, :columns]
        return np.asarray((f - f.mean()) / f.std())

    z = 0.7 * field(3.0) + 0.5 * (1 - np.abs(field(3.1)))
    z = (z - z.min()) / (z.max() - z.min())
    return np.asarray((200 + 2900 * z**1.6).astype("f4").astype("f8"))


def sample(z: npt.NDArray[np.float64], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bilinear heights of the surface; 0 outside its frame, as in a tile without data."""
    rows, columns = z.shape
    c = (lon - WEST) / (EAST - WEST) * columns - 0.5
    r = (NORTH - lat) / (NORTH - SOUTH) * rows - 0.5
    inside = (r >= -0.5) & (r < rows - 0.5) & (c >= -0.5) & (c < columns - 0.5)
    return np.where(inside, map_coordinates(z, [r, c], order=1, mode="nearest"), 0.0)


@dataclass(frozen=True, slots=True)
class MetricTerrain:
    """Part of the surface on square cells, row 0 in the north, and where the mast stands in it (in cells)."""

    heights_m: npt.NDArray[np.float32]
    cell_m: float
    row: float
    column: float


def metric_grid(z: npt.NDArray[np.float64], half_km: float = 32.0, cell_m: float = CELL_M) -> MetricTerrain:
    """The surface on a metric grid around the mast, rounded to whole metres as the tiles are."""
    x0, y0 = Transformer.from_crs("EPSG:4326", METRIC, always_xy=True).transform(MAST_LON, MAST_LAT)
    n = int(round(half_km * 1000.0 / cell_m))
    offset = (np.arange(-n, n) + 0.5) * cell_m
    x, y = np.meshgrid(x0 + offset, y0 - offset)
    lon, lat = Transformer.from_crs(METRIC, "EPSG:4326", always_xy=True).transform(x, y)
    return MetricTerrain(np.rint(sample(z, lon, lat)).astype(np.float32), cell_m, float(n), float(n))


def write_tiles(z: npt.NDArray[np.float64], folder: Path) -> None:
    """Four tiles of 1201 x 1201 nodes, 3 arc seconds apart, in the format of SRTM."""
    folder.mkdir(parents=True, exist_ok=True)
    i = np.arange(1201) / 1200
    for lat in TILE_LAT:
        for lon in TILE_LON:
            x, y = np.meshgrid(lon + i, lat + 1 - i)
            np.rint(sample(z, x, y)).astype(">i2").tofile(folder / f"N{lat}E{lon}.hgt")


def splat_installed() -> bool:
    return bool(shutil.which("splat") and shutil.which("srtm2sdf"))


class Splat:
    """SPLAT! with the terrain made ready in a folder: ITM ("-olditm") around the mast, map only."""

    def __init__(self, z: npt.NDArray[np.float64], folder: Path) -> None:
        write_tiles(z, folder / "hgt")
        self._run = folder / "run"
        for name in ("sdf", "run"):
            (folder / name).mkdir(exist_ok=True)
        for tile in sorted((folder / "hgt").glob("*.hgt")):
            subprocess.run(["srtm2sdf", "-d", "/dev/null", str(tile)], cwd=folder / "sdf", check=True, capture_output=True)
        # SPLAT! counts longitude westwards
        (self._run / "tx.qth").write_text(f"TX1\n{MAST_LAT}\n{360 - MAST_LON}\n{MAST_M:g} meters\n")
        # permittivity, conductivity, N0, MHz, climate, vertical, situations, time, ERP (replaced by -erp 0)
        (self._run / "tx.lrp").write_text(f"15.000\n0.005\n301.000\n{FREQ_MHZ:g}\n5\n1\n0.50\n0.50\n1000\n")

    def seconds(self, radius_km: int) -> float:
        """Wall time of one run, start-up included."""
        command = f"splat -t tx.qth -L {RECEIVER_M} -R {radius_km} -metric -olditm -erp 0 -d ../sdf -o out.ppm".split()
        start = time.perf_counter()
        subprocess.run(command, cwd=self._run, check=True, capture_output=True)
        return time.perf_counter() - start
