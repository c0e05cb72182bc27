"""One application for a place in one institution, from the draft to the bed or out of the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from eldercare.domain import offer as offers
from eldercare.domain.bed import BedClass
from eldercare.domain.contract import Contract, ContractNotSigned, ContractSigned
from eldercare.domain.offer import Offer, OfferUnknown
from eldercare.domain.priority import Entry, Lane
from eldercare.domain.resident import Circumstances, Means, Resident
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.clock import business_day
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.workflow import Workflow

REVIEW_WORKDAYS = "admission.review_workdays"
PUBLICITY_WORKDAYS = "admission.publicity_workdays"
MAX_OPEN_ENTRIES = "admission.max_open_entries"
REFUSALS_TO_TAIL = "offer.refusals_to_tail"
REFUSALS_TO_REMOVE = "offer.refusals_to_remove"
OFFERS_AFTER_PUBLICITY = "offer.after_publicity"


class Status(StrEnum):
    """Where an application stands (入住申请状态)."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    ADMITTED = "ADMITTED"
    WITHDRAWN = "WITHDRAWN"
    REMOVED = "REMOVED"


class Action(StrEnum):
    """What can be done to an application (入住申请事项)."""

    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_UP = "take-up"
    RETURN = "return"
    REJECT = "reject"
    WAITLIST = "waitlist"
    OBJECT = "object"
    REASSESS = "reassess"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    TAKE_BACK = "take-back"
    SIGN = "sign"
    ADMIT = "admit"
    REMOVE = "remove"
    WITHDRAW = "withdraw"


OPEN = (
    Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW, Status.RETURNED, Status.WAITLISTED, Status.OFFERED,
    Status.ACCEPTED,
)  # fmt: skip
"""Any of them may be withdrawn by the applicant (§7)."""

CLAIMING = tuple(status for status in OPEN if status is not Status.DRAFT)
"""These count against the number of institutions one person may apply to."""

QUEUED = (Status.WAITLISTED, Status.OFFERED, Status.ACCEPTED)

