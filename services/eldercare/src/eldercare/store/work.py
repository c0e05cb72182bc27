"""The transaction of this service, and the rules its database guards.

Locks are always taken in the order institution, bed, person, application: concurrent claims wait for each other
and never deadlock, and the exclusion constraints below them answer who came second.
"""

from __future__ import annotations

from functools import cached_property

from eldercare.domain.admission import AppliedHereBefore
from eldercare.domain.assessment import AgencyRegistered
from eldercare.domain.fee import VoucherUsedBefore
from eldercare.domain.institution import OrganisationCodeRegistered
from eldercare.domain.offer import BedHasAnOpenOffer
from eldercare.domain.recipient import RegisteredBefore
from eldercare.domain.staff import EmployedThere
from eldercare.domain.stay import BedTaken, ResidentHasABed
from eldercare.store.admissions import Applications
from eldercare.store.assessments import Agencies, Assessments
from eldercare.store.beds import Beds
from eldercare.store.care_register import Emergencies, Facilities, Recipients
from eldercare.store.fees import Fees
from eldercare.store.inspections import Inspections
from eldercare.store.institutions import Institutions
from eldercare.store.staff import StaffRegister
from eldercare.store.stays import Stays
from shared.storage.transaction import Transaction

CONSTRAINTS = {
    "one_institution_a_code": OrganisationCodeRegistered,
    "one_resident_a_bed": BedTaken,
    "one_bed_a_resident": ResidentHasABed,
    "one_post_a_person_and_institution": EmployedThere,
    "one_living_entry_an_entitled_person": RegisteredBefore,
    "one_voucher_a_month": VoucherUsedBefore,
    "one_open_offer_a_bed": BedHasAnOpenOffer,
    "one_application_a_person_and_institution": AppliedHereBefore,
    "one_agency_a_code": AgencyRegistered,
}


class Tx(Transaction):
    """A transaction of ``eldercare``."""

    @cached_property
    def institutions(self) -> Institutions:
        """The register of institutions."""
        return Institutions(self)

    @cached_property
    def beds(self) -> Beds:
        """The register of beds."""
        return Beds(self)

    @cached_property
    def stays(self) -> Stays:
        """The register of stays."""
        return Stays(self)

    @cached_property
    def agencies(self) -> Agencies:
        """The register of assessment agencies."""
        return Agencies(self)

    @cached_property
    def assessments(self) -> Assessments:
        """The register of ability assessments."""
        return Assessments(self)

    @cached_property
    def applications(self) -> Applications:
        """The register of applications for a place."""
        return Applications(self)

    @cached_property
    def fees(self) -> Fees:
        """The book of prepaid sums."""
        return Fees(self)

    @cached_property
    def staff(self) -> StaffRegister:
        """The register of staff."""
        return StaffRegister(self)

    @cached_property
    def inspections(self) -> Inspections:
        """The register of inspections."""
        return Inspections(self)

    @cached_property
    def recipients(self) -> Recipients:
        """The register of entitled persons."""
        return Recipients(self)

    @cached_property
    def facilities(self) -> Facilities:
        """The register of places that are no institutions."""
        return Facilities(self)

    @cached_property
    def emergencies(self) -> Emergencies:
        """The register of incidents and drills."""
        return Emergencies(self)
