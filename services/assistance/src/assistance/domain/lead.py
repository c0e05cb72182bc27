"""Leads (主动发现线索): somebody reports people in need; the township contacts, visits and helps them apply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Counting
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class LeadSource(StrEnum):
    """Who found the people (线索来源)."""

    VILLAGE = "VILLAGE"
    DEPARTMENT = "DEPARTMENT"
    MONITORING = "MONITORING"
    HOTLINE = "HOTLINE"
    OBJECTION = "OBJECTION"


class LeadStatus(StrEnum):
    """Where a lead stands (线索状态)."""

    REPORTED = "REPORTED"
    CONTACTED = "CONTACTED"
    VISITED = "VISITED"
    CONVERTED = "CONVERTED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


class LeadAction(StrEnum):
    """What can be done with a lead."""

    CONTACT = "contact"
    VISIT = "visit"
    CONVERT = "convert"
    MERGE = "merge"
    CLOSE = "close"


_S, _A = LeadStatus, LeadAction
_OPEN = (_S.REPORTED, _S.CONTACTED, _S.VISITED)
WORKFLOW = Workflow(
    {
        (_S.REPORTED, _A.CONTACT): _S.CONTACTED,
        (_S.REPORTED, _A.VISIT): _S.VISITED,
        (_S.CONTACTED, _A.VISIT): _S.VISITED,
        (_S.CONTACTED, _A.CONVERT): _S.CONVERTED,
        (_S.VISITED, _A.CONVERT): _S.CONVERTED,
        **{(status, _A.MERGE): _S.MERGED for status in _OPEN},
        (_S.CONTACTED, _A.CLOSE): _S.CLOSED,
        (_S.VISITED, _A.CLOSE): _S.CLOSED,
    }
)
"""Nobody is closed away unseen: a lead is contacted or visited first (社会救助法 第三十九条)."""


class LeadUnknown(NotFound):
    """线索不存在"""


class MergedWithItself(Invalid):
    """线索不得与自身合并"""


@dataclass(kw_only=True)
class Lead(Aggregate):
    """One report; it opens a draft but never replaces the household's own application and consent (C-34)."""

    sources: tuple[LeadSource, ...]
    status: LeadStatus
    reported_on: date
    due: Deadline | None
    person: str
    identity_number: str | None = None
    contact: str | None = None
    situation: str = ""
    contacted_on: date | None = None
    visited_on: date | None = None
    application_id: UUID | None = None
    merged_into: UUID | None = None
    reason_code: str | None = None
    contact_until: date | None = None

    @property
    def contacted_in_time(self) -> bool | None:
        """Whether somebody got in touch by the last day; None before."""
        if self.contacted_on is None or self.contact_until is None:
            return None
        return self.contacted_on <= self.contact_until

    def report_again(self, source: LeadSource) -> None:
        """Somebody else reports the same person: one lead, several sources."""
        self.sources = tuple(dict.fromkeys((*self.sources, source)))
        self.note("reported_again")

    def contact_person(self, *, on: date) -> None:
        """The person was told the policies."""
        self.status = WORKFLOW.next(self.status, LeadAction.CONTACT)
        self.contacted_on, self.due = on, None
        self.note("contacted")

    def visit(self, *, on: date) -> None:
        """Somebody went there."""
        self.status = WORKFLOW.next(self.status, LeadAction.VISIT)
        self.visited_on, self.due = on, None
        self.contacted_on = self.contacted_on or on
        self.note("visited")

    def convert(self, *, application_id: UUID) -> None:
        """A draft application was opened for the household to sign."""
        self.status = WORKFLOW.next(self.status, LeadAction.CONVERT)
        self.application_id = application_id
        self.note("converted")

    def merge_into(self, other: Lead) -> None:
        """The same people as another lead."""
        status = WORKFLOW.next(self.status, LeadAction.MERGE)
        if other.id == self.id:
            raise MergedWithItself(field="other_id")
        WORKFLOW.next(other.status, LeadAction.MERGE)
        self.status, self.merged_into, self.due = status, other.id, None
        other.sources = tuple(dict.fromkeys((*other.sources, *self.sources)))
        other.note("reported_again")
        self.note("merged")

    def close(self, *, reason_code: str) -> None:
        """No need, or help found elsewhere."""
        self.status = WORKFLOW.next(self.status, LeadAction.CLOSE)
        self.reason_code, self.due = reason_code, None
        self.note("closed")


def report_lead(*, id: UUID, division: str, source: LeadSource, person: str, identity_number: str | None,
                contact: str | None, situation: str, on: date, count: Counting) -> Lead:  # fmt: skip
    """A report with the duty to contact."""
    due = count.working_days("CONTACT", on, "lead.contact").due
    lead = Lead(
        id=id, division=division, sources=(source,), status=LeadStatus.REPORTED, reported_on=on, due=due,
        contact_until=due.on, person=person, identity_number=identity_number,
        contact=contact, situation=situation,
    )  # fmt: skip
    lead.note("reported")
    return lead
