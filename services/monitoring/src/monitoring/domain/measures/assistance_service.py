"""Service quality of assistance (MS-13 … MS-26 of its rulebook), each on the day it is counted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from monitoring.domain.facts.assistance_service import (
    Alert,
    Case,
    Change,
    Complaint,
    Delegation,
    Fraud,
    Lead,
    Rating,
    Referral,
    Remedy,
    Review,
)
from monitoring.domain.measures.contribution import Contribution, Measures, Residence, flow, spread, stock

ALLOWANCE = "SUBSISTENCE_ALLOWANCE"
GOOD_FROM = 3
HEARING_SINCE = date(2026, 7, 1)
"""社会救助法 第四十八条 has been in force since this day."""


def _case(fact: Case) -> Iterator[Contribution]:
    kind = cast(Residence, fact.residence)
    if fact.programme == ALLOWANCE:
        yield from _allowance(fact)
    yield from flow(f"case.{fact.programme}.accepted", fact.accepted_on, 1, kind)
    yield from flow("case.accepted", fact.accepted_on, 1, kind)
    if fact.supplement_notices <= 1:
        yield from flow("case.one_supplement_at_most", fact.accepted_on, 1, kind)
    if fact.from_lead:
        yield from flow("case.accepted_from_lead", fact.accepted_on, 1, kind)
    if fact.relative:
        yield from flow("case.relative", fact.accepted_on, 1, kind)
    if fact.relative and fact.county_visited:
        yield from flow("case.relative_visited", fact.accepted_on, 1, kind)
    yield from _decided(fact, kind)


def _allowance(fact: Case) -> Iterator[Contribution]:
    yield from flow("allowance.submitted", fact.submitted_on)
    yield from flow("allowance.accepted", fact.accepted_on)
    yield from flow("allowance.decided", fact.decided_on)
    if fact.granted:
        yield from flow("allowance.granted", fact.decided_on)
    if fact.on_time:
        yield from flow("allowance.decided_on_time", fact.decided_on)


def _decided(fact: Case, kind: Residence) -> Iterator[Contribution]:
    yield from flow("case.decided", fact.decided_on, 1, kind)
    yield from flow(f"case.{fact.programme}.decided", fact.decided_on, 1, kind)
    for name, in_time in (("", fact.on_time), ("_national", fact.national_on_time), ("_local", fact.local_on_time)):
        if in_time is not None:
            yield from flow(f"case.clock{name}", fact.decided_on, 1, kind)
        if in_time:
            yield from flow(f"case.on_time{name}", fact.decided_on, 1, kind)
            yield from flow(f"case.{fact.programme}.on_time{name}", fact.decided_on, 1, kind)
    if fact.elapsed_working_days is not None:
        yield from flow("case.elapsed_working_days", fact.decided_on, fact.elapsed_working_days, kind)
    yield from spread("case.elapsed", fact.decided_on, fact.elapsed_working_days, kind)


def _referral(fact: Referral) -> Iterator[Contribution]:
    for name, day in (
        ("sent", fact.sent_on), ("accepted", fact.accepted_on), ("overdue", fact.overdue_on),
        ("finished", fact.finished_on),
    ):  # fmt: skip
        yield from flow(f"referral.{name}", day)
    for day in fact.returned_on:
        yield from flow("referral.returned", day)
    yield from spread("referral.days", fact.finished_on, fact.elapsed_days)
    yield from spread(f"referral.days.{fact.department}", fact.finished_on, fact.elapsed_days)


def _lead(fact: Lead) -> Iterator[Contribution]:
    if fact.merged:
        return
    yield from flow("lead.reported", fact.reported_on)
    if fact.contacted_in_time:
        yield from flow("lead.contacted_in_time", fact.reported_on)
    if fact.became_application:
        yield from flow("lead.became_application", fact.reported_on)


def _alert(fact: Alert) -> Iterator[Contribution]:
    yield from flow("alert.raised", fact.raised_on)
    if fact.aid:
        yield from flow("alert.became_aid", fact.raised_on)
    yield from flow("alert.resolved", fact.resolved_on)
    if fact.in_time:
        yield from flow("alert.resolved_in_time", fact.resolved_on)


def _review(fact: Review) -> Iterator[Contribution]:
    """Counted on its last day, whenever it was completed (MS-20)."""
    if fact.cancelled:
        return
    yield from flow("review.due", fact.due_on)
    if fact.in_time:
        yield from flow("review.in_time", fact.due_on)


def _change(fact: Change) -> Iterator[Contribution]:
    """Cuts and stops since the law asks for a hearing (MS-26)."""
    if not fact.cuts_or_stops or fact.decided_on is None or fact.decided_on < HEARING_SINCE:
        return
    yield from flow("change.cut_or_stop", fact.decided_on)
    if fact.heard_on is not None and fact.heard_on <= fact.decided_on:
        yield from flow("change.heard_before", fact.decided_on)


def _remedy(fact: Remedy) -> Iterator[Contribution]:
    yield from flow("remedy.filed", fact.filed_on)
    yield from flow("remedy.decided", fact.decided_on)
    if fact.changed:
        yield from flow("remedy.changed", fact.decided_on)


def _complaint(fact: Complaint) -> Iterator[Contribution]:
    yield from flow("complaint.received", fact.received_on)
    if fact.real:
        yield from flow("complaint.real", fact.received_on)
    if fact.real and fact.answered_on:
        yield from flow("complaint.real_answered", fact.received_on)


def _rating(fact: Rating) -> Iterator[Contribution]:
    """Excluded ratings count neither as good nor as bad (MS-21)."""
    if fact.excluded:
        return
    yield from flow("rating.given", fact.given_on)
    if fact.score >= GOOD_FROM:
        yield from flow("rating.good", fact.given_on)
        return
    yield from flow("rating.bad", fact.given_on)
    if fact.settled_in_time:
        yield from flow("rating.bad_settled_in_time", fact.given_on)
    if fact.real:
        yield from flow("rating.bad_real", fact.given_on)
    if fact.real and fact.called_back:
        yield from flow("rating.bad_real_called_back", fact.given_on)


def _fraud(fact: Fraud) -> Iterator[Contribution]:
    yield from flow("fraud.confirmed", fact.confirmed_on)
    yield from flow("fraud.recover_fen", fact.confirmed_on, fact.recover_fen)
    yield from flow("fraud.fine_fen", fact.confirmed_on, fact.fine_fen)


def _delegation(fact: Delegation) -> Iterator[Contribution]:
    """Townships that decide on a programme (MS-13)."""
    yield from stock(f"delegation.{fact.programme}", fact.holds)


SERVICE_MEASURES: Measures = {
    Case: _case,
    Referral: _referral,
    Lead: _lead,
    Alert: _alert,
    Review: _review,
    Change: _change,
    Remedy: _remedy,
    Complaint: _complaint,
    Rating: _rating,
    Fraud: _fraud,
    Delegation: _delegation,
}
