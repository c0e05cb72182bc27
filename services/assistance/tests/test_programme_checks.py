"""The pre-check of every programme over HTTP: nothing is stored, every reason is given, bad input is named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.testing.under_test import ServiceUnderTest

CHECK = "/v1/pre-checks/programmes"


@pytest.fixture
def app(service: ServiceUnderTest) -> httpx.AsyncClient:
    """A citizen's app."""
    return service.client("assistance:apply", division="500000000000")


def three(fen: int = 150_000, **changes: Any) -> dict[str, Any]:
    persons = [
        {"ref": "father", "born_on": "1981-05-01", "kinship": "SELF",
         "earnings": [{"kind": "WAGE", "amount_fen": fen}]},
        {"ref": "mother", "born_on": "1983-05-01", "kinship": "SPOUSE"},
        {"ref": "child", "born_on": "2016-05-01", "kinship": "CHILD", "parents": ["father", "mother"]},
    ]  # fmt: skip
    return {"on": "2026-10-15", "household": {"residence": "URBAN", "persons": persons, **changes}}


async def test_we_01_every_programme_with_its_reasons(app: httpx.AsyncClient) -> None:
    answer = await app.post(CHECK, json=three())
    assert answer.status_code == 200, answer.text
    found = {each["programme"]: each for each in answer.json()["verdicts"]}
    allowance = found["SUBSISTENCE_ALLOWANCE"]
    assert (allowance["outcome"], allowance["amount_fen"], allowance["first_month"]) == (
        "ELIGIBLE", 81_000, "2026-10-01",
    )  # fmt: skip
    assert "dibao.pay_from" in allowance["uncertain"]
    assert all(each["clauses"] for each in found.values())
    assert len(found) >= 20
    assert [each["rule"] for each in answer.json()["members"]] == ["H-00", "H-04", "H-05"]
    stored = await app.get("/v1/benefits")
    assert stored.status_code == 403


async def test_we_02_the_boundary_over_http(app: httpx.AsyncClient) -> None:
    body = {**three(231_000), "programmes": ["SUBSISTENCE_ALLOWANCE", "LOW_INCOME_MARGIN"]}
    outcomes = [each["outcome"] for each in (await app.post(CHECK, json=body)).json()["verdicts"]]
    assert outcomes == ["NOT_ELIGIBLE", "ELIGIBLE"]


async def test_present_aids_that_collide_are_named(app: httpx.AsyncClient) -> None:
    body = three()
    held = [{"aid": aid, "valid_from": "2026-01-01"} for aid in ("EXTREME_HARDSHIP_SUPPORT", "SUBSISTENCE_ALLOWANCE")]
    body["household"]["persons"][1]["benefits"] = held
    overlaps = (await app.post(CHECK, json=body)).json()["overlaps"]
    assert [(each["ref"], each["compatibility"]) for each in overlaps] == [("mother", "NEVER")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home: home["persons"][2].update(parents=["child"]),
        lambda home: home["persons"][0]["earnings"][0].update(amount_fen=-1),
        lambda home: home["persons"][0]["earnings"][0].update(amount_fen="１５００"),
        lambda home: home["persons"][0].update(born_on="１９８１-05-01"),
        lambda home: home["persons"][0].update(born_on="2026-10-16"),
        lambda home: home["persons"].extend(
            {"ref": f"p{n}", "born_on": "2000-01-01", "kinship": "OTHER"} for n in range(37)
        ),
        lambda home: home["persons"][1].update(kinship="SELF"),
        lambda home: home["persons"][1].update(ref="father"),
        lambda home: home["persons"][1].update(
            benefits=[{"aid": "RESCUE", "valid_from": "2026-01-01"}, {"aid": "RESCUE", "valid_from": "2026-02-01"}]
        ),
        lambda home: home["persons"][1].update(
            benefits=[{"aid": "RESCUE", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}]
        ),
        lambda home: home.update(subject="nobody"),
    ],
)
async def test_bad_households_are_named(app: httpx.AsyncClient, spoil: Any) -> None:
    body = three()
    spoil(body["household"])
    answer = await app.post(CHECK, json=body)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("programme", "start", "day", "expected"),
    [
        ("RIGID_EXPENDITURE", "ACCEPTED", "2026-02-12",
         {"DECISION": "2026-04-01", "DECISION_SPECIAL": "2026-04-23"}),
        ("DISABILITY_NURSING_SUBSIDY", "PUSHED", "2026-09-21", {"DECISION_AT_HOME_PLACE": "2026-10-12"}),
        ("DISABILITY_NURSING_SUBSIDY", "RESULT", "2026-10-12", {"APPLICANT_TOLD": "2026-10-15"}),
        ("EXTREME_HARDSHIP_SUPPORT", "ABILITY_CHANGED", "2026-04-29", {"REASSESSMENT": "2026-05-15"}),
        ("TEMPORARY_SMALL_FAST", "ACCEPTED", "2026-09-30", {"AID_GIVEN": "2026-10-03"}),
        ("TEMPORARY_SMALL_FAST", "EMERGENCY_OVER", "2026-10-02", {"PAPERS_COMPLETED": "2026-10-20"}),
        ("RESCUE", "ENTERED", "2026-09-24",
         {"DNA_REQUESTED": "2026-10-12", "STAY_ENDS_OR_IS_FILED": "2026-10-04", "SETTLEMENT_BEGINS": "2026-12-24"}),
    ],
)  # fmt: skip
async def test_we_15_19_31_32_34_35_limits(
    app: httpx.AsyncClient, programme: str, start: str, day: str, expected: dict[str, str]
) -> None:
    answer = await app.post("/v1/pre-checks/limits", json={"programme": programme, "start": start, "day": day})
    found = {each["name"]: each["due_on"] for each in answer.json()["deadlines"]}
    assert found.items() >= expected.items()
