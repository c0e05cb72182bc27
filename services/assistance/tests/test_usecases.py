"""The verbs over a real database: what they leave in tables, outbox and audit log, and when."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from assistance import usecases
from assistance.api.applications import SubmissionInput
from assistance.domain.application import (
    Application,
    DecidedByInvestigator,
    PersonInLiveCase,
    Status,
    TownshipRequired,
    VerdictNeedsReview,
)
from assistance.domain.course import Method
from assistance.domain.deadlines import DecisionMode
from assistance.domain.means_test import Finding, Income, IncomeKind, Means, Outcome
from assistance.domain.standard import Programme, Residence, Standard, propose_standard
from assistance.store import Tx
from assistance.usecases import Findings, Submission
from shared.kernel.divisions import AbolishedDivision
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, OutsideOwnArea, SecondPersonRequired
from shared.kernel.workflow import ActionNotPossible
from shared.testing.under_test import ServiceUnderTest

TODAY = date(2026, 11, 23)
DECIDED = date(2026, 12, 1)
PROPOSAL = {
    "programme": Programme.SUBSISTENCE_ALLOWANCE, "residence": Residence.URBAN, "amount_fen": 80_000,
    "valid_from": date(2026, 12, 1), "document": "合成文件", "confidence": Confidence.VERIFIED,
}  # fmt: skip


def handed_in(household: Any, **changes: Any) -> Submission:
    return SubmissionInput(**household(**changes)).parsed(TODAY)


def found(*yuan: int, **findings: Finding) -> Any:
    incomes = [Income(IncomeKind.WAGE, amount * 100) for amount in yuan]
    return Findings(means=lambda persons: Means(persons, incomes, **findings))


async def at_county(service: ServiceUnderTest, household: Any, *yuan: int, **findings: Finding) -> UUID:
    """An application on the county's desk, investigated by officer A and another, its notice over."""
    application_id = await verified(service, household, *yuan, **findings)
    for step in (usecases.opine, usecases.publish):
        await service.run(lambda tx, step=step: step(tx, application_id, expected=None))
    service.clock.advance(timedelta(days=8))
    await service.run(lambda tx: usecases.forward(tx, application_id, expected=None))
    return application_id


async def verified(service: ServiceUnderTest, household: Any, *yuan: int, **findings: Finding) -> UUID:
    """An application whose means officer A has verified."""
    application = await service.run(lambda tx: usecases.submit(tx, handed_in(household)))
    steps = (
        partial(usecases.accept, mode=DecisionMode.COUNTY),
        partial(
            usecases.investigate,
            method=Method.HOME_VISIT,
            investigators=("officer-a", "officer-d"),
            signed_by_both=True,
            remote_reason=None,
        ),
        partial(usecases.verify, found=found(*yuan, **findings)),
    )
    for step in steps:
        await service.run(lambda tx, step=step: step(tx, application.id, expected=None))
    return application.id


async def decided(service: ServiceUnderTest, application_id: UUID, person: str = "officer-b") -> Application:
    return await service.run(lambda tx: usecases.decide(tx, application_id, expected=None), person=person)


async def traces(service: ServiceUnderTest, entity_id: UUID) -> tuple[list[Any], list[Any]]:
    """The outbox rows and the audit rows of one entity, oldest first."""
    outbox = await service.rows(
        "SELECT version, split_part(subject, '.', 4) AS participle, published_at, body::jsonb -> 'data' AS data"
        " FROM outbox WHERE entity_id = :id ORDER BY id", id=entity_id,
    )  # fmt: skip
    audit = await service.rows(
        "SELECT action, person, organisation, request_id, result FROM audit_entry WHERE object_id = :id ORDER BY id",
        id=str(entity_id),
    )
    return outbox, audit


async def test_every_verb_leaves_a_version_an_event_and_an_audit_entry(
    service: ServiceUnderTest, household: Any
) -> None:
    application_id = await at_county(service, household, 1_500)
    await decided(service, application_id)
    outbox, audit = await traces(service, application_id)
    verbs = [
        "submitted", "accepted", "investigated", "verified", "opinion_issued", "publicised", "forwarded", "granted",
    ]  # fmt: skip
    assert [(row.version, row.participle) for row in outbox] == list(enumerate(verbs, start=1))
    assert [(row.action, row.person) for row in audit] == [
        *((f"application.{verb}", "officer-a") for verb in verbs[:-1]), ("application.granted", "officer-b"),
    ]  # fmt: skip
    (row,) = await service.rows("SELECT * FROM application")
    assert (row.version, row.status, row.decided_on, row.verified_by) == (8, "GRANTED", DECIDED, "officer-a")


