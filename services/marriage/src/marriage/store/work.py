"""The transaction of this service, and the rules its database guards."""

from __future__ import annotations

from functools import cached_property

from marriage.domain.appointment import AlreadyHasAppointment, SlotFull, SlotTaken
from marriage.domain.divorce import DivorceAlreadyApplied
from marriage.domain.fraud import FraudReportedAlready
from marriage.domain.obstacle import AlreadyMarried
from marriage.domain.office import OfficeOverlaps
from marriage.domain.rating import RatedAlready
from marriage.store.appointments import Appointments
from marriage.store.core import Offices, Registrations
from marriage.store.divorces import Divorces
from marriage.store.proceedings import Corrections, Dishonesties, FraudCases, Issuances
from marriage.store.service import Ratings
from shared.storage.transaction import Transaction

CONSTRAINTS = {
    "one_marriage_in_force_a_person": AlreadyMarried,
    "one_office_a_division": OfficeOverlaps,
    "one_live_appointment_a_person": AlreadyHasAppointment,
    "one_slot_a_time": SlotTaken,
    "slot_is_full": SlotFull,
    "one_open_divorce_a_person": DivorceAlreadyApplied,
    "one_open_fraud_case_a_registration": FraudReportedAlready,
    "one_rating_a_business": RatedAlready,
}


class Tx(Transaction):
    """A transaction of ``marriage``."""

    @cached_property
    def offices(self) -> Offices:
        """The register of offices."""
        return Offices(self)

    @cached_property
    def registrations(self) -> Registrations:
        """Marriage registrations."""
        return Registrations(self)

    @cached_property
    def divorces(self) -> Divorces:
        """Applications for divorce."""
        return Divorces(self)

    @cached_property
    def appointments(self) -> Appointments:
        """Slots and appointments."""
        return Appointments(self)

    @cached_property
    def issuances(self) -> Issuances:
        """Papers given again."""
        return Issuances(self)

    @cached_property
    def corrections(self) -> Corrections:
        """Corrections of entries."""
        return Corrections(self)

    @cached_property
    def fraud_cases(self) -> FraudCases:
        """Reports of fraud."""
        return FraudCases(self)

    @cached_property
    def dishonesties(self) -> Dishonesties:
        """The list of the gravely dishonest."""
        return Dishonesties(self)

    @cached_property
    def ratings(self) -> Ratings:
        """Ratings."""
        return Ratings(self)
