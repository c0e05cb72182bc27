"""Where a service must be known beside its own folder.

Most files say the same of each service. There the lines about the plainest one, `reporting`, are repeated with the new
name, so that whatever is decided for a service there holds for the next one as well.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from launcher.scaffold.draft import Draft
from launcher.scaffold.names import Names, Refused

MODEL = "reporting"
MONITORING = "services/monitoring/src/monitoring"
CONTRACTS = "shared/src/shared/contracts/catalogue.py"
CLIENTS = "deploy/src/launcher/clients.toml"
BACKUP = "k8s/overlays/production/backup.yaml"
LOCK, PACKAGE = "uv.lock", "[[package]]\n"
EARLIEST_BACKUP, BACKUP_MINUTES = 18 * 60, 10
"""Minutes after midnight, UTC, and between two backups."""
VERBS = ("submit", "close", "read", "parameters.propose", "parameters.confirm")
GRANTS = {
    "caseworker": ("submit", "read"),
    "county-reviewer": ("submit", "close", "read"),
    "city-admin": ("read", "parameters.propose", "parameters.confirm"),
}
"""Which client of the local issuer gets which verbs."""


class Repeated(NamedTuple):
    """Lines or words about `reporting`; ``between`` stands between two items on one line."""

    path: str
    pattern: str
    between: str = ""
    within: str = ""


REPEATED = (
    Repeated("pyproject.toml", r"^yumin-reporting = .*\n"),
    Repeated("pyproject.toml", r'^    "yumin-reporting",\n'),
    Repeated("pyproject.toml", r'"services/reporting/src"', ", "),
    Repeated("pyproject.toml", r'"reporting(\.domain|\.settings|\.main|\.events)?"', ", "),
    Repeated("pyproject.toml", r'"shared\.contracts\.reporting"', ", "),
    Repeated("pyproject.toml", r"\breporting(?= \|)", " | "),
    Repeated(CLIENTS, r'"reporting"', ", ", within=r"^audiences = .*$"),
    Repeated("deploy/compose.yaml", r"^  YUMIN_PEERS__REPORTING: .*\n"),
    Repeated("deploy/compose.yaml", r"^x-reporting: (.+\n)+\n"),
    Repeated("deploy/compose.yaml", r"^  reporting-migrate:\n(.+\n)+\n"),
    Repeated("deploy/compose.yaml", r"^      - reporting-database-password\n"),
    Repeated("deploy/compose.yaml", r"^      reporting-api: \{condition: service_healthy\}\n"),
    Repeated("deploy/compose.yaml", r"(^  reporting-[a-z-]+: \{file: .*\n)+"),
    Repeated("deploy/.env.example", r"^#YUMIN_PEERS__REPORTING=.*\n"),
    Repeated("deploy/gateway/Caddyfile", r"^\timport service reporting\n"),
    Repeated("deploy/nats/nats.conf", r"^ +\{ user: reporting,.*\n.*\n"),
    Repeated("deploy/postgres/10-databases.sh", r"\breporting\b", " ", within=r"^for service in .*$"),
    Repeated("deploy/prometheus/prometheus.yml", r'(^ +- \{targets: \["reporting-.*\n)+'),
    Repeated("deploy/prometheus/tests/rules_test.yml", r"""^.*'up\{job="yumin", service="reporting".*\n"""),
    Repeated("deploy/secrets/draw.sh", r"\breporting\b", " ", within=r"^services=.*$"),
    Repeated("deploy/secrets/nats-passwords.conf.example", r"^REPORTING_PASSWORD: .*\n"),
    Repeated("k8s/README.md", r"\breporting\b", " ", within=r"^for s in .*$"),
    Repeated("k8s/base/kustomization.yaml", r"^  - reporting\n"),
    Repeated("k8s/base/nats/common.conf", r"^ +\{ user: reporting,.*\n.*\n"),
    Repeated("k8s/components/service/settings.env", r"^YUMIN_PEERS__REPORTING=.*\n"),
)

COUNTED = r'(count\(count by \(service\) \(up\{job="yumin"\}\)\) < )(\d+)'
"""The alert that a service is missing knows how many there are."""


