"""Use cases over a real database: what is stored, what is announced, and who sees whom first."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest

from placename.domain.application import Application
from placename.domain.authority import Applicant, ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import ConsultationRequired, ExpertReview
from placename.domain.examination import Protection
from placename.domain.finding import Code, Severity
from placename.domain.material import Material, MaterialKind
from placename.domain.place_name import Description, Heritage, NameStatus, PlaceName
from placename.domain.procedure import (
    Action,
    BlockedByFindings,
    CityConsentMissing,
    DayOutOfOrder,
    FiledBefore,
    FindingNotWaived,
    NameUnderApplication,
    NotYetFiled,
    OpinionMissing,
    ReadingNotConfirmed,
    Status,
    TargetNotInUse,
    Waiver,
)
from placename.domain.size import NOTHING_STATED, Facts
from placename.domain.toponym import Toponym
from placename.queries import NameSearch, search_names
from placename.reference import enter_names
from placename.usecases import (
    Place,
    Ruling,
    Submission,
    accept,
    announce,
    close_consultation,
    consult,
    decide,
    decline,
    file,
    review,
    submit,
    withdraw,
)
from shared.kernel.clock import CHINA
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.principal import CITY, OutsideOwnArea, Principal
from shared.testing.under_test import ServiceUnderTest

C = Category
YUZHONG, NANAN, ZHONG_SEAT, ZHONG_TOWN = "500103001000", "500108001000", "500233001000", "500233104000"
EVERYWHERE = Principal.of_public().area
CODE = OrganisationCode("91500000MA00000008")
APPLICANT = {
    C.TOWNSHIP: ApplicantKind.COUNTY_GOVERNMENT,
    C.SUBDISTRICT: ApplicantKind.COUNTY_GOVERNMENT,
    C.COMMITTEE_SEAT: ApplicantKind.TOWNSHIP,
    C.OTHER: ApplicantKind.TOWNSHIP,
}


def naming(
    specific: str, generic: str, category: Category = C.STREET, division: str = YUZHONG, facts: Facts = NOTHING_STATED,
    spot: tuple[float, float] | None = None,
) -> Submission:  # fmt: skip
    """A synthetic naming; its point depends on the name, so that two names seldom share a spot."""
    x, y = spot or (106.3 + crc32(f"{specific}{generic}{division}".encode()) % 10_000 / 20_000, 29.5)
    return Submission(
        kind=ApplicationKind.NAME,
        applicant=Applicant(APPLICANT.get(category, ApplicantKind.BUILDER), "测试单位", CODE),
        online=True,
        reasons="测试用地名",
        description=Description("测试位置", "测试来历", "测试含义"),
        facts=facts,
        materials=REPORTS if category.family == "DIVISION" else (),
        toponym=Toponym(specific, generic),
        place=Place(category, division, x, y),
    )


PROOF = (Material(MaterialKind.PROOF_OF_END, "拆除公告1号"),)
REPORTS = tuple(
    Material(kind, "报告1号")
    for kind in (MaterialKind.RISK_ASSESSMENT, MaterialKind.EXPERT_REPORT, MaterialKind.OPINION_REPORT)
)


def change(
    target: UUID, toponym: Toponym | None, protection: Protection | None = None, kind: ApplicationKind | None = None
) -> Submission:
    """A synthetic renaming, abolition, or restoration."""
    return Submission(
        kind=kind or (ApplicationKind.RENAME if toponym else ApplicationKind.ABOLISH),
        materials=() if toponym else PROOF,
        applicant=Applicant(ApplicantKind.TOWNSHIP, "测试街道办事处", CODE),
        online=False,
        reasons="测试用变更",
        description=Description("", "", ""),
        toponym=toponym,
        target_id=target,
        protection=protection,
    )


def ruling(**changes: Any) -> Ruling:
    return Ruling(**{"approved": True, "document_no": "府〔2026〕1号", "decided_on": None} | changes)


async def submitted(service: ServiceUnderTest, submission: Submission) -> Application:
    return await service.run(partial(submit, submission=submission))


async def accepted(service: ServiceUnderTest, submission: Submission) -> Application:
    application = await submitted(service, submission)
    return await service.run(partial(accept, application_id=application.id, expected=None))


async def consulted(service: ServiceUnderTest, application: Application) -> Application:
    """An application after its consultation with an expert review."""
    opened = await service.run(
        partial(consult, application_id=application.id, asked=(), working_days=None, hearing=False, expected=None)
    )
    assert opened.consultation is not None
    found = ExpertReview(service.clock.now().date(), 5, True, "必要、可行", "专家论证1号")
    await service.run(partial(review, application_id=application.id, found=found, expected=None))
    service.clock.set(datetime.combine(opened.consultation.until.on + timedelta(days=1), time(9), CHINA))
    return await service.run(partial(close_consultation, application_id=application.id, expected=None))


async def approved(service: ServiceUnderTest, submission: Submission, **changes: Any) -> Application:
    application = await accepted(service, submission)
    work = partial(decide, application_id=application.id, ruling=ruling(**changes), expected=None)
    return await service.run(work, person="officer-b")


async def announced(
    service: ServiceUnderTest, submission: Submission, syllables: list[str] | None = None, **changes: Any
) -> Application:
    application = await approved(service, submission, **changes)
    if syllables is None and submission.toponym is not None:
        assert application.examination.reading is not None
        syllables = list(application.examination.reading.syllables)
    work = partial(announce, application_id=application.id, announced_on=None, syllables=syllables, expected=None)
    return await service.run(work)


async def name_of(service: ServiceUnderTest, name_id: UUID | None) -> PlaceName:
    assert name_id is not None
    return await service.run(lambda tx: tx.names.find(name_id, area=EVERYWHERE))


async def listed(service: ServiceUnderTest, text: str) -> PlaceName:
    """A name of the reference data, by its full text."""
    search = NameSearch(text, None, None, None)
    found = await service.run(lambda tx: search_names(tx, search, area=EVERYWHERE, after=None, limit=50))
    return next(one.name for one in found if one.name.toponym.full == text)


def codes(application: Application, severity: Severity | None = None) -> list[str]:
    return [f.code.value for f in application.examination.findings if severity in (None, f.severity)]


async def test_a_name_goes_from_application_to_the_gazetteer(service: ServiceUnderTest) -> None:
    application = await announced(service, naming("测和", "路"), ["cè", "hé", "lù"])
    assert application.status is Status.ANNOUNCED
    assert application.announced_in_time is True
    name = await name_of(service, application.name_id)
    assert (name.toponym.full, name.romanisation.text, name.needs_review) == ("测和路", "Cehe Lu", False)
    assert (name.act.authority, name.act.document_no) == ("区县人民政府", "府〔2026〕1号")
    assert name.in_use[0].begin == date(2026, 11, 23)
    mine = {str(application.id), str(name.id)}
    events = [event for event in await service.announced() if event["subject"] in mine]
    assert [event["type"].removeprefix("civil.placename.") for event in events] == [
        "application.submitted.v1", "application.accepted.v1", "application.approved.v1", "name.published.v1",
        "application.announced.v1",
    ]  # fmt: skip
    last = events[-1]["data"]
    assert last["announce_due_on"] == "2026-12-08"
    assert (last["online"], last["announced_in_time"], last["category"]) == (True, True, "STREET")
    assert events[-2]["data"] == {
        "category": "STREET",
        "in_use": [{"begin": "2026-11-23", "end": None}],
        "status": "IN_USE",
        "complete": True,
        "signable": True,
    }
    assert not any("测和" in str(event) for event in events)


async def test_example_11_a_street_is_unique_in_its_built_up_area(service: ServiceUnderTest) -> None:
    await announced(service, naming("新华", "路"))
    across_the_river = await submitted(service, naming("新华", "路", division=NANAN))
    assert codes(across_the_river, Severity.BLOCK) == ["D1"]
    taken_up = await service.run(partial(accept, application_id=across_the_river.id, expected=None))
    assert taken_up.passed_first is False
    decision = partial(decide, application_id=across_the_river.id, ruling=ruling(), expected=None)
    with pytest.raises(BlockedByFindings) as refused:
        await service.run(decision, person="officer-b")
    assert refused.value.facts["codes"] == ["D1"]
    elsewhere = await submitted(service, naming("新华", "路", division=ZHONG_SEAT))
    assert codes(elsewhere) == []


async def test_example_12_a_homophone_stands_only_with_a_reason(service: ServiceUnderTest) -> None:
    await announced(service, naming("人和", "路"))
    application = await accepted(service, naming("仁和", "路", division=NANAN))
    assert codes(application, Severity.OVERRIDABLE) == ["D2"]
    decision = partial(decide, application_id=application.id, expected=None)
    with pytest.raises(FindingNotWaived):
        await service.run(partial(decision, ruling=ruling()), person="officer-b")
    waived = ruling(waivers=(Waiver(Code.HOMOPHONE, "地方沿用已久，无法回避"),))
    done = await service.run(partial(decision, ruling=waived), person="officer-b")
    assert done.decision is not None
    assert done.decision.waivers[0].reason == "地方沿用已久，无法回避"


async def test_example_16_a_town_is_unique_in_the_city_and_a_village_in_its_county(service: ServiceUnderTest) -> None:
    town = await submitted(service, naming("白市驿", "镇", C.TOWNSHIP, "500233"))
    assert codes(town, Severity.BLOCK) == ["D1"]
    await announced(service, naming("测民", "村", C.COMMITTEE_SEAT, ZHONG_TOWN))
    same_county = await submitted(service, naming("测民", "村", C.COMMITTEE_SEAT, ZHONG_SEAT))
    other_county = await submitted(service, naming("测民", "村", C.COMMITTEE_SEAT, "500230101000"))
    assert codes(same_county) == ["D1"]
    assert codes(other_county) == []


async def test_example_17_the_first_in_line_wins_until_it_is_closed(service: ServiceUnderTest) -> None:
    first = await submitted(service, naming("石油", "路"))
    second = await submitted(service, naming("石油", "路", division=NANAN))
    assert codes(first) == []
    assert codes(second) == ["D1"]
    assert second.examination.findings[0].pending
    taken_up = await service.run(partial(accept, application_id=first.id, expected=None))
    assert codes(taken_up) == []
    await service.run(partial(withdraw, application_id=first.id, expected=None))
    free = await service.run(partial(accept, application_id=second.id, expected=None))
    assert codes(free) == []


async def test_an_approved_name_counts_for_those_ahead_in_line_too(service: ServiceUnderTest) -> None:
    ahead = await submitted(service, naming("人合", "路"))
    waived = (Waiver(Code.HOMOPHONE, "测试"),)
    await approved(service, naming("仁和", "路", division=NANAN), waivers=waived)
    now = await service.run(partial(accept, application_id=ahead.id, expected=None))
    assert codes(now) == ["D2"]


async def test_of_many_at_once_exactly_one_is_free_of_conflict(service: ServiceUnderTest) -> None:
    many = [
        naming("测同", "路", C.STREET, division, spot=(106.4 + n / 100, 29.5))
        for n, division in enumerate([YUZHONG, NANAN] * 8)
    ]
    results = await asyncio.gather(*(submitted(service, one) for one in many))
    assert sorted(codes(one).count("D1") for one in results) == list(range(16))
    free = [one for one in results if not one.examination.is_blocked]
    for one in results:
        await service.run(partial(accept, application_id=one.id, expected=None))
    attempts = await asyncio.gather(
        *(
            service.run(partial(decide, application_id=one.id, ruling=ruling(), expected=None), person="officer-b")
            for one in results
        ),
        return_exceptions=True,
    )
    assert [one.id for one in attempts if isinstance(one, Application)] == [free[0].id]
    assert sum(isinstance(one, BlockedByFindings) for one in attempts) == 15


async def test_a_second_name_for_one_spot_is_a_renaming(service: ServiceUnderTest) -> None:
    spot = (106.55, 29.55)
    await announced(service, naming("测甲", "路", spot=spot))
    again = await submitted(service, naming("异名", "路", spot=spot))
    assert codes(again, Severity.BLOCK) == ["X1"]
    beside = await submitted(service, naming("别称", "路", spot=(106.5501, 29.55)))
    assert codes(beside) == []


async def test_a_renaming_keeps_the_former_name(service: ServiceUnderTest) -> None:
    old = await announced(service, naming("测旧", "路"))
    assert old.name_id is not None
    service.clock.advance(timedelta(days=10))
    renamed = await announced(service, change(old.name_id, Toponym("测新", "路")))
    former, present = await name_of(service, old.name_id), await name_of(service, renamed.name_id)
    assert (former.status, former.successor_id) == (NameStatus.RENAMED, present.id)
    assert former.in_use[0].end == present.in_use[0].begin == date(2026, 12, 3)
    assert present.predecessor_id == former.id
    assert present.point == former.point
    search = NameSearch("测旧", None, None, None)
    found = await service.run(lambda tx: search_names(tx, search, area=EVERYWHERE, after=None, limit=5))
    assert [(one.name.toponym.full, one.now) for one in found] == [("测旧路", "测新路")]
    with pytest.raises(TargetNotInUse):
        await submitted(service, change(old.name_id, Toponym("又改", "路")))
    reuse = await submitted(service, naming("测旧", "路", division=NANAN))
    assert codes(reuse, Severity.BLOCK) == ["D1"]
    service.clock.set(datetime(2036, 12, 4, 9, tzinfo=CHINA))
    later = await submitted(service, naming("测旧", "路", spot=(106.6, 29.6)))
    assert codes(later, Severity.BLOCK) == ["D1"], "the first to ask again is still in line"
    await service.run(partial(decline, application_id=reuse.id, reason="测试", expected=None))
    free = await service.run(partial(accept, application_id=later.id, expected=None))
    assert codes(free, Severity.BLOCK) == []


async def test_an_abolished_name_is_retired(service: ServiceUnderTest) -> None:
    born = await announced(service, naming("测销", "路"))
    assert born.name_id is not None
    gone = await announced(service, change(born.name_id, None))
    name = await name_of(service, gone.name_id)
    assert name.id == born.name_id
    assert (name.status, name.ended_on) == (NameStatus.ABOLISHED, date(2026, 11, 23))
    assert gone.examination.findings == ()


async def test_one_open_application_a_name(service: ServiceUnderTest) -> None:
    born = await announced(service, naming("测争", "路"))
    assert born.name_id is not None
    both = await asyncio.gather(
        submitted(service, change(born.name_id, None)),
        submitted(service, change(born.name_id, Toponym("测让", "路"))),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Application", "NameUnderApplication"]
    with pytest.raises(NameUnderApplication):
        await submitted(service, change(born.name_id, None))


async def test_example_40_a_listed_name_needs_a_plan_and_a_hearing(service: ServiceUnderTest) -> None:
    cave = await listed(service, "洪崖洞")
    assert cave.heritage is Heritage.CITY
    bare = await submitted(service, change(cave.id, Toponym("测洞", "")))
    assert codes(bare, Severity.BLOCK) == ["H1"]
    await service.run(partial(withdraw, application_id=bare.id, expected=None))
    protected = change(cave.id, Toponym("测洞", ""), Protection("保护方案1号", date(2026, 11, 1)))
    assert codes(await accepted(service, protected), Severity.BLOCK) == []


async def test_example_36_another_departments_announcement_runs_from_the_filing(service: ServiceUnderTest) -> None:
    service.clock.set(datetime(2026, 3, 16, 9, tzinfo=CHINA))
    building = naming("测居", "公寓", C.BUILDING, NANAN)
    application = await accepted(service, building)
    service.clock.set(datetime(2026, 3, 20, 9, tzinfo=CHINA))
    decision = partial(decide, application_id=application.id, expected=None)
    with pytest.raises(OpinionMissing):
        await service.run(partial(decision, ruling=ruling()), person="officer-b")
    done = await service.run(partial(decision, ruling=ruling(opinion_no="南岸民政函1号")), person="officer-b")
    assert done.clocks.filing is not None
    assert (done.clocks.filing.due.on, done.clocks.announcement) == (date(2026, 4, 7), None)
    service.clock.set(datetime(2026, 4, 2, 9, tzinfo=CHINA))
    reading = ["cè", "jū", "gōng", "yù"]
    publish = partial(announce, application_id=done.id, announced_on=None, syllables=reading, expected=None)
    assert done.possible_actions() == (Action.FILE, Action.REVOKE)
    with pytest.raises(NotYetFiled):
        await service.run(publish)
    filing = partial(file, application_id=done.id, filed_on=None, filing_no="备〔2026〕1号", expected=None)
    filed = await service.run(filing)
    assert filed.clocks.announcement is not None
    assert filed.clocks.announcement.due.on == date(2026, 4, 17)
    assert filed.possible_actions() == (Action.RETURN_FILING, Action.ANNOUNCE, Action.REVOKE)
    with pytest.raises(FiledBefore):
        await service.run(filing)
    service.clock.set(datetime(2026, 4, 20, 9, tzinfo=CHINA))
    late = await service.run(publish)
    assert late.announced_in_time is False


async def test_a_governments_approval_may_be_announced_before_it_is_filed(service: ServiceUnderTest) -> None:
    application = await announced(service, naming("测府", "路"))
    assert [clock.name for clock in application.open_clocks()] == ["FILING"]
    filed = await service.run(
        partial(file, application_id=application.id, filed_on=None, filing_no="备1", expected=None)
    )
    assert (filed.status, filed.open_clocks()) == (Status.ANNOUNCED, ())


async def test_a_grand_word_stands_with_the_citys_consent_only(service: ServiceUnderTest) -> None:
    facts = Facts(floor_area_m2=200_000, has_school=True, has_shops=True, has_hospital=True)
    application = await consulted(service, await accepted(service, naming("世界", "城", C.BUILDING, facts=facts)))
    assert codes(application, Severity.OVERRIDABLE) == ["L5"]
    decision = partial(decide, application_id=application.id, expected=None)
    waiver = Waiver(Code.GRAND_WORD, "测试")
    with pytest.raises(CityConsentMissing):
        await service.run(partial(decision, ruling=ruling(opinion_no="1", waivers=(waiver,))), person="officer-b")
    consented = ruling(opinion_no="1", waivers=(replace(waiver, consent_no="渝民函1号"),))
    done = await service.run(partial(decision, ruling=consented), person="officer-b")
    assert done.status is Status.APPROVED


async def test_a_guessed_reading_is_not_announced(service: ServiceUnderTest) -> None:
    application = await approved(service, naming("曾家湾", "路"))
    assert application.examination.reading is not None
    assert not application.examination.reading.confirmed
    publish = partial(announce, application_id=application.id, announced_on=None, expected=None)
    with pytest.raises(ReadingNotConfirmed):
        await service.run(partial(publish, syllables=None))
    done = await service.run(partial(publish, syllables=["zēng", "jiā", "wān", "lù"]))
    name = await name_of(service, done.name_id)
    assert (name.romanisation.toned, name.reading_by) == ("Zēngjiāwān Lù", "officer-a")


async def test_the_authority_must_be_of_the_right_place(service: ServiceUnderTest) -> None:
    street = await accepted(service, naming("测界", "路"))
    town = await accepted(service, naming("测镇", "镇", C.TOWNSHIP, "500103"))
    with pytest.raises(ConsultationRequired):
        await service.run(partial(decide, application_id=town.id, ruling=ruling(), expected=None), person="officer-b")
    town = await consulted(service, town)
    for application, division in ((street, YUZHONG), (town, "500103000000")):
        work = partial(decide, application_id=application.id, ruling=ruling(), expected=None)
        with pytest.raises(OutsideOwnArea):
            await service.run(work, person="officer-b", division=division)
    done = await service.run(
        partial(decide, application_id=street.id, ruling=ruling(), expected=None),
        person="officer-b",
        division="500103000000",
    )
    assert done.authority.division == "500103000000"
    city = partial(decide, application_id=town.id, ruling=ruling(), expected=None)
    assert (await service.run(city, person="officer-b", division=CITY)).status is Status.APPROVED


async def test_a_decision_lies_between_acceptance_and_today(service: ServiceUnderTest) -> None:
    application = await accepted(service, naming("测日", "路"))
    for day in (date(2026, 11, 22), date(2026, 11, 24)):
        work = partial(decide, application_id=application.id, ruling=ruling(decided_on=day), expected=None)
        with pytest.raises(DayOutOfOrder):
            await service.run(work, person="officer-b")


async def test_a_rejected_name_is_free_again(service: ServiceUnderTest) -> None:
    first = await accepted(service, naming("测驳", "路"))
    no = ruling(approved=False, reason="与实际不符")
    done = await service.run(partial(decide, application_id=first.id, ruling=no, expected=None), person="officer-b")
    assert (done.status, done.reason) == (Status.REJECTED, "与实际不符")
    assert codes(await submitted(service, naming("测驳", "路", division=NANAN))) == []


async def test_the_gazetteer_begins_once_with_every_division_and_its_reading(service: ServiceUnderTest) -> None:
    rows = await service.rows("SELECT category, count(*) AS n FROM place_name GROUP BY category")
    counted = {row.category: row.n for row in rows}
    assert (counted["COUNTY_OR_ABOVE"], counted["SUBDISTRICT"], counted["TOWNSHIP"]) == (37, 250, 778)
    unread = await service.rows("SELECT specific FROM place_name WHERE category = 'COUNTY_OR_ABOVE' AND needs_review")
    assert unread == []
    await service.run(enter_names)
    assert await service.rows("SELECT category, count(*) AS n FROM place_name GROUP BY category") == rows
