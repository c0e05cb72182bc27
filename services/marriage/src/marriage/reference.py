"""The offices that follow from the law and the division tables, loaded once into the register.

What is loaded: that every county-level division has an organ for registration (国务院令第804号 第二条), from the
day the law or the division began, and that the organs of the two districts abolished on 2025-11-06 ended with
them. What is not: names on the door, cross-province service, counselling rooms. Those are facts about an office,
and no source we have prints them; they are entered through the interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from marriage.domain.office import Clientele, OfficeLevel, Source, open_office
from marriage.store import Tx
from shared.kernel.clock import business_day
from shared.kernel.divisions import Area, Division, DivisionRegister
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

LOADER = "reference-data"
ENDED_WITH_THEIR_DISTRICT = ("500105", "500112")
REORGANISED_ON = date(2025, 11, 6)
NEW_DISTRICTS = frozenset({"500157000000"})
"""Districts whose office's first day is an open question: it is taken to be the district's."""

ORGAN = "国务院令第387号、第804号 第二条：县级人民政府民政部门为婚姻登记机关"
ENDED = "渝府发〔2025〕15号：江北区、渝北区撤销"


@dataclass(frozen=True)
class ReferenceOffice:
    """An office that the law says exists in a division, with its days."""

    division: Division
    opened_on: date
    closed_on: date | None
    confidence: Confidence

    @property
    def name(self) -> str:
        """The organ by its legal designation; the name on the door is to be entered."""
        return f"{self.division.name}婚姻登记机关"


def offices_by_law(register: DivisionRegister, today: date, since: date) -> list[ReferenceOffice]:
    """One office for every district of today, and one for each of the two that ended in 2025."""
    ended = [register.get(code, REORGANISED_ON - timedelta(days=1)) for code in ENDED_WITH_THEIR_DISTRICT]
    return [
        ReferenceOffice(
            division=division,
            opened_on=max(since, division.valid_from or since),
            closed_on=division.valid_to,
            confidence=Confidence.UNCERTAIN if division.code in NEW_DISTRICTS else Confidence.KNOWN,
        )
        for division in (*register.districts(today), *ended)
    ]


async def load_offices_by_law(running: Running) -> None:
    """Enter every such office that the register does not hold; safe to repeat."""
    around = running.database.around
    today = business_day(around.clock.now())
    since = date.fromisoformat(around.parameters.text("reference.offices_since", today))
    loader = Principal("urn:yumin", LOADER, LOADER, Area(CITY), person=LOADER)
    for office in offices_by_law(around.divisions, today, since):
        await running.database.run(partial(enter_office, known=office), Origin(loader, request_id=LOADER))


async def enter_office(tx: Tx, *, known: ReferenceOffice) -> None:
    """Open one office, and close it if it has ended, in one transaction."""
    if await tx.offices.exists_in(known.division.code):
        return
    office = open_office(
        id=new_id(tx.at),
        division=known.division,
        level=OfficeLevel.DISTRICT,
        name=known.name,
        clientele=frozenset({Clientele.MAINLAND}),
        opened_on=known.opened_on,
        source=Source(ORGAN, known.confidence, LOADER),
    )
    if known.closed_on is not None:
        office.close(on=known.closed_on, source=Source(ENDED, Confidence.VERIFIED, LOADER))
    await tx.offices.add(office)