def register(draft: Draft, names: Names) -> None:
    """Make the service known everywhere."""
    for path, pattern, between, within in REPEATED:
        draft.repeat(path, pattern, lambda text: renamed(text, names), between=between, within=within)
    _launcher(draft, names)
    _contract(draft, names)
    _monitoring(draft, names)
    _kubernetes(draft, names)
    for path in ("deploy/prometheus/rules/alerts.yml", "k8s/base/observability/rules.yaml"):
        draft.replace(path, COUNTED, lambda match: f"{match[1]}{int(match[2]) + 1}")
    row = f"| `{names.service}` | {names.title} | {names.nouns} | {names.port} |\n"
    draft.insert_after("ARCHITECTURE.md", r"^\| `reporting` \|.*\n", row)
    _lock(draft, names)


def renamed(text: str, names: Names) -> str:
    """What is said of the model, said of the new service."""
    return text.replace(MODEL, names.service).replace(MODEL.upper(), names.service.upper())


def _launcher(draft: Draft, names: Names) -> None:
    row = f'    "{names.service}": ({names.port}, "{names.title}"),\n'
    draft.insert_after("deploy/src/launcher/cluster.py", r'^    "reporting": \(\d+, ".*"\),\n', row)
    verbs = ", ".join(f'"{verb}"' for verb in VERBS)
    draft.insert_after(CLIENTS, r"^reporting = \[.*\]\n", f"{names.service} = [{verbs}]\n")
    for client, granted in GRANTS.items():
        scopes = ", ".join(f'"{names.service}:{verb}"' for verb in granted)
        draft.insert_at_end_of(
            CLIENTS, rf"^\[clients\.{client}\]\n(?:[^\[\n].*\n|\n)*scopes = \[", "\n]", f"\n    {scopes},"
        )


def _contract(draft: Draft, names: Names) -> None:
    line = names.fill("from shared.contracts.{{name}} import {{State}}\n")
    draft.insert_after(CONTRACTS, r"^from shared\.contracts\.reporting import .*\n", line)
    draft.insert_at_end_of(CONTRACTS, r"^CONTRACTS: .* = \($", "\n)", names.fill("\n    {{State}},"))


def _monitoring(draft: Draft, names: Names) -> None:
    """An event that nobody understands becomes a dead letter; so the new ones are counted from the first day."""
    for package, table in (("domain/measures", "MEASURES"), ("events", "TRANSLATIONS")):
        gathered, module = f"{MONITORING}/{package}/__init__.py", package.replace("/", ".")
        for pattern, between, within in (
            (r"\breporting\b", ", ", rf"^from monitoring\.{module} import .*$"),
            (rf"^    \*\*reporting\.{table},\n", "", ""),
        ):
            draft.repeat(gathered, pattern, lambda text: renamed(text, names), between=between, within=within)


def _kubernetes(draft: Draft, names: Names) -> None:
    for file in sorted((draft.root / "k8s" / "base" / MODEL).iterdir()):
        text = renamed(file.read_text(encoding="utf-8"), names)
        draft.create(f"k8s/base/{names.service}/{file.name}", text)
    documents = draft.text(BACKUP).split("---\n")
    own = [document for document in documents if f"name: {MODEL}-db\n" in document]
    if len(own) != 1:
        raise Refused(f"{BACKUP} has no schedule of {MODEL}")
    hour, minute = divmod(EARLIEST_BACKUP + BACKUP_MINUTES * len(documents), 60)
    schedule = f'schedule: "0 {minute} {hour % 24} * * *"'
    draft.append(BACKUP, "---\n" + re.sub(r"schedule: .*", schedule, renamed(own[0], names)))


def _lock(draft: Draft, names: Names) -> None:
    """The lock file as uv would write it: everything in the order of names, nothing fetched."""
    package = f"yumin-{names.service}"
    for run, line in (
        (r'(^    "yumin.*",\n)+', f'    "{package}",\n'),
        (r'(^    \{ name = "yumin-\w+" \},\n){2,}', f'    {{ name = "{package}" }},\n'),
        (
            r'(^    \{ name = "yumin-\w+", editable = ".*" \},\n){2,}',
            f'    {{ name = "{package}", editable = "services/{names.service}" }},\n',
        ),
    ):
        draft.insert_sorted(LOCK, run, line)
    head, *blocks = draft.text(LOCK).rstrip("\n").split(f"\n\n{PACKAGE}")
    there = [block.split('"')[1] for block in blocks]
    if f"yumin-{MODEL}" not in there:
        raise Refused(f"{LOCK} has no package yumin-{MODEL}")
    new = renamed(blocks[there.index(f"yumin-{MODEL}")], names)
    place = next((place for place, name in enumerate(there) if name > package), len(there))
    blocks.insert(place, new)
    draft.rewrite(LOCK, f"\n\n{PACKAGE}".join([head, *blocks]) + "\n")
