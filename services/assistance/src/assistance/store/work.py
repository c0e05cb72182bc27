"""The transaction of this service, and the rules its database guards."""

from __future__ import annotations

from functools import cached_property

from assistance.domain.delegation import DelegationsOverlap
from assistance.domain.rating import RatedBefore
from assistance.domain.refusals import AlreadyOnRecord, PersonInLiveCase
from assistance.domain.verification import VerificationRunning
from assistance.store.applications import Applications
from assistance.store.benefits import BENEFIT_CONSTRAINTS, Benefits
from assistance.store.cases import (
    Alerts,
    Changes,
    Complaints,
    Delegations,
    Frauds,
    Leads,
    Ratings,
    Referrals,
    Remedies,
    Reviews,
)
from assistance.store.coverage import Coverages
from assistance.store.registers import DOSSIER_CONSTRAINTS, Cares, Children, Rescues, Reserves
from assistance.store.runs import RUN_CONSTRAINTS, Runs
from assistance.store.standards import Standards
from assistance.store.verifications import Verifications
from shared.kernel.errors import Refusal
from shared.storage.transaction import Transaction

CONSTRAINTS: dict[str, type[Refusal]] = {
    "one_live_case_a_person": PersonInLiveCase,
    "one_delegation_a_day": DelegationsOverlap,
    "one_rating_a_matter": RatedBefore,
    "one_alert_at_a_time": AlreadyOnRecord,
    "one_review_due": AlreadyOnRecord,
    "one_open_change": AlreadyOnRecord,
    "one_running_verification": VerificationRunning,
    **BENEFIT_CONSTRAINTS,
    **DOSSIER_CONSTRAINTS,
    **RUN_CONSTRAINTS,
}


class Tx(Transaction):
    """A transaction of ``assistance``."""

    @cached_property
    def standards(self) -> Standards:
        """The register of standards."""
        return Standards(self)

    @cached_property
    def applications(self) -> Applications:
        """Applications for the subsistence allowance."""
        return Applications(self)

    @cached_property
    def referrals(self) -> Referrals:
        """Referrals to other departments."""
        return Referrals(self)

    @cached_property
    def leads(self) -> Leads:
        """Reports of people in need."""
        return Leads(self)

    @cached_property
    def alerts(self) -> Alerts:
        """Alerts."""
        return Alerts(self)

    @cached_property
    def reviews(self) -> Reviews:
        """Reviews of those who receive aid."""
        return Reviews(self)

    @cached_property
    def changes(self) -> Changes:
        """Changes after the grant."""
        return Changes(self)

    @cached_property
    def remedies(self) -> Remedies:
        """Appeals."""
        return Remedies(self)

    @cached_property
    def complaints(self) -> Complaints:
        """Complaints and reports."""
        return Complaints(self)

    @cached_property
    def ratings(self) -> Ratings:
        """Ratings of the service."""
        return Ratings(self)

    @cached_property
    def frauds(self) -> Frauds:
        """Suspicions of fraud."""
        return Frauds(self)

    @cached_property
    def delegations(self) -> Delegations:
        """Which township decides."""
        return Delegations(self)

    @cached_property
    def verifications(self) -> Verifications:
        """Orders to verify a household's means."""
        return Verifications(self)

    @cached_property
    def benefits(self) -> Benefits:
        """Monthly money."""
        return Benefits(self)

    @cached_property
    def runs(self) -> Runs:
        """Monthly runs."""
        return Runs(self)

    @cached_property
    def rescues(self) -> Rescues:
        """Stays at rescue stations."""
        return Rescues(self)

    @cached_property
    def cares(self) -> Cares:
        """Care files."""
        return Cares(self)

    @cached_property
    def children(self) -> Children:
        """Children's files."""
        return Children(self)

    @cached_property
    def reserves(self) -> Reserves:
        """Reserves of the townships."""
        return Reserves(self)

    @cached_property
    def coverages(self) -> Coverages:
        """Coverage of the two subsidies."""
        return Coverages(self)
