"""One public entry: Caddy, which lets through `/v1` of each service and nothing else.

Metrics, documentation and internal routes stay on the services' own loopback ports; authentication is
theirs too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from launcher.broker import wheel_program
from launcher.ports import LOOPBACK
from launcher.probe import fetch_json
from launcher.processes import Process, StartFailed, wait_until

START_TIMEOUT = 30.0
REQUEST_ID = "[A-Za-z0-9._-]{8,64}"
"""What a caller may send as X-Request-Id; anything else is replaced, since it goes into logs and JSON."""

LARGEST_BODY, LARGEST_FILE = "1MB", "100MB"

PROBLEMS: Mapping[int, tuple[str, str]] = {
    404: ("not-found", "没有这个地址"),
    413: ("body-too-large", "请求内容过大"),
    502: ("service-unreachable", "服务暂时无法连接，请稍后重试"),
    503: ("service-unavailable", "服务暂时不可用，请稍后重试"),
    504: ("service-timeout", "服务响应超时，请稍后重试"),
}
OTHER_PROBLEM = ("gateway-failure", "网关处理失败，请稍后重试")

FRAME = """\
{{
	admin off
	auto_https off
	persist_config off
	grace_period 5s
}}

http://:{port} {{
	bind {host}

	map {{header.X-Request-Id}} {{request_id}} {{
		~^{request_id}$ ${{0}}
		default {{http.request.uuid}}
	}}
	request_header X-Request-Id {{request_id}}
	header >X-Request-Id {{request_id}}

	@file path /*/v1/imports/*
	request_body @file {{
		max_size {largest_file}
	}}
	@form not path /*/v1/imports/*
	request_body @form {{
		max_size {largest_body}
	}}

{routes}
	handle / {{
		header Content-Type "application/json; charset=utf-8"
		respond `{index}` 200
	}}

	handle {{
		error 404
	}}

	handle_errors {{
		map {{err.status_code}} {{problem}} {{title}} {{
{problems}
			default {other_problem} "{other_title}"
		}}
		header Content-Type application/problem+json
		# What was set before the error is lost here.
		header X-Request-Id {{request_id}}
		header Cache-Control no-store
		respond `{problem_body}` {{err.status_code}}
	}}
}}
"""

ROUTE = """\
	@{name} path /{name}/v1 /{name}/v1/*
	handle @{name} {{
		uri strip_prefix /{name}
		reverse_proxy {host}:{port} {{
			header_up X-Forwarded-Prefix /{name}
			transport http {{
				dial_timeout 2s
				response_header_timeout 30s
			}}
		}}
	}}
"""


def caddyfile(port: int, services: Mapping[str, int]) -> str:
    """The configuration for these services and their ports."""
    return FRAME.format(
        port=port,
        host=LOOPBACK,
        request_id=REQUEST_ID,
        largest_body=LARGEST_BODY,
        largest_file=LARGEST_FILE,
        routes="\n".join(ROUTE.format(name=name, host=LOOPBACK, port=to) for name, to in services.items()),
        index=json.dumps(_index(services), ensure_ascii=False),
        problems="\n".join(f'\t\t\t{status} {slug} "{title}"' for status, (slug, title) in PROBLEMS.items()),
        problem_body=_problem_body(),
        other_problem=OTHER_PROBLEM[0],
        other_title=OTHER_PROBLEM[1],
    )


def _problem_body() -> str:
    """Caddy fills the braces in; the status is a number, so it stands without quotes."""
    texts = {
        "type": "/problems/{problem}",
        "title": "{title}",
        "code": "{problem}",
        "request_id": "{request_id}",
    }
    return json.dumps(texts)[:-1] + ', "status": {err.status_code}}'


def _index(services: Mapping[str, int]) -> dict[str, object]:
    return {"name": "渝民 Yumin", "services": {name: f"/{name}/v1" for name in services}}


class Gateway:
    """`caddy run` with its files under `directory`."""

    def __init__(
        self,
        directory: Path,
        port: int,
        services: Mapping[str, int],
        *,
        log_path: Path | None = None,
        pid_path: Path | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.port = port
        self.services = dict(services)
        path = self.directory / "Caddyfile"
        self.process = Process(
            name="gateway",
            argv=[str(wheel_program("caddy")), "run", "--config", str(path), "--adapter", "caddyfile"],
            log_path=log_path or self.directory / "gateway.log",
            env={
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "HOME": str(self.directory),
                "XDG_DATA_HOME": str(self.directory),
                "XDG_CONFIG_HOME": str(self.directory),
            },
            cwd=self.directory,
            pid_path=pid_path or self.directory / "gateway.pid",
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "Caddyfile").write_text(caddyfile(self.port, self.services), encoding="utf-8")
        self.process.start()
        try:
            wait_until(self.is_ready, START_TIMEOUT, "Caddy", self.process)
        except StartFailed:
            self.process.kill()
            raise

    def attach(self) -> bool:
        return self.process.attach()

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_ready(self) -> bool:
        return fetch_json(f"{self.url}/") == _index(self.services)