async def test_an_event_says_what_the_world_may_know_and_nothing_of_a_person(
    service: ServiceUnderTest, household: Any
) -> None:
    application_id = await at_county(service, household, 1_500)
    await decided(service, application_id)
    outbox, _ = await traces(service, application_id)
    assert outbox[-1].data == {
        "programme": "SUBSISTENCE_ALLOWANCE", "residence": "URBAN", "township": "500103001000", "status": "GRANTED",
        "channel": "WINDOW", "persons": 3, "submitted_on": "2026-11-23", "accepted_on": "2026-11-23",
        "decided_on": "2026-12-01", "decision_due_on": "2026-12-30", "on_time": True, "amount_fen": 81_000,
        "reason_code": None, "granted": True, "decision_mode": "COUNTY", "from_lead": False, "supplement_notices": 0,
        "relative": False, "county_visited": False, "extension_reason": None, "elapsed_working_days": 6,
        "national_on_time": True, "local_on_time": True, "publicity_rounds": 1, "objections": 0, "notified_on": None,
        "notified_in_time": None, "ended_on": None,
    }  # fmt: skip


async def test_a_refusal_tells_its_reason_and_no_amount(service: ServiceUnderTest, household: Any) -> None:
    application_id = await at_county(service, household, 2_310)
    refused = await decided(service, application_id)
    outbox, _ = await traces(service, application_id)
    data = outbox[-1].data
    assert (data["status"], data["reason_code"], data["amount_fen"]) == ("REFUSED", "INCOME_BELOW_STANDARD", None)
    assert [clock.name for clock in refused.open_clocks()] == ["REFUSAL_NOTICE"]


async def test_a_decision_stores_its_verdict(service: ServiceUnderTest, household: Any) -> None:
    application_id = await at_county(service, household, 2_310)
    decision = await decided(service, application_id)
    stored = await service.run(lambda tx: tx.applications.find(application_id, area=tx.caller.area))
    assert stored.verdict == decision.verdict
    assert stored.verdict is not None
    assert (stored.verdict.outcome, stored.verdict.near_poor) == (Outcome.NOT_ELIGIBLE, True)
    assert stored.verdict.clauses[0].figures == {
        "counted_income_fen": 231_000, "persons": 3, "standard_fen": 77_000,
    }  # fmt: skip


async def test_whoever_verified_does_not_decide(service: ServiceUnderTest, household: Any) -> None:
    application_id = await at_county(service, household, 1_500)
    with pytest.raises(DecidedByInvestigator):
        await decided(service, application_id, person="officer-a")
    outbox, audit = await traces(service, application_id)
    assert outbox[-1].participle == "forwarded"
    assert audit[-1].action == "application.forwarded"


async def test_an_open_question_is_settled_by_verifying_again(service: ServiceUnderTest, household: Any) -> None:
    application_id = await verified(service, household, 1_500, property_finding=Finding.NEEDS_REVIEW)
    with pytest.raises(VerdictNeedsReview):
        await service.run(lambda tx: usecases.opine(tx, application_id, expected=None))
    settled = partial(usecases.verify, found=found(1_500), expected=None)
    await service.run(lambda tx: settled(tx, application_id))
    opined = await service.run(lambda tx: usecases.opine(tx, application_id, expected=None))
    assert opined.status is Status.OPINION


async def test_a_refused_verb_writes_nothing(service: ServiceUnderTest, household: Any) -> None:
    application = await service.run(lambda tx: usecases.submit(tx, handed_in(household)))
    with pytest.raises(ActionNotPossible):
        await decided(service, application.id)
    outbox, audit = await traces(service, application.id)
    assert (len(outbox), len(audit)) == (1, 1)


async def test_a_household_applies_at_a_township_of_the_callers_area(service: ServiceUnderTest, household: Any) -> None:
    for division, caller_area, refusal in (
        ("500112001000", CITY, AbolishedDivision),
        ("500103000000", CITY, TownshipRequired),
        ("500103001002", CITY, TownshipRequired),
        ("500101001000", "500103000000", OutsideOwnArea),
    ):
        submit = partial(usecases.submit, submission=handed_in(household, division=division))
        with pytest.raises(refusal):
            await service.run(submit, division=caller_area)
    assert await service.rows("SELECT 1 FROM application") == []


