"""The rules, without a database; worked examples carry their number in the rulebook."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marriage.domain import office as office_module
from marriage.domain import registration as registration_module
from marriage.domain.certificate import (
    CertificateKind,
    CertificateNumber,
    CertificateNumberMalformed,
    CertificateSerialExhausted,
    RegionNotValidOnDate,
    RegionOutsideCity,
    YearDoesNotFit,
    region_of,
)
from marriage.domain.competence import CompetenceReason, crosses_provinces, judge_competence
from marriage.domain.eligibility import (
    Applicant,
    CheckOutcome,
    CheckSource,
    Couple,
    Examination,
    ExternalCheck,
    LeapBirthday,
    Occasion,
    examine,
    full_years,
    marriageable_from,
)
from marriage.domain.kinship import (
    Family,
    FamilyMemberTwice,
    FamilyMemberUnknown,
    Link,
    NotTwoFamilyMembers,
    OwnAncestor,
    Parent,
    TooManyParents,
)
from marriage.domain.office import (
    AmendmentChangesNothing,
    Clientele,
    Feature,
    LevelDoesNotFitDivision,
    Office,
    OfficeAction,
    OfficeLevel,
    OfficeStatus,
    RegistrationsSince,
    Source,
    StatedBeforeOpening,
    Statement,
    open_office,
    stated_spans,
)
from marriage.domain.party import (
    BirthDateContradictsIdentityNumber,
    CourtPaper,
    Document,
    DocumentKind,
    DocumentNotAccepted,
    DocumentNumberInvalid,
    Domicile,
    HouseholdDoesNotFit,
    Party,
    PriorStatus,
    Residence,
    SamePersonTwice,
    SexContradictsIdentityNumber,
    Side,
)
from marriage.domain.registration import (
    Annulment,
    AnnulmentGround,
    JudgmentBeforeRegistration,
    JudgmentNotEffective,
    Registration,
    RegistrationAction,
    RegistrationStatus,
    register_marriage,
)
from marriage.reference import offices_by_law
from shared.kernel.clock import CHINA
from shared.kernel.divisions import default_register
from shared.kernel.errors import Refusal
from shared.kernel.identity_number import IdentityNumber, IdentityNumberInvalid, Sex, synthetic_identity_number
from shared.kernel.names import PersonName
from shared.kernel.parameters import Confidence, Parameter, ParameterBook, load_toml
from shared.kernel.spans import Span
from shared.kernel.workflow import ActionNotPossible

BOOK = load_toml(Path(office_module.__file__).parents[1] / "data" / "parameters.toml")
REGISTER = default_register()
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
SOURCE = Source("测试文件", Confidence.VERIFIED, "officer-a")
OPENED = date(2020, 1, 1)


def book_with(name: str, value: object) -> ParameterBook:
    """The delivered parameters with one value changed on every day."""
    others = [parameter for parameter in BOOK if parameter.name != name]
    return ParameterBook([*others, Parameter(name, value, date(2003, 10, 1), None, "测试", Confidence.UNCERTAIN)])


def make_office(division: str = "500103", clientele: Clientele = Clientele.MAINLAND) -> Office:
    place = REGISTER.get(division, date(2021, 1, 1))
    level = OfficeLevel.CITY if place.code == "500000000000" else OfficeLevel.DISTRICT
    return open_office(
        id=UUID(int=1),
        division=place,
        level=level,
        name="测试登记机关",
        clientele=frozenset({clientele}),
        opened_on=OPENED,
        source=SOURCE,
    )


def make_party(sex: Sex = Sex.MALE, born: date = date(1995, 3, 1), **changes: object) -> Party:
    document = Document(DocumentKind.ID_CARD, synthetic_identity_number(7, born, sex).plain)
    home = Domicile(Residence.MAINLAND, "500103")
    return replace(Party(PersonName("测试甲"), document, sex, born, home, PriorStatus.UNMARRIED), **changes)


def check(source: CheckSource, outcome: CheckOutcome = CheckOutcome.CLEAR, at: datetime = MORNING) -> ExternalCheck:
    return ExternalCheck(source, outcome, at)


def make_applicant(party: Party, at: datetime = MORNING, **changes: object) -> Applicant:
    applicant = Applicant(
        party,
        is_present=True,
        is_willing=True,
        has_signed=True,
        identity_check=check(CheckSource.POPULATION_BASE, at=at),
        marital_check=check(CheckSource.NATIONAL_MARRIAGE_BASE, at=at),
    )
    return replace(applicant, **changes)


def make_couple(first: Applicant | None = None, second: Applicant | None = None, **changes: object) -> Couple:
    return Couple(
        first or make_applicant(make_party()),
        second or make_applicant(make_party(Sex.FEMALE)),
        **changes,  # type: ignore[arg-type]
    )


def examined(
    couple: Couple,
    at: datetime = MORNING,
    married: frozenset[Side] = frozenset(),
    office: Office | None = None,
    book: ParameterBook = BOOK,
) -> Examination:
    parameters = book.reader(at.date())
    first, second = couple.parties
    competence = judge_competence(office or make_office(), (first.domicile, second.domicile), at.date(), parameters)
    return examine(couple, at=at, married=married, competence=competence, parameters=parameters)


def codes(examination: Examination) -> list[str]:
    return [obstacle.code for obstacle in examination.obstacles]


# --- age and identity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "obstacles"),
    [
        ("2026-04-30", ["first", "second"]),
        ("2026-05-06", ["second"]),
        ("2026-06-12", ["second"]),
        ("2026-06-15", []),
    ],
)
def test_example_1_both_are_of_age_from_the_later_birthday(day: str, obstacles: list[str]) -> None:
    at = datetime.fromisoformat(f"{day}T10:00:00+08:00")
    man = make_applicant(make_party(Sex.MALE, date(2004, 5, 1)), at)
    woman = make_applicant(make_party(Sex.FEMALE, date(2006, 6, 15)), at)
    found = examined(make_couple(man, woman), at).obstacles
    assert [(obstacle.code, obstacle.field) for obstacle in found] == [
        ("under-marriageable-age", f"{side}/birth_date") for side in obstacles
    ]
    assert all(obstacle.rule == "民法典 第一千零四十七条" for obstacle in found)


def test_example_2_an_identity_number_tells_sex_and_birth_and_guards_its_checksum() -> None:
    number = IdentityNumber("500103200405010039")
    assert (number.sex, number.birth_date) == (Sex.MALE, date(2004, 5, 1))
    with pytest.raises(IdentityNumberInvalid) as refused:
        Document(DocumentKind.ID_CARD, "500103200405010038")
    assert refused.value.facts["reason"] == "checksum"
    assert "50010320040501003" not in str(refused.value)


def test_example_3_an_even_sequence_is_a_woman_and_x_is_a_check_character() -> None:
    assert IdentityNumber("50010320060615002X").sex is Sex.FEMALE
    assert IdentityNumber("11010519491231002X").birth_date == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("born", "sex", "leap", "first_day"),
    [
        (date(2004, 2, 29), Sex.MALE, LeapBirthday.MARCH_1, date(2026, 3, 1)),
        (date(2004, 2, 29), Sex.MALE, LeapBirthday.FEBRUARY_28, date(2026, 2, 28)),
        (date(2004, 2, 29), Sex.FEMALE, LeapBirthday.MARCH_1, date(2024, 2, 29)),
    ],
)
def test_a_leap_day_birthday_follows_the_parameter(born: date, sex: Sex, leap: LeapBirthday, first_day: date) -> None:
    assert marriageable_from(sex, born, leap) == first_day


@given(born=st.dates(date(1930, 1, 1), date(2010, 12, 31)), sex=st.sampled_from(Sex))
def test_the_first_marriageable_day_is_the_first_day_of_that_age(born: date, sex: Sex) -> None:
    first = marriageable_from(sex, born, LeapBirthday.MARCH_1)
    required = 22 if sex is Sex.MALE else 20
    assert full_years(born, first) == required
    assert full_years(born, first - timedelta(days=1)) == required - 1


def test_sex_and_birth_date_must_agree_with_the_identity_number() -> None:
    man = make_party()
    with pytest.raises(SexContradictsIdentityNumber):
        replace(man, sex=Sex.FEMALE)
    with pytest.raises(BirthDateContradictsIdentityNumber):
        replace(man, birth_date=date(1995, 3, 2))


def test_nobody_marries_himself() -> None:
    man = make_applicant(make_party())
    with pytest.raises(SamePersonTwice):
        make_couple(man, man)


def test_each_kind_of_resident_shows_the_papers_of_the_article() -> None:
    passport = Document(DocumentKind.PASSPORT, "E12345678")
    with pytest.raises(DocumentNotAccepted):
        make_party(document=passport)
    foreigner = make_party(document=passport, domicile=Domicile(Residence.FOREIGN))
    assert foreigner.document.masked == "*****5678"
    with pytest.raises(DocumentNumberInvalid):
        Document(DocumentKind.PASSPORT, "Ｅ12345678")
    with pytest.raises(HouseholdDoesNotFit):
        Domicile(Residence.FOREIGN, "500103")
    with pytest.raises(HouseholdDoesNotFit):
        Domicile(Residence.MAINLAND)


# --- kinship ---------------------------------------------------------------------------------------------


def family(first: str, second: str, **parents: str) -> Family:
    """``a="m f"`` are birth parents; ``a="+m"`` is an adoptive one."""
    members = {label: [] for label in (first, second)} | {label: text.split() for label, text in parents.items()}
    return Family.declared(
        [
            (label, tuple(Parent(p.lstrip("+"), Link.ADOPTIVE if p[0] == "+" else Link.BIRTH) for p in above))
            for label, above in members.items()
        ],
        first,
        second,
    )


SECOND_COUSINS = {"a": "pa", "pa": "ga", "ga": "gg", "b": "pb", "pb": "gb", "gb": "gg"}


@pytest.mark.parametrize(
    ("declared", "kind", "generations", "is_prohibited"),
    [
        pytest.param(
            family("a", "b", a="x m1", b="y m2", m1="g", m2="g"), "COLLATERAL", (3, 3), True, id="example 5 cousins"
        ),
        pytest.param(
            family("a", "d", a="m1", d="b", b="m2", m1="g", m2="g"), "COLLATERAL", (3, 4), False,
            id="example 6 cousin's daughter",
        ),
        pytest.param(
            family("a", "b", a="f m1", b="f m2"), "COLLATERAL", (2, 2), True, id="example 7 half-siblings"
        ),
        pytest.param(
            family("a", "b", a="f1 m1", b="f2 m2"), "NONE", None, False, id="example 8 step-siblings without blood"
        ),
        pytest.param(family("u", "n", u="g", p="g", n="p"), "COLLATERAL", (2, 3), True, id="uncle and niece"),
        pytest.param(family("a", "b", **SECOND_COUSINS), "COLLATERAL", (4, 4), False, id="second cousins"),
        pytest.param(family("a", "b", a="b"), "LINEAL", (2, 1), True, id="child and parent"),
        pytest.param(
            family("o", "a", a="b", b="c", c="d", d="o"), "LINEAL", (1, 5), True, id="lineal at any distance"
        ),
        pytest.param(family("a", "b", a="+b"), "LINEAL", (2, 1), True, id="adoptive parent and child"),
        pytest.param(family("a", "b", a="+p", b="p"), "NONE", None, False, id="siblings by adoption only"),
        pytest.param(
            family("a", "b", a="f +p", b="f q"), "COLLATERAL", (2, 2), True, id="adopted away, but of one blood"
        ),
        pytest.param(
            family("a", "b", a="pa m", pa="gg", b="pb m"), "COLLATERAL", (2, 2), True, id="the nearest ancestor counts"
        ),
    ],
)  # fmt: skip
def test_kinship_of_a_declared_family(
    declared: Family, kind: str, generations: tuple[int, int] | None, is_prohibited: bool
) -> None:
    found = declared.kinship()
    assert (found.kind.value, found.generations, found.is_prohibited) == (kind, generations, is_prohibited)


def test_the_parameter_lets_adoption_make_collateral_relatives() -> None:
    siblings = family("a", "b", a="+p", b="p")
    assert siblings.kinship(adoptive_collateral=True).is_prohibited


@given(up=st.integers(2, 8), down=st.integers(2, 8))
def test_collateral_kinship_is_prohibited_up_to_the_third_generation(up: int, down: int) -> None:
    def line(name: str, generations: int) -> dict[str, str]:
        steps = [f"{name}{n}" for n in range(1, generations)] + ["top"]
        return dict(pairwise(steps))

    declared = family("a1", "b1", **line("a", up), **line("b", down))
    mirrored = replace(declared, first="b1", second="a1")
    found = declared.kinship()
    assert found.generations == (up, down)
    assert found.is_prohibited == (max(up, down) <= 3)
    assert mirrored.kinship().generations == (down, up)
    assert mirrored.kinship().is_prohibited == found.is_prohibited


@pytest.mark.parametrize(
    ("declare", "refusal"),
    [
        (lambda: family("a", "a"), NotTwoFamilyMembers),
        (lambda: Family.declared([("a", ())], "a", "b"), FamilyMemberUnknown),
        (lambda: Family.declared([("a", ()), ("a", ()), ("b", ())], "a", "b"), FamilyMemberTwice),
        (lambda: family("a", "b", a="p p"), FamilyMemberTwice),
        (lambda: family("a", "b", a="p q r"), TooManyParents),
        (lambda: family("a", "b", a="p", p="q", q="a"), OwnAncestor),
        (lambda: family("a", "b", a="a"), OwnAncestor),
    ],
)
def test_an_impossible_family_is_refused(declare, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        declare()


# --- status and the other rules --------------------------------------------------------------------------


def divorced_by_court(effective_on: date | None) -> Applicant:
    party = make_party(prior_status=PriorStatus.DIVORCED, court_paper=CourtPaper("测试离婚文书", effective_on))
    says_married = check(CheckSource.NATIONAL_MARRIAGE_BASE, CheckOutcome.CONTRADICTED)
    return make_applicant(party, marital_check=says_married)


@pytest.mark.parametrize("effective_on", [None, date(2026, 11, 24)])
def test_example_10_a_judgment_that_is_not_effective_does_not_end_a_marriage(effective_on: date | None) -> None:
    found = examined(make_couple(divorced_by_court(effective_on)))
    assert codes(found) == ["already-married"]
    assert found.obstacles[0].rule == "民法典 第一千零四十二条"


def test_example_11_an_effective_court_paper_is_annotated_and_the_check_passes() -> None:
    found = examined(make_couple(divorced_by_court(date(2026, 11, 23))))
    assert found.obstacles == ()
    assert [clause.facts["annotated"] for clause in found.passed if "annotated" in clause.facts] == ["COURT_PAPER"]


def test_a_court_paper_does_not_outweigh_our_own_register() -> None:
    found = examined(make_couple(divorced_by_court(date(2026, 11, 1))), married=frozenset({Side.FIRST}))
    assert [(o.code, o.facts["known_from"]) for o in found.obstacles] == [("already-married", "OWN_REGISTER")]


def test_example_12_remarriage_needs_two_divorced_people() -> None:
    divorced = [make_applicant(make_party(sex, prior_status=PriorStatus.DIVORCED)) for sex in Sex]
    assert codes(examined(make_couple(*divorced, occasion=Occasion.REMARRIAGE))) == []
    unmarried = make_applicant(make_party(Sex.FEMALE))
    assert codes(examined(make_couple(divorced[0], unmarried, occasion=Occasion.REMARRIAGE))) == ["not-divorced-before"]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, "missing"),
        (check(CheckSource.NATIONAL_MARRIAGE_BASE, CheckOutcome.UNAVAILABLE), "unavailable"),
        (check(CheckSource.NATIONAL_MARRIAGE_BASE, at=MORNING - timedelta(hours=24, seconds=1)), "stale"),
        (check(CheckSource.NATIONAL_MARRIAGE_BASE, at=MORNING + timedelta(minutes=6)), "in-future"),
        (check(CheckSource.NOTARISED_PROOF), "source"),
        (check(CheckSource.MANUAL), "source"),
    ],
)
def test_what_is_unknown_never_passes(found: ExternalCheck | None, reason: str) -> None:
    couple = make_couple(make_applicant(make_party(), marital_check=found))
    obstacle = examined(couple).obstacles[0]
    assert (obstacle.code, obstacle.facts["reason"]) == ("marital-status-unknown", reason)
    identity = None if found is None else replace(found, source=CheckSource.POPULATION_BASE)
    if reason not in ("source",):
        couple = make_couple(make_applicant(make_party(), identity_check=identity))
        assert codes(examined(couple)) == ["identity-unknown"]


def test_a_manual_check_passes_only_where_the_parameter_allows_it() -> None:
    couple = make_couple(make_applicant(make_party(), marital_check=check(CheckSource.MANUAL)))
    allowed = examined(couple, book=book_with("check.manual_on_outage", True))
    assert allowed.obstacles == ()
    assert "check.manual_on_outage" in allowed.uncertain


def test_a_wrong_identity_is_refused() -> None:
    contradicted = check(CheckSource.POPULATION_BASE, CheckOutcome.CONTRADICTED)
    couple = make_couple(make_applicant(make_party(), identity_check=contradicted))
    assert codes(examined(couple)) == ["identity-not-confirmed"]


@pytest.mark.parametrize(
    ("change", "code", "article"),
    [
        ({"is_present": False}, "not-both-in-person", "民法典 第一千零四十九条"),
        ({"is_willing": False}, "not-voluntary", "民法典 第一千零四十六条"),
        ({"has_signed": False}, "declaration-not-signed", "国务院令第804号 第八条"),
    ],
)
def test_each_obstacle_has_its_name_and_article(change: dict[str, bool], code: str, article: str) -> None:
    found = examined(make_couple(second=make_applicant(make_party(Sex.FEMALE), **change)))
    assert [(o.code, o.rule, o.field.partition("/")[0]) for o in found.obstacles] == [(code, article, "second")]


def test_two_men_close_kin_and_a_missing_photo_are_told_together() -> None:
    other = make_applicant(make_party(Sex.MALE, date(1996, 1, 1)))
    siblings = family("a", "b", a="m", b="m")
    found = examined(make_couple(second=other, family=siblings, has_joint_photo=False))
    assert codes(found) == ["not-one-man-and-one-woman", "prohibited-kinship", "joint-photo-missing"]
    with pytest.raises(Refusal) as refused:
        found.require_clear()
    assert refused.value.code == "not-one-man-and-one-woman"
    assert [ground["code"] for ground in refused.value.facts["grounds"]] == codes(found)


@pytest.mark.parametrize(
    ("occasion", "since", "is_refused"),
    [
        (Occasion.LATE, date(2017, 3, 1), False),
        (Occasion.LATE, date(2017, 2, 28), True),
        (Occasion.LATE, date(2026, 11, 24), True),
        (Occasion.LATE, None, True),
        (Occasion.MARRIAGE, date(2020, 1, 1), True),
    ],
)
def test_a_late_registration_reaches_back_to_when_both_met_the_conditions(
    occasion: Occasion, since: date | None, is_refused: bool
) -> None:
    found = examined(make_couple(occasion=occasion, effective_from=since))
    assert codes(found) == (["effect-before-conditions-met"] if is_refused else [])


# --- competence ------------------------------------------------------------------------------------------

SHANDONG, SICHUAN, HERE = (Domicile(Residence.MAINLAND, code) for code in ("370100", "510100", "500103"))
HONG_KONG = Domicile(Residence.HONG_KONG)
WANZHOU = Domicile(Residence.MAINLAND, "500101")
PERMIT_HERE = Domicile(Residence.MAINLAND, "370100", permit="500103")
PERMIT_ELSEWHERE = Domicile(Residence.MAINLAND, "370100", permit="500101")


@pytest.mark.parametrize(
    ("couple", "on", "regime", "reason"),
    [
        pytest.param((SHANDONG, SICHUAN), "2026-03-02", "NATIONWIDE", "NATIONWIDE", id="example 13, nationwide"),
        pytest.param((SHANDONG, SICHUAN), "2025-05-10", "NATIONWIDE", "NATIONWIDE", id="the first nationwide day"),
        pytest.param((SHANDONG, SICHUAN), "2025-05-09", "PILOT", "NO_TIE_TO_PLACE", id="example 13, no permit"),
        pytest.param((SICHUAN, PERMIT_HERE), "2025-05-09", "PILOT", "RESIDENCE_PERMIT_HERE", id="permit of the place"),
        pytest.param((SICHUAN, PERMIT_ELSEWHERE), "2025-05-09", "PILOT", "NO_TIE_TO_PLACE", id="permit elsewhere"),
        pytest.param((PERMIT_HERE, SICHUAN), "2021-05-31", "HOUSEHOLD", "NO_TIE_TO_PLACE", id="before the pilot"),
        pytest.param((SHANDONG, HERE), "2021-05-31", "HOUSEHOLD", "HOUSEHOLD_HERE", id="household of one"),
        pytest.param((SHANDONG, WANZHOU), "2021-05-31", "HOUSEHOLD", "NO_TIE_TO_PLACE", id="another district, before"),
        pytest.param((SHANDONG, WANZHOU), "2022-11-01", "PILOT", "CITYWIDE", id="another district of the city"),
        pytest.param((HONG_KONG, HERE), "2026-03-02", "NATIONWIDE", "NOT_FOREIGN_RELATED", id="example 14"),
        pytest.param((HERE, HERE), "2019-12-31", "HOUSEHOLD", "NOT_IN_SERVICE", id="before the office opened"),
    ],
)
def test_competence_of_a_district_office(couple: tuple[Domicile, Domicile], on: str, regime: str, reason: str) -> None:
    day = date.fromisoformat(on)
    found = judge_competence(make_office(), couple, day, BOOK.reader(day))
    assert (found.regime.value, found.reason.value) == (regime, reason)


def test_an_office_for_foreign_cases_serves_those_and_no_others() -> None:
    centre, day = make_office("500000", Clientele.FOREIGN_RELATED), date(2026, 3, 2)
    assert judge_competence(centre, (HONG_KONG, HERE), day, BOOK.reader(day)).is_competent
    assert judge_competence(centre, (HERE, HERE), day, BOOK.reader(day)).reason is CompetenceReason.NOT_FOR_MAINLAND


def test_example_14_the_refusal_names_where_to_go() -> None:
    party = make_party(Sex.FEMALE, document=Document(DocumentKind.TRAVEL_PERMIT, "H12345678"), domicile=HONG_KONG)
    applicant = make_applicant(
        party, identity_check=check(CheckSource.BORDER), marital_check=check(CheckSource.NOTARISED_PROOF)
    )
    found = examined(make_couple(second=applicant))
    assert codes(found) == ["office-not-competent"]
    assert found.obstacles[0].facts["refer_to"] == "重庆市婚姻收养登记管理中心"
    assert "competence.foreign_related_office" in found.uncertain


@pytest.mark.parametrize(
    ("couple", "crosses"),
    [
        ((SHANDONG, SICHUAN), True),
        ((SHANDONG, WANZHOU), False),
        ((SHANDONG, HONG_KONG), True),
        ((HONG_KONG, HONG_KONG), False),
    ],
)
def test_a_couple_crosses_provinces_when_no_mainland_party_is_registered_here(
    couple: tuple[Domicile, Domicile], crosses: bool
) -> None:
    assert crosses_provinces(couple) is crosses


# --- offices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "action"), list(product(OfficeStatus, OfficeAction)))
def test_the_whole_matrix_of_an_office(status: OfficeStatus, action: OfficeAction) -> None:
    allowed = {
        (OfficeStatus.OPEN, OfficeAction.AMEND): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.GRADE): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.COUNSEL): OfficeStatus.OPEN,
        (OfficeStatus.OPEN, OfficeAction.CLOSE): OfficeStatus.CLOSED,
    }
    if (status, action) in allowed:
        assert office_module.WORKFLOW.next(status, action) is allowed[status, action]
    else:
        with pytest.raises(ActionNotPossible):
            office_module.WORKFLOW.next(status, action)


def amend(office: Office, day: str, feature: Feature, holds: bool, latest: date | None = None) -> None:
    office.amend(
        from_day=date.fromisoformat(day), changes=[(feature, holds)], source=SOURCE, latest_registration=latest
    )


def days(office: Office, feature: Feature) -> list[tuple[str, str | None]]:
    return [(str(span.begin), str(span.end) if span.end else None) for span in office.spans(feature)]


def test_what_holds_of_an_office_is_stated_from_a_day_on() -> None:
    office = make_office()
    amend(office, "2021-06-01", Feature.CROSS_PROVINCE, True)
    amend(office, "2022-03-01", Feature.CROSS_PROVINCE, False)
    amend(office, "2022-09-01", Feature.CROSS_PROVINCE, True)
    assert days(office, Feature.CROSS_PROVINCE) == [("2021-06-01", "2022-03-01"), ("2022-09-01", None)]
    assert not office.holds(Feature.CROSS_PROVINCE, date(2022, 3, 1))
    assert office.holds(Feature.CROSS_PROVINCE, date(2022, 2, 28))
    amend(office, "2021-12-01", Feature.CROSS_PROVINCE, False)
    assert days(office, Feature.CROSS_PROVINCE) == [("2021-06-01", "2021-12-01")]
    assert office.happened == ["opened", *["amended"] * 4]


def test_nothing_else_holds_while_an_office_is_not_in_service() -> None:
    office = make_office()
    amend(office, "2021-01-01", Feature.COUNSELLING_ROOM, True)
    amend(office, "2022-01-01", Feature.IN_SERVICE, False)
    amend(office, "2022-02-01", Feature.IN_SERVICE, True)
    assert days(office, Feature.COUNSELLING_ROOM) == [("2021-01-01", "2022-01-01"), ("2022-02-01", None)]


def test_a_closed_office_offers_nothing_and_is_not_amended() -> None:
    office = make_office()
    amend(office, "2021-01-01", Feature.CROSS_PROVINCE, True)
    office.close(on=date(2025, 11, 6), source=SOURCE)
    assert days(office, Feature.IN_SERVICE) == [("2020-01-01", "2025-11-06")]
    assert days(office, Feature.CROSS_PROVINCE) == [("2021-01-01", "2025-11-06")]
    assert days(office, Feature.COUNSELLING_ROOM) == []
    with pytest.raises(ActionNotPossible):
        amend(office, "2026-01-01", Feature.CROSS_PROVINCE, True)


def test_an_amendment_that_changes_nothing_is_refused() -> None:
    office = make_office()
    with pytest.raises(AmendmentChangesNothing):
        amend(office, "2021-01-01", Feature.CROSS_PROVINCE, False)
    with pytest.raises(AmendmentChangesNothing):
        office.amend(from_day=OPENED, changes=[], source=SOURCE, name=office.name)
    office.amend(from_day=OPENED, changes=[], source=SOURCE, name="渝中区民政局婚姻登记处（测试）")
    assert office.happened == ["opened", "amended"]


def test_an_office_cannot_have_stopped_before_its_last_registration() -> None:
    latest = date(2026, 11, 23)
    with pytest.raises(RegistrationsSince):
        make_office().close(on=latest, source=SOURCE, latest_registration=latest)
    with pytest.raises(RegistrationsSince):
        amend(make_office(), "2026-11-23", Feature.IN_SERVICE, False, latest)
    make_office().close(on=latest + timedelta(days=1), source=SOURCE, latest_registration=latest)


def test_nothing_is_stated_before_an_office_opened() -> None:
    with pytest.raises(StatedBeforeOpening):
        amend(make_office(), "2019-12-31", Feature.CROSS_PROVINCE, True)
    with pytest.raises(StatedBeforeOpening):
        make_office().close(on=OPENED, source=SOURCE)


def test_the_level_of_an_office_is_that_of_its_division() -> None:
    village = REGISTER.get("500103001002", date(2026, 1, 1))
    for level in OfficeLevel:
        with pytest.raises(LevelDoesNotFitDivision):
            open_office(
                id=UUID(int=1),
                division=village,
                level=level,
                name="测试",
                clientele=frozenset({Clientele.MAINLAND}),
                opened_on=OPENED,
                source=SOURCE,
            )


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 60)).map(
            lambda drawn: Statement(Feature.CROSS_PROVINCE, drawn[0], OPENED + timedelta(days=drawn[1]), SOURCE)
        ),
        max_size=8,
    )
)
def test_spans_say_of_each_day_what_the_last_statement_about_it_said(statements: list[Statement]) -> None:
    spans = stated_spans(statements, Feature.CROSS_PROVINCE)
    for offset in range(62):
        day = OPENED + timedelta(days=offset)
        about = [statement.holds for statement in statements if statement.from_day <= day]
        assert any(span.covers(day) for span in spans) == (about[-1] if about else False)
    ordered = [day for span in spans for day in (span.begin, span.end) if day]
    assert ordered == sorted(set(ordered))


def test_shared_days_of_two_spans() -> None:
    a, b = Span(date(2021, 1, 1), date(2021, 6, 1)), Span(date(2021, 3, 1))
    assert a.shared_with(b) == Span(date(2021, 3, 1), date(2021, 6, 1))
    assert a.shared_with(Span(date(2021, 6, 1))) is None


def test_offices_by_law_are_those_of_todays_districts_and_the_two_that_ended() -> None:
    today = date(2026, 11, 23)
    found = {office.division.code[:6]: office for office in offices_by_law(REGISTER, today, date(2003, 10, 1))}
    assert set(found) == {division.code[:6] for division in REGISTER.districts(today)} | {"500105", "500112"}
    assert (found["500103"].opened_on, found["500103"].closed_on) == (date(2003, 10, 1), None)
    assert found["500154"].opened_on == date(2016, 1, 1)
    assert (found["500157"].opened_on, found["500157"].confidence) == (date(2025, 11, 6), Confidence.UNCERTAIN)
    assert {found[code].closed_on for code in ("500105", "500112")} == {date(2025, 11, 6)}


# --- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "J50010-2026-000001", "J500103-26-000001", "K500103-2026-000001", "J500103-2026-000000",
        "j500103-2026-000001", "J500103-2026-000001 ", "J５00103-2026-000001", "J500103-2026-0000001",
        "JB500103-2026-000001", "", "J500103-2026-000001\n",
    ],
)  # fmt: skip
def test_example_31_a_malformed_number_is_refused(text: str) -> None:
    with pytest.raises(CertificateNumberMalformed):
        CertificateNumber.parse(text)


def test_example_31_a_number_lives_only_as_long_as_its_division() -> None:
    CertificateNumber.parse("J500105-2025-000010").require_valid_on(date(2025, 5, 20), REGISTER)
    with pytest.raises(RegionNotValidOnDate) as refused:
        CertificateNumber.parse("J500105-2026-000010").require_valid_on(date(2026, 1, 5), REGISTER)
    assert refused.value.facts["ended_on"] == "2025-11-06"
    with pytest.raises(YearDoesNotFit):
        CertificateNumber.parse("J500103-2025-000010").require_valid_on(date(2026, 1, 5), REGISTER)
    with pytest.raises(RegionOutsideCity):
        CertificateNumber.parse("J110101-2010-000001").require_valid_on(date(2010, 1, 5), REGISTER)


@given(
    kind=st.sampled_from(CertificateKind), region=st.from_regex(r"\A[0-9]{6}\Z"), year=st.integers(1, 9999),
    serial=st.integers(1, 999_999),
)  # fmt: skip
def test_a_number_is_read_as_it_is_written(kind: CertificateKind, region: str, year: int, serial: int) -> None:
    number = CertificateNumber(kind, region, year, serial)
    assert CertificateNumber.parse(str(number)) == number


def test_a_series_ends_at_its_last_serial() -> None:
    with pytest.raises(CertificateSerialExhausted):
        CertificateNumber(CertificateKind.MARRIAGE, "500103", 2026, 1_000_000)


def test_an_office_writes_the_digits_of_its_county() -> None:
    assert region_of("500103000000", "500000") == "500103"
    assert region_of("500235101000", "500000") == "500235"
    assert region_of("500000000000", "500999") == "500999"


# --- registrations ---------------------------------------------------------------------------------------


def registered(couple: Couple | None = None) -> Registration:
    couple = couple or make_couple()
    return register_marriage(
        id=UUID(int=2),
        office=make_office(),
        couple=couple,
        examination=examined(couple),
        certificate_no=CertificateNumber(CertificateKind.MARRIAGE, "500103", 2026, 1),
        on=MORNING.date(),
        registrar="officer-a",
    )


def judgment(effective_on: date, ground: AnnulmentGround = AnnulmentGround.BIGAMY) -> Annulment:
    return Annulment(ground, "测试人民法院", "（2026）测试第1号", effective_on)


@pytest.mark.parametrize(("status", "action"), list(product(RegistrationStatus, RegistrationAction)))
def test_the_whole_matrix_of_a_registration(status: RegistrationStatus, action: RegistrationAction) -> None:
    in_force, ended = RegistrationStatus.IN_FORCE, RegistrationStatus.ENDED_BY_DIVORCE
    allowed = {
        (in_force, RegistrationAction.ANNUL): RegistrationStatus.ANNULLED,
        (in_force, RegistrationAction.DIVORCE): ended,
        (in_force, RegistrationAction.END_BY_DEATH): RegistrationStatus.ENDED_BY_DEATH,
        (in_force, RegistrationAction.REVOKE): RegistrationStatus.REVOKED,
        (in_force, RegistrationAction.CORRECT): in_force,
        (in_force, RegistrationAction.CELEBRATE): in_force,
        (ended, RegistrationAction.ANNUL): RegistrationStatus.ANNULLED,
        (RegistrationStatus.ENDED_BY_DEATH, RegistrationAction.ANNUL): RegistrationStatus.ANNULLED,
    }
    if (status, action) in allowed:
        assert registration_module.WORKFLOW.next(status, action) is allowed[status, action]
    else:
        with pytest.raises(ActionNotPossible):
            registration_module.WORKFLOW.next(status, action)


def test_a_registration_is_annulled_once_by_an_effective_judgment() -> None:
    registration = registered()
    with pytest.raises(JudgmentNotEffective):
        registered().annul(judgment(date(2026, 11, 24)), today=MORNING.date())
    with pytest.raises(JudgmentBeforeRegistration):
        registered().annul(judgment(date(2026, 11, 22)), today=MORNING.date())
    registration.annul(judgment(date(2026, 11, 23)), today=MORNING.date())
    assert registration.annulled_on == date(2026, 11, 23)
    assert registration.happened == ["registered", "annulled"]
    with pytest.raises(ActionNotPossible):
        registration.annul(judgment(date(2026, 11, 23)), today=MORNING.date())


@pytest.mark.parametrize(
    ("ground", "article"),
    [
        (AnnulmentGround.BIGAMY, "第一千零五十一条"),
        (AnnulmentGround.PROHIBITED_KINSHIP, "第一千零五十一条"),
        (AnnulmentGround.UNDER_AGE, "第一千零五十一条"),
        (AnnulmentGround.COERCION, "第一千零五十二条"),
        (AnnulmentGround.UNDISCLOSED_ILLNESS, "第一千零五十三条"),
    ],
)
def test_each_ground_of_annulment_has_its_article(ground: AnnulmentGround, article: str) -> None:
    assert ground.article == f"民法典 {article}"


def test_a_couple_with_an_obstacle_is_not_registered() -> None:
    with pytest.raises(Refusal):
        registered(make_couple(second=make_applicant(make_party(Sex.FEMALE), is_willing=False)))


def test_a_registration_keeps_why_it_was_allowed() -> None:
    registration = registered()
    assert [clause.code for clause in registration.clauses] == [
        "M01", "M01", "M02", "M03", "M03", "M04", "M04", "M05", "M05", "M06", "M07", "M07", "M09", "M09", "M11",
        "M13", "M10",
    ]  # fmt: skip
    assert set(registration.uncertain) == {"age.leap_birthday", "check.valid_hours"}
