"""What every part of the synthetic day shares: who calls, which day, which people, which dice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Any

from cityday.caller import Caller
from cityday.people import Population
from shared.kernel.divisions import Division, default_register

MADE_UP = "演示文件（虚构）"


@dataclass
class Day:
    """The day: who calls, which people, which dice."""

    caller: Caller
    today: date
    seed: str

    def __post_init__(self) -> None:
        register = default_register()
        self.districts = register.districts(self.today)
        self.townships = register.townships(self.today)
        self.people = Population(self.seed, self.today)

    def dice(self, topic: str) -> random.Random:
        """Dice for one topic, so that topics do not disturb one another."""
        return random.Random(f"{topic}|{self.seed}")

    def spread(self, topic: str, count: int) -> list[Division]:
        """``count`` townships, spread over all districts."""
        dice = self.dice(topic)
        by_district: dict[str, list[Division]] = {district.code[:6]: [] for district in self.districts}
        for township in self.townships:
            by_district[township.code[:6]].append(township)
        districts = list(by_district)
        return [dice.choice(by_district[districts[n % len(districts)]]) for n in range(count)]


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run parts side by side; the first failure ends the day."""
    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(part)
