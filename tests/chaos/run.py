"""``make chaos``: two services as real processes, real servers, writers, and faults; then every account must agree.

    python tests/chaos/run.py --seconds 90 --seed 1
    python tests/chaos/run.py --seconds 40 --seed 1 --mutate cursor-relay

Everything listens on loopback only, and is stopped and removed at the end, also after Ctrl-C. Anti-entropy is off:
it would heal what the relay and the consumer must not need to have healed.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from checks import Finding, every_check
from faults import Supervisor, crash_points, inject
from ledger import Ledger
from mutant import MUTATIONS, run_mutated
from rest import Work, come_to_rest
from writers import Writer

from launcher.processes import wait_until
from shared.run import main as product
from shared.runtime.logs import configure_logs
from shared.testing.forked import forked
from shared.testing.stage import Part, Stage

PARTS = (
    Part("assistance", "api"),
    Part("assistance", "worker", 1),
    Part("assistance", "worker", 2),
    Part("monitoring", "worker", 1),
    Part("monitoring", "worker", 2),
    Part("monitoring", "api"),
)
READY_SECONDS = 60.0
MOST_SECONDS = 3_600.0


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, within bounds."""
    parser = argparse.ArgumentParser(prog="chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=90.0, help="how long the faults last")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--faults-per-second", type=float, default=2.0)
    parser.add_argument("--mutate", choices=sorted(MUTATIONS), help="seed a bug; success is that it is seen")
    parser.add_argument("--keep-logs", type=Path, metavar="FOLDER", help="copy every process's log there")
    options = parser.parse_args(arguments)
    options.seconds = min(options.seconds, MOST_SECONDS)
    return options


def stage_of(options: argparse.Namespace) -> Stage:
    """The processes, with crash points armed, and with the seeded bug if one is wanted."""
    target = partial(run_mutated, options.mutate) if options.mutate else product
    return Stage(
        PARTS,
        make=partial(forked, target=target),
        settings={"YUMIN_LOG_LEVEL": "WARNING"},
        of_part={part.name: {"YUMIN_CRASH_AT": crash_points(part.role)} for part in PARTS},
    )


async def storm(stage: Stage, options: argparse.Namespace) -> tuple[Supervisor, Ledger]:
    """Write and break for the wanted time, then stop breaking and let every writer get its last answer."""
    supervisor, ledger, stopping = Supervisor(stage), Ledger(), asyncio.Event()
    watching = asyncio.create_task(supervisor.run())
    port = stage.port("assistance-api-1")
    async with asyncio.TaskGroup() as group:
        watching.add_done_callback(_speak_up)
        for number in range(options.writers):
            group.create_task(Writer(number, options.seed, port, stage.mint, ledger).run(stopping))
        await inject(supervisor, options.seed, options.seconds, options.faults_per_second)
        await asyncio.gather(*supervisor.waking)
        for settings in stage.of_part.values():
            settings["YUMIN_CRASH_AT"] = ""
        stopping.set()
    await asyncio.to_thread(_wait_for_all, stage)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return supervisor, ledger


def _speak_up(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        print("supervisor ended:", repr(task.exception()))


def _wait_for_all(stage: Stage) -> None:
    for name, server in stage.servers.items():
        wait_until(server.is_ready, READY_SECONDS, name)


async def run(stage: Stage, options: argparse.Namespace) -> bool:
    """The storm, the rest and the checks; whether everything agrees."""
    supervisor, ledger = await storm(stage, options)
    left, busy = await come_to_rest(stage)
    findings = [rested(left), *await every_check(stage, ledger)]
    report(supervisor, ledger, findings, max(0.0, busy - supervisor.last_fault))
    return not any(finding.wrong for finding in findings)


def rested(left: Work) -> Finding:
    """Whether the system came to rest by itself."""
    return Finding("(0) nothing is left to send, absorb or seal", 1, [str(left)] if left else [])


def report(supervisor: Supervisor, ledger: Ledger, findings: list[Finding], catch_up: float) -> None:
    """Print one line a check, and what there was to withstand."""
    print(f"faults: {sum(supervisor.faults.values())}")
    for kind, count in supervisor.faults.most_common():
        print(f"  {count:4} {kind}")
    print(f"       and {supervisor.ended_by_themselves} starts given up while the database was away")
    print(
        f"writes acknowledged: {ledger.acknowledged} in {len(ledger.cases)} cases, {ledger.retries} retries,"
        f" {ledger.replays} repetitions compared, {sum(case.refused for case in ledger.cases)} refused by rule,"
        f" {sum(case.unanswered for case in ledger.cases)} never answered"
    )
    for finding in findings:
        print(finding)
    lost = sum(len(finding.wrong) for finding in findings if finding.name[:3] in ("(a)", "(b)"))
    different = sum(len(finding.wrong) for finding in findings) - lost
    print(f"caught up {catch_up:.1f} s after the last fault; {lost} lost, {different} different")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything agrees, or when a seeded bug was seen."""
    options = options_of(arguments)
    configure_logs("chaos", "ERROR")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    print(
        f"chaos: {options.seconds:g} s, seed {options.seed}, {options.writers} writers, bug: {options.mutate or 'none'}"
    )
    try:
        with stage_of(options) as stage:
            print(f"up after {time.monotonic() - began:.1f} s", flush=True)
            try:
                agrees = asyncio.run(run(stage, options))
            finally:
                if options.keep_logs:
                    shutil.copytree(stage.folder / "logs", options.keep_logs, dirs_exist_ok=True)
    except KeyboardInterrupt:
        print("interrupted; everything was stopped and removed")
        return 130
    print(f"took {time.monotonic() - began:.1f} s")
    if options.mutate:
        print("the seeded bug was " + ("NOT seen" if agrees else "seen"))
        return int(agrees)
    return int(not agrees)


if __name__ == "__main__":
    sys.exit(main())
