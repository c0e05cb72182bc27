"""Every place that sets variables of a service is read by that service's own settings class.

A key that no setting has, or a required one that is missing, fails here and not at two in the morning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined
from sqlalchemy import make_url

from launcher.cluster import SERVICES
from shared.run import service_of
from shared.runtime.settings import DatabaseSettings, ServiceSettings
from shared.storage.database import address_of
from shared.worker import plain_dsn

Environment = dict[str, str]
Load = Callable[[str, Mapping[str, str]], ServiceSettings]

FROM_IMAGE = re.compile(r"^\s+(YUMIN_\w+)=(\S+?)(?: \\)?$", re.MULTILINE)
EXAMPLE_LINE = re.compile(r"^(#?)(YUMIN_\w+)=(.*)$", re.MULTILINE)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Build the settings of a service from variables; those of other programs are left out."""

    def build(service: str, environment: Mapping[str, str]) -> ServiceSettings:
        ours = [f"{name}='{value}'" for name, value in environment.items() if name.startswith("YUMIN_")]
        file = tmp_path / "service.env"
        file.write_text("\n".join(ours), encoding="utf-8")
        _, kind = service_of(service)
        return kind(_env_file=file)  # type: ignore[call-arg]  # an argument of pydantic-settings, not a field

    return build


@pytest.fixture(scope="session")
def image_environment(root: Path) -> Environment:
    """What the image sets itself."""
    found = dict(FROM_IMAGE.findall((root / "deploy" / "Dockerfile").read_text(encoding="utf-8")))
    return {**found, "YUMIN_VERSION": "0.1.0"}


@pytest.fixture(scope="session")
def example(root: Path) -> list[tuple[bool, str, str]]:
    """The lines of .env.example: whether it is a comment, the name, the value."""
    text = (root / "deploy" / ".env.example").read_text(encoding="utf-8")
    return [(bool(mark), name, value) for mark, name, value in EXAMPLE_LINE.findall(text)]


