"""Synthetic people: names that say so, identity numbers with a right checksum that belong to nobody we know."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from shared.kernel.identity_number import Sex, synthetic_identity_number

FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"


@dataclass(frozen=True)
class SyntheticPerson:
    """Somebody who does not exist."""

    name: str
    identity_number: str
    birth_date: date
    sex: Sex


class Population:
    """An endless supply of synthetic people, the same for the same seed."""

    def __init__(self, seed: str, today: date) -> None:
        self._dice = random.Random(f"people|{seed}")
        self._today = today
        self._known: set[str] = set()

    def person(self, *, youngest: int, oldest: int, sex: Sex | None = None) -> SyntheticPerson:
        """Somebody between two ages, in years."""
        while True:
            chosen = sex or self._dice.choice([Sex.MALE, Sex.FEMALE])
            age_days = self._dice.randint(youngest * 366, oldest * 365)
            birth = self._today - timedelta(days=age_days)
            number = synthetic_identity_number(self._dice.randrange(10**6), birth, chosen).plain
            if number not in self._known:
                self._known.add(number)
                return SyntheticPerson(self._name(), number, birth, chosen)

    def _name(self) -> str:
        return "虚" + self._dice.choice(FAMILY) + self._dice.choice(GIVEN)
