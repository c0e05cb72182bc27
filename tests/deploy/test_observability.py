"""Rules and dashboards ask only for what the services export, fit the tool that will read them, and are explained."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from monitoring import exporter
from shared.runtime import metrics

Labels = frozenset[str]
Exported = dict[str, Labels]

FROM_SCRAPING = frozenset({"job", "instance", "service", "role"})
PANELS_AT_MOST = 12
ONLY_VIEWS = re.compile(r"SELECT [^;]* FROM reading\.\w+( [^;]*)?", re.DOTALL).fullmatch
CHINESE = re.compile(r"[一-鿿]")
MACROS = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h", "$service": "x", "$indicator": "x"}


# ── what is exported ────────────────────────────────────────────────────────────────────────────────────────


def exported_by(module: ModuleType) -> Iterator[tuple[str, Labels]]:
    """Every series that a module's metrics give, with its labels."""
    for each in vars(module).values():
        if isinstance(each, MetricWrapperBase):
            (family,) = each.describe()
            labels = frozenset(each._labelnames) | FROM_SCRAPING
            endings = {"counter": ("_total",), "histogram": ("_sum", "_count", "_bucket")}.get(family.type, ("",))
            for ending in endings:
                yield family.name + ending, labels | {"le"} if ending == "_bucket" else labels


@pytest.fixture(scope="session")
def exported() -> Exported:
    """Series → labels, of all services and of Prometheus itself."""
    return {"up": FROM_SCRAPING, **dict(exported_by(metrics)), **dict(exported_by(exporter))}


@pytest.fixture(scope="session")
def rules(root: Path) -> list[dict[str, Any]]:
    """Every rule, recording and alerting."""
    files = sorted((root / "deploy" / "prometheus" / "rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="session")
def known(exported: Exported, rules: list[dict[str, Any]]) -> Exported:
    """What may be asked for: exported series and recorded ones; a recorded series has the labels of its `by`."""
    recorded = {rule["record"]: by_labels(rule["expr"]) for rule in rules if "record" in rule}
    for name, expression in ((rule["record"], rule["expr"]) for rule in rules if "record" in rule):
        if not recorded[name]:
            recorded[name] = frozenset[str]().union(
                *(recorded.get(each, Labels()) for each, _ in selectors(expression))
            )
    return exported | recorded


def by_labels(expression: str) -> Labels:
    """The labels an aggregation keeps, without `le`, which a quantile uses up."""
    found = re.search(r"by \(([^)]*)\)", expression)
    return frozenset(found[1].replace(" ", "").split(",")) - {"le"} if found else Labels()


def test_the_metrics_the_plan_is_watched_by_are_exported(exported: Exported) -> None:
    assert {"indicator", "district"} <= exported["civil_indicator_value"]
    assert {"civil_indicator_numerator", "civil_indicator_denominator", "civil_indicator_target"} <= exported.keys()
    assert "civil_http_requests_total" in exported
    assert "le" in exported["civil_http_request_duration_seconds_bucket"]


# ── expressions ─────────────────────────────────────────────────────────────────────────────────────────────


def selectors(expression: str) -> Iterator[tuple[str, Labels]]:
    """(metric, labels it is matched by) for every selector in an expression."""
    yield from _selectors_in(promql_parser.parse(expression))


def _selectors_in(node: Any) -> Iterator[tuple[str, Labels]]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name, frozenset(matcher.name for matcher in node.matchers.matchers)
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        if (inner := getattr(node, name, None)) is not None:
            yield from _selectors_in(inner)
    for inner in getattr(node, "args", None) or []:
        yield from _selectors_in(inner)


def expression_findings(expression: str, known: Mapping[str, Labels]) -> list[str]:
    """Why an expression would give nothing: it does not parse, or asks for what nobody exports."""
    for macro, value in MACROS.items():
        expression = expression.replace(macro, value)
    try:
        asked = list(selectors(expression))
    except ValueError as error:
        return [f"cannot be read: {error}"]
    found = [f"nobody exports {name}" for name, _ in asked if name not in known]
    found += [
        f"{name} has no label {label}"
        for name, labels in asked
        if name in known
        for label in sorted(labels - known[name])
    ]
    grouped = {
        label for part in re.findall(r"\bby \(([^)]*)\)", expression) for label in part.replace(" ", "").split(",")
    }
    everything = frozenset[str]().union(*(known.get(name, Labels()) for name, _ in asked))
    return found + [f"groups by {label}, which nothing has" for label in sorted(grouped - everything)]


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        ("rate(civil_http_requests_total[5m]", "cannot be read"),
        ("civil_outbox_unsent > 0", "nobody exports civil_outbox_unsent"),
        ("civil_http_requests > 0", "nobody exports civil_http_requests"),
        ('civil_dead_letters{services="x"}', "civil_dead_letters has no label services"),
        ("sum by (services) (civil_dead_letters)", "groups by services, which nothing has"),
        ("max(civil_dead_letters) / nobody", "nobody exports nobody"),
        ("rate(nobody[5m]) unless on (service) civil_dead_letters", "nobody exports nobody"),
    ],
)
def test_an_expression_that_would_give_nothing_is_found(known: Exported, expression: str, finding: str) -> None:
    assert any(each.startswith(finding) for each in expression_findings(expression, known))


