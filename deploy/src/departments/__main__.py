"""Serve the simulator on loopback."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import httpx
import uvicorn

from departments.simulator import Simulator
from launcher.ports import LOOPBACK


def trusting(addresses: Mapping[str, str]) -> Simulator:
    """A simulator that fetches the keys of the services it trusts when it first needs them."""
    known: dict[str, Mapping[str, Any]] = {}

    async def fetch(service: str) -> Mapping[str, Any] | None:
        if service in addresses and service not in known:
            try:
                async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
                    known[service] = (await client.get(addresses[service])).raise_for_status().json()
            except (httpx.HTTPError, ValueError):
                return None
        return known.get(service)

    return Simulator(fetch)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="departments", description="simulated departments, for local runs only")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--trust", action="append", default=[], metavar="SERVICE=URL")
    options = parser.parse_args()
    addresses = dict(pair.split("=", 1) for pair in options.trust)
    uvicorn.run(trusting(addresses).application(), host=LOOPBACK, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
