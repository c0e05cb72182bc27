"""A real nats-server: durable by default, on loopback, with what it acknowledged after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.api import StorageType

from launcher.broker import Broker
from launcher.ports import free_ports
from launcher.probe import fetch_json
from launcher.processes import StartFailed


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    port, monitor_port = free_ports(2)
    broker = Broker(tmp_path / "nats", port, monitor_port=monitor_port)
    broker.start()
    yield broker
    broker.kill()


@pytest.mark.asyncio
async def test_an_acknowledged_message_survives_kill_and_restart(broker: Broker) -> None:
    client = await nats.connect(broker.url)
    stream = client.jetstream()
    await stream.add_stream(name="CIVIL", subjects=["civil.>"], storage=StorageType.FILE)
    await stream.publish("civil.assistance.case.accepted.v1.p00", b"{}")
    await client.close()
    broker.kill()
    assert not broker.is_ready()
    broker.start()
    broker.restart()
    client = await nats.connect(broker.url)
    state = await client.jetstream().stream_info("CIVIL")
    await client.close()
    assert state.state.messages == 1


def test_the_settings_in_force_are_the_production_ones(broker: Broker) -> None:
    state = fetch_json(f"{broker.monitor_url}/varz")
    assert state is not None
    assert state["jetstream"]["config"]["sync_always"] is True
    assert state["max_payload"] == 256 * 1024
    assert state["host"] == "127.0.0.1"


def test_a_server_that_acknowledges_too_early_is_refused(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    broker.stop()
    text = broker.configuration().replace("sync_interval: always", 'sync_interval: "2m"')
    monkeypatch.setattr(broker, "configuration", lambda: text)
    with pytest.raises(StartFailed, match="sync_always"):
        broker.start()
    assert not broker.process.is_alive()


def test_a_taken_port_is_reported(broker: Broker, tmp_path: Path) -> None:
    rival = Broker(tmp_path / "rival", broker.port, monitor_port=broker.monitor_port)
    with pytest.raises(StartFailed, match="NATS"):
        rival.start()


@pytest.mark.asyncio
async def test_users_need_their_password(tmp_path: Path) -> None:
    port, monitor_port = free_ports(2)
    broker = Broker(tmp_path / "nats", port, monitor_port=monitor_port, durable=False, users={"relay": 'a"b c'})
    broker.start()
    try:
        assert (tmp_path / "nats" / "nats.conf").stat().st_mode & 0o777 == 0o600
        client = await nats.connect(broker.url, user="relay", password='a"b c')
        await client.close()
        stranger = Client()
        with pytest.raises(nats.errors.Error):
            await stranger.connect(broker.url, allow_reconnect=False, connect_timeout=2, error_cb=_silent)
        await stranger.close()
    finally:
        broker.stop()


async def _silent(_: Exception) -> None:
    return None
