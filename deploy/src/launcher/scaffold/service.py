"""A further service: its files from the templates, and its name wherever services are named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from launcher.scaffold.draft import Draft
from launcher.scaffold.names import Names, Refused, checked_names
from launcher.scaffold.registration import register

TEMPLATES = Path(__file__).parent / "template"
ENDING = ".tmpl"
SCHEMAS = "shared/src/shared/contracts/schemas"
DERIVED = ("docs/events.md", "docs/asyncapi.json")


def new_service(root: Path, service: str, noun: str, title: str) -> tuple[Names, list[str]]:
    """Write the service and everything that knows of it; gives its names and the files.

    :raises Refused: a name is no good or a place is not as expected; nothing was written then.
    """
    templates = {str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8") for path in _template_files()}
    names = checked_names(
        root, service, noun, title, (text for path, text in templates.items() if path.endswith(f".py{ENDING}"))
    )
    if (root / "services" / service).exists():
        raise Refused(f"services/{service} exists already")
    draft = Draft(root)
    for path, text in templates.items():
        target = path.removesuffix(ENDING).replace("NAME", service).replace("NOUN", noun)
        draft.create(target, names.fill(text))
    register(draft, names)
    schemas = {f"{SCHEMAS}/{path.name}" for path in (root / SCHEMAS).glob("*.json")}
    schemas.add(f"{SCHEMAS}/{service}.{noun}.v1.json")
    draft.write(lambda: _finish(root, draft.paths), derived=[*DERIVED, *schemas])
    return names, draft.paths


def _template_files() -> list[Path]:
    return sorted(TEMPLATES.rglob(f"*{ENDING}"))


def _finish(root: Path, paths: list[str]) -> None:
    """The order of imports and the length of lines depend on the names; documents are generated from the contracts."""
    modules = [path for path in paths if path.endswith(".py")]
    _run(root, "-m", "ruff", "check", "--no-cache", "--quiet", "--fix", "--select", "I", *modules)
    _run(root, "-m", "ruff", "format", "--no-cache", "--quiet", *modules)
    _run(root, "docs/generate.py")


def _run(root: Path, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-B", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(arguments[:3])} failed, so everything was taken back:\n{done.stdout}{done.stderr}")