WORKFLOW = Workflow(
    {
        (Status.DRAFT, Action.EDIT): Status.DRAFT,
        (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
        (Status.RETURNED, Action.EDIT): Status.RETURNED,
        (Status.RETURNED, Action.SUBMIT): Status.SUBMITTED,
        (Status.SUBMITTED, Action.TAKE_UP): Status.UNDER_REVIEW,
        (Status.UNDER_REVIEW, Action.RETURN): Status.RETURNED,
        (Status.UNDER_REVIEW, Action.REJECT): Status.REJECTED,
        (Status.UNDER_REVIEW, Action.WAITLIST): Status.WAITLISTED,
        (Status.WAITLISTED, Action.OBJECT): Status.UNDER_REVIEW,
        **{(status, Action.REASSESS): status for status in OPEN},
        (Status.WAITLISTED, Action.OFFER): Status.OFFERED,
        (Status.WAITLISTED, Action.REMOVE): Status.REMOVED,
        (Status.OFFERED, Action.ACCEPT): Status.ACCEPTED,
        (Status.OFFERED, Action.DECLINE): Status.WAITLISTED,
        (Status.OFFERED, Action.EXPIRE): Status.WAITLISTED,
        (Status.OFFERED, Action.TAKE_BACK): Status.WAITLISTED,
        (Status.ACCEPTED, Action.EXPIRE): Status.WAITLISTED,
        (Status.ACCEPTED, Action.TAKE_BACK): Status.WAITLISTED,
        (Status.ACCEPTED, Action.SIGN): Status.ACCEPTED,
        (Status.ACCEPTED, Action.ADMIT): Status.ADMITTED,
        **{(status, Action.WITHDRAW): Status.WITHDRAWN for status in OPEN},
    }
)


class Channel(StrEnum):
    """Who brought the application (申请渠道)."""

    APPLICANT = "APPLICANT"
    """本人或者代理人"""
    ASSISTANCE = "ASSISTANCE"
    """社会救助部门（特困安置）"""
    IMPORTED = "IMPORTED"
    """批量导入"""


class Move(StrEnum):
    """Why a place in the list changed (位次变动原因)."""

    QUEUED = "QUEUED"
    """进入轮候"""
    REASSESSED = "REASSESSED"
    """评估等级或者申请人情况变化"""
    OFFERED = "OFFERED"
    """已通知入住"""
    RETURNED_TO_LIST = "RETURNED_TO_LIST"
    """恢复轮候"""
    TO_THE_TAIL = "TO_THE_TAIL"
    """多次未接受，移至末位"""
    OBJECTED = "OBJECTED"
    """公示异议，退回审核"""
    REMOVED = "REMOVED"
    """多次未接受，退出轮候"""
    WITHDRAWN = "WITHDRAWN"
    """本人撤回"""
    ADMITTED = "ADMITTED"
    """已入住"""


class ApplicationUnknown(NotFound):
    """入住申请不存在"""


class TooManyOpenApplications(Refusal):
    """同时申请的机构数已达上限"""


class AppliedHereBefore(Refusal):
    """已在该机构申请，尚未办结"""


class AssessmentNeeded(Refusal):
    """须先完成老年人能力评估"""


class PublicityOver(Refusal):
    """公示期已过"""


class NotExtremeHardship(Refusal):
    """特困安置通道仅限特困人员"""


class AdmittedByAnotherPath(Refusal):
    """入住通知与申请不符"""


@dataclass(frozen=True)
class Wishes:
    """What bed an applicant would take (入住意愿); None is any. Money is in fen a month."""

    bed_class: BedClass | None = None
    highest_bed_fee_fen: int | None = None


@dataclass(frozen=True)
class Moved:
    """One change of a place: when, why, and the positions before and after (None: not in the list)."""

    at: datetime
    why: Move
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Misses:
    """After how many refusals or expiries, counted together, a place goes to the tail and when it is lost."""

    to_tail: int
    to_remove: int


@dataclass(kw_only=True)
class Application(Aggregate):
    """An application for a place (入住申请); ``division`` is the township of the institution.

    ``queued_at`` orders the list and starts anew when a place goes to the tail; ``first_queued_on`` does not, and is
    what waiting times are measured from. ``lane`` is remembered when an offer is made, as a fact of that day.
    """

    number: str
    institution_id: UUID
    elder: Resident
    phone: str | None
    applicant: str
    channel: Channel
    circumstances: Circumstances
    wishes: Wishes
    level: int | None
    assessment_id: UUID | None
    status: Status
    submitted_on: date | None = None
    review_due: Deadline | None = None
    decision_reason: str | None = None
    queued_at: datetime | None = None
    first_queued_on: date | None = None
    publicity_ends: Deadline | None = None
    lane: Lane | None = None
    misses: int = 0
    offers: tuple[Offer, ...] = ()
    contract: Contract | None = None
    admitted_on: date | None = None
    stay_id: UUID | None = None
    ended_on: date | None = None
    moves: list[Moved] = field(default_factory=list)
    """The moves of this unit of work; former ones stay in the database."""

    @property
    def offer(self) -> Offer | None:
        """The latest offer."""
        return self.offers[-1] if self.offers else None

    def edit(self, *, circumstances: Circumstances, wishes: Wishes, phone: str | None) -> None:
        """The applicant corrects what was written."""
        self.status = WORKFLOW.next(self.status, Action.EDIT)
        self.circumstances, self.wishes, self.phone = circumstances, wishes, phone
        self.note("edited")

    def submit(self, *, level: int | None, assessment_id: UUID | None, today: date, review_due: Deadline) -> None:
        """It goes to review; an applicant has been assessed before (EC-605)."""
        status = WORKFLOW.next(self.status, Action.SUBMIT)
        if assessment_id is None:
            raise AssessmentNeeded(rule="EC-605")
        self.status = status
        self.level, self.assessment_id = level, assessment_id
        self.submitted_on, self.review_due = today, review_due
        self.decision_reason = None
        self.note("submitted")

    def take_up(self) -> None:
        """Somebody reviews it."""
        self.status = WORKFLOW.next(self.status, Action.TAKE_UP)
        self.note("taken_up")

    def send_back(self, *, reason: str) -> None:
        """Something is missing; the applicant may submit again."""
        self.status = WORKFLOW.next(self.status, Action.RETURN)
        self.decision_reason = reason
        self.note("returned")

    def reject(self, *, reason: str, today: date) -> None:
        """It does not meet the conditions."""
        self.status = WORKFLOW.next(self.status, Action.REJECT)
        self.decision_reason, self.ended_on = reason, today
        self.note("rejected")

    def waitlist(self, *, at: datetime, publicity_ends: Deadline) -> None:
        """It takes its place in the list."""
        self.status = WORKFLOW.next(self.status, Action.WAITLIST)
        self.queued_at, self.publicity_ends = at, publicity_ends
        self.first_queued_on = business_day(at)
        self._moved(at, Move.QUEUED)
        self.note("waitlisted")

    def queue_at_once(self, *, level: int | None, assessment_id: UUID | None, at: datetime) -> None:
        """Reviewed and publicised by another body: every step of the review at once (§7.1 L1)."""
        for action in (Action.SUBMIT, Action.TAKE_UP, Action.WAITLIST):
            self.status = WORKFLOW.next(self.status, action)
        self.level, self.assessment_id = level, assessment_id
        self.queued_at, self.submitted_on = at, business_day(at)
        self.first_queued_on = business_day(at)
        self._moved(at, Move.QUEUED)
        self.note("waitlisted")

    def object_to(self, *, reason: str, at: datetime) -> None:
        """Somebody objected during the publicity (公示异议): back to review, out of the list meanwhile."""
        status = WORKFLOW.next(self.status, Action.OBJECT)
        if self.publicity_ends is not None and business_day(at) > self.publicity_ends.on:
            raise PublicityOver(rule="EC-7", last_day=self.publicity_ends.on.isoformat())
        self.status = status
        self.queued_at, self.decision_reason = None, reason
        self._moved(at, Move.OBJECTED)
        self.note("objected")

    def reassess(
        self, *, at: datetime, level: int | None = None, assessment_id: UUID | None = None,
        circumstances: Circumstances | None = None,
    ) -> None:  # fmt: skip
        """A new assessment or changed circumstances: lane and points follow at the next computation."""
        self.status = WORKFLOW.next(self.status, Action.REASSESS)
        if assessment_id is not None:
            self.level, self.assessment_id = level, assessment_id
        self.circumstances = circumstances or self.circumstances
        if self.status is Status.WAITLISTED:
            self._moved(at, Move.REASSESSED)
        self.note("reassessed")

    def receive(self, offer: Offer, *, lane: Lane, at: datetime) -> None:
        """A bed is offered (§7.2)."""
        self.status = WORKFLOW.next(self.status, Action.OFFER)
        self.offers = (*self.offers, offer)
        self.lane = lane
        self._moved(at, Move.OFFERED)
        self.note("offered")

    def accept(self, *, today: date, admit_by: Deadline) -> None:
        """The applicant takes the bed."""
        status = WORKFLOW.next(self.status, Action.ACCEPT)
        self._change_offer(lambda offer: offer.accept(today=today, admit_by=admit_by))
        self.status = status
        self.note("accepted")

    def decline(self, *, at: datetime, misses: Misses) -> None:
        """The applicant does not take it: the first time nothing is lost."""
        status = WORKFLOW.next(self.status, Action.DECLINE)
        self._change_offer(lambda offer: offer.decline(today=business_day(at)))
        self.status = status
        self.note("declined")
        self._missed(at, misses)

    def run_out(self, *, at: datetime, misses: Misses) -> None:
        """No answer, or no admission after accepting, by the last day: the same effect as a refusal."""
        status = WORKFLOW.next(self.status, Action.EXPIRE)
        self._change_offer(lambda offer: offer.run_out(today=business_day(at)))
        self.status, self.contract = status, None
        self.note("expired")
        self._missed(at, misses)

    def take_back(self, *, reason: str, at: datetime) -> None:
        """The institution takes the offer back: the place in the list stays what it was."""
        self.status = WORKFLOW.next(self.status, Action.TAKE_BACK)
        self._change_offer(lambda offer: offer.take_back(today=business_day(at)))
        self.contract, self.decision_reason = None, reason
        self._moved(at, Move.RETURNED_TO_LIST)
        self.note("offer_taken_back")

    def sign(self, contract: Contract) -> None:
        """The service contract is signed (§7.3)."""
        self.status = WORKFLOW.next(self.status, Action.SIGN)
        if self.contract is not None:
            raise ContractSigned(rule="老年人权益保障法 第四十八条")
        self.contract = contract
        self.note("contract_signed")

    def admit(self, *, on: date, stay_id: UUID, at: datetime) -> None:
        """The applicant moves in: nobody does without a contract, nor after the last day (§7.2, §7.3)."""
        status = WORKFLOW.next(self.status, Action.ADMIT)
        offer = self.reserved_offer()
        if self.contract is None:
            raise ContractNotSigned(rule="老年人权益保障法 第四十八条")
        self.contract.require_covering(on)
        if on < offer.notified_on:
            raise AdmittedByAnotherPath(rule="EC-7.2", field="begins_on")
        if offer.overdue(business_day(at)):
            raise offers.OfferHasEnded(rule="EC-7.2")
        self._change_offer(lambda held: held.fulfil())
        self.status = status
        self.admitted_on, self.stay_id, self.ended_on = on, stay_id, on
        self._moved(at, Move.ADMITTED)
        self.note("admitted")

    def withdraw(self, *, at: datetime) -> None:
        """The applicant leaves."""
        queued = self.status in QUEUED
        self.status = WORKFLOW.next(self.status, Action.WITHDRAW)
        if self.offer is not None and self.offer.reserves:
            self._change_offer(lambda offer: offer.take_back(today=business_day(at)))
        self.ended_on = business_day(at)
        if queued:
            self._moved(at, Move.WITHDRAWN)
        self.note("withdrawn")

    def withdraw_for_death(self, *, at: datetime) -> None:
        """The person has died; the institution frees a bed that was kept when its offer runs out."""
        if self.offer is not None and self.offer.reserves:
            return
        self.withdraw(at=at)

    def reserved_offer(self) -> Offer:
        """The offer whose bed is kept."""
        if self.offer is None or not self.offer.reserves:
            raise OfferUnknown()
        return self.offer

    def entry(self) -> Entry:
        """Its place in the list as facts."""
        if self.queued_at is None:
            raise ValueError("not in the list")
        return Entry(
            self.id, self.number, self.circumstances, self.level, self.elder.identity.birth_date, self.queued_at,
            business_day(self.queued_at),
        )  # fmt: skip

    def _missed(self, at: datetime, misses: Misses) -> None:
        """First: nothing. Then: the end of the lane. At last: out (§7.2)."""
        self.misses += 1
        if self.misses >= misses.to_remove:
            self.status = WORKFLOW.next(self.status, Action.REMOVE)
            self.ended_on = business_day(at)
            self._moved(at, Move.REMOVED)
            self.note("removed")
        elif self.misses >= misses.to_tail:
            self.queued_at = at
            self._moved(at, Move.TO_THE_TAIL)
        else:
            self._moved(at, Move.RETURNED_TO_LIST)

    def _change_offer(self, change: Callable[[Offer], None]) -> None:
        changed = replace(self.reserved_offer())
        change(changed)
        self.offers = (*self.offers[:-1], changed)

    def _moved(self, at: datetime, why: Move) -> None:
        self.moves.append(Moved(at, why))


def require_room_for_another(open_at: list[UUID], institution_id: UUID, *, most: int) -> None:
    """One person waits at no more than some institutions, and at each only once (EC-711)."""
    if institution_id in open_at:
        raise AppliedHereBefore(rule="EC-711")
    if len(open_at) >= most:
        raise TooManyOpenApplications(rule="EC-711", most=most)


def require_extreme_hardship(circumstances: Circumstances) -> None:
    """Only the extremely poor are placed by the assistance service (EC-405, §7.1 L1)."""
    if circumstances.means is not Means.EXTREME_HARDSHIP:
        raise NotExtremeHardship(rule="EC-405", field="means")
