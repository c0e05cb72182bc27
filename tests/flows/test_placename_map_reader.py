"""A GIS user: the GDAL driver for OGC API – Features opens the gazetteer as it is served."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

import placename.main
from launcher.tokens import TokenMint
from placename.api.imports import NameRow
from placename.usecases.takeover import take_over
from shared.testing.servers import Databases
from shared.testing.serving import served
from shared.testing.under_test import ServiceUnderTest, start_service

STREETS = 7
READER = """
import json, os, sys
os.environ["no_proxy"] = "127.0.0.1"
import pyogrio
pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": "20", "GDAL_HTTP_MAX_RETRY": "0"})
layers = [str(name) for name, _ in pyogrio.list_layers(sys.argv[1])]
meta, _, shapes, fields = pyogrio.raw.read(
    sys.argv[1], layer="place-names", bbox=(106.5, 29.5, 106.7, 29.6), PAGE_SIZE="3"
)
names = [str(name) for name in fields[list(meta["fields"]).index("name")]]
json.dump([layers, sum(shape is not None for shape in shapes), names], sys.stdout)
"""
"""Runs in a process of its own, as a GIS does: GDAL keeps the interpreter's lock while it waits for a page, so a
server in the same process could never answer it."""


@pytest_asyncio.fixture
async def service(databases: Databases, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[ServiceUnderTest]:
    main = placename.main
    found = await start_service(main.SERVICE, main.Settings, databases, mint, secrets_folder)
    yield found
    await found.running.peers.close()
    await found.running.database.close()
    await databases.drop(found.database_name)


async def test_gdal_reads_layers_pages_boxes_and_shapes(service: ServiceUnderTest) -> None:
    for n in range(STREETS):
        row = {
            "name": f"测图{'甲乙丙丁戊己庚'[n]}路", "category": "STREET", "division": "500103001",
            "longitude": 106.55 + n / 100, "latitude": 29.56,
        }  # fmt: skip
        await service.run(lambda tx, row=row: take_over(tx, NameRow.model_validate(row).entry(tx)))
    async with served(service.app, service.running.settings.http) as address:
        found = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", READER, f"OAPIF:{address}/v1/ogc"],
            capture_output=True, check=False, timeout=90,
        )  # fmt: skip
    assert found.returncode == 0, found.stderr.decode()
    layers, with_shape, names = json.loads(found.stdout)
    assert set(layers) == {"place-names", "former-names", "historic-names"}
    assert (with_shape, len(set(names))) == (STREETS, STREETS)
