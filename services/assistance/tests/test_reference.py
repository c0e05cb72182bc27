"""The history of the city's standards, as it is loaded at the start of the service."""

from decimal import Decimal

from assistance.domain.standard import FEN_PER_YUAN
from assistance.reference import load_published_standards
from shared.testing.under_test import ServiceUnderTest

EVERY_DAY = """
    SELECT day::date AS day, series.programme, series.residence, count(held.id) AS standards
    FROM generate_series(date '2020-09-01', date '2026-11-23', interval '1 day') AS day
    CROSS JOIN (SELECT DISTINCT programme, residence FROM standard) AS series
    LEFT JOIN standard AS held
           ON held.programme = series.programme AND held.residence IS NOT DISTINCT FROM series.residence
          AND held.status = 'PUBLISHED' AND held.valid_from <= day AND (held.valid_to IS NULL OR day < held.valid_to)
    GROUP BY 1, 2, 3
"""


async def allowances(service: ServiceUnderTest, on: str) -> list[int]:
    """The urban and the rural subsistence allowance of a day, in yuan."""
    async with service.bare_client() as anybody:
        answer = await anybody.get("/v1/standards", params={"on": on, "programme": "SUBSISTENCE_ALLOWANCE"})
    return [item["amount_fen"] // FEN_PER_YUAN for item in answer.json()["items"]]


async def test_the_standards_of_a_day(service: ServiceUnderTest) -> None:
    history = {
        "2020-08-31": [],
        "2020-09-01": [620, 496],
        "2021-08-31": [620, 496],
        "2021-09-01": [636, 515],
        "2022-12-31": [717, 581],
        "2023-12-31": [735, 600],
        "2025-06-30": [750, 610],
        "2025-07-01": [770, 630],
        "2026-11-23": [770, 630],
    }
    assert {day: await allowances(service, day) for day in history} == history


async def test_we_43_the_rural_standard_as_a_share_of_the_urban_one(service: ServiceUnderTest) -> None:
    for day, share in (("2020-12-31", "80.00"), ("2025-12-31", "81.82")):
        urban, rural = await allowances(service, day)
        assert (Decimal(100) * rural / urban).quantize(Decimal("0.01")) == Decimal(share), day


async def test_the_standard_of_every_day_exists_exactly_once(service: ServiceUnderTest) -> None:
    days = await service.rows(EVERY_DAY)
    assert len(days) == 7 * 2275
    wrong = [row for row in days if row.standards != 1]
    assert {row.programme for row in wrong} == {"UNATTENDED_CHILD"}, "its first figure is of 2021-09-01"
    assert {row.standards for row in wrong} == {0}
    assert max(row.day for row in wrong).isoformat() == "2021-08-31"


async def test_no_published_figure_contradicts_a_rule(service: ServiceUnderTest) -> None:
    assert await service.rows("SELECT document FROM standard WHERE alerts <> '{}'") == []


async def test_loading_twice_adds_nothing(service: ServiceUnderTest) -> None:
    count = "SELECT (SELECT count(*) FROM standard), (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit_entry)"
    before = await service.rows(count)
    await load_published_standards(service.running)
    assert await service.rows(count) == before
    assert before[0][0] == 41


async def test_a_standard_that_officials_published_later_is_left_alone(
    service: ServiceUnderTest, access: dict[str, set[str]]
) -> None:
    clerk, checker = service.client(*access), service.client(*access, person="officer-b")
    proposal = {
        "programme": "SUBSISTENCE_ALLOWANCE", "residence": "URBAN", "amount_fen": 80_000, "valid_from": "2026-12-01",
        "document": "合成文件",
    }  # fmt: skip
    proposed = (await clerk.post("/v1/standards", json=proposal)).json()
    assert (await checker.post(f"/v1/standards/{proposed['id']}/confirm")).status_code == 200
    await load_published_standards(service.running)
    assert await allowances(service, "2026-11-30") == [770, 630]
    assert await allowances(service, "2026-12-01") == [800, 630]


async def test_every_loaded_standard_was_proposed_and_then_published(service: ServiceUnderTest) -> None:
    participles: dict[str, list[str]] = {}
    for event in await service.announced():
        participles.setdefault(event["subject"], []).append(event["type"].split(".")[3])
    assert {tuple(steps) for steps in participles.values()} == {
        ("proposed", "published", "superseded"), ("proposed", "published"),
    }  # fmt: skip
    assert sum(steps[-1] == "published" for steps in participles.values()) == 7, "one standard a series still holds"
