"""Elderly-care institutions register, add beds, are assessed, and take somebody in."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from stdnum.cn import uscc

from cityday.caller import Role
from cityday.day import Day, together
from cityday.people import SyntheticPerson
from shared.kernel.divisions import Division

INSTITUTIONS = 148
STEPS = INSTITUTIONS * 5
FILED_ON = "2024-01-01"


async def live_eldercare(day: Day) -> None:
    """Elderly-care institutions register, add beds, are assessed, and take somebody in."""
    dice = day.dice("institutions")
    plans = [
        (n, township, _institution(day, dice, n, township), _beds(dice), dice.random() < 0.82,
         day.people.person(youngest=66, oldest=95))
        for n, township in enumerate(day.spread("institutions", INSTITUTIONS))
    ]  # fmt: skip
    await together(*(_one_institution(day, *plan) for plan in plans))


def _institution(day: Day, dice: random.Random, n: int, township: Division) -> dict[str, Any]:
    body = f"52{township.code[:6]}MJ{(_number_of(day.seed) + n) % 10_000_000:07d}"
    return {
        "name": f"虚构养老院{n + 1}号",
        "organisation_code": body + uscc.calc_check_digit(body),
        "township": township.code,
        "kind": "ELDERLY_HOME",
        "ownership": dice.choice(["PUBLIC_RUN", "PUBLIC_BUILT_PRIVATE_RUN", "PRIVATE_NONPROFIT", "PRIVATE_FOR_PROFIT"]),
        "filed_beds": 200,
        "opened_on": FILED_ON,
        "filed_on": FILED_ON,
        "comprehensive": dice.random() < 0.9,
    }


def _beds(dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    nursing, ordinary = dice.randint(10, 40), dice.randint(8, 35)
    inclusive = dice.random() < 0.8
    return (
        {"count": nursing, "bed_class": "NURSING", "inclusive": inclusive, "since": FILED_ON},
        {"count": ordinary, "bed_class": "ORDINARY", "inclusive": inclusive, "since": FILED_ON},
    )


async def _one_institution(
    day: Day, n: int, township: Division, body: dict[str, Any], beds: tuple[dict[str, Any], ...], met: bool,
    resident: SyntheticPerson,
) -> None:  # fmt: skip
    registrar = Role("caseworker", township.code, "officer-a")
    inspector = Role("county-reviewer", f"{township.code[:6]}000000", "officer-b")
    registered = await day.caller.post(registrar, "eldercare", "/v1/institutions", body, step=f"institution-{n}")
    path = f"/v1/institutions/{registered['id']}"
    added = [
        await day.caller.post(registrar, "eldercare", f"{path}/beds", more, step=f"beds-{n}-{more['bed_class']}")
        for more in beds
    ]
    assessment = {"assessed_on": (day.today - timedelta(days=90)).isoformat(), "met": met}
    await day.caller.post(inspector, "eldercare", f"{path}/assess", assessment, step=f"assess-{n}")
    stay = {
        "bed_id": added[0]["beds"][0]["id"],
        "name": resident.name,
        "identity_number": resident.identity_number,
        "begins_on": day.today.isoformat(),
    }
    await day.caller.post(registrar, "eldercare", "/v1/stays", stay, step=f"stay-{n}")


def _number_of(text: str) -> int:
    """A small number from a text, the same in every process."""
    return random.Random(text).randrange(10_000_000)
