"""Households apply for several programmes; officials accept, investigate, give opinions, post and decide."""

from __future__ import annotations

import random
from typing import Any

from cityday.caller import Role
from cityday.day import Day, together
from shared.kernel.divisions import Division

HOUSEHOLDS = 74
STEPS = HOUSEHOLDS * 6


async def live_assistance(day: Day) -> None:
    """Households apply through the app or at the window; the first notices hang at the end of the day."""
    dice = day.dice("applications")
    prepared = [
        (n, township, _household(day, dice, township))
        for n, township in enumerate(day.spread("households", HOUSEHOLDS))
    ]
    incomes = [dice.randrange(0, 420_000, 1_000) for _ in prepared]
    await together(*(_one_application(day, n, t, body, incomes[n]) for n, t, body in prepared))


def _household(day: Day, dice: random.Random, township: Division) -> dict[str, Any]:
    persons = dice.randint(1, 5)
    relations = ["SELF", "SPOUSE", "CHILD", "CHILD", "PARENT"]
    adults = [day.people.person(youngest=25, oldest=80) for _ in range(persons)]
    return {
        "division": township.code,
        "residence": "URBAN" if township.kind == "街道" else "RURAL",
        "channel": dice.choice(["APP", "WINDOW"]),
        "members": [
            {"name": person.name, "identity_number": person.identity_number, "relation": relations[n]}
            for n, person in enumerate(adults)
        ],
    }


async def _one_application(day: Day, n: int, township: Division, body: dict[str, Any], income: int) -> None:
    """The allowance ends the day on the notice board: a notice hangs for seven days before anybody decides."""
    window = Role("caseworker", township.code, "officer-a")
    submitted = await day.caller.post(window, "assistance", "/v1/applications", body, step=f"submit-{n}")
    path = f"/v1/applications/{submitted['id']}"
    await day.caller.post(window, "assistance", f"{path}/accept", {}, step=f"accept-{n}")
    two = {"investigators": ["officer-a", "officer-d"]}
    await day.caller.post(window, "assistance", f"{path}/investigate", two, step=f"investigate-{n}")
    means = {"incomes": [{"kind": "WAGE", "amount_fen": income}]}
    await day.caller.post(window, "assistance", f"{path}/verify", means, step=f"verify-{n}")
    opined = await day.caller.post(window, "assistance", f"{path}/opine", None, step=f"opine-{n}")
    if opined["course"]["opinion"]["proposal"] == "ELIGIBLE":
        await day.caller.post(window, "assistance", f"{path}/publish", None, step=f"last-{n}")
        return
    reviewer = Role("county-reviewer", f"{township.code[:6]}000000", "officer-b")
    await day.caller.post(window, "assistance", f"{path}/forward", None, step=f"forward-{n}")
    await day.caller.post(reviewer, "assistance", f"{path}/decide", None, step=f"last-{n}")
