"""What happens on the way of a case, step by step (办理过程): facts with their days, kept for the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from assistance.domain.deadlines import Clock, ExtensionReason
from assistance.domain.means_test import Outcome
from shared.kernel.errors import Invalid, Refusal


class Paper(StrEnum):
    """A document a window may ask for, or must never ask for (申请材料; rulebook §3.5)."""

    APPLICATION_FORM = "APPLICATION_FORM"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    VERIFICATION_AUTHORISATION = "VERIFICATION_AUTHORISATION"
    STATEMENT_OF_TRUTH = "STATEMENT_OF_TRUTH"
    DEDUCTION_BILLS = "DEDUCTION_BILLS"
    SUPPORT_JUDGMENT = "SUPPORT_JUDGMENT"
    DISEASE_CERTIFICATE = "DISEASE_CERTIFICATE"
    DISABILITY_CERTIFICATE = "DISABILITY_CERTIFICATE"
    SPENDING_BILLS = "SPENDING_BILLS"
    EVENT_PAPERS = "EVENT_PAPERS"
    OBLIGOR_AUTHORISATION = "OBLIGOR_AUTHORISATION"
    AGENT_AUTHORITY = "AGENT_AUTHORITY"
    PARENT_STATUS_PROOF = "PARENT_STATUS_PROOF"
    INCOME_PROOF = "INCOME_PROOF"
    PROPERTY_PROOF = "PROPERTY_PROOF"
    HUKOU_PROOF = "HUKOU_PROOF"
    MARRIAGE_CERTIFICATE = "MARRIAGE_CERTIFICATE"
    SOCIAL_INSURANCE_RECORD = "SOCIAL_INSURANCE_RECORD"
    VEHICLE_RECORD = "VEHICLE_RECORD"
    REAL_ESTATE_RECORD = "REAL_ESTATE_RECORD"
    COMPANY_RECORD = "COMPANY_RECORD"
    VILLAGE_POVERTY_PROOF = "VILLAGE_POVERTY_PROOF"


NEVER_ASKED = frozenset(
    {
        Paper.INCOME_PROOF, Paper.PROPERTY_PROOF, Paper.HUKOU_PROOF, Paper.MARRIAGE_CERTIFICATE,
        Paper.SOCIAL_INSURANCE_RECORD, Paper.VEHICLE_RECORD, Paper.REAL_ESTATE_RECORD, Paper.COMPANY_RECORD,
        Paper.VILLAGE_POVERTY_PROOF,
    }
)  # fmt: skip
"""What the verification or a government platform can find (社会救助法 第六十二条; 民发〔2021〕57号 第十条)."""

INVESTIGATORS_AT_LEAST = 2
"""Home visits are made by two or more (民发〔2021〕57号 第十五条、第十六条)."""


class PaperNeverAsked(Invalid):
    """不得要求申请人提供可通过核对或政务平台获取的材料"""


class PapersStillMissing(Invalid):
    """补正材料尚未齐全"""


class TwoInvestigatorsNeeded(Invalid):
    """入户调查须由两人以上进行"""


class VisitFormUnsigned(Invalid):
    """入户调查表须由双方签字"""


class AppraisalShortOfResidents(Invalid):
    """评议会居民代表须不少于到会人数的三分之二"""


class AuthorityNotInForce(Refusal):
    """委托书不在有效期内"""


class Method(StrEnum):
    """How facts were looked into (调查方式)."""

    HOME_VISIT = "HOME_VISIT"
    NEIGHBOURS = "NEIGHBOURS"
    LETTER = "LETTER"
    REMOTE = "REMOTE"


@dataclass(frozen=True)
class Supplement:
    """The one notice of everything missing (一次性告知); ``new_facts`` gives the reason of a further one."""

    asked_on: date
    papers: tuple[Paper, ...]
    open_until: Clock
    new_facts: str | None = None
    received_on: date | None = None


@dataclass(frozen=True)
class Investigation:
    """A look into the household's facts; two or more investigators, the form signed by both sides."""

    on: date
    method: Method
    investigators: tuple[str, ...]
    signed_by_both: bool
    remote_reason: str | None = None

    def __post_init__(self) -> None:
        if len(set(self.investigators)) < INVESTIGATORS_AT_LEAST:
            raise TwoInvestigatorsNeeded(field="investigators")
        if self.method is Method.HOME_VISIT and not self.signed_by_both:
            raise VisitFormUnsigned(field="signed_by_both")
        if self.method is Method.REMOTE and not self.remote_reason:
            raise VisitFormUnsigned("以远程方式调查须说明重大突发情况。", field="remote_reason")


