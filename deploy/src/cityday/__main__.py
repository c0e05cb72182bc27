"""``python -m cityday``: live one synthetic day through the public HTTP API, then print the 16 rows of the plan."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cityday.caller import Caller, Role, StepFailed
from cityday.day import Day
from cityday.living import live, steps
from cityday.table import plan_table
from launcher.cluster import SERVICES, Cluster
from shared.kernel.clock import SystemClock, business_day

DEFAULT_SEED = "chongqing"
ARRIVAL_SECONDS = 60.0
POLL_SECONDS = 0.25
OPERATOR = Role("city-admin", person="officer-c")


def main(arguments: list[str] | None = None) -> int:
    """Live the day on the running cluster."""
    parser = argparse.ArgumentParser(prog="python -m cityday", description=__doc__)
    parser.add_argument("--run-dir", type=Path, default=Path("run"))
    parser.add_argument("--seed", default=DEFAULT_SEED, help="another seed is another synthetic day")
    chosen = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    cluster = Cluster.recorded(chosen.run_dir)
    if cluster is None or not cluster.is_running():
        console.print("[red]集群没有运行；请先执行 make up[/]")
        return 1
    today = business_day(SystemClock().now())
    failed = False
    try:
        asyncio.run(_show(cluster, chosen.seed, today, console))
    except* StepFailed as group:
        failed = True
        for error in _leaves(group)[:3]:
            console.print(f"[red]{error}[/]")
    return int(failed)


def _leaves(group: BaseExceptionGroup[StepFailed]) -> list[StepFailed]:
    """The failures themselves, without the nesting of the task groups they came through."""
    found: list[StepFailed] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


async def _show(cluster: Cluster, seed: str, today: date, console: Console) -> None:
    console.print(f"[bold]虚构的一天 {today.isoformat()}（种子 {seed}）：所有人员、机构与填报数据均为虚构[/]")
    secrets: dict[str, str] = json.loads((cluster.credentials.directory / "clients.json").read_text(encoding="utf-8"))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("办理", total=None)
        caller = Caller(cluster.url, cluster.issuer_url, secrets, f"{seed}|{today}", lambda: progress.advance(bar))
        async with caller:
            day = Day(caller, today, f"{seed}|{today}")
            progress.update(bar, total=steps())
            began = time.monotonic()
            await live(day)
            lived = time.monotonic() - began
            readings = await _settled(caller)
    console.print(plan_table(readings))
    again = f"，其中 {caller.replayed} 次为重复请求、未产生第二次效果" if caller.replayed else ""
    console.print(f"{caller.calls} 次调用，{lived:.1f} 秒{again}")
    _print_addresses(cluster, console)


async def _settled(caller: Caller) -> list[dict[str, Any]]:
    """The 16 rows once nothing changes any more: every event of the day has arrived."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    before: Any = None
    while True:
        pipeline = await caller.get(OPERATOR, "monitoring", "/v1/pipeline")
        if pipeline == before or time.monotonic() > deadline:
            break
        before = pipeline
        await asyncio.sleep(4 * POLL_SECONDS)
    if pipeline["differences"] or pipeline["dead_letters"]:
        raise StepFailed(
            f"the pipeline is not clean: {pipeline['differences']} differences, {pipeline['dead_letters']} dead letters"
        )
    return list((await caller.get(OPERATOR, "monitoring", "/v1/indicators"))["items"])


def _print_addresses(cluster: Cluster, console: Console) -> None:
    console.print(f"统一入口 {cluster.url}/ ；接口文档：")
    for name, port in cluster.ports.items():
        if name in SERVICES:
            console.print(f"  {name:<11} http://127.0.0.1:{port}/docs")
    console.print("集群继续运行；make status 查看，make down 停止")


if __name__ == "__main__":
    sys.exit(main())
