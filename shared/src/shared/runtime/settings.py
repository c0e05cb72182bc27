"""Building blocks of typed configuration. Read once, in a service's ``main``; passed on as values.

Every variable starts with ``YUMIN_``; nested names are joined by a double underscore
(``YUMIN_DATABASE__URL``). Nothing that would be unsafe in production has a default: a missing value stops
the start and names the variable. Thresholds of law are not settings but dated parameters.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class Block(BaseModel):
    """A group of settings that belong together."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSettings(Block):
    """Where the API listens and how much it takes on at once."""

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_concurrent_requests: int = Field(default=200, ge=1)
    root_path: str = ""


class DatabaseSettings(Block):
    """The service's own PostgreSQL database. Times are in milliseconds.

    ``password_file`` holds the password where ``url`` has none, so that no environment shows it.
    """

    url: str
    password_file: Path | None = None
    pool_size: int = Field(default=10, ge=1)
    pool_timeout_seconds: float = Field(default=2.0, gt=0)
    statement_timeout_ms: int = Field(default=5_000, gt=0)
    lock_timeout_ms: int = Field(default=2_000, gt=0)
    transaction_timeout_ms: int = Field(default=15_000, gt=0)


class NatsSettings(Block):
    """The broker and the one stream all services publish to."""

    url: str
    user: str | None = None
    password_file: Path | None = None
    stream: str = "CIVIL"
    replicas: int = Field(default=3, ge=1, le=5)
    max_bytes: int = Field(default=1_073_741_824, gt=0)
    max_age_days: int = Field(default=30, gt=0)


class IdentitySettings(Block):
    """The OpenID provider whose tokens we accept, and our own client at it."""

    issuer: str
    jwks_url: HttpUrl
    audience: str
    token_url: HttpUrl
    client_id: str
    client_secret_file: Path
    algorithms: tuple[str, ...] = ("ES256",)
    leeway_seconds: int = Field(default=30, ge=0, le=120)
    max_lifetime_seconds: int = Field(default=900, gt=0)


class SecretsSettings(Block):
    """File with the versioned keys for encrypted columns, blind indexes and cursors."""

    keyring_file: Path


class AuditSettings(Block):
    """The witness file receives signed heads of the audit chain; the service can only append to it."""

    witness_file: Path | None = None
    seal_every_seconds: float = Field(default=1.0, gt=0)
    witness_every_seconds: float = Field(default=60.0, gt=0)


class RelaySettings(Block):
    """How the outbox is drained to the broker."""

    batch: int = Field(default=256, ge=1, le=1_000)
    idle_seconds: float = Field(default=0.05, gt=0)
    keep_days: int = Field(default=30, ge=1)


class ServiceSettings(BaseSettings):
    """What every service needs to start."""

    model_config = SettingsConfigDict(
        env_prefix="YUMIN_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    service: str
    environment: Literal["local", "test", "staging", "production"]
    version: str = "0.1.0"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    crash_at: str = ""
    http: HttpSettings
    database: DatabaseSettings
    nats: NatsSettings
    identity: IdentitySettings
    secrets: SecretsSettings
    audit: AuditSettings = AuditSettings()
    relay: RelaySettings = RelaySettings()
    peers: dict[str, HttpUrl] = {}
    departments: dict[str, HttpUrl] = {}