@dataclass(frozen=True)
class Opinion:
    """The township's initial opinion (初审意见)."""

    on: date
    by: str
    proposal: Outcome
    amount_fen: int


@dataclass(frozen=True)
class Posting:
    """A public notice (公示): ``ends_on`` is its last day, the next step is possible after it."""

    round: int
    posted_on: date
    ends_on: date
    provisional: bool = False

    def over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.ends_on


@dataclass(frozen=True)
class Objection:
    """An objection to a public notice (公示异议). ``objector`` and ``content`` stay secret (A-08)."""

    on: date
    anonymous: bool
    content: str
    objector: str | None = None
    due: Clock | None = None
    resolved_on: date | None = None
    upheld: bool | None = None
    told_on: date | None = None


@dataclass(frozen=True)
class Appraisal:
    """An appraisal meeting (民主评议): it judges whether facts are true, never who is entitled."""

    on: date
    attendees: int
    resident_representatives: int
    facts_true: bool

    def __post_init__(self) -> None:
        residents = self.resident_representatives
        if residents > self.attendees or residents * 3 < self.attendees * 2 or residents < 1:
            raise AppraisalShortOfResidents(field="resident_representatives")


class StaffRelation(StrEnum):
    """Near relative of whom (近亲属备案)."""

    STAFF = "STAFF"
    VILLAGE_COMMITTEE = "VILLAGE_COMMITTEE"


class NearKinship(StrEnum):
    """Near relatives in the sense of 民法典 第一千零四十五条 (近亲属)."""

    SPOUSE = "SPOUSE"
    PARENT = "PARENT"
    CHILD = "CHILD"
    SIBLING = "SIBLING"
    GRANDPARENT = "GRANDPARENT"
    GRANDCHILD = "GRANDCHILD"


@dataclass(frozen=True)
class Relative:
    """A member is a near relative of somebody who handles assistance; the case stands in a separate register."""

    of: StaffRelation
    kinship: NearKinship


@dataclass(frozen=True)
class Agent:
    """Who acts for the applicant by written authority (受托人): its scope and the days it holds."""

    name: str
    identity_number: str
    scope: str
    valid_from: date
    valid_to: date

    def require_in_force(self, on: date) -> None:
        """Refuse to act by an authority that has not begun or has ended."""
        if not self.valid_from <= on < self.valid_to:
            raise AuthorityNotInForce(rule="C-30")


@dataclass(frozen=True)
class CountyVisit:
    """A home visit of the county (县级入户抽查)."""

    on: date
    by: str


@dataclass(frozen=True)
class Course:
    """Everything that happened to a case besides its milestones; sealed as a whole."""

    supplements: tuple[Supplement, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    postings: tuple[Posting, ...] = ()
    objections: tuple[Objection, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()
    visits: tuple[CountyVisit, ...] = ()
    relative: Relative | None = None
    agent: Agent | None = None
    sampled: bool = False
    warned_on: date | None = None
    extension: ExtensionReason | None = None
    extended_on: date | None = None
    received_by_county_on: date | None = None
    notified_on: date | None = None
    lead_id: UUID | None = None
    referral_ids: tuple[UUID, ...] = ()
    ended_on: date | None = None
    taper_until: date | None = None

    @property
    def open_objection(self) -> Objection | None:
        """The objection that is not yet answered."""
        return next((each for each in self.objections if not each.anonymous and each.resolved_on is None), None)

    @property
    def days_apart(self) -> int | None:
        """Days that notices and appraisals took, which the Chongqing clock does not count; None before the first."""
        if not self.postings and not self.appraisals:
            return None
        return sum((each.ends_on - each.posted_on).days for each in self.postings) + len(self.appraisals)

    @property
    def first_notices(self) -> int:
        """How many notices of missing papers were given for what was already there at the first time."""
        return sum(each.new_facts is None for each in self.supplements)
