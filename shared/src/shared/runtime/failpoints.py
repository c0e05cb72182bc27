"""Named places where a fault test may end the process at once, as a power cut would.

``YUMIN_CRASH_AT=relay.after_publish:0.01`` arms a point with a probability; several are joined by commas.
Settings refuse the variable in production.
"""

from __future__ import annotations

import os
import random

CRASH_EXIT_CODE = 137

_armed: dict[str, float] = {}


def arm(specification: str) -> None:
    """Arm the points of ``name:probability[,…]``; an empty text disarms all."""
    _armed.clear()
    for part in filter(None, specification.split(",")):
        name, _, probability = part.partition(":")
        _armed[name] = float(probability or 1)


def failpoint(name: str) -> None:
    """End the process here if the point is armed and the dice say so."""
    if _armed and random.random() < _armed.get(name, 0.0):
        os._exit(CRASH_EXIT_CODE)
