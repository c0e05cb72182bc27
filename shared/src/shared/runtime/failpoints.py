"""Named places where a fault test may end the process at once, as a power cut would, or hold it up for a moment.

``YUMIN_CRASH_AT=relay.after_publish:0.01,write.before_commit:delay:30`` arms the first point with a probability
and lets every pass of the second wait for up to 30 ms. Settings refuse the variable in production.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys

CRASH_EXIT_CODE = 137
LAST_WORDS = "crash point"

_armed: dict[str, float] = {}
_delays: dict[str, float] = {}


def arm(specification: str) -> None:
    """Arm the points of ``name:probability`` and ``name:delay:milliseconds``, joined by commas; none disarms all."""
    _armed.clear()
    _delays.clear()
    for part in filter(None, specification.split(",")):
        match part.split(":"):
            case [name]:
                _armed[name] = 1.0
            case [name, probability]:
                _armed[name] = float(probability)
            case [name, "delay", milliseconds]:
                _delays[name] = float(milliseconds) / 1000
            case _:
                raise ValueError("a crash point is written name, name:probability or name:delay:milliseconds")


def failpoint(name: str) -> None:
    """End the process here if the point is armed and the dice say so."""
    if _armed and random.random() < _armed.get(name, 0.0):
        os.write(sys.stderr.fileno(), f"\n{LAST_WORDS} {name}\n".encode())
        os._exit(CRASH_EXIT_CODE)


async def linger(name: str) -> None:
    """Wait here for up to the armed time, others going on meanwhile: what a slow commit looks like."""
    if _delays and name in _delays:
        await asyncio.sleep(random.uniform(0, _delays[name]))
