"""Divorce over HTTP: received, taken back, collected by both; names masked, the agreement never shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from marriage.api.people import CheckInput, DocumentInput, DomicileInput, placed
from marriage.domain.certificate import CertificateNumber
from marriage.domain.divorce import (
    WORKFLOW,
    Agreement,
    Appearance,
    Divorce,
    DivorceStatus,
    PlaceOfRegistration,
    ReviewFinding,
    Spouse,
    Termination,
    TerminationGround,
)
from marriage.domain.party import DocumentKind, Residence, Side
from marriage.queries import divorce_list
from marriage.store import Tx
from marriage.usecases import divorces as usecases
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Flag, Line, Note, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/divorces", tags=["离婚登记"], route_class=StrictRoute)

Registrar = Annotated[Principal, Depends(require("marriage:divorce"))]
Reader = Annotated[Principal, Depends(require("marriage:read"))]


class SpouseInput(DomicileInput):
    """One of the two at the first visit."""

    name: PersonalText
    document: DocumentInput
    is_present: Flag
    is_willing: Flag
    has_capacity: Flag = Field(default=True, description="具有完全民事行为能力")

    def spouse(self) -> Spouse:
        """The person."""
        return Spouse(PersonName.parse(self.name), self.document.parsed(), self.parsed())

    @property
    def appearance(self) -> Appearance:
        """How he or she stood there."""
        return Appearance(self.is_present, self.is_willing, self.has_capacity)


class AgreementInput(ApiModel):
    """The signed agreement; its words are sealed and never shown again."""

    is_voluntary: Flag
    has_children: Flag
    children: Note | None = None
    property: Note | None = None
    debts: Note | None = None
    signed_by_both: Flag

    def parsed(self) -> Agreement:
        """The agreement."""
        return Agreement(**dict(self))


class ApplicationInput(ApiModel):
    """Two people who want to divorce."""

    office_id: UUID
    first: SpouseInput
    second: SpouseInput
    place_of_registration: PlaceOfRegistration = PlaceOfRegistration.MAINLAND
    marriage_certificate_no: PersonalText | None = None
    base_check: CheckInput | None = Field(default=None, description="本市登记册没有的婚姻，须经全国婚姻信息库核实")
    agreement: AgreementInput | None = None

    def parsed(self) -> usecases.DivorceRequest:
        """The request as value objects."""
        with placed(Side.FIRST):
            first = self.first.spouse()
        with placed(Side.SECOND):
            second = self.second.spouse()
        number = self.marriage_certificate_no
        return usecases.DivorceRequest(
            spouses=(first, second),
            appearances={Side.FIRST: self.first.appearance, Side.SECOND: self.second.appearance},
            place=self.place_of_registration,
            agreement=self.agreement.parsed() if self.agreement else None,
            marriage_certificate_no=CertificateNumber.parse(number) if number else None,
            base_check=self.base_check.parsed() if self.base_check else None,
        )


class AppearanceInput(ApiModel):
    """How one of the two stood there at the second visit."""

    is_present: Flag
    is_willing: Flag = True
    has_capacity: Flag = True

    @property
    def appearance(self) -> Appearance:
        """As the domain knows it."""
        return Appearance(self.is_present, self.is_willing, self.has_capacity)


class VisitInput(ApiModel):
    """The second visit: both, in person, at the office that received the application."""

    office_id: UUID
    first: AppearanceInput
    second: AppearanceInput

    @property
    def appearances(self) -> Mapping[Side, Appearance]:
        """By side."""
        return {Side.FIRST: self.first.appearance, Side.SECOND: self.second.appearance}


class RefusalInput(VisitInput):
    """What the review found wanting."""

    finding: ReviewFinding


class WithdrawalInput(ApiModel):
    """Who takes the application back, with the receipt or a note that it is lost."""

    office_id: UUID
    document: DocumentInput
    has_receipt: Flag
    loss_note: Flag = False


class TerminationInput(ApiModel):
    """What ended the application from outside."""

    ground: TerminationGround
    document: Line
    on: Day


class SearchInput(ApiModel):
    """Whose applications are looked for."""

    document: DocumentInput


class SpouseView(ApiModel):
    """One of the two, masked."""

    name: str
    residence: Residence
    document_kind: DocumentKind
    document_number: str


class DivorceView(ApiModel):
    """An application as its caller may see it; both last days are printed on the receipt."""

    id: UUID
    application_no: str
    office_id: UUID
    division: str
    status: DivorceStatus
    received_on: date
    cooling_end: date
    window_start: date
    window_end: date
    provisional: bool
    calendar_version: str
    registration_id: UUID | None
    certificate_no: str | None
    registered_on: date | None
    withdrawn_by: Side | None
    termination: TerminationGround | None
    findings: list[ReviewFinding]
    agreements: int
    cross_province: bool
    spouses: list[SpouseView]
    available_actions: list[str]
    basis: str = "民法典 第一千零七十七条；民发〔2020〕116号"


def view_of(divorce: Divorce, caller: Principal) -> DivorceView:
    """The masked view for a caller."""
    facts, dates = divorce.facts, divorce.dates
    may = "marriage:divorce" in caller.scopes
    return DivorceView(
        id=divorce.id, application_no=divorce.application_no, office_id=divorce.office_id, division=divorce.division,
        status=divorce.status, received_on=dates.received_on, cooling_end=dates.cooling_end,
        window_start=dates.window_start, window_end=dates.window_end, provisional=dates.provisional,
        calendar_version=dates.calendar_version, registration_id=divorce.registration_id,
        certificate_no=facts.certificate_no, registered_on=facts.registered_on,
        withdrawn_by=facts.withdrawal.side if facts.withdrawal else None,
        termination=facts.termination.ground if facts.termination else None, findings=list(facts.findings),
        agreements=divorce.agreements, cross_province=divorce.crosses_provinces,
        spouses=[
            SpouseView(
                name=one.name.masked, residence=one.domicile.residence, document_kind=one.document.kind,
                document_number=one.document.masked,
            )
            for one in divorce.spouses
        ],
        available_actions=[action.value for action in WORKFLOW.possible(divorce.status)] if may else [],
    )  # fmt: skip


class DivorceLineView(ApiModel):
    """One line of a list, without personal data."""

    id: UUID
    application_no: str
    office_id: UUID
    status: DivorceStatus
    received_on: date
    cooling_end: date
    window_end: date
    provisional: bool

    @classmethod
    def of(cls, divorce: Divorce) -> DivorceLineView:
        """The view of one line."""
        return cls(
            id=divorce.id, application_no=divorce.application_no, office_id=divorce.office_id, status=divorce.status,
            received_on=divorce.dates.received_on, cooling_end=divorce.dates.cooling_end,
            window_end=divorce.dates.window_end, provisional=divorce.dates.provisional,
        )  # fmt: skip


@router.post("", status_code=201, response_model=DivorceView, summary="受理离婚登记申请")
async def accept_divorce(body: ApplicationInput, caller: Registrar, command: Commanding) -> Response:
    asked = body.parsed()
    return await command.run(
        lambda tx: usecases.accept_divorce(tx, body.office_id, asked),
        show=lambda divorce: view_of(divorce, caller),
        status=201,
        location=lambda divorce: f"/v1/divorces/{divorce.id}",
    )


@router.get("", response_model=Page[DivorceLineView], summary="离婚登记申请列表")
async def list_divorces(
    caller: Reader, asking: Asking, status: DivorceStatus | None = None, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    cursors = Cursors(asking.confidential, f"divorces|{caller.area.code}|{status}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: divorce_list(tx, area=caller.area, status=status, after=after, limit=limit + 1),
        show=lambda found: page_of(
            found, limit, cursors, lambda one: (one.dates.received_on.isoformat(), one.id), DivorceLineView.of,
            Page[DivorceLineView],
        ),
    )  # fmt: skip


@router.post("/search", response_model=Page[DivorceLineView], summary="按证件号码查离婚登记申请")
async def search_divorces(body: SearchInput, caller: Reader, asking: Asking) -> Response:
    document = body.document.parsed()

    async def mine(tx: Tx) -> list[Divorce]:
        found = await tx.divorces.of_person(document, list(DivorceStatus))
        return [divorce for divorce in found if caller.area.covers(divorce.division)]

    return await asking.run(
        mine,
        show=lambda found: Page[DivorceLineView](items=[DivorceLineView.of(one) for one in found]),
        audit=("divorce.searched", "divorce", None),
    )


@router.get("/{divorce_id}", response_model=DivorceView, summary="查看离婚登记申请")
async def read_divorce(divorce_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.divorces.find(divorce_id, area=caller.area),
        show=lambda divorce: view_of(divorce, caller),
        audit=("divorce.read", "divorce", divorce_id),
    )


@router.post("/{divorce_id}/withdraw", response_model=DivorceView, summary="撤回离婚登记申请")
async def withdraw_divorce(divorce_id: UUID, body: WithdrawalInput, caller: Registrar, command: Commanding) -> Response:
    document = body.document.parsed()
    return await command.run(
        lambda tx: usecases.withdraw_divorce(
            tx, divorce_id, document, office_id=body.office_id, has_receipt=body.has_receipt,
            loss_note=body.loss_note, expected=command.expected,
        ),
        show=lambda divorce: view_of(divorce, caller),
    )  # fmt: skip


@router.post("/{divorce_id}/register", response_model=DivorceView, summary="准予离婚登记")
async def register_divorce(divorce_id: UUID, body: VisitInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.register_divorce(
            tx, divorce_id, body.appearances, office_id=body.office_id, expected=command.expected
        ),
        show=lambda divorce: view_of(divorce, caller),
    )


@router.post("/{divorce_id}/refuse", response_model=DivorceView, summary="审查未通过")
async def refuse_divorce(divorce_id: UUID, body: RefusalInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.refuse_divorce(
            tx, divorce_id, body.finding, body.appearances, office_id=body.office_id, expected=command.expected
        ),
        show=lambda divorce: view_of(divorce, caller),
    )


@router.post("/{divorce_id}/replace-agreement", response_model=DivorceView, summary="更换离婚协议")
async def replace_agreement(divorce_id: UUID, body: AgreementInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.replace_agreement(tx, divorce_id, body.parsed(), expected=command.expected),
        show=lambda divorce: view_of(divorce, caller),
    )


@router.post("/{divorce_id}/terminate", response_model=DivorceView, summary="终止办理")
async def terminate_divorce(
    divorce_id: UUID, body: TerminationInput, caller: Registrar, command: Commanding
) -> Response:
    termination = Termination(body.ground, body.document, body.on)
    return await command.run(
        lambda tx: usecases.terminate_divorce(tx, divorce_id, termination, expected=command.expected),
        show=lambda divorce: view_of(divorce, caller),
    )


@router.post("/{divorce_id}/issue", response_model=DivorceView, summary="发给离婚证")
async def issue_divorce_certificate(divorce_id: UUID, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.issue_divorce_certificate(tx, divorce_id, expected=command.expected),
        show=lambda divorce: view_of(divorce, caller),
    )
