"""How applications are shown: the whole of one, and a line of a work list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from placename import queries
from placename.api.proposals import AuthorityView, DeadlineView, ExaminationView, ProposedName
from placename.domain.application import Application
from placename.domain.authority import ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import Consultation, OpinionSource
from placename.domain.finding import Code
from placename.domain.material import MaterialKind
from placename.domain.procedure import Action, Status
from shared.kernel.principal import Principal
from shared.web.fields import ApiModel, Moment

SCOPE_OF = {
    Action.APPROVE: "placename:approve",
    Action.REJECT: "placename:approve",
    Action.WITHDRAW: "placename:apply",
    Action.RESUBMIT: "placename:apply",
    Action.REVOKE: "placename:approve",
}
"""Every other action is the office's."""
ROUTE_OF = {Action.APPROVE: "decide", Action.REJECT: "decide"}


class ApplicantView(ApiModel):
    """The body that applies."""

    kind: ApplicantKind
    name: str
    organisation_code: str


class WaiverView(ApiModel):
    """Why a finding may stand."""

    code: Code
    reason: str
    consent_no: str | None


class PaperView(ApiModel):
    """A paper that came with the application."""

    kind: MaterialKind
    document_no: str


class OpinionView(ApiModel):
    """One opinion."""

    source: OpinionSource
    supports: bool
    summary: str
    given_on: date
    department: str | None
    document_no: str | None


class ConsultationView(ApiModel):
    """A consultation; ``until`` is the last day for opinions, ``unanswered`` the departments that still owe one."""

    opened_on: date
    until: date
    expert_required: bool
    hearing_required: bool
    asked: list[str]
    unanswered: list[str]
    opinions: list[OpinionView]
    reviewed_on: date | None
    heard_on: date | None
    closed_on: date | None

    @classmethod
    def of(cls, found: Consultation) -> ConsultationView:
        """The view of a consultation."""
        return cls(
            opened_on=found.opened_on, until=found.until.on, expert_required=found.expert_required,
            hearing_required=found.hearing_required, asked=list(found.asked), unanswered=list(found.unanswered),
            opinions=[OpinionView(**vars(opinion)) for opinion in found.opinions],
            reviewed_on=found.expert.held_on if found.expert else None,
            heard_on=found.hearing.held_on if found.hearing else None, closed_on=found.closed_on,
        )  # fmt: skip


class ApplicationView(ApiModel):
    """An application; ``available_actions`` are possible now for this caller."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    status: Status
    division: str
    specific: str | None
    generic: str | None
    target_id: UUID | None
    online: bool
    applicant: ApplicantView
    authority: AuthorityView
    examination: ExaminationView
    submitted_at: Moment
    accepted_on: date | None
    decided_on: date | None
    decision_no: str | None
    reason: str | None
    filed_on: date | None
    announced_on: date | None
    announced_in_time: bool | None
    name_id: UUID | None
    alternatives: list[ProposedName]
    materials: list[PaperView]
    consultation: ConsultationView | None
    waivers: list[WaiverView]
    filing_no: str | None
    used_from: date | None
    overdue: list[str]
    deadlines: list[DeadlineView]
    available_actions: list[str]


def seen_by(caller: Principal, today: date) -> Callable[[Application], ApplicationView]:
    """A function that shows an application to ``caller``."""

    def view(application: Application) -> ApplicationView:
        applicant, toponym, decision = application.applicant, application.toponym, application.decision
        return ApplicationView(
            id=application.id, business_no=application.business_no, kind=application.kind,
            category=application.category, status=application.status, division=application.division,
            specific=toponym.specific if toponym else None, generic=toponym.generic if toponym else None,
            target_id=application.target_id, online=application.online,
            applicant=ApplicantView(
                kind=applicant.kind, name=applicant.name, organisation_code=applicant.code.text
            ),
            authority=AuthorityView.of(application.authority),
            examination=ExaminationView.of(application.examination),
            submitted_at=application.submitted_at, accepted_on=application.accepted_on,
            decided_on=decision.decided_on if decision else None,
            decision_no=decision.document_no if decision else None,
            reason=application.reason, filed_on=application.filed_on, announced_on=application.announced_on,
            announced_in_time=application.announced_in_time, name_id=application.name_id,
            filing_no=application.filing_no, used_from=application.used_from, overdue=list(application.overdue),
            alternatives=[ProposedName(**vars(name)) for name in application.alternatives],
            materials=[PaperView(**vars(paper)) for paper in application.materials],
            consultation=ConsultationView.of(application.consultation) if application.consultation else None,
            waivers=[WaiverView(**vars(waiver)) for waiver in decision.waivers] if decision else [],
            deadlines=[DeadlineView.of(clock, today) for clock in application.open_clocks()],
            available_actions=possible_for(caller, application),
        )  # fmt: skip

    return view


def possible_for(caller: Principal, application: Application) -> list[str]:
    """The routes a caller may take now."""
    actions = [
        action for action in application.possible_actions() if SCOPE_OF.get(action, "placename:review") in caller.scopes
    ]
    return sorted({ROUTE_OF.get(action, action.value) for action in actions})


class ApplicationLineView(ApiModel):
    """One line of a work list."""

    id: UUID
    business_no: str
    kind: ApplicationKind
    category: Category
    name: str | None
    division: str
    status: Status
    submitted_at: Moment
    due_on: date | None

    @classmethod
    def of(cls, line: queries.ApplicationLine) -> ApplicationLineView:
        """The view of one line."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})