def test_every_rule_asks_for_what_is_exported(rules: list[dict[str, Any]], known: Exported) -> None:
    assert len(rules) > 20
    findings = {rule.get("alert") or rule["record"]: expression_findings(rule["expr"], known) for rule in rules}
    assert {name: found for name, found in findings.items() if found} == {}


# ── alerts ──────────────────────────────────────────────────────────────────────────────────────────────────


def alert_findings(alert: dict[str, Any], runbook: str, known: Mapping[str, Labels]) -> list[str]:
    """What an alert lacks for the person it wakes."""
    found = []
    texts = alert.get("annotations", {})
    found += [
        f"has no Chinese {each}" for each in ("summary", "description") if not CHINESE.search(texts.get(each, ""))
    ]
    if alert.get("labels", {}).get("severity") not in {"critical", "warning", "info"}:
        found.append("has no severity")
    if not alert.get("for"):
        found.append("wakes somebody for a single sample")
    anchor = texts.get("runbook_url", "#").split("#")[1]
    headings = [line[3:].strip().lower() for line in runbook.splitlines() if line.startswith("## ")]
    if anchor != alert["alert"].lower() or anchor not in headings:
        found.append("has no section in the runbook")
    shown = set(re.findall(r"\$labels\.(\w+)", " ".join(texts.values())))
    kept = frozenset[str]().union(*(known.get(name, Labels()) for name, _ in selectors(alert["expr"])))
    if grouped := by_labels(alert["expr"]):
        kept = grouped
    return found + [f"shows the label {label}, which it does not have" for label in sorted(shown - kept)]


def test_every_alert_is_explained(rules: list[dict[str, Any]], root: Path, known: Exported) -> None:
    runbook = (root / "docs" / "runbook.md").read_text(encoding="utf-8")
    alerts = [rule for rule in rules if "alert" in rule]
    assert {alert["alert"]: found for alert in alerts if (found := alert_findings(alert, runbook, known))} == {}
    headings = {line[3:].strip() for line in runbook.splitlines() if line.startswith("## ")}
    assert headings == {alert["alert"] for alert in alerts}


def test_an_alert_that_explains_nothing_is_found(known: Exported) -> None:
    bare = {
        "alert": "Oops",
        "expr": "max by (service) (civil_dead_letters) > 0",
        "annotations": {"summary": "{{ $labels.noun }}"},
    }
    assert alert_findings(bare, "## Other\n", known) == [
        "has no Chinese summary",
        "has no Chinese description",
        "has no severity",
        "wakes somebody for a single sample",
        "has no section in the runbook",
        "shows the label noun, which it does not have",
    ]


