"""The Kubernetes objects: built offline, checked against schemas, and held to what production needs.

Kinds that Kubernetes itself does not have are checked against the reduced schemas beside this file; a kind with
neither is an error, not a warning.
"""

from __future__ import annotations

import copy
import functools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

Manifests = list[dict[str, Any]]
Build = Callable[[Path], Manifests]

KUBERNETES = "1.37.0"
SCHEMAS = Path(__file__).parent / "schemas"
ROLES = ("api", "worker")
VARIANTS = ("base", "staging", "production")
SERVED = "^/[a-z]+/v1$"
POOL = 10 + 1
"""Connections of one process: its pool, and the relay's own."""


def title(each: dict[str, Any]) -> str:
    return f"{each['kind']}/{each['metadata']['name']}"


def of_kind(manifests: Manifests, kind: str) -> Manifests:
    return [each for each in manifests if each["kind"] == kind]


def named(manifests: Manifests, kind: str, name: str) -> dict[str, Any]:
    return next(each for each in of_kind(manifests, kind) if each["metadata"]["name"] == name)


def pods(manifests: Manifests) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(title, labels, specification) of every pod that these objects would make."""
    for each in manifests:
        if each["kind"] in {"Deployment", "StatefulSet", "Job"}:
            template = each["spec"]["template"]
            yield title(each), template["metadata"]["labels"], template["spec"]


# ── schemas ─────────────────────────────────────────────────────────────────────────────────────────────────


@functools.cache
def refused_by_schema(text: str) -> tuple[str, ...]:
    """What the schema of an object, given as JSON, has against it."""
    each = json.loads(text)
    own = SCHEMAS / f"{each['apiVersion'].replace('/', '_')}_{each['kind']}.json"
    if own.exists():
        errors = jsonschema.Draft202012Validator(json.loads(own.read_text(encoding="utf-8"))).iter_errors(each)
        return tuple(f"{error.json_path}: {error.message}" for error in errors)
    try:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return (error.message,)
    except kubernetes_validate.SchemaNotFoundError:
        return (f"no schema for {each['apiVersion']}",)
    return ()


def schema_findings(manifests: Manifests) -> list[str]:
    """Objects that their schema refuses, or that have none. Variants differ in little, so equal objects count once."""
    found = []
    for each in manifests:
        metadata = {name: value for name, value in each["metadata"].items() if name != "namespace"}
        findings = refused_by_schema(json.dumps({**each, "metadata": metadata}))
        found += [f"{title(each)}: {finding}" for finding in findings]
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_object_fits_its_schema(variants: dict[str, Manifests], variant: str) -> None:
    assert len(variants[variant]) > 100
    assert schema_findings(variants[variant]) == []


@pytest.mark.parametrize(
    ("kind", "spoil", "finding"),
    [
        ("Deployment", lambda spec: spec.update(replica=2), "replica"),
        ("Service", lambda spec: spec["ports"][0].update(port="http"), "is not of type 'integer'"),
        ("Cluster", lambda spec: spec.update(instances="3"), "'3' is not of type 'integer'"),
        ("Cluster", lambda spec: spec["postgresql"]["parameters"].update(archive_mode="on"), "should not be valid"),
        ("ScheduledBackup", lambda spec: spec.update(schedule="0 18 * * *"), "does not match"),
        ("HTTPRoute", lambda spec: spec["rules"][0].update(backendRef=[]), "backendRef"),
        ("ServiceMonitor", lambda spec: spec["endpoints"][0].update(interval="soon"), "does not match"),
        ("PrometheusRule", lambda spec: spec["groups"][0]["rules"][0].pop("expr"), "'expr' is a required property"),
    ],
)
def test_an_object_that_does_not_fit_is_found(
    variants: dict[str, Manifests], kind: str, spoil: Callable[[dict[str, Any]], object], finding: str
) -> None:
    broken = copy.deepcopy(of_kind(variants["production"], kind)[0])
    assert schema_findings([broken]) == []
    spoil(broken["spec"])
    assert any(finding in each for each in schema_findings([broken]))


def test_a_kind_without_a_schema_is_an_error() -> None:
    unknown = {"apiVersion": "example.org/v1", "kind": "Wish", "metadata": {"name": "x"}, "spec": {}}
    assert schema_findings([unknown]) == ["Wish/x: no schema for example.org/v1"]


# ── pods ────────────────────────────────────────────────────────────────────────────────────────────────────


def pod_findings(name: str, labels: dict[str, str], pod: dict[str, Any]) -> list[str]:
    """What a pod may do, keep or lack that it must not."""
    found = []
    context = pod.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        found.append("may run as root")
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        found.append("has every system call")
    if pod.get("automountServiceAccountToken") is not False or pod.get("serviceAccountName", "default") == "default":
        found.append("can speak to the cluster's API")
    if any(pod.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")):
        found.append("shares the node")
    if pod.get("terminationGracePeriodSeconds", 30) < 45:
        found.append("has no time to finish")
    if missing := {f"app.kubernetes.io/{each}" for each in ("name", "component", "part-of")} - labels.keys():
        found.append(f"lacks the labels {sorted(missing)}")
    is_lasting = not name.startswith("Job/")
    if is_lasting and not pod.get("topologySpreadConstraints"):
        found.append("may all stand on one node")
    for container in pod["containers"]:
        found += container_findings(container, is_lasting=is_lasting)
    return [f"{name}: {each}" for each in found]


def container_findings(container: dict[str, Any], *, is_lasting: bool) -> list[str]:
    """The same for one container."""
    found = []
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        found.append("may gain rights")
    if context.get("readOnlyRootFilesystem") is not True:
        found.append("may write to its root")
    if context.get("capabilities") != {"drop": ["ALL"]}:
        found.append("keeps capabilities")
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get("limits", {}):
        found.append("has no requests or no memory limit")
    if re.search(r":latest$|^[^:]+$", container["image"]):
        found.append("takes any version of its image")
    if any(re.search(r"PASSWORD$|SECRET$|TOKEN$", each["name"]) for each in container.get("env", [])):
        found.append("has a secret among its variables")
    if is_lasting:
        ready, alive = (
            container.get(f"{each}Probe", {}).get("httpGet", {}).get("path") for each in ("readiness", "liveness")
        )
        if not ready or not alive or ready == alive:
            found.append("cannot tell ready from alive")
        if "startupProbe" not in container:
            found.append("is judged before it has started")
        if "preStop" not in container.get("lifecycle", {}):
            found.append("leaves while it is still being called")
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_pod_is_contained_and_ends_in_order(variants: dict[str, Manifests], variant: str) -> None:
    assert [finding for pod in pods(variants[variant]) for finding in pod_findings(*pod)] == []


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (lambda pod, _: pod["securityContext"].pop("runAsNonRoot"), "may run as root"),
        (lambda pod, _: pod["securityContext"].pop("seccompProfile"), "has every system call"),
        (lambda pod, _: pod.update(automountServiceAccountToken=True), "can speak to the cluster's API"),
        (lambda pod, _: pod.update(hostNetwork=True), "shares the node"),
        (lambda pod, _: pod.update(terminationGracePeriodSeconds=30), "has no time to finish"),
        (lambda pod, _: pod.pop("topologySpreadConstraints"), "may all stand on one node"),
        (lambda _, one: one["securityContext"].pop("allowPrivilegeEscalation"), "may gain rights"),
        (lambda _, one: one["securityContext"].update(readOnlyRootFilesystem=False), "may write to its root"),
        (lambda _, one: one["securityContext"]["capabilities"].update(add=["NET_RAW"]), "keeps capabilities"),
        (lambda _, one: one["resources"].pop("limits"), "has no requests or no memory limit"),
        (lambda _, one: one.update(image="yumin/assistance"), "takes any version of its image"),
        (lambda _, one: one["env"].append({"name": "PGPASSWORD", "value": "x"}), "has a secret among its variables"),
        (lambda _, one: one["livenessProbe"]["httpGet"].update(path="/readyz"), "cannot tell ready from alive"),
        (lambda _, one: one.pop("lifecycle"), "leaves while it is still being called"),
    ],
)
def test_a_pod_that_is_not_contained_is_found(
    variants: dict[str, Manifests], spoil: Callable[[Any, Any], object], finding: str
) -> None:
    name, labels, pod = copy.deepcopy(
        next(each for each in pods(variants["base"]) if each[0].endswith("/marriage-api"))
    )
    assert pod_findings(name, labels, pod) == []
    spoil(pod, pod["containers"][0])
    assert pod_findings(name, labels, pod) == [f"{name}: {finding}"]


def test_a_service_is_called_for_eight_seconds_after_its_end_is_announced(variants: dict[str, Manifests]) -> None:
    for name, _, pod in pods(variants["base"]):
        if name.startswith("Deployment/"):
            assert pod["terminationGracePeriodSeconds"] == 45
            assert pod["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 8}}
            assert pod["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/livez"
            assert pod["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/readyz"


# ── the whole ───────────────────────────────────────────────────────────────────────────────────────────────


def config_maps(pod: dict[str, Any]) -> Iterator[str]:
    """The ConfigMaps a pod names."""
    yield from (each["configMap"]["name"] for each in pod["volumes"] if "configMap" in each)
    yield from (each["configMapRef"]["name"] for one in pod["containers"] for each in one.get("envFrom", []))


def secrets_of(pod: dict[str, Any]) -> Iterator[str]:
    """The secrets a pod mounts."""
    for volume in pod["volumes"]:
        if "secret" in volume:
            yield volume["secret"]["secretName"]
        yield from (each["secret"]["name"] for each in volume.get("projected", {}).get("sources", []))


def whole_findings(manifests: Manifests, services: list[str]) -> list[str]:
    """What a service lacks, and references that lead nowhere."""
    found = []
    there = {title(each) for each in manifests}
    for service in services:
        expected = {
            f"Deployment/{service}-api", f"Deployment/{service}-worker", f"Service/{service}-api",
            f"Service/{service}-worker", f"HorizontalPodAutoscaler/{service}-api", f"PodDisruptionBudget/{service}-api",
            f"PodDisruptionBudget/{service}-worker", f"ServiceAccount/{service}-runtime", f"Job/{service}-migrate",
            f"Cluster/{service}-db", f"HTTPRoute/{service}-public", f"NetworkPolicy/{service}-api",
            f"NetworkPolicy/{service}-background", f"NetworkPolicy/{service}-database",
        }  # fmt: skip
        found += [f"{each} is missing" for each in sorted(expected - there)]
    maps = {each["metadata"]["name"] for each in of_kind(manifests, "ConfigMap")}
    databases = {each["metadata"]["name"] for each in of_kind(manifests, "Cluster")}
    ours = {"nats-passwords", "nats-provision", *(f"{service}-secrets" for service in services)}
    made = {f"{each}-{kind}" for each in databases for kind in ("app", "ca")}
    for name, labels, pod in pods(manifests):
        owner = labels["app.kubernetes.io/name"]
        used, secrets = set(config_maps(pod)), set(secrets_of(pod))
        found += [f"{name}: no ConfigMap {each}" for each in sorted(used - maps)]
        if f"ServiceAccount/{pod['serviceAccountName']}" not in there:
            found.append(f"{name}: no account {pod['serviceAccountName']}")
        found += [f"{name}: nobody makes the secret {each}" for each in sorted(secrets - made - ours)]
        found += [f"{name}: sees {each}" for each in sorted(secrets) if not each.startswith((owner, "nats"))]
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_service_is_whole_and_every_reference_leads_somewhere(
    variants: dict[str, Manifests], services: list[str], variant: str
) -> None:
    assert whole_findings(variants[variant], services) == []


def test_a_broken_copy_is_found(root: Path, kustomize: Build, services: list[str], tmp_path: Path) -> None:
    def spoiled(name: str, file: str, there: str, instead: str) -> list[str]:
        copied = tmp_path / name
        shutil.copytree(root / "k8s", copied)
        text = (copied / file).read_text(encoding="utf-8")
        assert there in text
        (copied / file).write_text(text.replace(there, instead), encoding="utf-8")
        return whole_findings(kustomize(copied / "base"), services)

    lost = spoiled("lost", "base/kustomization.yaml", "  - placename\n", "")
    assert "Deployment/placename-worker is missing" in lost
    foreign = spoiled("foreign", "components/service/contained.yaml", "SERVICE-secrets", "SERVICE-secret")
    assert "Deployment/marriage-api: nobody makes the secret marriage-secret" in foreign
    account = spoiled(
        "account", "components/service/contained.yaml", "serviceAccountName: runtime", "serviceAccountName: rt"
    )
    assert "Deployment/marriage-api: no account rt" in account


def test_secrets_that_you_must_make_are_explained(root: Path, services: list[str]) -> None:
    page = (root / "k8s" / "README.md").read_text(encoding="utf-8")
    for words in ("$s-secrets", "nats-provision", "nats-passwords", " ".join(services[:1])):
        assert words in page
    assert all(service in page for service in services)


def selected(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector means a pod with these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", []))


def network_findings(manifests: Manifests) -> list[str]:
    """Pods that no policy closes, policies that mean other services' pods, doors that are too wide."""
    found = []
    policies = of_kind(manifests, "NetworkPolicy")
    closing = [each for each in policies if each["spec"]["podSelector"] == {} and not each["spec"].get("ingress")]
    if not any(
        set(each["spec"]["policyTypes"]) == {"Ingress", "Egress"} and not each["spec"].get("egress") for each in closing
    ):
        found.append("nothing is closed by default")
    for name, labels, _ in pods(manifests):
        owner = labels["app.kubernetes.io/name"]
        mine = [
            each for each in policies if each["spec"]["podSelector"] and selected(each["spec"]["podSelector"], labels)
        ]
        if not mine:
            found.append(f"{name}: no policy opens what it needs")
        strangers = [title(each) for each in mine if each["metadata"]["labels"].get("app.kubernetes.io/name") != owner]
        found += [f"{name}: {each} means another service's pods" for each in strangers]
    for each in policies:
        for rule in each["spec"].get("ingress", []):
            if not rule.get("from") or not rule.get("ports"):
                found.append(f"{title(each)}: lets anybody in")
        for rule in each["spec"].get("egress", []):
            if not rule.get("to") or not rule.get("ports"):
                found.append(f"{title(each)}: lets it out anywhere")
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_network_is_closed_but_for_what_is_needed(variants: dict[str, Manifests], variant: str) -> None:
    assert network_findings(variants[variant]) == []


