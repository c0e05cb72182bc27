"""Random secrets of one local cluster: drawn once, kept under `run/secrets`, readable by their owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launcher.clients import Client, client_ids, load_clients
from launcher.issuer import write_configuration
from launcher.tokens import SigningKey

KEY_BYTES = 32
KEYRING_ALGORITHM = "AES-256-GCM"


class Credentials:
    """Everything secret of a cluster; reading one that is missing draws it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def client_secrets(self) -> dict[str, str]:
        """Client id → secret, as in `clients.json`; clients that are new in `clients.toml` are added."""
        path = self.directory / "clients.json"
        kept: dict[str, str] = _read(path) if path.exists() else {}
        missing = [client_id for client_id in client_ids() if client_id not in kept]
        if missing:
            kept |= {client_id: secrets.token_urlsafe(24) for client_id in missing}
            self._write(path, kept)
        return kept

    def clients(self) -> tuple[Client, ...]:
        return load_clients(self.client_secrets())

    def client_secret_file(self, client_id: str) -> Path:
        """A file that holds nothing but this client's secret."""
        path = self.directory / f"{client_id}.secret"
        secret = self.client_secrets()[client_id]
        if not path.exists() or path.read_text(encoding="utf-8") != secret:
            self._write_text(path, secret)
        return path

    def keyring_file(self, service: str) -> Path:
        """The encryption keys of one service. Losing the file loses what was encrypted."""
        path = self.directory / f"{service}.keyring.json"
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            self._write(path, {"current": "k1", "keys": {"k1": key}, "algorithm": KEYRING_ALGORITHM})
        return path

    def issuer_configuration(self, issuer_url: str) -> Path:
        """What the issuer process reads; its signing keys survive a restart, so tokens in use stay valid."""
        keys_path, path = self.directory / "issuer-keys.json", self.directory / "issuer.json"
        if not keys_path.exists():
            self._write(keys_path, {"keys": [SigningKey.fresh().to_pem() for _ in range(2)]})
        keys = [SigningKey.from_pem(pem) for pem in _read(keys_path)["keys"]]
        self._write_text(path, "")
        write_configuration(path, issuer_url, self.clients(), keys)
        return path

    def _write(self, path: Path, document: Mapping[str, Any]) -> None:
        self._write_text(path, json.dumps(document, indent=1))

    def _write_text(self, path: Path, text: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError(f"{path} is damaged; remove it to draw new secrets")
    return document