async def test_an_application_is_kept_under_the_twelve_digits_of_its_township(
    service: ServiceUnderTest, household: Any
) -> None:
    application = await service.run(lambda tx: usecases.submit(tx, handed_in(household, division="500103001")))
    assert application.division == "500103001000"


async def test_a_person_in_a_live_case_is_refused_by_name(service: ServiceUnderTest, household: Any) -> None:
    await service.run(lambda tx: usecases.submit(tx, handed_in(household)))
    with pytest.raises(PersonInLiveCase) as refused:
        await service.run(lambda tx: usecases.submit(tx, handed_in(household)))
    assert refused.value.rule == "H-11"


async def test_standards_are_proposed_for_the_whole_city_only(service: ServiceUnderTest) -> None:
    with pytest.raises(OutsideOwnArea):
        await service.run(lambda tx: usecases.propose(tx, **PROPOSAL), division="500103000000")


async def test_a_confirmed_standard_ends_its_predecessor_in_the_same_transaction(service: ServiceUnderTest) -> None:
    proposed = await service.run(lambda tx: usecases.propose(tx, **PROPOSAL))
    with pytest.raises(SecondPersonRequired):
        await service.run(lambda tx: usecases.confirm(tx, proposed.id, expected=None))
    await service.run(lambda tx: usecases.confirm(tx, proposed.id, expected=None), person="officer-b")
    rows = await service.rows(
        "SELECT id, valid_from, valid_to, xmin::text FROM standard WHERE programme = 'SUBSISTENCE_ALLOWANCE'"
        " AND residence = 'URBAN' ORDER BY valid_from DESC LIMIT 2"
    )
    assert [(row.valid_from, row.valid_to) for row in rows] == [
        (date(2026, 12, 1), None), (date(2025, 7, 1), date(2026, 12, 1)),
    ]  # fmt: skip
    assert rows[0].xmin == rows[1].xmin
    outbox, _ = await traces(service, rows[1].id)
    assert outbox[-1].participle == "superseded"


async def test_of_many_proposals_for_one_day_one_is_published(service: ServiceUnderTest) -> None:
    proposals = [await service.run(lambda tx: usecases.propose(tx, **PROPOSAL)) for _ in range(8)]

    async def confirmed(proposal: Standard) -> str:
        try:
            await service.run(lambda tx: usecases.confirm(tx, proposal.id, expected=None), person="officer-b")
        except Refusal as refusal:
            return refusal.code
        return "published"

    outcomes = await asyncio.gather(*(confirmed(proposal) for proposal in proposals))
    assert sorted(outcomes) == ["published"] + ["starts-before-latest-standard"] * 7


async def test_the_database_itself_refuses_two_standards_for_one_day(service: ServiceUnderTest) -> None:
    async def publish_beside_the_present_one(tx: Tx) -> None:
        standard = propose_standard(id=new_id(tx.at), by="officer-b", **PROPOSAL)
        standard.confirm(by=tx.caller, latest=None, urban_allowance=None, hardship_factor=None)  # type: ignore[arg-type]
        await tx.standards.add(standard)

    before = await service.rows("SELECT count(*) FROM outbox")
    with pytest.raises(IntegrityError, match="one_standard_a_day"):
        await service.run(publish_beside_the_present_one)
    assert await service.rows("SELECT count(*) FROM outbox") == before


async def test_nothing_is_answered_before_the_commit(
    service: ServiceUnderTest, window: httpx.AsyncClient, household: Any
) -> None:
    await execute(
        service,
        "CREATE CONSTRAINT TRIGGER fails_at_commit AFTER INSERT ON application DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    )
    key = {"Idempotency-Key": str(uuid4())}
    failed = await window.post("/v1/applications", json=household(), headers=key)
    assert failed.is_server_error
    for table in ("application", "application_member", "idempotency", "audit_entry WHERE object_type = 'application'"):
        assert await service.rows(f"SELECT 1 FROM {table}") == [], table
    assert await service.rows("SELECT 1 FROM outbox WHERE noun = 'application'") == []

    await execute(service, "DROP TRIGGER fails_at_commit ON application")
    again = await window.post("/v1/applications", json=household(), headers=key)
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers


async def execute(service: ServiceUnderTest, statement: str) -> None:
    async with service.running.database.engine.begin() as connection:
        await connection.execute(text(statement))
