"""Questions to departments: signed, limited in time, repeated with care, and never more than an exception."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from departments.connected import connect_departments
from departments.simulator import Simulator
from shared.runtime.departments import Departments, DepartmentUnavailable, RetryBudget
from shared.testing.under_test import ServiceUnderTest

QUESTION = "household-register"


@pytest.fixture
def simulator(ledger: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    monkeypatch.setattr("departments.simulator.TRUSTED", ("ledger",))
    found = connect_departments(ledger, "public-security")
    found.prepare(QUESTION, "subject-1", {"found": True, "members": 3})
    return found


async def ask(ledger: ServiceUnderTest, subject: str = "subject-1", department: str = "public-security") -> Any:
    return await ledger.running.departments.ask(department, QUESTION, {"subject": subject}, reference="r-1")


async def test_a_signed_question_gets_its_answer(ledger: ServiceUnderTest, simulator: Simulator) -> None:
    assert await ask(ledger) == {"found": True, "members": 3}
    assert simulator.asked == [(QUESTION, "r-1")]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [({"status": 503}, "broken"), ({"status": 403}, "refused"), ({"delay_ms": 9_000}, "timeout")],
)
async def test_each_failure_has_its_reason(
    ledger: ServiceUnderTest, simulator: Simulator, behaviour: dict[str, int], reason: str
) -> None:
    simulator.behave(QUESTION, **behaviour)
    with pytest.raises(DepartmentUnavailable) as failure:
        await ask(ledger)
    assert failure.value.reason == reason
    simulator.recover()
    assert (await ask(ledger))["found"]


async def test_an_unknown_department_and_an_unknown_question_are_unavailable(
    ledger: ServiceUnderTest, simulator: Simulator
) -> None:
    with pytest.raises(DepartmentUnavailable, match="unknown"):
        await ask(ledger, department="weather")
    with pytest.raises(DepartmentUnavailable, match="refused"):
        await ledger.running.departments.ask("public-security", "nonsense", {"subject": "x"}, reference="r")


async def test_a_question_without_our_signature_is_refused(ledger: ServiceUnderTest, simulator: Simulator) -> None:
    transport = httpx.ASGITransport(simulator.application())
    async with httpx.AsyncClient(transport=transport, base_url="http://d.test") as stranger:
        assert (await stranger.post(f"/v1/questions/{QUESTION}", json={"subject": "subject-1"})).status_code == 401
    signed = ledger.running.database.around.signer.sign("another-kind+jws", {"path": "/x"})
    forged = Departments({"public-security": "http://d.test"}, lambda _kind, _claims: signed, transport)
    with pytest.raises(DepartmentUnavailable, match="refused"):
        await forged.ask("public-security", QUESTION, {"subject": "subject-1"}, reference="r")


async def test_an_outage_is_not_answered_with_a_storm(ledger: ServiceUnderTest, simulator: Simulator) -> None:
    simulator.behave("*", status=503)
    for _ in range(40):
        with pytest.raises(DepartmentUnavailable):
            await ask(ledger)
    assert 40 <= len(simulator.asked) <= 40 + 10 + 4, "a tenth of the questions is repeated, and ten at the start"


def test_the_budget_refills_slowly() -> None:
    budget = RetryBudget(share=0.5, most=1.0)
    assert budget.allows()
    assert not budget.allows()
    budget.asked()
    budget.asked()
    assert budget.allows()


async def test_an_answer_that_is_no_object_is_broken() -> None:
    def says(body: bytes) -> Departments:
        async def answer(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=body)

        def sign(_kind: str, _claims: Mapping[str, Any]) -> str:
            return "signature"

        return Departments({"courts": "http://d.test"}, sign, httpx.MockTransport(answer))

    for body in (b"[]", b"not json", b'"text"', b"{" + b" " * 1_000_001 + b"}"):
        with pytest.raises(DepartmentUnavailable):
            await says(body).ask("courts", "q", {}, reference="r")
