"""The callers of a local cluster: invented organisations and people, and what they may ask for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

DIVISION_DIGITS = 12
GROUP_ENDS = (2, 4, 6, 9, 12)
"""Digits down to province, city, county, township and village."""

MUNICIPALITY_OF = {"1101": "11", "1201": "12", "3101": "31", "5001": "50"}
"""In the four municipalities the middle group only says "districts"; as an area it means the city itself."""


@dataclass(frozen=True)
class Client:
    """One calling organisation; `person` acts for it when a request names nobody."""

    client_id: str
    secret: str
    sub: str
    org_code: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    division: str
    person: str | None
    audiences: tuple[str, ...]
    org_name: str = ""
    acts_for_persons: bool = False

    def __repr__(self) -> str:
        return f"Client({self.client_id!r})"


def area_of(division: str) -> str:
    """The digits every division inside this one begins with: `500103000000` → `500103`."""
    code = full_division(division)
    for end in GROUP_ENDS:
        if not code[end:].strip("0"):
            return MUNICIPALITY_OF.get(code[:end], code[:end])
    return code


def full_division(division: str) -> str:
    """6, 9 or 12 digits as 12."""
    if not (division.isascii() and division.isdigit() and len(division) in (6, 9, DIVISION_DIGITS)):
        raise ValueError("a division has 6, 9 or 12 digits")
    return division.ljust(DIVISION_DIGITS, "0")


def lies_within(inner: str, outer: str) -> bool:
    return area_of(inner).startswith(area_of(outer))


def known_scopes() -> frozenset[str]:
    return frozenset(_scopes(_document()))


def service_names() -> tuple[str, ...]:
    return tuple(_document()["services"])


def client_ids() -> tuple[str, ...]:
    return tuple(client_id for client_id, _ in _rows(_document()))


def load_clients(secrets: Mapping[str, str]) -> tuple[Client, ...]:
    """The clients of `clients.toml` with the given secrets; refuses what the file does not declare."""
    document = _document()
    scopes, services = _scopes(document), set(document["services"])
    clients = []
    for client_id, row in _rows(document):
        unknown = (set(row["scopes"]) - scopes) | (set(row["audiences"]) - services)
        if unknown:
            raise ValueError(f"clients.toml, {client_id}: not declared: {', '.join(sorted(unknown))}")
        clients.append(
            Client(
                client_id=client_id,
                secret=secrets[client_id],
                sub=client_id,
                org_code=row["org_code"],
                roles=tuple(row["roles"]),
                scopes=tuple(row["scopes"]),
                division=full_division(row["division"]),
                person=row.get("person"),
                audiences=tuple(row["audiences"]),
                org_name=row["org_name"],
                acts_for_persons=row.get("acts_for_persons", False),
            )
        )
    return tuple(clients)


def _document() -> dict[str, Any]:
    return tomllib.loads(files("launcher").joinpath("clients.toml").read_text(encoding="utf-8"))


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for service in document["services"]:
        yield f"service-{service}", document["service_client"]
    yield from document["clients"].items()


def _scopes(document: Mapping[str, Any]) -> set[str]:
    own = {f"{service}:{verb}" for service, verbs in document["services"].items() for verb in verbs}
    return own | set(document["shared"]["scopes"])
