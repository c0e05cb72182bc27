"""The indicator wall in a real browser: read, walked by keyboard, on a phone, in the dark, asking nobody outside."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect

import monitoring.main
from launcher.tokens import TokenMint
from monitoring.events import observe
from monitoring.usecases import absorb
from shared.contracts.envelope import Incoming
from shared.kernel.clock import CHINA
from shared.testing.servers import Databases
from shared.testing.serving import served
from shared.testing.under_test import ServiceUnderTest, start_service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
    "--remote-debugging-port=0", "--hide-scrollbars",
)  # fmt: skip
PATIENCE_SECONDS = 30.0
JUNE = datetime(2026, 6, 22, 9, 0, tzinfo=CHINA)
"""A day on which row 3 is still filed and not computed."""
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
CONTRAST = """
(() => {
  const lit = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((c) => { c /= 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (node) => { for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!/rgba?\\(0, 0, 0, 0\\)|transparent/.test(colour)) return colour; } return "rgb(255, 255, 255)"; };
  return [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility()
      && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && !node.closest("svg"))
    .map((node) => { const a = lit(getComputedStyle(node).color), b = lit(ground(node));
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.className || node.tagName, node.textContent]; })
    .filter(([ratio]) => ratio < 4.5).slice(0, 5);
})()
"""

pytestmark = [
    pytest.mark.optional,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]


class Tab:
    """One page of the browser, driven over its debugging protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._ids = socket, itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method; what the page reports meanwhile is kept."""
        number = next(self._ids)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(await asyncio.wait_for(self._socket.recv(), PATIENCE_SECONDS))
            if said.get("id") == number:
                assert "error" not in said, said
                return said["result"]
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        if said.get("method") == "Network.requestWillBeSent":
            self.requests.append(said["params"]["request"]["url"])
        if said.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(json.dumps(said["params"], ensure_ascii=False))

    async def value(self, expression: str) -> Any:
        """What an expression gives in the page."""
        found = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self.value(expression):
                await asyncio.sleep(0.05)

    async def open(self, url: str, size: dict[str, Any], *, dark: bool = False) -> None:
        """Show a page and wait for its figures."""
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=features)
        await self.call("Page.navigate", url=url)
        await self.until("document.body?.dataset.ready === 'yes'")

    async def press(self, key: str) -> None:
        """Press a key as a person does."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key],
                **(text if kind == "keyDown" else {}),
            )  # fmt: skip

    async def picture(self, path: Path) -> None:
        """Keep a screenshot among the outputs of the test."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser_tab(profile: Path) -> AsyncIterator[Tab]:
    """A browser with one page."""
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM), *QUIET, f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = profile / "DevToolsActivePort"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (told.exists() and "\n" in told.read_text()):
                await asyncio.sleep(0.05)
        port = told.read_text().split("\n")[0]
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            pages = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
        address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        async with connect(address, max_size=2**26) as socket:
            tab = Tab(socket)
            for domain in ("Page", "Runtime", "Network", "Log"):
                await tab.call(f"{domain}.enable")
            yield tab
    finally:
        process.terminate()
        await process.wait()


@pytest_asyncio.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with browser_tab(tmp_path / "profile") as found:
        yield found


@pytest_asyncio.fixture
async def subject(databases: Databases, mint: TokenMint, secrets_folder: Path) -> AsyncIterator[ServiceUnderTest]:
    main = monitoring.main
    under_test = await start_service(main.SERVICE, main.Settings, databases, mint, secrets_folder)
    under_test.clock.set(JUNE)
    await living(under_test, 980)
    yield under_test
    await under_test.running.database.close()
    await databases.drop(under_test.database_name)


@pytest_asyncio.fixture
async def address(subject: ServiceUnderTest) -> AsyncIterator[str]:
    async with served(subject.app, subject.running.settings.http) as url:
        yield url


async def living(service: ServiceUnderTest, top: int) -> None:
    """A confirmed figure of row 3 for every district, several months of it."""
    events = []
    for number, division in enumerate(service.running.database.around.divisions.districts(JUNE.date())):
        points = [
            {"period": f"2026-{month:02}", "on": f"2026-{month:02}-28", "numerator": top - number - month,
             "denominator": 1_000}
            for month in range(1, 6)
        ]  # fmt: skip
        data = {"form": "disability-living-subsidy", "kind": "LEVEL", "points": points}
        events.append(
            Incoming(str(uuid4()), "reporting", "series", "opened", 1, uuid4(), 1, 1, division.code, JUNE, data)
        )
    await service.run(lambda tx: absorb(tx, observe(events)))


async def no_sideways(tab: Tab) -> bool:
    return bool(await tab.value("document.documentElement.scrollWidth <= innerWidth"))


async def test_the_wall_is_read_and_walked_by_keyboard(tab: Tab, address: str, tmp_path: Path) -> None:
    await tab.open(f"{address}/v1/wall", DESK)
    assert await tab.value("document.querySelectorAll('#rows tbody tr').length") == 16
    assert await tab.value("document.querySelectorAll('#rows tbody th[scope=row]').length") == 16
    assert await tab.value("document.querySelector('#silent').textContent") == "15"
    assert await tab.value("document.body.innerText.includes('暂无数据')")
    await tab.picture(tmp_path / "wall.png")
    walked = []
    for _ in range(7):
        await tab.press("Tab")
        walked.append(await tab.value("document.activeElement.textContent"))
    assert walked[:4] == ["跳到指标表", "专栏1 · 十六项", "正文目标 · 五十八项", "开放数据"]
    assert walked[6] == "困难残疾人生活补贴覆盖率"
    outline = await tab.value("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await tab.press("Enter")
    await tab.until("document.getElementById('detail-body').dataset.ready !== undefined")
    assert await tab.value("document.getElementById('detail').open")
    assert await tab.value("document.activeElement.id") == "detail-title"
    assert await tab.value("document.querySelectorAll('.tiles li[aria-label]').length") == 37
    assert await tab.value("document.querySelector('.trend').getAttribute('aria-label').startsWith('走势')")
    assert await tab.value(CONTRAST) == []
    await tab.picture(tmp_path / "detail.png")
    await tab.press("Escape")
    assert not await tab.value("document.getElementById('detail').open")
    assert await tab.value("document.activeElement.textContent") == walked[6]
    foreign = [url for url in tab.requests if not url.startswith((f"{address}/", "data:", "about:"))]
    assert foreign == []
    assert tab.complaints == []


@pytest.mark.parametrize("dark", [False, True])
async def test_the_wall_fits_a_phone(tab: Tab, address: str, tmp_path: Path, dark: bool) -> None:
    for name in ("v1/wall", "v1/wall/texts"):
        await tab.open(f"{address}/{name}", PHONE, dark=dark)
        assert await no_sideways(tab), name
        assert await tab.value(CONTRAST) == [], name
        await tab.picture(tmp_path / f"phone-{name.replace('/', '-')}-{dark}.png")
    await tab.open(f"{address}/v1/wall", PHONE, dark=dark)
    await tab.value("document.querySelectorAll('button.name')[2].click()")
    await tab.until("document.querySelector('.tiles') !== null")
    assert await no_sideways(tab)
    assert await tab.value("document.getElementById('detail').scrollWidth <= innerWidth")
    assert await tab.value(CONTRAST) == []
    await tab.picture(tmp_path / f"phone-detail-{dark}.png")
    assert tab.complaints == []


async def test_new_figures_appear_without_a_reload(tab: Tab, address: str, subject: ServiceUnderTest) -> None:
    await tab.open(f"{address}/v1/wall", DESK)
    await tab.value("document.querySelectorAll('button.name')[2].focus()")
    row = "document.querySelectorAll('#rows tbody tr')[2].textContent"
    before = await tab.value(row)
    await subject.run(lambda tx: absorb(tx, observe([_opened("lottery-outlets", "500000000000", 9_420)])))
    await tab.value("document.dispatchEvent(new Event('visibilitychange'))")
    await tab.until("document.querySelectorAll('#rows tbody tr')[4].textContent.includes('9\\u202f420')")
    assert await tab.value(row) == before
    assert await tab.value("document.activeElement.textContent") == "困难残疾人生活补贴覆盖率"
    loads = [url for url in tab.requests if url == f"{address}/v1/wall"]
    assert len(loads) == 1


def _opened(form: str, division: str, number: int) -> Incoming:
    point = {"period": "2026-Q1", "on": "2026-03-31", "numerator": number, "denominator": None}
    data = {"form": form, "kind": "LEVEL", "points": [point]}
    return Incoming(str(uuid4()), "reporting", "series", "opened", 1, uuid4(), 1, 1, division, JUNE, data)
