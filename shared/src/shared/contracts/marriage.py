"""What ``marriage`` tells the world (婚姻登记): offices, registrations, divorces and the service. Nobody is named."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span


class GradeSpan(Span):
    """The days on which an office had a grade (登记机关等级)."""

    grade: Literal["3A", "4A", "5A"]


class OfficeState(EntityState):
    """A marriage registration office (婚姻登记机关) with dated attributes.

    ``cross_province`` are the days it actually serves couples from other provinces (跨省通办); ``counselling_room``
    the days it has an active counselling room (婚姻家庭辅导室). ``mainland`` and ``foreign_related`` are the days it
    registers such couples; ``mainland`` is null where an older publisher did not say. ``counselling_days`` are days
    with a session on record.
    """

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "office"
    participles: ClassVar[tuple[str, ...]] = ("opened", "amended", "graded", "counselled", "closed")

    level: Literal["DISTRICT", "TOWNSHIP", "CITY"]
    in_service: list[Span]
    cross_province: list[Span]
    counselling_room: list[Span]
    mainland: list[Span] | None = None
    foreign_related: tuple[Span, ...] = ()
    counselling_days: tuple[date, ...] = ()
    grades: tuple[GradeSpan, ...] = ()


class RegistrationState(EntityState):
    """A marriage registration (结婚登记): when, where by office, whether it crossed provinces, and what ended it.

    ``cross_district`` says that nobody of the couple is registered in the office's county.
    """

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "registration"
    participles: ClassVar[tuple[str, ...]] = ("registered", "celebrated", "corrected", "ended", "annulled")

    kind: Literal["MARRIAGE"]
    office_id: str
    registered_on: date
    cross_province: bool
    annulled_on: date | None
    occasion: Literal["MARRIAGE", "REMARRIAGE", "LATE"] = "MARRIAGE"
    cross_district: bool = False
    void: bool | None = None
    ended_on: date | None = None
    ended_by: Literal["DIVORCE_REGISTERED", "COURT_DIVORCE", "DEATH", "FRAUD_REVOKED"] | None = None
    revoked_on: date | None = None
    ceremony_on: date | None = None


class DivorceState(EntityState):
    """An application for divorce (离婚登记申请): its days, and how it ended."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "divorce"
    participles: ClassVar[tuple[str, ...]] = (
        "accepted", "amended", "recounted", "cooled", "withdrawn", "refused", "rejected", "lapsed", "terminated",
        "registered", "issued", "superseded",
    )  # fmt: skip

    office_id: str
    status: Literal[
        "COOLING_OFF", "COLLECTIBLE", "REGISTERED", "CERTIFICATE_ISSUED", "WITHDRAWN", "LAPSED", "REJECTED",
        "TERMINATED",
    ]  # fmt: skip
    received_on: date
    cooling_end: date
    window_end: date
    provisional: bool
    cross_province: bool
    registered_on: date | None
    ended_on: date | None
    ground: Literal["DEATH", "COURT_DIVORCE", "COURT_ANNULMENT", "FRAUD"] | None


class AppointmentState(EntityState):
    """An appointment at an office (预约)."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "appointment"
    participles: ClassVar[tuple[str, ...]] = ("queued", "booked", "moved", "cancelled", "missed", "kept")

    office_id: str
    business: str
    day: date
    status: Literal["WAITING", "BOOKED", "CANCELLED", "MISSED", "KEPT"]


class IssuanceState(EntityState):
    """A certificate given again (补领), or a record certificate."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "issuance"
    participles: ClassVar[tuple[str, ...]] = ("requested", "verified", "refused", "issued")

    office_id: str
    kind: Literal["MARRIAGE_CERTIFICATE", "DIVORCE_CERTIFICATE", "RECORD"]
    status: Literal["REQUESTED", "VERIFIED", "ISSUED", "REFUSED"]
    requested_on: date
    ended_on: date | None


class CorrectionState(EntityState):
    """A correction of a registered entry (登记信息更正)."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "correction"
    participles: ClassVar[tuple[str, ...]] = ("requested", "checked", "refused", "corrected")

    status: Literal["REQUESTED", "ARCHIVE_CHECKED", "CORRECTED", "REFUSED"]
    requested_on: date
    ended_on: date | None


class RegistrationFraudState(EntityState):
    """A report that a registration was got by fraud (冒名、骗取婚姻登记)."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "fraud"
    participles: ClassVar[tuple[str, ...]] = (
        "reported", "referred", "evidenced", "reviewed", "notified", "objected", "dropped", "revoked", "closed",
    )  # fmt: skip

    status: Literal[
        "REPORTED", "REFERRED", "EVIDENCE_RECEIVED", "CONDITIONS_MET", "NOTIFIED", "REVOKED", "NOT_REVOKED", "CLOSED"
    ]
    reported_on: date
    referred_on: date | None
    notified_on: date | None
    decided_on: date | None
    revoked: bool


class DishonestyState(EntityState):
    """A listing of a gravely dishonest person (严重失信)."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "dishonesty"
    participles: ClassVar[tuple[str, ...]] = ("proposed", "objected", "rejected", "listed", "delisted")

    status: Literal["NOTIFIED", "OBJECTED", "LISTED", "REJECTED", "DELISTED"]
    ground: Literal["FALSE_PAPERS", "FALSE_DECLARATION", "HIDDEN_INCAPACITY", "OTHER_GRAVE"]
    listed_on: date | None
    delisted_on: date | None


class ServiceRatingState(EntityState):
    """A rating of the service (好差评), 5 the best, and the follow-up of a poor one."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "rating"
    participles: ClassVar[tuple[str, ...]] = ("rated", "answered")

    office_id: str
    business: Literal["REGISTRATION", "DIVORCE", "ISSUANCE", "CORRECTION"]
    grade: int
    rated_on: date
    answer_due_on: date | None
    answered_on: date | None
    upheld: bool | None
