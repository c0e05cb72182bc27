"""The image, as far as a machine without a Docker daemon can look at it: what its file says, and of which files."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

INSTRUCTIONS = {
    "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "STOPSIGNAL", "USER",
    "WORKDIR",
}  # fmt: skip
IMAGE_LABELS = ("title", "description", "licenses", "vendor", "version", "revision")
UV_FLAGS = ("--no-dev", "--frozen", "--compile-bytecode")

Instruction = tuple[str, str]


def instructions(text: str) -> Iterator[Instruction]:
    """(instruction, rest) with continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    for line in joined.splitlines():
        name, _, rest = line.strip().partition(" ")
        yield name.upper(), rest.strip()


def copied(text: str, service: str) -> Iterator[str]:
    """What is copied from the build context, for one service."""
    for name, rest in instructions(text):
        if name == "COPY" and "--from" not in rest:
            *sources, _ = [part for part in shlex.split(rest) if not part.startswith("--")]
            yield from (source.replace("${SERVICE}", service) for source in sources)


def ignored_in_context(path: str, rules: str) -> bool:
    """Whether a path stays out of the build context; the last rule that fits decides."""
    out = False
    for rule in (line.strip() for line in rules.splitlines()):
        if rule and not rule.startswith("#"):
            back = rule.startswith("!")
            pattern = rule.lstrip("!")
            if fnmatch(path, pattern) or fnmatch(path, f"{pattern}/*") or pattern == "*":
                out = not back
    return out


def findings(text: str, root: Path, services: list[str]) -> list[str]:
    """Everything about a Dockerfile that is not as it must be."""
    steps = list(instructions(text))
    found = [f"unknown instruction {name}" for name, _ in steps if name not in INSTRUCTIONS]
    last = max(at for at, (name, _) in enumerate(steps) if name == "FROM")
    final = steps[last:]
    by_name = dict(final)
    bases = [rest.split()[0] for name, rest in steps if name == "FROM"]
    if ("ARG", "BASE_IMAGE=python:3.11-slim-bookworm") not in steps or set(bases) != {"${BASE_IMAGE}"}:
        found.append("the base image is not the argument BASE_IMAGE")
    if len(bases) < 2:
        found.append("build tools stay in the image")
    if by_name.get("USER") != "10001:10001":
        found.append("does not run as user 10001")
    if json.loads(by_name.get("ENTRYPOINT", "[]")) != ["python", "-m", "shared.run"]:
        found.append("does not start with shared.run")
    if "/readyz" not in by_name.get("HEALTHCHECK", ""):
        found.append("has no health check")
    label = by_name.get("LABEL", "")
    found += [f"has no label {each}" for each in IMAGE_LABELS if f"org.opencontainers.image.{each}=" not in label]
    syncs = [rest for name, rest in steps if name == "RUN" and "uv sync" in rest]
    found += [f"uv sync without {flag}" for rest in syncs for flag in UV_FLAGS if flag not in rest]
    if not syncs or "--no-editable" not in syncs[-1]:
        found.append("the services are installed editable, which needs their sources")
    if any(name == "ADD" or re.search(r"\b(latest|apt-get|curl)\b", rest) for name, rest in steps):
        found.append("fetches something that no lock file pins")
    for service in services:
        found += [f"{path} is not there" for path in copied(text, service) if not (root / path).exists()]
    return found


@pytest.fixture(scope="session")
def dockerfile(root: Path) -> str:
    return (root / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_the_dockerfile_is_as_it_must_be(dockerfile: str, root: Path, services: list[str]) -> None:
    assert findings(dockerfile, root, services) == []


@pytest.mark.parametrize(
    ("there", "instead", "finding"),
    [
        ("USER 10001:10001", "USER root", "does not run as user 10001"),
        ("--no-dev --frozen", "--no-dev", "uv sync without --frozen"),
        ("--no-editable", "", "the services are installed editable, which needs their sources"),
        ("COPY shared/src shared/src", "COPY shared/sources shared/src", "shared/sources is not there"),
        ("HEALTHCHECK --interval", "LABEL", "has no health check"),
        ("FROM ${BASE_IMAGE} AS build", "FROM python:latest AS build", "the base image is not the argument BASE_IMAGE"),
        ("org.opencontainers.image.licenses", "licences", "has no label licenses"),
        ('ENTRYPOINT ["python", "-m", "shared.run"]', 'ENTRYPOINT ["sh"]', "does not start with shared.run"),
        ("EXPOSE 8000", "EXPOSES 8000", "unknown instruction EXPOSES"),
    ],
)
def test_a_broken_dockerfile_is_found(
    dockerfile: str, root: Path, services: list[str], there: str, instead: str, finding: str
) -> None:
    assert there in dockerfile
    assert finding in findings(dockerfile.replace(there, instead), root, services)


def context_findings(dockerfile: str, rules: str, services: list[str]) -> list[str]:
    """What the image needs but does not get, and what it must not get but does."""
    needed = {path for service in services for path in copied(dockerfile, service)}
    needed |= {f"{path}/module.py" for path in needed if path.endswith("/src")}
    secret = (
        "deploy/secrets/postgres-password",
        "deploy/.env",
        ".git/config",
        "run/secrets/clients.json",
        "k8s/x.yaml",
    )
    found = [f"{path} is left out" for path in sorted(needed) if ignored_in_context(path, rules)]
    return found + [f"{path} is let in" for path in secret if not ignored_in_context(path, rules)]


def test_the_build_context_has_what_is_copied_and_no_secret(root: Path, dockerfile: str, services: list[str]) -> None:
    rules = (root / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert context_findings(dockerfile, rules, services) == []
    assert context_findings(dockerfile, rules.replace("!uv.lock\n", ""), services) == ["uv.lock is left out"]
    assert "deploy/.env is let in" in context_findings(dockerfile, rules + "!deploy/.env\n", services)


def test_the_lock_file_has_every_service(root: Path, services: list[str]) -> None:
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    assert [service for service in services if f'"yumin-{service}"' not in lock] == []
