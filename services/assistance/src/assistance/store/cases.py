"""The dossiers beside a case: referrals, leads, alerts, reviews, changes, appeals, complaints, ratings, fraud."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, LargeBinary, String, func, or_, select

from assistance.domain.aid import Aid
from assistance.domain.alert import Alert, AlertUnknown
from assistance.domain.change import Change, ChangeUnknown
from assistance.domain.complaint import Complaint, ComplaintUnknown
from assistance.domain.deadlines import DecisionMode
from assistance.domain.delegation import Delegation, DelegationUnknown
from assistance.domain.fraud import Fraud, FraudUnknown
from assistance.domain.lead import Lead, LeadUnknown
from assistance.domain.rating import Rating, RatingUnknown
from assistance.domain.referral import Referral, ReferralUnknown
from assistance.domain.remedy import Remedy, RemedyUnknown
from assistance.domain.review import Review, ReviewUnknown
from assistance.events import (
    alert_state,
    change_state,
    complaint_state,
    delegation_state,
    fraud_state,
    lead_state,
    rating_state,
    referral_state,
    remedy_state,
    review_state,
)
from assistance.store.dossiers import Dossiers, dossier_table
from shared.contracts.envelope import EntityState
from shared.kernel.identity_number import IdentityNumber

LEAD_PERSON = "lead.person"
_days = (Column("valid_from", Date, nullable=False), Column("valid_to", Date))
referrals = dossier_table("referral", Column("department", String, nullable=False))
leads = dossier_table("lead", Column("person_key", LargeBinary))
alerts = dossier_table("alert", Column("desk", String, nullable=False), Column("kind", String, nullable=False))
reviews = dossier_table("review")
changes = dossier_table("change")
remedies = dossier_table("remedy")
complaints = dossier_table("complaint")
ratings = dossier_table("rating", Column("matter", String, nullable=False))
frauds = dossier_table("fraud")
delegations = dossier_table(
    "delegation", Column("aid", String, nullable=False), Column("mode", String, nullable=False), *_days
)


class Referrals(Dossiers[Referral]):
    """Referrals to other departments."""

    table, noun, missing = referrals, "referral", ReferralUnknown
    adapter, opened, resting = TypeAdapter(Referral), "proposed_on", frozenset({"CLOSED"})

    def further(self, aggregate: Referral) -> Mapping[str, Any]:
        """The department whose turn it is."""
        return {"department": aggregate.department.value}

    def state(self, aggregate: Referral) -> EntityState:
        """Aggregate → published state."""
        return referral_state(aggregate)


class Leads(Dossiers[Lead]):
    """Reports of people in need; who they are is sealed."""

    table, noun, missing = leads, "lead", LeadUnknown
    adapter, opened = TypeAdapter(Lead), "reported_on"
    sealed = frozenset({"person", "identity_number", "contact", "situation"})

    def further(self, aggregate: Lead) -> Mapping[str, Any]:
        """The blind index of the person, where a number is known."""
        return {"person_key": self._key(aggregate.identity_number)}

    def _key(self, number: str | None) -> bytes | None:
        return self.tx.around.confidential.blind(LEAD_PERSON, number) if number else None

    async def open_of(self, identity: IdentityNumber) -> Lead | None:
        """The open lead of a person, locked."""
        key = self._key(identity.plain)
        await self.tx.connection.execute(select(func.pg_advisory_xact_lock(7103, func.hashtext((key or b"").hex()))))
        row = (
            await self.tx.connection.execute(
                select(leads)
                .where(leads.c.person_key == key, leads.c.status.in_(["REPORTED", "CONTACTED", "VISITED"]))
                .order_by(leads.c.id)
                .limit(1)
                .with_for_update()
            )
        ).one_or_none()
        return self.load(row) if row else None

    def state(self, aggregate: Lead) -> EntityState:
        """Aggregate → published state."""
        return lead_state(aggregate)


class Alerts(Dossiers[Alert]):
    """Alerts with owner, last day and outcome."""

    table, noun, missing = alerts, "alert", AlertUnknown
    adapter, opened, resting = TypeAdapter(Alert), "raised_on", frozenset({"DONE"})

    def further(self, aggregate: Alert) -> Mapping[str, Any]:
        """Which level must act, and why."""
        return {"desk": aggregate.desk, "kind": aggregate.kind.value}

    def state(self, aggregate: Alert) -> EntityState:
        """Aggregate → published state."""
        return alert_state(aggregate)


class Reviews(Dossiers[Review]):
    """Reviews of those who receive aid."""

    table, noun, missing = reviews, "review", ReviewUnknown
    adapter, opened, resting = TypeAdapter(Review), "due", frozenset({"COMPLETED", "CANCELLED"})

    def opened_on(self, aggregate: Review) -> date:
        """A review is listed by its last day."""
        return aggregate.due.on

    def state(self, aggregate: Review) -> EntityState:
        """Aggregate → published state."""
        return review_state(aggregate)


class Changes(Dossiers[Change]):
    """Changes after the grant."""

    table, noun, missing = changes, "change", ChangeUnknown
    adapter, opened, resting = TypeAdapter(Change), "reported_on", frozenset({"DECIDED", "DROPPED"})
    sealed = frozenset({"grounds"})

    def state(self, aggregate: Change) -> EntityState:
        """Aggregate → published state."""
        return change_state(aggregate)


class Remedies(Dossiers[Remedy]):
    """Appeals."""

    table, noun, missing = remedies, "remedy", RemedyUnknown
    adapter, opened, resting = TypeAdapter(Remedy), "filed_on", frozenset({"DECIDED"})

    def state(self, aggregate: Remedy) -> EntityState:
        """Aggregate → published state."""
        return remedy_state(aggregate)


class Complaints(Dossiers[Complaint]):
    """Complaints and reports; who and what is sealed."""

    table, noun, missing = complaints, "complaint", ComplaintUnknown
    adapter, opened, resting = TypeAdapter(Complaint), "received_on", frozenset({"ANSWERED", "FILED"})
    sealed = frozenset({"content", "reporter", "contact", "answer"})

    def state(self, aggregate: Complaint) -> EntityState:
        """Aggregate → published state."""
        return complaint_state(aggregate)


class Ratings(Dossiers[Rating]):
    """Ratings; the rater and the words are sealed."""

    table, noun, missing = ratings, "rating", RatingUnknown
    adapter, opened = TypeAdapter(Rating), "given_on"
    resting = frozenset({"GIVEN", "FIXED", "EXPLAINED", "EXCLUDED"})
    sealed = frozenset({"rater", "words", "outcome"})

    def further(self, aggregate: Rating) -> Mapping[str, Any]:
        """The visit or matter that was rated, once."""
        return {"matter": aggregate.matter}

    def state(self, aggregate: Rating) -> EntityState:
        """Aggregate → published state."""
        return rating_state(aggregate)


class Frauds(Dossiers[Fraud]):
    """Suspicions of fraud; what they rest on is sealed."""

    table, noun, missing = frauds, "fraud", FraudUnknown
    adapter, opened, resting = TypeAdapter(Fraud), "suspected_on", frozenset({"SETTLED", "DROPPED", "CONFIRMED"})
    sealed = frozenset({"suspicion", "evidence"})

    def state(self, aggregate: Fraud) -> EntityState:
        """Aggregate → published state."""
        return fraud_state(aggregate)


class Delegations(Dossiers[Delegation]):
    """Which township decides on what, and when."""

    table, noun, missing = delegations, "delegation", DelegationUnknown
    adapter, opened = TypeAdapter(Delegation), "valid_from"

    def further(self, aggregate: Delegation) -> Mapping[str, Any]:
        """The columns that the exclusion of overlaps rests on."""
        return {
            "aid": aggregate.aid.value, "mode": aggregate.mode.value, "valid_from": aggregate.valid_from,
            "valid_to": aggregate.valid_to,
        }  # fmt: skip

    def state(self, aggregate: Delegation) -> EntityState:
        """Aggregate → published state."""
        return delegation_state(aggregate)

    async def mode_on(self, township: str, aid: Aid, on: date) -> DecisionMode:
        """Who decides in a township on a day; the county where nothing is delegated."""
        mode = (
            await self.tx.connection.execute(
                select(delegations.c.mode).where(
                    delegations.c.division == township,
                    delegations.c.aid == aid.value,
                    delegations.c.valid_from <= on,
                    or_(delegations.c.valid_to.is_(None), delegations.c.valid_to > on),
                )
            )
        ).scalar_one_or_none()
        return DecisionMode(mode) if mode else DecisionMode.COUNTY


OF_CASES: tuple[tuple[str, type[Dossiers[Any]]], ...] = (
    ("referral", Referrals), ("lead", Leads), ("alert", Alerts), ("review", Reviews), ("change", Changes),
    ("remedy", Remedies), ("complaint", Complaints), ("rating", Ratings), ("fraud", Frauds),
    ("delegation", Delegations),
)  # fmt: skip
"""Every kind of dossier by its noun."""
