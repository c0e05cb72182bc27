"""Every query of every dashboard, and every rule, on a live Prometheus that scrapes a live service."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml

import monitoring.main
from launcher.ports import free_port
from launcher.tokens import TokenMint
from monitoring.exporter import export_indicators
from shared.testing.servers import Databases
from shared.testing.serving import served
from shared.testing.under_test import start_service

PROMETHEUS = shutil.which("prometheus")
MACROS = {
    "$__rate_interval": "1m", "$__interval": "15s", "$__range": "1h", "$service": ".*",
    "$indicator": "lottery-outlets",
}  # fmt: skip
PATIENCE_SECONDS = 60.0

pytestmark = [
    pytest.mark.optional,
    pytest.mark.skipif(PROMETHEUS is None, reason="Prometheus is not installed (Debian: apt-get install prometheus)"),
]


@pytest_asyncio.fixture
async def asked(
    root: Path, databases: Databases, mint: TokenMint, secrets_folder: Path, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a Prometheus that has scraped monitoring."""
    main = monitoring.main
    under_test = await start_service(main.SERVICE, main.Settings, databases, mint, secrets_folder)
    await export_indicators(under_test.running)
    port = free_port()
    async with served(under_test.app, under_test.running.settings.http) as url:
        target = {"targets": [url.removeprefix("http://")], "labels": {"service": "monitoring", "role": "api"}}
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(root / "deploy" / "prometheus" / "rules" / "*.yml")],
            "scrape_configs": [{"job_name": "yumin", "honor_labels": True, "static_configs": [target]}],
        }
        file = tmp_path / "prometheus.yml"
        file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), f"--config.file={file}", f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=10.0) as client:
                await until_scraped(client)
                yield client
        finally:
            process.terminate()
            await process.wait()
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)


async def until_scraped(client: httpx.AsyncClient) -> None:
    """Wait until rules have been evaluated over scraped values."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                if await series(client, "service:civil_http_requests:rate5m or up"):
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)


async def series(client: httpx.AsyncClient, expression: str) -> list[dict[str, Any]]:
    answer = await client.get("/query", params={"query": expression})
    assert answer.status_code == 200, (expression, answer.text)
    return answer.json()["data"]["result"]


async def test_every_panel_and_every_rule_is_answered(asked: httpx.AsyncClient, root: Path) -> None:
    count = 0
    for file in sorted((root / "deploy" / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                if "expr" not in target:
                    continue
                expression = target["expr"]
                for macro, value in MACROS.items():
                    expression = expression.replace(macro, value)
                await series(asked, expression)
                count += 1
    assert count > 50
    assert len(await series(asked, "count by (printed_in) (civil_indicator_target)")) > 16
    groups = (await asked.get("/rules")).json()["data"]["groups"]
    broken = {rule["name"]: rule["lastError"] for group in groups for rule in group["rules"] if rule.get("lastError")}
    assert broken == {}
    assert sum(len(group["rules"]) for group in groups) > 25
