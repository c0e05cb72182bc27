"""New streets are proposed, accepted, approved and announced."""

from __future__ import annotations

import random
from typing import Any

from stdnum.cn import uscc

from cityday.caller import Role
from cityday.day import Day, together
from cityday.people import GIVEN
from shared.kernel.divisions import Division

NAMES = 24
STEPS = NAMES * 4
SYLLABLES = dict(
    zip(
        "演路甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳",
        [
            "yǎn",
            "lù",
            "jiǎ",
            "yǐ",
            "bǐng",
            "dīng",
            "wù",
            "jǐ",
            "gēng",
            "xīn",
            "rén",
            "guǐ",
            "zǐ",
            "chǒu",
            "yín",
            "mǎo",
            "chén",
            "sì",
        ],
        strict=True,
    )
)
"""Readings that the official vouches for when a name is announced."""


async def live_placename(day: Day) -> None:
    """One new street in each of many districts."""
    dice = day.dice("names")
    streets = [
        (n, township, _street(day, dice, n, township)) for n, township in enumerate(day.spread("streets", NAMES))
    ]
    await together(*(_one_street(day, *street) for street in streets))


def _street(day: Day, dice: random.Random, n: int, township: Division) -> dict[str, Any]:
    department = f"11{township.code[:6]}MJ{n:07d}"
    return {
        "kind": "NAME",
        "applicant": {
            "kind": "BUILDER",
            "name": "虚构建设单位",
            "organisation_code": department + uscc.calc_check_digit(department),
        },
        "online": dice.random() < 0.8,
        "reasons": "演示：新建道路需要命名（虚构）",
        "specific": "演" + "".join(dice.choices(GIVEN, k=3)),
        "generic": "路",
        "position": "虚构路段",
        "origin": "演示用名",
        "meaning": "仅供演示",
        "facts": {"carriageway_cm": 1_500},
        "category": "STREET",
        "division": township.code,
        "longitude": round(106.2 + dice.random() * 0.8, 5),
        "latitude": round(29.2 + dice.random() * 0.8, 5),
    }


async def _one_street(day: Day, n: int, township: Division, body: dict[str, Any]) -> None:
    district = f"{township.code[:6]}000000"
    window, office = Role("caseworker", district, "officer-a"), Role("county-reviewer", district, "officer-b")
    authority = Role("city-admin", district, "officer-c")
    submitted = await day.caller.post(window, "placename", "/v1/applications", body, step=f"name-{n}")
    path = f"/v1/applications/{submitted['id']}"
    await day.caller.post(office, "placename", f"{path}/accept", {}, step=f"name-accept-{n}")
    ruling = {"outcome": "APPROVE", "document_no": f"虚构地名〔{day.today.year}〕{n + 1}号"}
    await day.caller.post(authority, "placename", f"{path}/decide", ruling, step=f"name-decide-{n}")
    read = [SYLLABLES[character] for character in body["specific"] + body["generic"]]
    await day.caller.post(office, "placename", f"{path}/announce", {"syllables": read}, step=f"name-announce-{n}")
