"""The compose file: every service in its roles, nothing secret in it, nothing with more rights than it needs."""

from __future__ import annotations

import copy
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

INFRASTRUCTURE = {"postgres", "nats", "gateway", "prometheus", "grafana", "provision-stream"}
ROLES = ("migrate", "api", "worker")
SECRET_NAME = re.compile(r"password|secret|key|token", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\$\{(\w+)(:-([^}]*))?\}")

Compose = dict[str, Any]


def findings(compose: Compose, services: list[str], folder: Path) -> list[str]:
    """Everything about the compose file that is not as it must be."""
    found = []
    containers = compose["services"]
    expected = {f"{service}-{role}" for service in services for role in ROLES} | INFRASTRUCTURE
    found += [f"{name} is missing" for name in sorted(expected - containers.keys())]
    found += [f"{name} is unexpected" for name in sorted(containers.keys() - expected)]
    declared = set(compose["secrets"])
    for name, each in containers.items():
        found += [f"{name}: {problem}" for problem in container_findings(each, containers, declared)]
        found += [f"{name}: {path} is not there" for path in mounted(each) if not (folder / path).exists()]
    return found


def container_findings(each: dict[str, Any], containers: dict[str, Any], declared: set[str]) -> list[str]:
    """What is wrong with one container."""
    found = []
    if each.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in each.get("security_opt", []):
        found.append("keeps rights it does not need")
    if each.get("read_only") is not True:
        found.append("may write to its root")
    if each.get("privileged") or "/var/run/docker.sock" in str(each.get("volumes", "")):
        found.append("could take over the machine")
    if "mem_limit" not in each:
        found.append("may take all memory")
    if not each.get("healthcheck") and "build" not in each:
        found.append("has no health check")
    used = {secret if isinstance(secret, str) else secret["source"] for secret in each.get("secrets", [])}
    found += [f"secret {secret} is not declared" for secret in sorted(used - declared)]
    found += [
        f"waits for {other}, which is not there" for other in each.get("depends_on", {}) if other not in containers
    ]
    for name, value in each.get("environment", {}).items():
        if SECRET_NAME.search(name) and "://" not in str(value) and not name.endswith("FILE"):
            found.append(f"{name} holds a secret")
    for port in each.get("ports", []):
        if "127.0.0.1" not in port:
            found.append(f"{port} is open to the world by default")
    return found


def mounted(each: dict[str, Any]) -> list[str]:
    """Files of the repository that a container sees, and its Dockerfile."""
    binds = [volume.split(":")[0] for volume in each.get("volumes", []) if volume.startswith(".")]
    build = each.get("build")
    return binds + ([f"{build['context']}/{build['dockerfile']}"] if build else [])


def filled_in(text: str) -> str:
    """Placeholders replaced by their defaults; one without a default stays and is found."""
    return PLACEHOLDER.sub(lambda match: match[3] if match[2] else match[0], text)


def test_the_compose_file_is_as_it_must_be(compose: Compose, services: list[str], root: Path) -> None:
    assert findings(compose, services, root / "deploy") == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda all_: all_.pop("marriage-worker"), "marriage-worker is missing"),
        (lambda all_: all_.update({"redis": all_["nats"]}), "redis is unexpected"),
        (lambda all_: all_["nats"].pop("cap_drop"), "nats: keeps rights it does not need"),
        (lambda all_: all_["gateway"].update(read_only=False), "gateway: may write to its root"),
        (lambda all_: all_["grafana"].pop("mem_limit"), "grafana: may take all memory"),
        (lambda all_: all_["postgres"].pop("healthcheck"), "postgres: has no health check"),
        (
            lambda all_: all_["grafana"]["environment"].update(GF_SECURITY_ADMIN_PASSWORD="admin"),
            "grafana: GF_SECURITY_ADMIN_PASSWORD holds a secret",
        ),
        (lambda all_: all_["nats"]["secrets"].append("ghost"), "nats: secret ghost is not declared"),
        (
            lambda all_: all_["prometheus"].update(ports=["9090:9090"]),
            "prometheus: 9090:9090 is open to the world by default",
        ),
        (lambda all_: all_["nats"].update(volumes=["./nats/gone.conf:/x:ro"]), "nats: ./nats/gone.conf is not there"),
    ],
)
def test_a_broken_compose_file_is_found(
    compose: Compose, services: list[str], root: Path, change: Any, finding: str
) -> None:
    broken = copy.deepcopy(compose)
    change(broken["services"])
    assert finding in findings(broken, services, root / "deploy")


def test_all_roles_of_a_service_run_the_same_image(compose: Compose, services: list[str]) -> None:
    for service in services:
        images = {compose["services"][f"{service}-{role}"]["image"] for role in ROLES}
        assert len(images) == 1
        assert filled_in(images.pop()) == f"yumin/{service}:0.1.0"


def test_nobody_starts_before_the_migration_and_the_stream(compose: Compose, services: list[str]) -> None:
    done = {"condition": "service_completed_successfully"}
    for service in services:
        api, worker = (compose["services"][f"{service}-{role}"]["depends_on"] for role in ("api", "worker"))
        assert api == {f"{service}-migrate": done}
        assert worker == {f"{service}-migrate": done, "provision-stream": done}
        assert compose["services"][f"{service}-migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_database_and_broker_have_no_way_out(compose: Compose) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "nats"):
        assert compose["services"][name]["networks"] == ["inside"]
        assert "ports" not in compose["services"][name]


def test_no_placeholder_is_without_a_default(root: Path) -> None:
    text = filled_in((root / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    assert "${" not in text
    assert yaml.safe_load(text)["name"] == "yumin"


def test_every_connection_of_every_process_fits_into_postgres(compose: Compose, root: Path) -> None:
    text = (root / "deploy" / "postgres" / "postgresql.conf").read_text(encoding="utf-8")
    limit = int(re.search(r"^max_connections = (\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    processes = [name for name in compose["services"] if name.endswith(("-api", "-worker"))]
    assert len(processes) * (10 + 1) <= limit - 15


def test_one_line_draws_every_secret_the_file_asks_for(compose: Compose, root: Path, tmp_path: Path) -> None:
    draw = ["sh", str(root / "deploy" / "secrets" / "draw.sh"), str(tmp_path)]
    subprocess.run(draw, check=True, timeout=60)
    for secret in compose["secrets"].values():
        assert (tmp_path / Path(secret["file"]).name).read_text().strip(), secret
    assert tmp_path.stat().st_mode & 0o077 == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    subprocess.run(draw, check=True, timeout=60)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len({content for name, content in before.items() if name.endswith("password")}) > 10


def test_git_would_take_no_secret(root: Path, tmp_path: Path) -> None:
    rules = (root / "deploy" / "secrets" / ".gitignore").read_text().splitlines()
    assert rules[[rule.startswith("*") for rule in rules].index(True)] == "*"
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert kept == {".gitignore", "README.md", "draw.sh", "*.example"}
    assert ".env" in (root / "deploy" / ".gitignore").read_text().splitlines()
