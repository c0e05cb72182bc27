"""Places in homes: elders are assessed, wait, are offered a bed and move in; some are placed, some decline."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from stdnum.cn import uscc

from cityday.caller import Role
from cityday.day import Day, together
from cityday.people import SyntheticPerson
from shared.kernel.divisions import Division

HOMES = 8
APPLICANTS = 5
BEDS = 3
STEPS_OF_A_HOME = 3 + APPLICANTS * 4 + 1 + BEDS + 1 + 3
STEPS = HOMES * STEPS_OF_A_HOME
MAXIMA = {
    **{f"B1.{n}": 4 for n in range(1, 9)},
    **{"B2.1": 4, "B2.2": 4, "B2.3": 4, "B2.4": 3},
    **{f"B3.{n}": 4 for n in range(1, 7)},
    **{"B3.7": 1, "B3.8": 1, "B3.9": 2, "B4.1": 2, "B4.2": 2, "B4.3": 4, "B4.4": 3, "B4.5": 4},
}
MEANS = ("ORDINARY", "OTHER_LOW_INCOME", "NEAR_POOR", "SUBSISTENCE_ALLOWANCE")
FAMILY = ("LIVING_ALONE", "EMPTY_NEST")
CLAUSES = ("PARTIES", "SERVICE", "FEES", "TERM", "CHANGE", "PLACEMENT", "LIABILITY")
SERVICE = "eldercare"


async def live_admission(day: Day) -> None:
    """Elders wait for a place, and some of them get one."""
    dice = day.dice("admission")
    homes = [
        (n, township, random.Random(dice.random()),
         [day.people.person(youngest=66, oldest=95) for _ in range(APPLICANTS + 1)])
        for n, township in enumerate(day.spread("admission", HOMES))
    ]  # fmt: skip
    await together(*(_Home(day, *home).live() for home in homes))


class _Home:
    """One public home with a waiting list of its own."""

    def __init__(
        self, day: Day, n: int, township: Division, dice: random.Random, people: list[SyntheticPerson]
    ) -> None:
        self._day, self._n, self._township, self._dice, self._people = day, n, township, dice, people
        self._window = Role("caseworker", township.code, "officer-a")
        self._county = Role("county-reviewer", f"{township.code[:6]}000000", "officer-b")
        self._home = Role("elderly-home", township.code, "home-a")
        self._agency = Role("assessment-agency", f"{township.code[:6]}000000", "assessor-a")

    async def live(self) -> None:
        """The whole day of the home, one step after another."""
        institution = await self._founded()
        beds = await self._do(self._window, f"institutions/{institution}/beds", "beds",
                              count=BEDS, bed_class="NURSING", inclusive=True, since="2024-02-01")  # fmt: skip
        agency = await self._agency_registered()
        for place in range(APPLICANTS):
            await self._queued(institution, agency, place)
        await self._do(
            Role("assistance-placement"), "placements", "placed", **self._who(APPLICANTS),
            institution_id=institution, circumstances={"means": "EXTREME_HARDSHIP"},
        )  # fmt: skip
        drawn = [await self._do(self._home, f"beds/{bed['id']}/draw", f"draw-{bed['number']}") for bed in beds["beds"]]
        await self._do(self._home, f"applications/{drawn[0]['id']}/decline", "declined")
        await self._moved_in(drawn[1]["id"])

    async def _founded(self) -> str:
        code = f"52{self._township.code[:6]}MJ{self._number(6_000_000):07d}"
        founded = await self._do(
            self._window, "institutions", "founded", name=f"虚构公办养老院{self._n + 1}号",
            organisation_code=code + uscc.calc_check_digit(code), township=self._township.code, kind="ELDERLY_HOME",
            ownership="PUBLIC_RUN", filed_beds=20, opened_on="2024-01-01", filed_on="2024-01-01",
        )  # fmt: skip
        return str(founded["id"])

    async def _agency_registered(self) -> str:
        code = f"52{self._township.code[:6]}MJ{self._number(7_000_000):07d}"
        agency = await self._do(
            self._county, "assessment-agencies", "agency", township=self._township.code,
            name=f"虚构评估中心{self._n + 1}号", organisation_code=code + uscc.calc_check_digit(code),
            assessors=[{"number": f"PG-{n}", "schooling": "HIGHER", "years": 6} for n in range(5)],
        )  # fmt: skip
        return str(agency["id"])

    async def _queued(self, institution: str, agency: str, place: int) -> None:
        scores = {code: self._dice.randint(most // 2, most) for code, most in MAXIMA.items()}
        await self._do(
            self._agency, "assessments", f"assessed-{place}", **self._who(place), township=self._township.code,
            scores=scores, assessed_on=(self._day.today - timedelta(days=3)).isoformat(), agency_id=agency,
            assessors=["PG-0", "PG-1"], informant="CHILD",
        )  # fmt: skip
        applied = await self._do(
            Role("app-backend", person=f"family-{self._n}-{place}"), "applications", f"applied-{place}",
            **self._who(place), institution_id=institution,
            circumstances={"means": self._dice.choice(MEANS), "family": [self._dice.choice(FAMILY)]},
        )  # fmt: skip
        for verb in ("take-up", "waitlist"):
            await self._do(self._county, f"applications/{applied['id']}/{verb}", f"{verb}-{place}")

    async def _moved_in(self, application: str) -> None:
        today = self._day.today.isoformat()
        await self._do(self._home, f"applications/{application}/accept", "accepted")
        await self._do(
            self._home, f"applications/{application}/contract", "signed", signed_on=today, begins_on=today,
            care_level=2, monthly_fee_fen=260_000, clauses=list(CLAUSES),
        )  # fmt: skip
        await self._do(self._home, f"applications/{application}/admit", "admitted", begins_on=today)

    async def _do(self, role: Role, path: str, step: str, **body: Any) -> Any:
        return await self._day.caller.post(role, SERVICE, f"/v1/{path}", body or {}, step=f"admission-{self._n}-{step}")

    def _who(self, place: int) -> dict[str, str]:
        person = self._people[place]
        return {"name": person.name, "identity_number": person.identity_number}

    def _number(self, base: int) -> int:
        return base + random.Random(f"admission|{self._day.seed}").randrange(900_000) + self._n
