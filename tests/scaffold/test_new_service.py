"""``make new-service`` and ``make migration``, in copies of the repository: all green, or nothing written."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from launcher.scaffold.migration import new_migration
from launcher.scaffold.names import Refused
from launcher.scaffold.service import new_service

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SERVICE, NOUN, TITLE = "funeral", "burial", "殡葬管理"
CHECKS = {
    "ruff check": ["ruff", "check", "--no-cache", "."],
    "ruff format": ["ruff", "format", "--no-cache", "--check", "."],
    "mypy": ["mypy", "shared/src", "deploy/src", "services/*/src"],
    "lint-imports": ["lint-imports", "--no-cache"],
    "uv lock": ["uv", "lock", "--check", "--offline"],
    "guards": ["pytest", "-p", "no:cacheprovider", "-q", "services/funeral", "tests/contracts", "tests/architecture"],
    "deploy": ["pytest", "-p", "no:cacheprovider", "-q", "tests/deploy"],
}
"""What is run over the copy with the new service, two at a time."""
BOOKKEEPING = {".git", ".mypy_cache", "__pycache__", ".hypothesis"}


def copied(target: Path) -> Path:
    """What git knows of the working tree and what it would take; without git, what is not of one machine."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return Path(shutil.copytree(ROOT, target, ignore=of_one_machine, dirs_exist_ok=True))
    for path in listed.stdout.split("\0"):
        if path and (ROOT / path).is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target / path)
    return target


def of_one_machine(folder: str, names: list[str]) -> set[str]:
    """Names in a folder that are not sources."""
    ours = {"run", ".venv"} if Path(folder) == ROOT else set()
    return {name for name in names if name in ours | BOOKKEEPING or name.endswith("_cache")}


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A program of our environment over a copy, whose sources come first on the path."""
    sources = [tree / "shared/src", tree / "deploy/src", *sorted(tree.glob("services/*/src"))]
    program, *arguments = command
    expanded = [
        str(found)
        for argument in arguments
        for found in (sorted(tree.glob(argument)) if "*" in argument else [argument])
    ]
    return subprocess.run(
        [str(BIN / program), *expanded],
        cwd=tree,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},  # noqa: TID251
            "PYTHONPATH": os.pathsep.join(map(str, sources)),
            "PYTHONDONTWRITEBYTECODE": "",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def scaffold(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(tree, "python", "-m", "launcher.scaffold", *arguments)


def contents(tree: Path) -> dict[str, bytes]:
    """Every file of a copy; what tools keep for themselves is left out."""
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and not BOOKKEEPING & set(path.parts)
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the new service."""
    tree = copied(tmp_path_factory.mktemp("with"))
    done = scaffold(tree, SERVICE, "--noun", NOUN, "--title", TITLE)
    assert done.returncode == 0, done.stderr
    assert "port 8007" in done.stdout
    return tree


@pytest.fixture(scope="module")
def checked(tree: Path) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every check over that copy, run."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(CHECKS, pool.map(lambda command: run(tree, *command), CHECKS.values()), strict=True))


@pytest.fixture
def untouched(tmp_path: Path) -> Path:
    """A copy without it."""
    return copied(tmp_path)


