"""What a process of a service is configured with; there is no other source of settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from launcher.credentials import Credentials
from launcher.ports import LOOPBACK

DEPARTMENTS = (
    "public-security", "civil-affairs", "human-resources", "medical-insurance", "housing", "natural-resources",
    "market-regulation", "taxation", "transport", "banks", "disabled-federation", "health", "education", "courts",
    "provident-fund", "veterans", "emergency", "other-province",
)  # fmt: skip
"""The departments services may ask; locally one simulator answers for all of them."""

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV", "PYTHONPATH")
"""All a service sees of the caller's environment: a developer's own settings and secrets stay out."""


def service_environment(
    name: str,
    *,
    port: int,
    database_url: str,
    nats_url: str,
    issuer_url: str,
    peers: Mapping[str, int],
    departments_url: str = "",
    credentials: Credentials,
    run_directory: Path,
) -> dict[str, str]:
    """The whole configuration of a service; there is no other source of settings."""
    return {
        "YUMIN_SERVICE": name,
        "YUMIN_ENVIRONMENT": "local",
        "YUMIN_HTTP__HOST": LOOPBACK,
        "YUMIN_HTTP__PORT": str(port),
        "YUMIN_DATABASE__URL": database_url,
        "YUMIN_NATS__URL": nats_url,
        "YUMIN_NATS__REPLICAS": "1",
        "YUMIN_IDENTITY__ISSUER": issuer_url,
        "YUMIN_IDENTITY__JWKS_URL": f"{issuer_url}/jwks.json",
        "YUMIN_IDENTITY__AUDIENCE": name,
        "YUMIN_IDENTITY__TOKEN_URL": f"{issuer_url}/token",
        "YUMIN_IDENTITY__CLIENT_ID": f"service-{name}",
        "YUMIN_IDENTITY__CLIENT_SECRET_FILE": str(credentials.client_secret_file(f"service-{name}")),
        "YUMIN_SECRETS__KEYRING_FILE": str(credentials.keyring_file(name)),
        **{f"YUMIN_PEERS__{peer.upper()}": f"http://{LOOPBACK}:{at}" for peer, at in peers.items()},
        **({"YUMIN_DEPARTMENTS": json.dumps(dict.fromkeys(DEPARTMENTS, departments_url))} if departments_url else {}),
        "YUMIN_AUDIT__WITNESS_FILE": str(run_directory / "audit" / f"{name}.jsonl"),
    }
