"""Rules of the house that no linter knows: one skeleton, sizes, names, statuses, documents that are true."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
SOURCES = [ROOT / "shared/src", ROOT / "deploy/src", *sorted((ROOT / "services").glob("*/src"))]

LARGEST_FILE = 500
LARGEST_FUNCTION = 45
LARGEST_MAIN = 60
BANNED_WORDS = {"manager", "helper", "helpers", "util", "utils", "common", "misc"}
SKELETON = {
    "domain", "events.py|events", "store.py|store", "usecases.py|usecases", "queries.py|queries", "api.py|api",
    "settings.py", "main.py", "migrations", "data",
}  # fmt: skip
EXCEPTIONS: dict[str, str] = {}
"""File → why it may be larger; each entry is a debt with a reason."""


def modules(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def named(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def functions_longer_than(limit: int, tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > limit:
                found.append(node.name)
    return found


def assigned_statuses(tree: ast.Module) -> list[int]:
    """Lines that set an attribute called ``status`` of something."""
    found = []
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        found += [t.lineno for t in targets if isinstance(t, ast.Attribute) and t.attr == "status"]
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_skeleton(service: str) -> None:
    folder = ROOT / "services" / service
    present = {path.name for path in (folder / "src" / service).iterdir()}
    for part in SKELETON:
        assert present & set(part.split("|")), f"{service} lacks {part}"
    assert (folder / "src" / service / "__init__.py").read_text(encoding="utf-8") == ""
    assert (folder / "src" / service / "domain" / "__init__.py").read_text(encoding="utf-8") == ""
    assert (folder / "README.md").exists()
    tests = {path.name for path in (folder / "tests").iterdir()}
    assert {"conftest.py", "test_domain.py", "test_usecases.py", "test_api.py"} <= tests


@pytest.mark.parametrize("service", SERVICES)
def test_main_is_a_table_of_contents(service: str) -> None:
    main = ROOT / "services" / service / "src" / service / "main.py"
    assert len(main.read_text(encoding="utf-8").splitlines()) <= LARGEST_MAIN


def test_no_file_is_a_house_of_its_own() -> None:
    large = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*SOURCES)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LARGEST_FILE
    }
    assert set(large) <= set(EXCEPTIONS), large


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{name}": None
        for path in modules(*SOURCES)
        for name in functions_longer_than(LARGEST_FUNCTION, tree_of(path))
    }
    assert not long


def test_names_say_what_a_thing_is() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(*SOURCES)
        for name in [path.stem, *named(tree_of(path))]
        if words(name) & BANNED_WORDS
    }
    assert not found


def test_only_the_domain_moves_a_status() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for service in SERVICES
        for path in modules(ROOT / "services" / service / "src")
        if "domain" not in path.parts
        for line in assigned_statuses(tree_of(path))
    ]
    assert not found


@pytest.mark.parametrize("service", SERVICES)
def test_every_workflow_is_walked_in_a_matrix_test(service: str) -> None:
    """A workflow table in the domain is named, and its statuses and actions are walked, in the service's tests."""
    domain = ROOT / "services" / service / "src" / service / "domain"
    tests = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "services" / service / "tests").glob("test_*.py"))
    if any("Workflow(" in path.read_text(encoding="utf-8") for path in domain.glob("*.py")):
        assert ".actions" in tests or "for action in" in tests or "Action)" in tests, f"{service}: no matrix test"


def test_generated_documents_are_fresh() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named_paths = set(re.findall(r"\]\(([^)#:]+)\)", text)) | {
        match for match in re.findall(r"`([a-z0-9_.-]+/[A-Za-z0-9_./-]*)`", text) if "<" not in match
    }
    missing = {path for path in named_paths if not (ROOT / path).exists()}
    assert not missing


@pytest.mark.parametrize("page", ["README.md"])
def test_every_make_command_a_page_names_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8"))) <= targets


BROKEN = """
class CaseManager:
    def decide(self, case):
        case.status = "GRANTED"
"""


def test_the_rules_are_seen_to_fail() -> None:
    tree = ast.parse(BROKEN)
    assert assigned_statuses(tree) == [4]
    assert any(words(name) & BANNED_WORDS for name in named(tree))
    long = ast.parse("def f():\n" + "    x = 1\n" * (LARGEST_FUNCTION + 1))
    assert functions_longer_than(LARGEST_FUNCTION, long) == ["f"]


def test_a_stale_schema_is_seen(tmp_path: Path) -> None:
    schema = next((ROOT / "shared/src/shared/contracts/schemas").glob("*.json"))
    before = schema.read_text(encoding="utf-8")
    probe = (
        "import importlib.util, pathlib, sys;"
        f"spec = importlib.util.spec_from_file_location('g', {str(ROOT / 'docs/generate.py')!r});"
        "g = importlib.util.module_from_spec(spec); spec.loader.exec_module(g);"
        f"g.SCHEMAS = pathlib.Path({str(tmp_path)!r}); sys.exit(0 if g.stale() else 1)"
    )
    assert subprocess.run([sys.executable, "-c", probe], timeout=60, check=False).returncode == 0
    assert schema.read_text(encoding="utf-8") == before