def test_an_open_network_is_found(variants: dict[str, Manifests]) -> None:
    no_default = [each for each in variants["base"] if each["metadata"]["name"] != "default-deny"]
    assert network_findings(no_default) == ["nothing is closed by default"]
    wide = copy.deepcopy(variants["base"])
    named(wide, "NetworkPolicy", "marriage-api")["spec"]["ingress"][0].pop("from")
    assert network_findings(wide) == ["NetworkPolicy/marriage-api: lets anybody in"]
    unnamed = copy.deepcopy(variants["base"])
    selector = named(unnamed, "NetworkPolicy", "marriage-background")["spec"]["podSelector"]
    selector["matchLabels"].pop("app.kubernetes.io/name")
    assert "Job/placename-migrate: NetworkPolicy/marriage-background means another service's pods" in network_findings(
        unnamed
    )


def reaches(manifests: Manifests, source: dict[str, str], target: dict[str, str], port: int) -> bool:
    """Whether both sides' policies let a pod with ``source`` labels connect to one with ``target`` labels."""

    def opened(labels: dict[str, str], other: dict[str, str], direction: str, peer: str) -> bool:
        return any(
            any(selected(each.get("podSelector", {"matchLabels": {"never": "x"}}), other) for each in rule[peer])
            and any(each["port"] == port for each in rule["ports"])
            for policy in of_kind(manifests, "NetworkPolicy")
            if selected(policy["spec"]["podSelector"], labels)
            for rule in policy["spec"].get(direction, [])
        )

    return opened(source, target, "egress", "to") and opened(target, source, "ingress", "from")


