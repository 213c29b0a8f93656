"""pyproject.toml is the truth on dependencies; the conda file and the data's list of hashes agree with what is there."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"^[A-Za-z0-9_.-]+")


def requirements(*, extras: tuple[str, ...]) -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = list(project["dependencies"])
    for extra in extras:
        listed += [r for r in project["optional-dependencies"][extra] if not r.startswith("geo-planner[")]
    return {NAME.match(r)[0].lower(): NAME.sub("", r).strip() for r in listed}  # type: ignore[index]


def conda_file() -> tuple[dict[str, str], dict[str, str]]:
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [d for d in document["dependencies"] if isinstance(d, str)]
    (pip,) = [d["pip"] for d in document["dependencies"] if isinstance(d, dict)]
    split = lambda specs: {NAME.match(s)[0].lower(): NAME.sub("", s).strip() for s in specs}  # noqa: E731
    return split(conda), split(pip)


def test_conda_environment_agrees_with_pyproject() -> None:
    conda, pip = conda_file()
    wanted = requirements(extras=("app", "cluster", "notebook"))
    assert conda.pop("python") == ">=3.11,<3.14"
    conda.pop("pip")
    assert {**conda, **pip} == wanted
    assert not set(conda) & set(pip)


def test_every_conda_spec_parses() -> None:
    rattler = pytest.importorskip("rattler")
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert document["channels"] == ["conda-forge"]
    for spec in document["dependencies"]:
        if isinstance(spec, str):
            assert rattler.MatchSpec(spec).name is not None


def test_data_readme_lists_every_file_with_its_hash() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\|\s*`([^`]+)`.*\b([0-9a-f]{64})\b", text, flags=re.MULTILINE))
    there = {str(p.relative_to(ROOT / "data")): p for p in (ROOT / "data").rglob("*") if p.is_file() and p.name != "README.md"}
    assert set(listed) == set(there)
    for name, path in there.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name], f"{name}: write its new hash into data/README.md"