def test_every_alert_has_a_unit_test(rules: list[dict[str, Any]], root: Path) -> None:
    tests = yaml.safe_load((root / "deploy" / "prometheus" / "tests" / "rules_test.yml").read_text(encoding="utf-8"))
    fired = {
        each["alertname"]
        for test in tests["tests"]
        for each in test.get("alert_rule_test", [])
        if each.get("exp_alerts")
    }
    assert {rule["alert"] for rule in rules if "alert" in rule} - fired == set()


def promtool() -> str:
    """The path of promtool; the test skips where there is none."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    return found


def run_promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([promtool(), *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.optional
def test_promtool_accepts_rules_and_configuration_and_their_tests_pass(root: Path) -> None:
    folder = root / "deploy" / "prometheus"
    for arguments in (
        ("check", "rules", *map(str, sorted((folder / "rules").glob("*.yml")))),
        ("check", "config", "--syntax-only", str(folder / "prometheus.yml")),
        ("test", "rules", str(folder / "tests" / "rules_test.yml")),
    ):
        done = run_promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.optional
def test_a_changed_threshold_fails_the_unit_tests_of_the_rules(root: Path, tmp_path: Path) -> None:
    copied = tmp_path / "prometheus"
    shutil.copytree(root / "deploy" / "prometheus", copied)
    alerts = copied / "rules" / "alerts.yml"
    text = alerts.read_text(encoding="utf-8")
    alerts.write_text(text.replace("unsent_seconds:max > 60", "unsent_seconds:max > 6000"), encoding="utf-8")
    assert run_promtool("test", "rules", str(copied / "tests" / "rules_test.yml")).returncode != 0


# ── scraping ────────────────────────────────────────────────────────────────────────────────────────────────


def test_prometheus_scrapes_both_roles_of_every_service(
    root: Path, compose: dict[str, Any], services: list[str]
) -> None:
    configuration = yaml.safe_load((root / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = (each for each in configuration["scrape_configs"] if each["job_name"] == "yumin")
    assert job["honor_labels"] is True
    scraped = {
        each["targets"][0]: (each["labels"]["service"], each["labels"]["role"]) for each in job["static_configs"]
    }
    assert scraped == {f"{service}-{role}:8000": (service, role) for service in services for role in ("api", "worker")}
    assert {target.split(":")[0] for target in scraped} <= compose["services"].keys()


def test_kubernetes_has_the_same_rules(root: Path) -> None:
    written = (root / "k8s" / "base" / "observability" / "rules.yaml").read_text(encoding="utf-8")
    assert written == built(root, "deploy/prometheus/build_rules.py").prometheus_rule()


# ── dashboards ──────────────────────────────────────────────────────────────────────────────────────────────


def built(root: Path, path: str) -> ModuleType:
    """A script of the repository as a module."""
    name = Path(path).stem
    specification = importlib.util.spec_from_file_location(name, root / path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def dashboards(root: Path) -> dict[str, dict[str, Any]]:
    """The dashboards as Grafana reads them."""
    files = sorted((root / "deploy" / "grafana" / "dashboards").glob("*.json"))
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


@pytest.mark.filterwarnings("ignore:Prefer using dashboardv2:DeprecationWarning")
def test_the_dashboards_are_fresh(root: Path, dashboards: dict[str, Any]) -> None:
    fresh = built(root, "deploy/grafana/build_dashboards.py").rendered()
    assert fresh.keys() == dashboards.keys()
    maps = (root / "k8s" / "base" / "observability" / "dashboards.yaml").read_text(encoding="utf-8")
    assert maps == built(root, "deploy/grafana/build_dashboards.py").config_maps()
    stale = [
        name
        for name, text in fresh.items()
        if text != (root / "deploy" / "grafana" / "dashboards" / name).read_text(encoding="utf-8")
    ]
    assert stale == [], "run: .venv/bin/python deploy/grafana/build_dashboards.py"


def dashboard_findings(dashboard: dict[str, Any], known: Mapping[str, Labels]) -> list[str]:
    """What a dashboard lacks, and panels that would stay empty."""
    found = []
    if not dashboard.get("uid", "").startswith("yumin-"):
        found.append("has no fixed uid")
    if dashboard.get("editable") is not False:
        found.append("can be changed by hand")
    if not CHINESE.search(dashboard.get("title", "")):
        found.append("has no Chinese title")
    panels = dashboard["panels"]
    if len(panels) > PANELS_AT_MOST:
        found.append(f"has {len(panels)} panels")
    for panel in panels:
        found += [f"{panel['title']}: {each}" for each in panel_findings(panel, known)]
    return found


def panel_findings(panel: dict[str, Any], known: Mapping[str, Labels]) -> list[str]:
    """The same for one panel."""
    found = []
    if not CHINESE.search(panel.get("title", "")) or not CHINESE.search(panel.get("description", "")):
        found.append("has no Chinese title or description")
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        found.append("has no unit")
    targets = panel.get("targets", [])
    sources = {
        source.get("uid") for source in (panel.get("datasource", {}), *(each.get("datasource", {}) for each in targets))
    }
    by_sql = sources == {"history"}
    if not by_sql and sources != {"${datasource}"}:
        found.append("is bound to one data source")
    references = [each["refId"] for each in targets]
    if not references or len(references) != len(set(references)):
        found.append("has no query, or two of one name")
    if by_sql:
        return found + [
            f"reads more than views: {each['rawSql']}" for each in targets if not ONLY_VIEWS(each["rawSql"])
        ]
    return found + [each for target in targets for each in expression_findings(target["expr"], known)]


def test_every_dashboard_is_whole_and_every_panel_asks_for_what_is_exported(
    dashboards: dict[str, Any], known: Exported
) -> None:
    assert len(dashboards) == 5
    assert len({dashboard["uid"] for dashboard in dashboards.values()}) == 5
    assert {name: found for name, each in dashboards.items() if (found := dashboard_findings(each, known))} == {}


def test_a_broken_dashboard_is_found(dashboards: dict[str, Any], known: Exported) -> None:
    broken = json.loads(json.dumps(dashboards["pipeline-health.json"]))
    broken["uid"], broken["editable"] = "", True
    panel = broken["panels"][0]
    panel["fieldConfig"]["defaults"].pop("unit")
    panel["datasource"]["uid"] = "prometheus"
    panel["targets"][0]["expr"] = "civil_outbox_unsent"
    broken["panels"] += [panel] * 3
    findings = dashboard_findings(broken, known)
    assert findings[:3] == ["has no fixed uid", "can be changed by hand", "has 15 panels"]
    assert [each.split(": ")[1] for each in findings[3:6]] == [
        "has no unit",
        "is bound to one data source",
        "nobody exports civil_outbox_unsent",
    ]


def test_the_plan_is_shown_whole_and_in_its_order(dashboards: dict[str, Any]) -> None:
    bars = next(panel for panel in dashboards["plan-overview.json"]["panels"] if panel["title"] == "目标完成度")
    rows = [target["legendFormat"][:2] for target in bars["targets"]]
    assert rows == [f"{row:02d}" for row in range(1, 17)]
    choices = dashboards["indicator-by-district.json"]["templating"]["list"]
    (indicators,) = (variable for variable in choices if variable["name"] == "indicator")
    ids = [choice.split(" : ")[1] for choice in indicators["query"].split(",")]
    assert ids == [indicator.id for indicator in (*exporter.CATALOGUE.table, *exporter.CATALOGUE.text)]
    table = [indicator.id for indicator in exporter.CATALOGUE.table]
    assert all(f'indicator="{each}"' in json.dumps(bars).replace('\\"', '"') for each in table)


def test_grafana_finds_its_source_and_its_dashboards(root: Path, compose: dict[str, Any]) -> None:
    folder = root / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text(encoding="utf-8"))["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards" / "yumin.yaml").read_text(encoding="utf-8"))["providers"]
    grafana = compose["services"]["grafana"]
    assert source["url"] == "http://prometheus:9090"
    assert "./grafana/provisioning:/etc/grafana/provisioning:ro" in grafana["volumes"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in grafana["volumes"]
    assert Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).name == "plan-overview.json"
