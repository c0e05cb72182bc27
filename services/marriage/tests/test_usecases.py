"""Use cases over a real database: what is written, what is announced, and what the database itself forbids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from marriage import usecases
from marriage.api.registrations import CoupleInput
from marriage.domain.certificate import RegionNotValidOnDate
from marriage.domain.eligibility import Couple
from marriage.domain.obstacle import AlreadyMarried
from marriage.domain.office import (
    Clientele,
    Feature,
    Office,
    OfficeLevel,
    OfficeOverlaps,
    OfficeUnknown,
    RegistrationsSince,
)
from marriage.domain.registration import Annulment, AnnulmentGround, Registration
from marriage.reference import load_offices_by_law
from marriage.store import Tx
from shared.contracts.marriage import OfficeState, RegistrationState
from shared.kernel.clock import CHINA
from shared.kernel.divisions import AbolishedDivision, UnknownDivision
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, OutsideOwnArea
from shared.testing.under_test import ServiceUnderTest

EVIDENCE = usecases.Evidence("测试文件", Confidence.VERIFIED)
Make = Callable[..., dict[str, Any]]


def opening(
    division: str, level: OfficeLevel, opened_on: date = date(2021, 1, 1), clientele: Clientele = Clientele.MAINLAND
) -> Callable[[Tx], Any]:
    return lambda tx: usecases.open_registration_office(
        tx,
        division=division,
        level=level,
        name="测试登记机关",
        clientele=frozenset({clientele}),
        opened_on=opened_on,
        evidence=EVIDENCE,
    )


async def delivered_office(service: ServiceUnderTest, division: str = "500103000000") -> Office:
    row = (await service.rows("SELECT id FROM office WHERE division = :division", division=division))[0]
    return await service.run(lambda tx: tx.offices.find(row.id, area=tx.caller.area))


def couple_of(office: Office, first: dict[str, Any], second: dict[str, Any], today: date) -> Couple:
    body = CoupleInput(office_id=office.id, first=first, second=second, has_joint_photo=True)
    return body.parsed(today)


async def marry(service: ServiceUnderTest, office: Office, first: Any, second: Any) -> Registration:
    couple = couple_of(office, first, second, service.clock.now().date())
    return await service.run(lambda tx: usecases.register(tx, office.id, couple))


async def test_the_delivered_offices_state_no_more_than_the_law(service: ServiceUnderTest) -> None:
    office = await delivered_office(service)
    assert office.name == "渝中区婚姻登记机关"
    assert office.holds(Feature.IN_SERVICE, date(2026, 11, 23))
    assert office.spans(Feature.CROSS_PROVINCE) == office.spans(Feature.COUNSELLING_ROOM) == ()
    ended = await delivered_office(service, "500112000000")
    assert [str(span.end) for span in ended.spans(Feature.IN_SERVICE)] == ["2025-11-06"]
    announced = await service.announced()
    assert {event["type"] for event in announced} == {
        "civil.marriage.office.opened.v1", "civil.marriage.office.closed.v1",
    }  # fmt: skip
    for event in announced:
        OfficeState.model_validate(event["data"])


async def test_loading_the_offices_again_changes_nothing(service: ServiceUnderTest) -> None:
    before = await service.rows("SELECT id, version FROM office ORDER BY id")
    await load_offices_by_law(service.running)
    assert await service.rows("SELECT id, version FROM office ORDER BY id") == before


async def test_an_office_opens_in_a_division_of_its_level_that_exists(service: ServiceUnderTest) -> None:
    centre = await service.run(opening(CITY, OfficeLevel.CITY, clientele=Clientele.FOREIGN_RELATED))
    assert centre.division == CITY
    with pytest.raises(UnknownDivision):
        await service.run(opening("500199", OfficeLevel.DISTRICT))
    with pytest.raises(AbolishedDivision):
        await service.run(opening("500112000000", OfficeLevel.DISTRICT, date(2026, 1, 1)))
    with pytest.raises(OutsideOwnArea):
        await service.run(opening("500101", OfficeLevel.DISTRICT), division="500103000000")


async def test_a_division_has_one_office_at_a_time(service: ServiceUnderTest) -> None:
    with pytest.raises(OfficeOverlaps):
        await service.run(opening("500103", OfficeLevel.DISTRICT))
    office = await delivered_office(service)
    closing = date(2026, 12, 1)
    await service.run(lambda tx: usecases.close_office(tx, office.id, on=closing, evidence=EVIDENCE, expected=None))
    await service.run(opening("500103", OfficeLevel.DISTRICT, closing))


async def test_a_registration_is_announced_without_the_people(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    office = await delivered_office(service)
    registration = await marry(service, office, man(household_division="370100"), woman(household_division="510100"))
    event = (await service.announced())[-1]
    assert (event["type"], event["region"]) == ("civil.marriage.registration.registered.v1", "500103000000")
    assert RegistrationState.model_validate(event["data"]) == RegistrationState(
        kind="MARRIAGE",
        office_id=str(office.id),
        registered_on=date(2026, 11, 23),
        cross_province=True,
        annulled_on=None,
        cross_district=True,
    )
    assert set(event["data"]) == {
        "kind", "office_id", "registered_on", "cross_province", "annulled_on", "occasion", "cross_district", "void",
        "ended_on", "ended_by", "revoked_on", "ceremony_on",
    }  # fmt: skip
    audit = await service.rows("SELECT action, object_id FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert [(row.action, row.object_id) for row in audit] == [("registration.registered", str(registration.id))]


async def test_example_29_numbers_rise_by_year_and_county(service: ServiceUnderTest, man: Make, woman: Make) -> None:
    office = await delivered_office(service)
    numbers = []
    for seed, day in enumerate(("2026-01-05", "2026-12-31", "2027-01-01"), start=1):
        service.clock.set(datetime.fromisoformat(f"{day}T10:00:00+08:00"))
        checked = f"{day}T09:59:00+08:00"
        done = await marry(service, office, man(seed=seed, checked_at=checked), woman(seed=seed, checked_at=checked))
        numbers.append(str(done.certificate_no))
    assert numbers == ["J500103-2026-000001", "J500103-2026-000002", "J500103-2027-000001"]


async def test_a_delegated_township_draws_from_its_countys_series(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    county = await delivered_office(service)
    township = await service.run(opening("500103001", OfficeLevel.TOWNSHIP))
    first = await marry(service, township, man(seed=1), woman(seed=1))
    second = await marry(service, county, man(seed=2), woman(seed=2))
    assert [str(first.certificate_no), str(second.certificate_no)] == ["J500103-2026-000001", "J500103-2026-000002"]


async def test_a_refused_registration_costs_no_number(service: ServiceUnderTest, man: Make, woman: Make) -> None:
    office = await delivered_office(service)
    await marry(service, office, man(seed=1), woman(seed=1))
    with pytest.raises(AlreadyMarried):
        await marry(service, office, man(seed=1), woman(seed=2))
    third = await marry(service, office, man(seed=3), woman(seed=3))
    assert str(third.certificate_no) == "J500103-2026-000002"


async def test_example_33_an_annulled_marriage_leaves_both_free_to_marry(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    office = await delivered_office(service)
    service.clock.set(datetime(2026, 3, 2, 9, tzinfo=CHINA))
    checked = "2026-03-02T08:59:00+08:00"
    first = await marry(service, office, man(checked_at=checked), woman(checked_at=checked))
    service.clock.set(datetime(2026, 3, 12, 9, tzinfo=CHINA))
    annulment = Annulment(AnnulmentGround.COERCION, "测试人民法院", "（2026）测试第1号", date(2026, 3, 10))
    annulled = await service.run(lambda tx: usecases.annul(tx, first.id, annulment, expected=None))
    assert (annulled.status, annulled.annulled_on) == ("ANNULLED", date(2026, 3, 10))
    event = (await service.announced())[-1]
    assert (event["type"], event["data"]["annulled_on"]) == ("civil.marriage.registration.annulled.v1", "2026-03-10")
    checked = "2026-03-12T08:59:00+08:00"
    again = await marry(service, office, man(checked_at=checked), woman(seed=2, checked_at=checked))
    assert str(again.certificate_no) == "J500103-2026-000002"


async def test_an_office_with_registrations_cannot_have_closed_before_them(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    office = await delivered_office(service)
    await marry(service, office, man(), woman())
    with pytest.raises(RegistrationsSince):
        await service.run(
            lambda tx: usecases.close_office(tx, office.id, on=date(2026, 11, 23), evidence=EVIDENCE, expected=None)
        )
    with pytest.raises(RegistrationsSince):
        await service.run(
            lambda tx: usecases.amend_office(
                tx, office.id, from_day=date(2026, 11, 1), changes=[(Feature.IN_SERVICE, False)], name=None,
                evidence=EVIDENCE, expected=None,
            )
        )  # fmt: skip


async def test_an_office_whose_district_has_ended_gives_no_numbers(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    township = await service.run(opening("500112001", OfficeLevel.TOWNSHIP, date(2025, 1, 1)))
    with pytest.raises(RegionNotValidOnDate):
        await marry(service, township, man(), woman())


async def test_an_office_outside_the_callers_area_does_not_exist(
    service: ServiceUnderTest, man: Make, woman: Make
) -> None:
    office = await delivered_office(service)
    couple = couple_of(office, man(), woman(), date(2026, 11, 23))
    with pytest.raises(OfficeUnknown):
        await service.run(lambda tx: usecases.register(tx, office.id, couple), division="500101000000")