@pytest.mark.parametrize("check", CHECKS)
def test_a_new_service_leaves_everything_green(
    checked: dict[str, subprocess.CompletedProcess[str]], check: str
) -> None:
    done = checked[check]
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_its_own_tests_were_among_them(checked: dict[str, subprocess.CompletedProcess[str]], tree: Path) -> None:
    files = sorted((tree / "services" / SERVICE / "tests").glob("test_*.py"))
    tests = [
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert [file.name for file in files] == ["test_api.py", "test_domain.py", "test_usecases.py"]
    assert len(tests) > 20
    assert "passed" in checked["guards"].stdout
    assert "skipped" not in checked["guards"].stdout


def test_its_events_are_counted_from_the_first_day(tree: Path) -> None:
    program = f"""
from pathlib import Path
from monitoring.events import observe_body
body = Path("tests/contracts/golden/{SERVICE}.{NOUN}.v1.json").read_bytes()
print(sorted((cell.measure, str(cell.day), amount) for cell, amount in observe_body(body).contributed.items()))
"""
    done = run(tree, "python", "-c", program)
    assert ast.literal_eval(done.stdout) == [
        (f"{SERVICE}.closed", "2026-07-01", 1),
        (f"{SERVICE}.closed_on_time", "2026-07-01", 1),
        (f"{SERVICE}.submitted", "2026-06-01", 1),
    ], done.stderr


def test_its_first_migration_of_its_own_is_numbered_and_applied(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, ignore=shutil.ignore_patterns(*BOOKKEEPING))
    done = scaffold(copy, "--migration", SERVICE, "the day of an appeal")
    written = Path(done.stdout.strip())
    assert written == Path(f"services/{SERVICE}/src/{SERVICE}/migrations/versions/0003_the_day_of_an_appeal.py")
    assert run(copy, "ruff", "check", "--no-cache", str(written)).returncode == 0
    text = (copy / written).read_text(encoding="utf-8")
    assert 'down_revision = "0002"' in text.replace("'", '"')
    (copy / written).write_text(text.replace('"""\n    """', f'"ALTER TABLE {NOUN} ADD appealed_on date"'))
    probe = copy / "services" / SERVICE / "tests" / "test_probe.py"
    probe.write_text(
        "async def test_the_column_is_there(service):\n"
        f"    assert await service.rows('SELECT appealed_on FROM {NOUN}') == []\n"
    )
    done = run(copy, "pytest", "-p", "no:cacheprovider", "-q", str(probe))
    assert done.returncode == 0, done.stdout


def test_a_second_service_whose_names_are_long_and_late_in_the_alphabet(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, ignore=shutil.ignore_patterns(*BOOKKEEPING))
    done = scaffold(copy, "volunteeringregistry", "--noun", "accreditationinquiry")
    assert done.returncode == 0, done.stderr
    assert "port 8008" in done.stdout
    changed = [path for path, content in contents(copy).items() if contents_of(tree, path) != content]
    modules = [path for path in changed if path.endswith(".py")]
    for command in (["ruff", "check", "--no-cache", *modules], ["ruff", "format", "--no-cache", "--check", *modules]):
        done = run(copy, *command)
        assert done.returncode == 0, done.stdout
    assert run(copy, "uv", "lock", "--check", "--offline").returncode == 0
    routes = "import json, volunteeringregistry.main as m; print(json.dumps([r.path for r in m.ROUTERS[0].routes]))"
    assert json.loads(run(copy, "python", "-c", routes).stdout)[0] == "/v1/accreditationinquiries"


def contents_of(tree: Path, path: str) -> bytes | None:
    return (tree / path).read_bytes() if (tree / path).exists() else None


# --- nothing, or all of it -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "noun", "reason"),
    [
        ("Funeral", "burial", "cannot be the name of a service"),
        ("fu", "burial", "cannot be the name of a service"),
        ("funeral-home", "burial", "cannot be the name of a service"),
        ("abcdefghijklmnopqrstuvw", "burial", "cannot be the name of a service"),
        ("../escape", "burial", "cannot be the name of a service"),
        ("lambda", "burial", "cannot be the name of a service"),
        ("marriage", "burial", "is the name of something in the cluster already"),
        ("gateway", "burial", "is the name of something in the cluster already"),
        ("internal", "burial", "is the name of something in the cluster already"),
        ("json", "burial", "is a Python module already"),
        ("sys", "burial", "is a Python module already"),
        ("shared", "burial", "is a Python module already"),
        ("deploy", "burial", "is a Python module already"),
        ("funeral", "order", "the database has another meaning for it"),
        ("funeral", "outbox", "the database has another meaning for it"),
        ("funeral", "status", "uses 'Status' for something else"),
        ("funeral", "Burial", "cannot be a noun"),
    ],
)
def test_a_name_that_would_not_do_is_refused(service: str, noun: str, reason: str, module_copy: Path) -> None:
    before = contents(module_copy)
    with pytest.raises(Refused, match=reason):
        new_service(module_copy, service, noun, TITLE)
    assert contents(module_copy) == before


@pytest.mark.parametrize("title", ["", 'a"b', "two words", "x" * 31, "{{name}}"])
def test_a_title_that_would_break_a_file_is_refused(title: str, module_copy: Path) -> None:
    with pytest.raises(Refused, match="the title"):
        new_service(module_copy, SERVICE, NOUN, title)


@pytest.mark.parametrize(
    ("service", "message", "reason"),
    [
        ("assistance", 'a"""b', "say in English what the migration adds"),
        ("assistance", "", "say in English what the migration adds"),
        ("nobody", "a column", "there is no service"),
        ("../assistance", "a column", "there is no service"),
    ],
)
def test_a_migration_of_nothing_is_refused(service: str, message: str, reason: str, module_copy: Path) -> None:
    before = contents(module_copy)
    with pytest.raises(Refused, match=reason):
        new_migration(module_copy, service, message)
    assert contents(module_copy) == before


def test_a_history_with_two_ends_gets_no_third(module_copy: Path) -> None:
    versions = module_copy / "services/assistance/src/assistance/migrations/versions"
    last = sorted(versions.glob("*.py"))[-1]
    second = versions / "9999_beside.py"
    second.write_text(last.read_text(encoding="utf-8").replace(f'revision = "{last.name[:4]}"', 'revision = "9999"', 1))
    try:
        with pytest.raises(Refused, match="is not one row of numbers"):
            new_migration(module_copy, "assistance", "a column")
    finally:
        second.unlink()


