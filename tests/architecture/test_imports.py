"""Who may import what: the contracts hold, and each one is seen to fail when it is broken on purpose.

A guard that was never seen to fail is decoration, so every contract of ``pyproject.toml`` needs a violation here.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
VIOLATIONS = {
    "siblings": ("services/assistance/src/assistance/queries/applications.py", "import marriage.domain"),
    "service-layers": ("services/assistance/src/assistance/store/applications.py", "import assistance.api"),
    "pure-domain": ("services/assistance/src/assistance/domain/application.py", "import sqlalchemy"),
    "settings": ("services/assistance/src/assistance/store/applications.py", "import assistance.settings"),
    "contracts": ("services/assistance/src/assistance/usecases/applications.py", "import shared.contracts.assistance"),
    "chassis-layers": ("shared/src/shared/kernel/clock.py", "import shared.storage.database"),
    "http-door": ("services/assistance/src/assistance/usecases/applications.py", "import httpx"),
}


def copy_of_sources(target: Path) -> Path:
    """The sources and the contracts, apart from the working tree."""
    for folder in [ROOT / "shared/src", ROOT / "deploy/src", *ROOT.glob("services/*/src")]:
        shutil.copytree(
            folder, target / folder.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.csv")
        )
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def lint(tree: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the import linter over a copy; the copy's packages come first on the path."""
    sources = [str(path) for path in [tree / "shared/src", tree / "deploy/src", *sorted(tree.glob("services/*/src"))]]
    chosen = ["--contract", contract] if contract else []
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", *chosen],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sources)},  # noqa: TID251 - the child needs our environment
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_sources(tmp_path_factory.mktemp("sources"))


def test_every_contract_holds(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_violation_that_was_seen_to_fail() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_breaks_its_contract(tree: Path, contract: str) -> None:
    place, line = VIOLATIONS[contract]
    module = tree / place
    before = module.read_text(encoding="utf-8")
    module.write_text(before + f"\n{line}\n", encoding="utf-8")
    try:
        assert lint(tree, contract).returncode == 1
    finally:
        module.write_text(before, encoding="utf-8")


def test_a_stray_module_has_no_layer(tree: Path) -> None:
    stray = tree / "services/assistance/src/assistance/utils.py"
    stray.write_text("", encoding="utf-8")
    try:
        assert lint(tree, "service-layers").returncode == 1
    finally:
        stray.unlink()


def test_every_service_stands_in_every_contract_that_lists_services() -> None:
    services = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for service in services:
        for place in (f'"{service}.domain"', f'"{service}.settings"', f'"{service}.main"', f'"{service}.events"'):
            assert place in text, f"{service} is missing from an import contract: {place}"
