"""Marriage offices state what they really serve; couples register, rate the service, and one wants to part."""

from __future__ import annotations

from typing import Any

from cityday.caller import Role
from cityday.day import MADE_UP, Day, together
from cityday.people import SyntheticPerson
from shared.kernel.divisions import Division
from shared.kernel.identity_number import Sex

COUPLES = 37
OFFICES = 37
RATED = 12
"""Couples who rate how they were served; every sixth of them is not content."""
DIVORCES = 2
STEPS = COUPLES + OFFICES + RATED + DIVORCES


async def live_marriage(day: Day) -> None:
    """Offices state what they really serve; couples register and rate; two couples apply for divorce."""
    admin = Role("county-reviewer", person="officer-b")
    offices: dict[str, dict[str, Any]] = {}
    page = await day.caller.get(admin, "marriage", "/v1/offices", limit=100)
    for office in page["items"]:
        offices.setdefault(office["division"][:6], office)
    present = [(district, offices[district.code[:6]]) for district in day.districts if district.code[:6] in offices]
    await together(*(_one_office(day, district, office) for district, office in present))
    couples = [
        (n, *present[n % len(present)], day.people.person(youngest=23, oldest=45, sex=Sex.MALE),
         day.people.person(youngest=23, oldest=45, sex=Sex.FEMALE))
        for n in range(COUPLES)
    ]  # fmt: skip
    apart = [
        (n, *present[n % len(present)], day.people.person(youngest=28, oldest=55, sex=Sex.MALE),
         day.people.person(youngest=28, oldest=55, sex=Sex.FEMALE))
        for n in range(DIVORCES)
    ]  # fmt: skip
    await together(*(_one_couple(day, *couple) for couple in couples), *(_one_divorce(day, *pair) for pair in apart))


async def _one_office(day: Day, district: Division, office: dict[str, Any]) -> None:
    keeper = Role("county-reviewer", f"{district.code[:6]}000000", "officer-b")
    dice = day.dice(f"office-{district.code}")
    serves_across, counsels = dice.random() < 0.95, dice.random() < 0.9
    features = {"cross_province": serves_across, "counselling_room": counsels or not serves_across}
    news = {name: True for name, holds in features.items() if holds and not office[name]["holds"]}
    if not news:
        day.caller.skip()
        return
    body = {"from_day": "2026-01-01", **news, "document": MADE_UP, "confidence": "U"}
    step = f"office-{district.code[:6]}-{'-'.join(news)}"
    await day.caller.post(keeper, "marriage", f"/v1/offices/{office['id']}/amend", body, step=step)


async def _one_couple(
    day: Day, n: int, district: Division, office: dict[str, Any], man: SyntheticPerson, woman: SyntheticPerson
) -> None:
    registrar = Role("caseworker", f"{district.code[:6]}000000", "officer-a")
    body = {
        "office_id": office["id"],
        "first": _party(day, man, district.code[:6]),
        "second": _party(day, woman, district.code[:6] if n % 3 else "510104"),
        "has_joint_photo": True,
    }
    made = await day.caller.post(registrar, "marriage", "/v1/registrations", body, step=f"couple-{n}")
    if n < RATED:
        grade = 2 if n % 6 == 5 else 5 - n % 3
        rating = {"business": "REGISTRATION", "subject_id": made["id"], "grade": grade}
        await day.caller.post(Role("app-backend"), "marriage", "/v1/ratings", rating, step=f"rating-{n}")


async def _one_divorce(
    day: Day, n: int, district: Division, office: dict[str, Any], man: SyntheticPerson, woman: SyntheticPerson
) -> None:
    """Two who married before this register began; the national base confirms that they did."""
    registrar = Role("caseworker", f"{district.code[:6]}000000", "officer-a")
    confirmed = _clear(day, "NATIONAL_MARRIAGE_BASE")
    body = {
        "office_id": office["id"],
        "first": _spouse(woman, district.code[:6]),
        "second": _spouse(man, district.code[:6]),
        "base_check": confirmed,
        "agreement": {
            "is_voluntary": True, "has_children": False, "property": MADE_UP, "debts": MADE_UP, "signed_by_both": True,
        },
    }  # fmt: skip
    await day.caller.post(registrar, "marriage", "/v1/divorces", body, step=f"divorce-{n}")


def _spouse(person: SyntheticPerson, household: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "document": {"kind": "ID_CARD", "number": person.identity_number},
        "household_division": household,
        "is_present": True,
        "is_willing": True,
    }


def _clear(day: Day, source: str) -> dict[str, str]:
    return {"source": source, "outcome": "CLEAR", "checked_at": f"{day.today.isoformat()}T00:00:00+08:00"}


def _party(day: Day, person: SyntheticPerson, household: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "document": {"kind": "ID_CARD", "number": person.identity_number},
        "sex": person.sex.value,
        "birth_date": person.birth_date.isoformat(),
        "household_division": household,
        "prior_status": "UNMARRIED",
        "is_present": True,
        "is_willing": True,
        "has_signed_declaration": True,
        "identity_check": _clear(day, "POPULATION_BASE"),
        "marital_check": _clear(day, "NATIONAL_MARRIAGE_BASE"),
    }
