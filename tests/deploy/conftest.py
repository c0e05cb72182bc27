"""What the deployment tests look at: the services there are, and every Kubernetes object of base and overlays."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher.broker import wheel_program

ROOT = Path(__file__).parents[2]
VARIANTS = {"base": "base", "staging": "overlays/staging", "production": "overlays/production"}

Manifests = list[dict[str, Any]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def services() -> list[str]:
    """Every service, by its folder."""
    return sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))


@pytest.fixture(scope="session")
def kustomize() -> Callable[[Path], Manifests]:
    """Build a folder with the kustomize of kubectl; offline."""

    def build(folder: Path) -> Manifests:
        done = subprocess.run(
            [str(wheel_program("kubectl")), "kustomize", str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise ValueError(done.stderr)
        return list(yaml.load_all(done.stdout, Loader=yaml.CSafeLoader))

    return build


@pytest.fixture(scope="session")
def variants(kustomize: Callable[[Path], Manifests]) -> dict[str, Manifests]:
    """Base, staging and production as they would be applied."""
    return {name: kustomize(ROOT / "k8s" / folder) for name, folder in VARIANTS.items()}


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """The compose file as it is written."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    return found