def test_without_a_name_it_says_what_to_type(module_copy: Path) -> None:
    done = scaffold(module_copy)
    assert (done.returncode, done.stderr) == (2, "refused: say which service: make new-service NAME=funeral\n")
    done = scaffold(module_copy, "--migration", "assistance")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: say in English what the migration adds")


@pytest.fixture(scope="module")
def module_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for what must leave it as it was."""
    return copied(tmp_path_factory.mktemp("without"))


def test_a_service_that_is_there_is_not_written_over(tree: Path) -> None:
    before = contents(tree)
    done = scaffold(tree, SERVICE)
    assert done.returncode == 2
    assert "in the cluster already" in done.stderr
    assert contents(tree) == before


def test_a_folder_that_is_there_is_not_written_over(untouched: Path) -> None:
    (untouched / "services" / SERVICE).mkdir()
    (untouched / "services" / SERVICE / "notes.txt").write_text("mine")
    before = contents(untouched)
    with pytest.raises(Refused, match=f"services/{SERVICE} exists already"):
        new_service(untouched, SERVICE, NOUN, TITLE)
    assert contents(untouched) == before


@pytest.mark.parametrize(
    ("path", "anchor", "instead"),
    [
        ("pyproject.toml", '"services/reporting/src", ', "gone"),
        ("deploy/compose.yaml", "x-reporting:", "gone"),
        ("deploy/prometheus/rules/alerts.yml", "count(count by (service)", "gone"),
        ("deploy/src/launcher/clients.toml", "[clients.caseworker]", "[clients.window]"),
        ("k8s/overlays/production/backup.yaml", "name: reporting-db\n", "gone"),
        ("services/monitoring/src/monitoring/domain/measures/__init__.py", "**reporting.MEASURES", "gone"),
        ("shared/src/shared/contracts/catalogue.py", "CONTRACTS: ", "gone"),
        ("uv.lock", 'name = "yumin-reporting"\n', "gone"),
    ],
)
def test_a_place_that_is_not_as_expected_is_named_and_nothing_is_written(
    module_copy: Path, path: str, anchor: str, instead: str
) -> None:
    original = (module_copy / path).read_text(encoding="utf-8")
    assert anchor in original
    (module_copy / path).write_text(original.replace(anchor, instead), encoding="utf-8")
    before = contents(module_copy)
    try:
        with pytest.raises(Refused, match=f"^{re.escape(path)} "):
            new_service(module_copy, SERVICE, NOUN, TITLE)
        assert contents(module_copy) == before
    finally:
        (module_copy / path).write_text(original, encoding="utf-8")


def test_what_fails_at_the_end_takes_everything_back(untouched: Path) -> None:
    script = untouched / "docs" / "generate.py"
    text = script.read_text(encoding="utf-8")
    assert text.count("return 0\n\n\nif __name__") == 1
    script.write_text(text.replace("return 0\n\n\nif __name__", "return 1\n\n\nif __name__"), encoding="utf-8")
    before, folders = contents(untouched), {path for path in untouched.rglob("*") if path.is_dir()}
    with pytest.raises(Refused, match=r"docs/generate\.py failed, so everything was taken back"):
        new_service(untouched, SERVICE, NOUN, TITLE)
    assert contents(untouched) == before
    assert {path for path in untouched.rglob("*") if path.is_dir()} == folders


def test_another_copy_of_the_repository_is_not_touched(module_copy: Path, tmp_path: Path) -> None:
    other = copied(tmp_path)
    before = contents(other)
    sources = os.pathsep.join([str(module_copy / "shared/src"), str(module_copy / "deploy/src")])
    done = subprocess.run(
        [sys.executable, "-m", "launcher.scaffold", SERVICE],
        cwd=other,
        env={**os.environ, "PYTHONPATH": sources},  # noqa: TID251 - the child needs our environment
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "at the top of the repository" in done.stderr) == (2, True)
    assert contents(other) == before


def test_make_passes_the_names_on() -> None:
    command = ["make", "--dry-run", "--no-print-directory", "new-service", f"NAME={SERVICE}", f"NOUN={NOUN}"]
    done = subprocess.run([*command, f"TITLE={TITLE}"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f'-m launcher.scaffold {SERVICE} --noun {NOUN} --title "{TITLE}"' in done.stdout
    done = subprocess.run(command[:-1], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"-m launcher.scaffold {SERVICE}\n" in done.stdout.replace(" \n", "\n").replace("  ", " ").replace(
        " \n", "\n"
    )
    command = ["make", "--dry-run", "migration", "S=assistance", "M=the day of an appeal"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert '-m launcher.scaffold --migration assistance "the day of an appeal"' in done.stdout