def labels_of(name: str, component: str) -> dict[str, str]:
    part = "app.kubernetes.io/"
    return {f"{part}name": name, f"{part}component": component, f"{part}part-of": "yumin"}


def test_who_reaches_whom(variants: dict[str, Manifests]) -> None:
    manifests, nats = variants["base"], labels_of("nats", "broker")
    marriage = {each: labels_of("marriage", each) for each in ("api", "worker", "migrate", "database")}
    monitoring = {each: labels_of("monitoring", each) for each in ("api", "worker", "provision-stream")}
    for role in ("api", "worker", "migrate"):
        assert reaches(manifests, marriage[role], marriage["database"], 5432)
        assert not reaches(manifests, marriage[role], labels_of("assistance", "database"), 5432)
    assert reaches(manifests, marriage["database"], marriage["database"], 5432)
    assert reaches(manifests, marriage["worker"], nats, 4222)
    assert reaches(manifests, monitoring["provision-stream"], nats, 4222)
    assert reaches(manifests, nats, nats, 6222)
    assert not reaches(manifests, marriage["api"], nats, 4222)
    assert not reaches(manifests, marriage["worker"], nats, 8222)
    assert reaches(manifests, monitoring["worker"], marriage["api"], 8000)
    assert not reaches(manifests, monitoring["worker"], marriage["worker"], 8000)


