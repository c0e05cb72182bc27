"""Rescue of persons without livelihood (生活无着的流散人员救助): a stay, its ledger and its clocks.

Law: 社会救助法 第五十二条; 国务院令第381号; 民政部令第24号; rules R-01 … R-11. No paper is a condition of help.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.parameters import ParameterReader
from shared.kernel.workflow import Workflow


class StayStatus(StrEnum):
    """Where a stay stands (救助状态)."""

    IN_CARE = "IN_CARE"
    STRANDED = "STRANDED"
    """滞留：超过十日，已报备"""
    ENDED = "ENDED"


class StayAction(StrEnum):
    """What can happen during a stay."""

    NOTICE = "notice"
    TEST = "test"
    IDENTIFY = "identify"
    EXTEND = "extend"
    REGISTER = "register"
    PLACE = "place"
    REVISIT = "revisit"
    LEAVE = "leave"


class Ending(StrEnum):
    """How a stay ended (离站方式), R-11."""

    FETCHED = "FETCHED"
    ESCORTED = "ESCORTED"
    TICKETED_ARRIVED = "TICKETED_ARRIVED"
    """购票返乡并确认到达"""
    OWN_WILL_SIGNED = "OWN_WILL_SIGNED"
    """签署自行离站声明"""
    TRANSFERRED = "TRANSFERRED"
    SETTLED = "SETTLED"
    DIED = "DIED"
    ENDED_BY_RULE = "ENDED_BY_RULE"


_S, _A = StayStatus, StayAction
_WHILE_THERE = (_A.NOTICE, _A.TEST, _A.IDENTIFY)
WORKFLOW = Workflow(
    {
        **{(_S.IN_CARE, action): _S.IN_CARE for action in _WHILE_THERE},
        (_S.IN_CARE, _A.EXTEND): _S.STRANDED,
        (_S.IN_CARE, _A.LEAVE): _S.ENDED,
        **{(_S.STRANDED, action): _S.STRANDED for action in (*_WHILE_THERE, _A.REGISTER, _A.PLACE)},
        (_S.STRANDED, _A.LEAVE): _S.ENDED,
        (_S.ENDED, _A.REVISIT): _S.ENDED,
    }
)


class RescueUnknown(NotFound):
    """救助记录不存在"""


class HappenedBeforeEntry(Invalid):
    """时间不得早于入站时间"""


class IdentityAlreadyKnown(Refusal):
    """身份已经查明"""


class StillUnidentifiedNeeded(Refusal):
    """仅未查明身份的滞留人员办理落户安置"""


@dataclass(frozen=True)
class RescueClocks:
    """The limits that began with the entry (R-05, R-06, R-08); hours and the stay run through holidays."""

    notice_by: datetime
    dna_by: date
    stay_until: date
    settle_from: date


@dataclass(frozen=True)
class StayRecord:
    """What the station writes down (入站登记); the person himself may be unknown."""

    station: str
    entered_at: datetime
    clocks: RescueClocks
    identified_on: date | None = None
    noticed_at: datetime | None = None
    dna_requested_on: date | None = None
    hukou_on: date | None = None
    placed_on: date | None = None
    ended_on: date | None = None
    ending: Ending | None = None
    hospital_first: bool = False
    minor: bool = False
    revisits: tuple[date, ...] = ()


@dataclass(kw_only=True)
class RescueStay(Aggregate):
    """One person's stay at a rescue station (救助人员在站记录)."""

    status: StayStatus
    facts: StayRecord

    def _move(self, action: StayAction, participle: str, **changed: object) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.facts = replace(self.facts, **changed)  # type: ignore[arg-type]
        self.note(participle)

    def _require_after_entry(self, day: date) -> None:
        if day < business_day(self.facts.entered_at):
            raise HappenedBeforeEntry(field="on")

    def publish_notice(self, *, at: datetime) -> None:
        """The notice to the family is out (寻亲公告)."""
        self._require_unidentified()
        self._require_after_entry(business_day(at))
        self._move(StayAction.NOTICE, "noticed", noticed_at=at)

    def request_dna(self, *, on: date) -> None:
        """The police are asked to take DNA."""
        self._require_unidentified()
        self._require_after_entry(on)
        self._move(StayAction.TEST, "tested", dna_requested_on=on)

    def identify(self, *, on: date) -> None:
        """It is known who the person is."""
        self._require_unidentified()
        self._require_after_entry(on)
        self._move(StayAction.IDENTIFY, "identified", identified_on=on)

    def extend(self) -> None:
        """The stay goes on after ten days and is filed with the superior bureau (滞留报备)."""
        self._move(StayAction.EXTEND, "extended")

    def register_hukou(self, *, on: date) -> None:
        """A hukou for somebody who stayed unknown (R-08)."""
        self._settling(on)
        self._move(StayAction.REGISTER, "registered", hukou_on=on)

    def place(self, *, on: date) -> None:
        """A place in a public welfare institution."""
        self._settling(on)
        self._move(StayAction.PLACE, "placed", placed_on=on)

    def leave(self, *, on: date, ending: Ending) -> None:
        """The stay is over."""
        self._require_after_entry(on)
        self._move(StayAction.LEAVE, "left", ended_on=on, ending=ending)

    def revisit(self, *, on: date) -> None:
        """A visit after the return, to prevent a relapse (R-10)."""
        self._require_after_entry(on)
        self._move(StayAction.REVISIT, "revisited", revisits=(*self.facts.revisits, on))

    def _settling(self, on: date) -> None:
        if self.facts.identified_on is not None or on < self.facts.clocks.settle_from:
            raise StillUnidentifiedNeeded(rule="R-08", settle_from=self.facts.clocks.settle_from.isoformat())

    def _require_unidentified(self) -> None:
        if self.facts.identified_on is not None:
            raise IdentityAlreadyKnown(rule="R-05")

    @property
    def notice_in_time(self) -> bool | None:
        """Whether the family notice was out within its hours; None where none was needed or published."""
        return None if self.facts.noticed_at is None else self.facts.noticed_at <= self.facts.clocks.notice_by


def rescue_clocks(entered_at: datetime, calendar: WorkingCalendar, rules: ParameterReader) -> RescueClocks:
    """The limits of an entry: 24 hours, 7 working days, 10 days, 3 months."""
    day = business_day(entered_at)
    return RescueClocks(
        notice_by=calendar.add_hours(entered_at, rules.integer("rescue.notice")),
        dna_by=calendar.add_working_days(day, rules.integer("rescue.dna")).on,
        stay_until=day + timedelta(days=rules.integer("rescue.period")),
        settle_from=calendar.add_months(day, rules.integer("rescue.settle"), roll=False).on,
    )


def enter(
    *, id: UUID, division: str, station: str, entered_at: datetime, identified: bool, minor: bool, hospital_first: bool,
    clocks: RescueClocks,
) -> RescueStay:  # fmt: skip
    """Take somebody in; who cannot say who he is, is helped first (R-02)."""
    identified_on = business_day(entered_at) if identified else None
    record = StayRecord(station, entered_at, clocks, identified_on, hospital_first=hospital_first, minor=minor)
    stay = RescueStay(id=id, division=division, status=StayStatus.IN_CARE, facts=record)
    stay.note("entered")
    return stay
