"""The API documentation in a real browser: it renders, and asks nobody outside."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import assistance.main
from launcher.tokens import TokenMint
from shared.testing.servers import Databases
from shared.testing.serving import served
from shared.testing.under_test import start_service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
)  # fmt: skip
REQUESTS_OF_THE_PAGE = re.compile(r'site=http://127\.0\.0\.1;[^"]*","url":"([^"]+)"')
"""What the browser fetches for itself belongs to no site."""

pytestmark = [
    pytest.mark.optional,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]


@pytest_asyncio.fixture
async def address(databases: Databases, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[str]:
    """A service behind its real server."""
    main = assistance.main
    under_test = await start_service(main.SERVICE, main.Settings, databases, mint, secrets_folder)
    async with served(under_test.app, under_test.running.settings.http) as url:
        yield url
    await databases.drop(under_test.database_name)


async def test_the_documentation_renders_and_asks_nobody_outside(address: str, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM), *QUIET, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}",
        "--virtual-time-budget=8000", "--dump-dom", f"{address}/docs",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    page, _ = await asyncio.wait_for(process.communicate(), 90)
    text = page.decode()
    assert "opblock" in text
    assert "救助申请" in text
    requests = REQUESTS_OF_THE_PAGE.findall(log.read_text(encoding="utf-8", errors="replace"))
    assert f"{address}/static-offline-docs/swagger-ui-bundle.js" in requests
    assert {url for url in requests if not url.startswith(f"{address}/") and not url.startswith("data:")} == set()