def containers(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(name of the object, pod, container) of everything that runs."""
    for each in manifests:
        if each["kind"] in {"Deployment", "StatefulSet", "Job"}:
            pod = each["spec"]["template"]["spec"]
            for container in pod["containers"]:
                yield each["metadata"]["name"], pod, container


def environment_of(container: Mapping[str, Any], manifests: list[dict[str, Any]]) -> Environment:
    """The variables of a container: its ConfigMaps, then its own."""
    maps = {each["metadata"]["name"]: each["data"] for each in manifests if each["kind"] == "ConfigMap"}
    found: Environment = {}
    for source in container.get("envFrom", []):
        found |= maps[source["configMapRef"]["name"]]
    return found | {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}


def known_variables(kind: type[BaseModel], prefix: str = "YUMIN_") -> Iterator[tuple[str, Any]]:
    """Every variable of a settings class with its default; a mapping ends in ``__*``."""
    for name, field in kind.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if get_origin(field.annotation) is dict:
            yield f"{variable}__*", field.default
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from known_variables(field.annotation, f"{variable}__")
        else:
            yield variable, field.default


def shown(default: Any) -> str:
    """A default as it stands in an environment file."""
    if isinstance(default, tuple):
        return "[" + ",".join(f'"{item}"' for item in default) + "]"
    return str(default)


def test_every_service_has_settings_to_check(services: list[str]) -> None:
    assert services == sorted(SERVICES)
    for service in services:
        definition, kind = service_of(service)
        assert definition.name == service
        assert issubclass(kind, ServiceSettings)


def test_compose_gives_each_service_exactly_its_settings(
    compose: dict[str, Any],
    services: list[str],
    image_environment: Environment,
    example: list[tuple[bool, str, str]],
    load: Load,
) -> None:
    operator = {name: value for commented, name, value in example if not commented}
    for service in services:
        for role in ("migrate", "api", "worker"):
            container = compose["services"][f"{service}-{role}"]
            settings = load(service, {**image_environment, **operator, **container["environment"]})
            assert settings.service == service == container["command"][0]
            assert settings.identity.audience == service
            assert make_url(settings.database.url).database == service
            assert make_url(settings.database.url).password is None
            assert settings.http.host == "0.0.0.0"
            assert sorted(settings.peers) == services


def test_a_key_no_setting_has_is_refused(
    compose: dict[str, Any], image_environment: Environment, example: list[tuple[bool, str, str]], load: Load
) -> None:
    operator = {name: value for commented, name, value in example if not commented}
    good = {**image_environment, **operator, **compose["services"]["assistance-api"]["environment"]}
    load("assistance", good)
    for slip in ("YUMIN_DATABSE__POOL_SIZE", "YUMIN_DATABASE__POOLSIZE", "YUMIN_LOGLEVEL"):
        with pytest.raises(ValidationError, match="Extra inputs"):
            load("assistance", {**good, slip: "5"})


def test_a_missing_key_is_refused(
    compose: dict[str, Any], image_environment: Environment, example: list[tuple[bool, str, str]], load: Load
) -> None:
    operator = {name: value for commented, name, value in example if not commented}
    good = {**image_environment, **operator, **compose["services"]["assistance-api"]["environment"]}
    for needed in ("YUMIN_ENVIRONMENT", "YUMIN_IDENTITY__ISSUER", "YUMIN_SECRETS__KEYRING_FILE"):
        with pytest.raises(ValidationError, match="Field required"):
            load("assistance", {name: value for name, value in good.items() if name != needed})


def test_each_config_map_gives_a_service_exactly_its_settings(
    variants: dict[str, list[dict[str, Any]]], services: list[str], image_environment: Environment, load: Load
) -> None:
    for variant, manifests in variants.items():
        seen = set()
        for name, _, container in containers(manifests):
            if container["name"] != "service":
                continue
            service, role = container["args"]
            settings = load(service, {**image_environment, **environment_of(container, manifests)})
            assert name.startswith(service), (variant, name)
            assert settings.service == settings.identity.audience == service
            assert settings.environment == ("staging" if variant == "staging" else "production")
            assert settings.nats.replicas == (1 if variant == "staging" else 3)
            assert sorted(settings.peers) == services
            seen.add((service, role))
        expected = {(service, role) for service in services for role in ("api", "worker", "migrate")}
        assert seen == expected | {("monitoring", "provision-stream")}


def test_a_config_map_with_a_slip_is_refused(
    variants: dict[str, list[dict[str, Any]]], image_environment: Environment, load: Load
) -> None:
    _, _, container = next(each for each in containers(variants["production"]) if each[2]["name"] == "service")
    environment = {**image_environment, **environment_of(container, variants["production"])}
    environment["YUMIN_NATS__REPLICA"] = environment.pop("YUMIN_NATS__REPLICAS")
    with pytest.raises(ValidationError, match="Extra inputs"):
        load(container["args"][0], environment)


def example_findings(example: list[tuple[bool, str, str]], kinds: list[type[ServiceSettings]]) -> list[str]:
    """Variables the example forgets or invents, and defaults it states wrongly."""
    defaults = {name: default for kind in kinds for name, default in known_variables(kind)}
    listed = {re.sub(r"^(YUMIN_(?:PEERS|DEPARTMENTS)__).+", r"\1*", name): value for _, name, value in example}
    commented = {name for mark, name, _ in example if mark}
    findings = [f"{name} is not explained" for name in sorted(defaults.keys() - listed.keys())]
    findings += [f"{name} is no setting" for name in sorted(listed.keys() - defaults.keys())]
    for name in sorted(commented & defaults.keys()):
        default = defaults[name]
        is_ours = default is PydanticUndefined or default is None or name in SET_BY_US
        if not is_ours and shown(default) != listed[name]:
            findings.append(f"{name} defaults to {shown(default)}, not to {listed[name]}")
    return findings


SET_BY_US = {"YUMIN_HTTP__HOST", "YUMIN_NATS__REPLICAS"}
"""Settings with a default that compose and the image deliberately change for one machine."""


def test_the_example_explains_every_variable_with_its_true_default(
    example: list[tuple[bool, str, str]], services: list[str]
) -> None:
    assert example_findings(example, [service_of(service)[1] for service in services]) == []


def test_an_example_that_forgets_invents_or_misstates_is_found(example: list[tuple[bool, str, str]]) -> None:
    broken = [line for line in example if line[1] != "YUMIN_RELAY__BATCH"]
    broken += [(True, "YUMIN_TURBO", "1")]
    broken = [(mark, name, "7" if name == "YUMIN_DATABASE__POOL_SIZE" else value) for mark, name, value in broken]
    assert example_findings(broken, [ServiceSettings]) == [
        "YUMIN_RELAY__BATCH is not explained",
        "YUMIN_TURBO is no setting",
        "YUMIN_DATABASE__POOL_SIZE defaults to 10, not to 7",
    ]


def test_no_password_stands_in_an_address(
    compose: dict[str, Any], variants: dict[str, list[dict[str, Any]]], root: Path
) -> None:
    maps = [each["data"] for manifests in variants.values() for each in manifests if each["kind"] == "ConfigMap"]
    environments = [each["environment"] for each in compose["services"].values() if "environment" in each]
    addresses = [value for each in (*maps, *environments) for value in each.values() if "://" in value]
    assert len(addresses) > 100
    assert [address for address in addresses if re.search(r"://[^/@\s]*:[^/@\s]*@", address)] == []


def test_the_password_of_its_file_reaches_engine_and_relay(tmp_path: Path) -> None:
    secret = tmp_path / "database-password"
    secret.write_text("p@ss:w/rd%\n")
    settings = DatabaseSettings(url="postgresql+asyncpg://assistance@postgres:5432/assistance", password_file=secret)
    assert address_of(settings).password == "p@ss:w/rd%"
    assert make_url(plain_dsn(settings)).password == "p@ss:w/rd%"
    assert plain_dsn(settings).startswith("postgresql://assistance:p%40ss")