def test_only_v1_of_each_service_is_public(variants: dict[str, Manifests], services: list[str]) -> None:
    for variant in VARIANTS:
        served = {}
        for route in of_kind(variants[variant], "HTTPRoute"):
            (rule,) = route["spec"]["rules"]
            (match,), (backend,), (rewrite, header) = rule["matches"], rule["backendRefs"], rule["filters"]
            assert match["path"]["type"] == "PathPrefix"
            assert re.match(SERVED, match["path"]["value"])
            assert rewrite["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/v1"}
            (prefix,) = header["requestHeaderModifier"]["set"]
            assert (prefix["name"], f"{prefix['value']}/v1") == ("X-Forwarded-Prefix", match["path"]["value"])
            served[match["path"]["value"]] = backend["name"]
        assert served == {f"/{service}/v1": f"{service}-api" for service in services}


def test_services_select_their_own_pods(variants: dict[str, Manifests]) -> None:
    for each in of_kind(variants["base"], "Service"):
        chosen = {
            name
            for name, labels, _ in pods(variants["base"])
            if selected({"matchLabels": each["spec"]["selector"]}, labels)
        }
        own = each["metadata"]["name"]
        assert chosen == ({"StatefulSet/nats"} if own.startswith("nats") else {f"Deployment/{own}"})


