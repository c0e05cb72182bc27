"""What the board and the web may show of a case (公示内容), and how long files are kept (rulebook §10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistance.domain.aid import Aid
from assistance.domain.deadlines import Counting
from assistance.domain.flow import DECIDED_YES, Status
from assistance.domain.procedure import procedure_of
from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.names import PersonName
from shared.kernel.parameters import ParameterReader

DISABILITY_AIDS = frozenset({Aid.DISABILITY_LIVING_SUBSIDY, Aid.DISABILITY_NURSING_SUBSIDY})


class Occasion(StrEnum):
    """Why something is shown."""

    FIRST_NOTICE = "FIRST_NOTICE"
    """初审公示"""
    SECOND_NOTICE = "SECOND_NOTICE"
    """异议处理后再次公示"""
    PUBLICATION = "PUBLICATION"
    """审核确认结果公布"""


@dataclass(frozen=True)
class PublicNotice:
    """A notice as anybody may read it: never a number, an address, an account, an illness or a minor's name."""

    notice_no: str
    aid: Aid
    occasion: Occasion
    name: str
    division: str
    persons: int | None
    amount_fen: int | None
    posted_on: date
    ends_on: date | None
    hotline: str


def notice_ends(posted_on: date, aid: Aid, calendar: WorkingCalendar, parameters: ParameterReader, *,
                again: bool) -> Deadline:  # fmt: skip
    """The last day of a notice; the posting day counts only where the switch says so (T-07)."""
    procedure = procedure_of(aid)
    name = procedure.republicity if again else procedure.publicity
    assert name is not None
    days = parameters.integer(name)
    return calendar.add_days(posted_on, days - parameters.switch("publicity.count_first_day"))


def shown(*, notice_no: str, aid: Aid, occasion: Occasion, applicant: PersonName, minor: bool, division: str,
          persons: int, amount_fen: int | None, posted_on: date, ends_on: date | None,
          hotline: str) -> PublicNotice | None:  # fmt: skip
    """What may be shown of one case; None where nothing may (§10.1)."""
    if procedure_of(aid).publicity is None or minor:
        return None
    only_kind = aid is Aid.EXTREME_HARDSHIP_SUPPORT or aid in DISABILITY_AIDS
    return PublicNotice(
        notice_no, aid, occasion, applicant.masked, division, None if only_kind else persons,
        None if only_kind else amount_fen, posted_on, ends_on, hotline,
    )  # fmt: skip


def kept_until(status: Status, ended_on: date | None, count: Counting) -> Deadline | None:
    """Until when the file is kept: after the end of aid, or after a case closed without any (§10.3)."""
    if ended_on is None or status not in DECIDED_YES | {Status.REFUSED, Status.WITHDRAWN, Status.CLOSED_NONCOOP}:
        return None
    name = "retention.granted_years" if status in DECIDED_YES else "retention.refused_years"
    years = count.parameters.integer(name)
    return count.calendar.add_years(ended_on, years, roll=False)


SMALL = 5


def suppressed(count: int) -> int | None:
    """A count for the public; cells below five are not shown."""
    return None if 0 < count < SMALL else count
