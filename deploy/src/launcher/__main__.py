"""`python -m launcher up | down | status | logs [SERVICE]`"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from launcher.cluster import SERVICES, Cluster, free_cluster_ports
from launcher.processes import StartFailed, tail

REPOSITORY = Path(__file__).resolve().parents[3]
FOLLOW_PAUSE = 0.3
"""Seconds between two looks at a growing log."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        return int(options.action(options, console))
    except StartFailed as failure:
        console.print(f"[bold red]失败 failed[/] {escape(f'{failure.what}: {failure.reason}')}", highlight=False)
        if failure.log_tail:
            console.print(f"最后的日志 last log lines ({failure.log_path}):", highlight=False)
            for line in failure.log_tail:
                console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("[yellow]已中断 interrupted[/]")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launcher", description="渝民本地集群 (local cluster)", allow_abbrev=False)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--run-dir", type=Path, default=default_run_directory(), help="状态目录 (state directory)")
    actions = parser.add_subparsers(required=True, metavar="up|down|status|logs")

    up = actions.add_parser("up", parents=[where], help="启动并等到健康 (start, wait until healthy)")
    up.add_argument("--free-ports", action="store_true", help="使用空闲端口 (any free ports)")
    up.add_argument("--split-workers", action="store_true", help="接口与后台分为两个进程 (API and worker apart)")
    up.set_defaults(action=_up)

    down = actions.add_parser("down", parents=[where], help="停止 (stop)")
    down.set_defaults(action=_down)

    status = actions.add_parser("status", parents=[where], help="查看状态 (show)")
    status.set_defaults(action=_status)

    logs = actions.add_parser("logs", parents=[where], help="查看日志 (show logs)")
    logs.add_argument("service", nargs="?", metavar="SERVICE", help="只看一个 (only this one)")
    logs.add_argument("-n", "--lines", type=int, default=30, help="行数 (lines of each)")
    logs.add_argument("-f", "--follow", action="store_true", help="持续显示 (keep showing)")
    logs.set_defaults(action=_logs)
    return parser


def default_run_directory() -> Path:
    """`run/` of the repository, or of the current directory when installed elsewhere."""
    root = REPOSITORY if (REPOSITORY / "deploy" / "src" / "launcher").is_dir() else Path.cwd()
    return root / "run"


def _up(options: argparse.Namespace, console: Console) -> int:
    running = Cluster.recorded(options.run_dir, console=console)
    if options.free_ports and running is not None and running.is_running():
        # Already on free ports of an earlier call: those are the ones to check.
        cluster = running
    else:
        ports = free_cluster_ports() if options.free_ports else None
        cluster = Cluster(options.run_dir, ports=ports, split_workers=options.split_workers, console=console)
    cluster.up()
    for name in SERVICES:
        console.print(
            f"  {name:<11} {cluster.url}/{name}/v1   文档 docs http://127.0.0.1:{cluster.ports[name]}/docs",
            highlight=False,
            soft_wrap=True,
        )
    return 0


def _recorded(options: argparse.Namespace, console: Console) -> Cluster:
    return Cluster.recorded(options.run_dir, console=console) or Cluster(options.run_dir, console=console)


def _down(options: argparse.Namespace, console: Console) -> int:
    if options.run_dir.exists():
        _recorded(options, console).down()
    return 0


def _status(options: argparse.Namespace, console: Console) -> int:
    """Exit code 0 only when everything is alive and healthy."""
    rows = _recorded(options, console).status()
    table = Table("进程 process", "pid", "存活 alive", "健康 health", "端口 port")
    for row in rows:
        alive = "[green]是 yes[/]" if row.alive else "[red]否 no[/]"
        healthy = "[green]正常 ok[/]" if row.healthy else "[red]异常 failing[/]" if row.alive else "-"
        table.add_row(row.name, str(row.pid or "-"), alive, healthy, str(row.port))
    console.print(table)
    return 0 if all(row.healthy for row in rows) else 1


def _logs(options: argparse.Namespace, console: Console) -> int:
    paths = _recorded(options, console).log_paths()
    if options.service is not None:
        paths = {name: path for name, path in paths.items() if name == options.service}
    if not paths:
        console.print("没有日志 (no logs)")
        return 1
    offsets = {name: path.stat().st_size for name, path in paths.items()}
    for name, path in paths.items():
        _show(name, tail(path, options.lines))
    while options.follow:
        time.sleep(FOLLOW_PAUSE)
        for name, path in paths.items():
            with path.open("rb") as log:
                log.seek(offsets[name])
                grown = log.read()
            complete = grown[: grown.rfind(b"\n") + 1]
            offsets[name] += len(complete)
            _show(name, complete.decode("utf-8", errors="replace").splitlines())
    return 0


def _show(name: str, lines: Sequence[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{name} | {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