# ── overlays ────────────────────────────────────────────────────────────────────────────────────────────────


def copies(manifests: Manifests, service: str) -> dict[str, Any]:
    """How many of everything a service has."""
    return {
        "api": named(manifests, "HorizontalPodAutoscaler", f"{service}-api")["spec"]["minReplicas"],
        "worker": named(manifests, "Deployment", f"{service}-worker")["spec"]["replicas"],
        "database": named(manifests, "Cluster", f"{service}-db")["spec"]["instances"],
        "broker": named(manifests, "StatefulSet", "nats")["spec"]["replicas"],
    }


def test_staging_has_one_of_everything_and_production_three(
    variants: dict[str, Manifests], services: list[str]
) -> None:
    for service in services:
        assert set(copies(variants["staging"], service).values()) == {1}
        assert set(copies(variants["production"], service).values()) == {3}


def test_production_stands_in_three_zones_and_commits_on_a_standby(variants: dict[str, Manifests]) -> None:
    manifests = variants["production"]
    for name, _, pod in pods(manifests):
        if not name.startswith("Job/"):
            firm = {
                each["topologyKey"]
                for each in pod["topologySpreadConstraints"]
                if each["whenUnsatisfiable"] == "DoNotSchedule"
            }
            assert "topology.kubernetes.io/zone" in firm, name
    for cluster in of_kind(manifests, "Cluster"):
        spec = cluster["spec"]
        assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
        assert spec["postgresql"]["parameters"]["log_parameter_max_length"] == "0"
        assert (spec["affinity"]["topologyKey"], spec["affinity"]["podAntiAffinityType"]) == (
            "topology.kubernetes.io/zone",
            "required",
        )
    assert len(of_kind(manifests, "ScheduledBackup")) == len(of_kind(manifests, "Cluster"))


def test_no_disruption_budget_keeps_a_node_from_being_emptied(variants: dict[str, Manifests]) -> None:
    for manifests in variants.values():
        assert all(each["spec"]["maxUnavailable"] == 1 for each in of_kind(manifests, "PodDisruptionBudget"))
    assert all(each["spec"]["enablePDB"] is False for each in of_kind(variants["staging"], "Cluster"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_connections_of_all_copies_fit_into_the_database(
    variants: dict[str, Manifests], services: list[str], variant: str
) -> None:
    for service in services:
        api = named(variants[variant], "HorizontalPodAutoscaler", f"{service}-api")["spec"]["maxReplicas"]
        worker = named(variants[variant], "Deployment", f"{service}-worker")["spec"]["replicas"]
        parameters = named(variants[variant], "Cluster", f"{service}-db")["spec"]["postgresql"]["parameters"]
        assert (api + worker + 1) * POOL <= int(parameters["max_connections"]) - 15


@pytest.mark.parametrize(
    ("variant", "namespace"), [("base", "yumin"), ("staging", "yumin-staging"), ("production", "yumin")]
)
def test_everything_lives_in_one_restricted_namespace(
    variants: dict[str, Manifests], variant: str, namespace: str
) -> None:
    (space,) = of_kind(variants[variant], "Namespace")
    assert space["metadata"]["name"] == namespace
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    outside = [
        title(each) for each in variants[variant] if each is not space and each["metadata"]["namespace"] != namespace
    ]
    assert outside == []


def test_the_folders_of_the_services_differ_in_their_name_only(root: Path, services: list[str]) -> None:
    texts = {
        (root / "k8s" / "base" / service / "kustomization.yaml").read_text(encoding="utf-8").replace(service, "SERVICE")
        for service in services
    }
    assert {text.replace("resources: [provision-stream.yaml]\n", "") for text in texts} == {min(texts, key=len)}
