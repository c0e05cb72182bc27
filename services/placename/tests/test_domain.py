"""The rules of names, without a database; numbers in test names are those of the rulebook's worked examples."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import placename
from placename.domain.application import Application, Content, submit_application
from placename.domain.authority import (
    Applicant,
    ApplicantKind,
    ApplicantNotEntitled,
    ApprovedElsewhere,
    AuthorityKind,
    approver_of,
    require_entitled,
)
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import Consultation, ExpertReview, Hearing, Opinion, OpinionSource
from placename.domain.deadlines import (
    ClockState,
    acceptance_clock,
    announcement_clock,
    decision_clock,
    filing_clock,
)
from placename.domain.duplicate import Keys, Neighbour, check_duplicates, cooldown_begin, keys_of
from placename.domain.examination import Examination, Protection, findings_about_change
from placename.domain.finding import Code, Finding, Severity
from placename.domain.locality import CENTRAL, DivisionTooWide, Locality, Reach, Scope, locate, scope_of
from placename.domain.place_name import (
    NAME_WORKFLOW,
    Alias,
    AliasKind,
    Description,
    Heritage,
    LegalAct,
    NameAction,
    NameStatus,
    PlaceName,
    publish_name,
)
from placename.domain.point import CoordinatesSwapped, PointOutsideCity, place_point
from placename.domain.procedure import (
    WORKFLOW,
    Action,
    ApplicationUnknown,
    Clocks,
    DecidedBySubmitter,
    Decision,
    FindingNotWaived,
    Status,
    Waiver,
    refuse_unwaived,
)
from placename.domain.romanisation import Reading, ReadingInvalid, Romanisation, confirmed_reading, romanise
from placename.domain.size import NOTHING_STATED, Facts, check_size
from placename.domain.toponym import Toponym, ToponymInvalid, analyse, read_vocabulary
from placename.domain.wording import Proposal, check_wording
from placename.domain.writing import arabic, grams_of
from placename.store.lexicon import characters, lexicon
from shared.kernel.calendar import default_calendar
from shared.kernel.clock import CHINA
from shared.kernel.divisions import AbolishedDivision, UnknownDivision, default_register
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.parameters import ParameterReader, load_toml
from shared.kernel.workflow import ActionNotPossible

C = Category
TODAY = date(2026, 11, 23)
BOOK = load_toml(Path(placename.__file__).parent / "data" / "parameters.toml")
YUZHONG, NANAN, ZHONG_SEAT, ZHONG_TOWN = "500103001000", "500108000000", "500233001000", "500233104000"
REGISTER, CALENDAR = default_register(), default_calendar()
CODE = OrganisationCode("91500000MA00000008")


@pytest.fixture
def parameters() -> ParameterReader:
    return BOOK.reader(TODAY)


def reading_of(specific: str, generic: str, category: Category, county: str = "500103") -> tuple[Reading, Romanisation]:
    vocabulary = read_vocabulary(BOOK.reader(TODAY))
    toponym = Toponym(specific, generic)
    parts = analyse(toponym, category, vocabulary)
    reading = lexicon().read(toponym.full, parts, vocabulary.ethnonyms, county)
    return reading, romanise(parts, reading, category, vocabulary.ethnonyms)


def keys(specific: str, generic: str, category: Category = C.STREET) -> Keys:
    vocabulary = read_vocabulary(BOOK.reader(TODAY))
    toponym = Toponym(specific, generic)
    parts = analyse(toponym, category, vocabulary)
    reading = lexicon().read(toponym.full, parts, vocabulary.ethnonyms, "500103")
    return keys_of(toponym.full, parts, reading, characters())


def wording(specific: str, generic: str, category: Category, division: str = YUZHONG) -> dict[Code, Finding]:
    parameters = BOOK.reader(TODAY)
    vocabulary = read_vocabulary(parameters)
    toponym = Toponym(specific, generic)
    parts = analyse(toponym, category, vocabulary)
    proposal = Proposal(toponym, parts, category, locate(division, TODAY, REGISTER, parameters))
    return {finding.code: finding for finding in check_wording(proposal, vocabulary, characters(), parameters)}


def likeness(mine: Keys, other: Keys, category: Category = C.STREET) -> list[tuple[Code, Severity]]:
    neighbour = Neighbour(UUID(int=1), "邻", C.STREET, other, pending=False)
    return [(finding.code, finding.severity) for finding in check_duplicates(mine, category, [neighbour])]


class TestSpelling:
    @pytest.mark.parametrize(
        ("specific", "generic", "category", "text"),
        [
            ("重庆", "市", C.COUNTY_OR_ABOVE, "Chongqing Shi"),
            ("渝中", "区", C.COUNTY_OR_ABOVE, "Yuzhong Qu"),
            ("忠", "县", C.COUNTY_OR_ABOVE, "Zhong Xian"),
            ("石柱土家族", "自治县", C.COUNTY_OR_ABOVE, "Shizhu Tujiazu Zizhixian"),
            ("酉阳土家族苗族", "自治县", C.COUNTY_OR_ABOVE, "Youyang Tujiazu Miaozu Zizhixian"),
            ("永安", "街道", C.SUBDISTRICT, "Yong'an Jiedao"),
            ("长", "江", C.NATURAL_FEATURE, "Chang Jiang"),
            ("嘉陵", "江", C.NATURAL_FEATURE, "Jialing Jiang"),
            ("缙云", "山", C.NATURAL_FEATURE, "Jinyun Shan"),
            ("中山", "四路", C.STREET, "Zhongshan 4 Lu"),
            ("中山四", "路", C.STREET, "Zhongshan 4 Lu"),
            ("五一", "路", C.STREET, "Wuyi Lu"),
            ("金渝", "大道", C.STREET, "Jinyu Dadao"),
            ("南坪", "西路", C.STREET, "Nanping Xilu"),
            ("磁器口", "正街", C.STREET, "Ciqikou Zhengjie"),
            ("枇杷山", "后街", C.STREET, "Pipashan Houjie"),
            ("解放碑", "步行街", C.STREET, "Jiefangbei Buxing Jie"),
            ("解放碑", "步行街", C.PARK, "Jiefangbei Buxingjie"),
            ("曾家岩", "", C.OTHER, "Zengjiayan"),
            ("龙王", "集", C.HAMLET, "Longwangji"),
            ("女儿", "城", C.BUILDING, "Nü'er Cheng"),
        ],
    )
    def test_examples_1_to_9_names_are_spelled_by_the_rules_of_1984(
        self, specific: str, generic: str, category: Category, text: str
    ) -> None:
        assert reading_of(specific, generic, category)[1].text == text

    def test_a_spelling_says_which_rules_shaped_it(self) -> None:
        assert reading_of("中山", "四路", C.STREET)[1].rules == ("1", "7")
        assert reading_of("永安", "街道", C.SUBDISTRICT)[1].rules == ("1", "11")
        assert reading_of("解放碑", "步行街", C.PARK)[1].rules == ("1", "14")

    @pytest.mark.parametrize(
        ("specific", "generic", "county", "toned"),
        [
            ("长寿", "区", "500115", "cháng shòu qū"),
            ("綦江", "区", "500110", "qí jiāng qū"),
            ("北碚", "区", "500109", "běi bèi qū"),
            ("涪陵", "区", "500102", "fú líng qū"),
            ("丰都", "县", "500230", "fēng dū xiàn"),
            ("酉阳土家族苗族", "自治县", "500242", "yǒu yáng tǔ jiā zú miáo zú zì zhì xiàn"),
        ],
    )
    def test_names_of_districts_are_read_from_the_dictionary(
        self, specific: str, generic: str, county: str, toned: str
    ) -> None:
        reading, _ = reading_of(specific, generic, C.COUNTY_OR_ABOVE, county)
        assert reading.toned == toned
        assert reading.confirmed

    def test_a_reading_of_one_county_does_not_hold_in_another(self) -> None:
        here, _ = reading_of("长滩", "镇", C.TOWNSHIP, "500101")
        there, _ = reading_of("长滩", "镇", C.TOWNSHIP, "500233")
        assert (here.toned, here.confirmed) == ("cháng tān zhèn", True)
        assert not there.confirmed

    def test_a_guess_of_the_library_needs_review(self) -> None:
        reading, _ = reading_of("新华", "路", C.STREET)
        assert reading.toned == "xīn huá lù"
        assert not reading.confirmed

    def test_a_reading_has_a_syllable_for_each_character_even_where_none_is_known(self) -> None:
        reading, _ = reading_of("𰻞𠮷A3", "路", C.STREET)
        assert len(reading.syllables) == 5
        assert not reading.confirmed

    def test_a_person_vouches_syllable_by_syllable(self) -> None:
        reading = confirmed_reading(["Zēng", "jiā", "yán"], "曾家岩")
        assert reading == Reading(("zēng", "jiā", "yán"), confirmed=True)
        assert reading.initials == "zjy"
        assert confirmed_reading(["lǜ"], "绿").letters == "lv"

    @pytest.mark.parametrize(
        "syllables", [["zēng", "jiā"], ["zēng", "jiā", "9"], ["zēēng", "jiā", "yán"], ["", "a", "b"]]
    )
    def test_what_is_no_reading_is_refused(self, syllables: list[str]) -> None:
        with pytest.raises(ReadingInvalid):
            confirmed_reading(syllables, "曾家岩")

    @pytest.mark.parametrize(
        ("numerals", "digits"),
        [
            ("四", "4"),
            ("十", "10"),
            ("十二", "12"),
            ("二十", "20"),
            ("三十一", "31"),
            ("7", "7"),
            ("百", "百"),
            ("一一", "一一"),
        ],
    )
    def test_chinese_numerals_become_digits_below_one_hundred(self, numerals: str, digits: str) -> None:
        assert arabic(numerals) == digits


class TestLikeness:
    def test_example_11_the_same_name_blocks(self) -> None:
        assert likeness(keys("新华", "路"), keys("新华", "路")) == [(Code.DUPLICATE, Severity.BLOCK)]

    @pytest.mark.parametrize(("mine", "other"), [("仁和", "人和"), ("泰安", "太安")])
    def test_example_12_the_same_sound_may_be_waived(self, mine: str, other: str) -> None:
        assert likeness(keys(mine, "路"), keys(other, "路")) == [(Code.HOMOPHONE, Severity.OVERRIDABLE)]

    def test_example_13_a_sound_that_only_the_dialect_confuses_is_worth_knowing(self) -> None:
        assert likeness(keys("兴华", "路"), keys("新华", "路")) == [(Code.DIALECT, Severity.INFO)]

    def test_example_15_the_same_specific_warns_and_a_derived_name_does_not(self) -> None:
        assert likeness(keys("新华", "街"), keys("新华", "路")) == [(Code.SAME_SPECIFIC, Severity.WARN)]
        assert likeness(keys("新华", "一路"), keys("新华", "路")) == []
        assert likeness(keys("新华", "一路"), keys("新华", "二路")) == []

    def test_tones_apart_is_near(self) -> None:
        assert likeness(keys("鑫花", "路"), keys("新华", "路")) == [(Code.NEAR_SOUND, Severity.WARN)]

    def test_one_character_apart_looks_alike(self) -> None:
        assert likeness(keys("石油", "路"), keys("石坪", "路")) == [(Code.LOOK_ALIKE, Severity.INFO)]
        assert likeness(keys("石", "路"), keys("油", "路")) == []
        assert likeness(keys("大石坝", "路"), keys("石坝", "路")) == [(Code.LOOK_ALIKE, Severity.INFO)]

    def test_across_categories_a_duplicate_is_only_worth_knowing(self) -> None:
        assert likeness(keys("人民", "广场", C.PARK), keys("人民", "广场"), C.PARK) == [(Code.DUPLICATE, Severity.INFO)]
        assert likeness(keys("仁民", "广场", C.PARK), keys("人民", "广场"), C.PARK) == []

    @pytest.mark.parametrize("written", ["新華", "新 华", "新·华", "新\u3000华", "新华\U000e0100"])
    def test_spellings_of_one_name_have_one_key(self, written: str) -> None:
        assert characters().fold(written) == "新华"

    def test_a_radical_and_a_compatible_form_are_the_character_they_show(self) -> None:
        assert characters().fold("\u2f08和") == "人和"
        assert characters().fold("\ufa19路") == "神路"

    def test_characters_of_every_extension_keep_their_difference(self) -> None:
        written = "𠀀𪜀𫝀𫠠𬺰𰀀𱍐"
        assert characters().fold(written) == written

    def test_names_retired_ten_years_ago_are_free_again(self) -> None:
        assert cooldown_begin(date(2026, 11, 23), 10) == date(2016, 11, 23)
        assert cooldown_begin(date(2028, 2, 29), 10) == date(2018, 2, 28)

    def test_grams_are_characters_and_pairs(self) -> None:
        assert set(grams_of("新华路")) == {"新", "华", "路", "新华", "华路"}


class TestWording:
    def test_example_18_a_foreign_place_blocks(self) -> None:
        assert wording("巴黎", "花园", C.BUILDING)[Code.FOREIGN].severity is Severity.BLOCK

    def test_example_19_a_hero_of_fiction_may_be_waived(self) -> None:
        finding = wording("孙悟空", "路", C.STREET)[Code.PERSON]
        assert (finding.severity, finding.matched) == (Severity.OVERRIDABLE, "孙悟空")

    def test_example_21_a_grand_word_needs_the_city(self) -> None:
        assert wording("世界", "城", C.BUILDING)[Code.GRAND_WORD].severity is Severity.OVERRIDABLE
        sizes = list(check_size("城", C.BUILDING, NOTHING_STATED, BOOK.reader(TODAY)))
        assert {finding.code for finding in sizes} == {Code.GENERIC_SIZE}

    def test_example_22_a_long_specific_warns(self) -> None:
        assert wording("金色阳光海岸", "花园", C.BUILDING)[Code.LENGTH].severity is Severity.WARN
        assert Code.LENGTH not in wording("金色阳光", "花园", C.BUILDING)

    def test_example_23_letters_block(self) -> None:
        assert wording("A区3", "路", C.STREET)[Code.NUMBER_OR_SIGN].severity is Severity.OVERRIDABLE
        found = [f for f in _all_wording("A区3", "路") if f.code is Code.NUMBER_OR_SIGN]
        assert Severity.BLOCK in {finding.severity for finding in found}

    def test_example_24_a_division_does_not_take_the_name_of_a_feature_elsewhere(self) -> None:
        assert wording("长江三峡", "街道", C.SUBDISTRICT)[Code.FOREIGN_TO_AREA].severity is Severity.BLOCK
        assert Code.FOREIGN_TO_AREA not in wording("长江三峡", "街道", C.SUBDISTRICT, "500236")

    def test_a_state_leader_a_brand_and_a_forbidden_word_are_found(self) -> None:
        assert wording("邓小平", "路", C.STREET)[Code.STATE_LEADER].severity is Severity.BLOCK
        assert wording("万达", "广场", C.BUILDING)[Code.BRAND].severity is Severity.OVERRIDABLE
        assert wording("皇家", "花园", C.BUILDING)[Code.FORBIDDEN].severity is Severity.BLOCK

    def test_listed_words_are_found_in_traditional_characters_too(self) -> None:
        assert wording("鄧小平", "路", C.STREET)[Code.STATE_LEADER].severity is Severity.BLOCK

    def test_a_word_of_the_generic_is_not_of_the_specific(self) -> None:
        assert wording("永恒", "大道", C.STREET) == {}

    def test_a_character_outside_the_table_blocks_and_a_rare_one_warns(self) -> None:
        assert wording("𠮷祥", "路", C.STREET)[Code.CHARACTER].severity is Severity.BLOCK
        assert wording("新華", "路", C.STREET)[Code.CHARACTER].matched == "華"
        rare = next(character for character, level in characters().levels.items() if level == 3)
        assert wording(rare + "山", "路", C.STREET)[Code.CHARACTER].severity is Severity.WARN

    def test_the_table_holds_8105_characters_in_three_levels(self) -> None:
        levels = list(characters().levels.values())
        assert [levels.count(level) for level in (1, 2, 3)] == [3500, 3000, 1605]

    def test_a_single_character_warns_but_not_for_rivers_and_divisions(self) -> None:
        assert Code.LENGTH in wording("绿", "苑", C.BUILDING)
        assert Code.LENGTH not in wording("长", "江", C.NATURAL_FEATURE)
        assert Code.LENGTH not in wording("忠", "县", C.COUNTY_OR_ABOVE)

    @pytest.mark.parametrize("specific", ["五一", "三", "八"])
    def test_a_number_as_specific_needs_the_city(self, specific: str) -> None:
        assert wording(specific, "路", C.STREET)[Code.NUMBER_OR_SIGN].severity is Severity.OVERRIDABLE

    @pytest.mark.parametrize("generic", ["", "地块", "大西路"])
    def test_a_name_without_a_generic_blocks(self, generic: str) -> None:
        assert wording("新华", generic, C.STREET)[Code.STRUCTURE].severity is Severity.BLOCK

    def test_a_name_that_is_only_a_generic_blocks(self) -> None:
        assert wording("大", "道", C.STREET)[Code.STRUCTURE].detail == "只有通名，没有专名"

    def test_hamlets_and_market_towns_may_do_without_a_generic(self) -> None:
        assert Code.STRUCTURE not in wording("龙王集", "", C.HAMLET)

    def test_a_generic_of_another_category_blocks(self) -> None:
        assert wording("新华", "街道", C.BUILDING)[Code.GENERIC_CLASS].severity is Severity.BLOCK

    @pytest.mark.parametrize(
        "text", ["", " ", "新\u200b华", "新\u202e华", "新\x00华", "新\ue000华", " 新华", "新" * 51, "新\n华"]
    )
    def test_what_cannot_be_seen_or_stored_is_refused(self, text: str) -> None:
        with pytest.raises(ToponymInvalid):
            Toponym(text, "路")

    @pytest.mark.parametrize("text", ["𠀀", "𪜀", "𫝀", "𫠠", "𬺰", "𰀀", "𱍐", "㑇", "新華"])
    def test_names_are_kept_exactly_as_received(self, text: str) -> None:
        assert Toponym(text, "路").full == text + "路"


def _all_wording(specific: str, generic: str) -> list[Finding]:
    parameters = BOOK.reader(TODAY)
    vocabulary = read_vocabulary(parameters)
    toponym = Toponym(specific, generic)
    parts = analyse(toponym, C.STREET, vocabulary)
    proposal = Proposal(toponym, parts, C.STREET, locate(YUZHONG, TODAY, REGISTER, parameters))
    return list(check_wording(proposal, vocabulary, characters(), parameters))


class TestSize:
    @pytest.mark.parametrize(
        ("term", "category", "facts", "found"),
        [
            ("花园", C.BUILDING, Facts(greening_permille=400), 0),
            ("花园", C.BUILDING, Facts(greening_permille=399), 1),
            ("花园", C.BUILDING, NOTHING_STATED, 1),
            ("广场", C.BUILDING, Facts(usable_area_m2=1_999), 1),
            ("广场", C.BUILDING, Facts(usable_area_m2=2_000), 0),
            ("广场", C.PARK, NOTHING_STATED, 0),
            ("城", C.BUILDING, Facts(floor_area_m2=210_000, has_school=True, has_shops=True), 1),
            ("城", C.BUILDING, Facts(floor_area_m2=210_000, has_school=True, has_shops=True, has_hospital=True), 0),
            ("大道", C.STREET, Facts(carriageway_cm=3_999), 1),
            ("大道", C.STREET, Facts(carriageway_cm=4_000), 0),
            ("街", C.STREET, NOTHING_STATED, 1),
            ("街", C.STREET, Facts(is_commercial=True), 0),
            ("大厦", C.BUILDING, Facts(floors=11), 0),
        ],
    )
    def test_examples_25_to_29_a_generic_promises_a_size(
        self, term: str, category: Category, facts: Facts, found: int, parameters: ParameterReader
    ) -> None:
        assert len(list(check_size(term, category, facts, parameters))) == found


class TestScope:
    @pytest.mark.parametrize(
        ("category", "division", "scope"),
        [
            (C.TOWNSHIP, "500233", Scope(Reach.CITY, "500000000000")),
            (C.COMMITTEE_SEAT, ZHONG_TOWN, Scope(Reach.COUNTY, "500233")),
            (C.STREET, YUZHONG, Scope(Reach.BUILT_UP_AREA, CENTRAL)),
            (C.BUILDING, NANAN, Scope(Reach.BUILT_UP_AREA, CENTRAL)),
            (C.STREET, ZHONG_SEAT, Scope(Reach.BUILT_UP_AREA, "500233")),
            (C.STREET, ZHONG_TOWN, Scope(Reach.TOWNSHIP, ZHONG_TOWN[:9])),
            (C.HAMLET, ZHONG_TOWN, Scope(Reach.TOWNSHIP, ZHONG_TOWN[:9])),
            (C.PARK, YUZHONG, Scope(Reach.CITY, "500000000000")),
        ],
    )
    def test_how_far_a_name_must_be_unique(
        self, category: Category, division: str, scope: Scope, parameters: ParameterReader
    ) -> None:
        assert scope_of(category, locate(division, TODAY, REGISTER, parameters), parameters) == scope

    def test_a_hamlet_needs_its_township_and_no_name_lies_in_the_whole_city(self, parameters: ParameterReader) -> None:
        with pytest.raises(DivisionTooWide):
            scope_of(C.HAMLET, locate("500233", TODAY, REGISTER, parameters), parameters)
        with pytest.raises(DivisionTooWide):
            locate("500000", TODAY, REGISTER, parameters)

    def test_an_abolished_and_an_unknown_division_are_refused(self, parameters: ParameterReader) -> None:
        with pytest.raises(AbolishedDivision):
            locate("500112001000", TODAY, REGISTER, parameters)
        with pytest.raises(UnknownDivision):
            locate("500199", TODAY, REGISTER, parameters)


class TestAuthority:
    def test_example_30_the_county_government_approves_a_street(self, parameters: ParameterReader) -> None:
        authority = approver_of(C.STREET, Locality(YUZHONG, "500103", "500103001", CENTRAL), False, parameters)
        assert (authority.kind, authority.division) == (AuthorityKind.COUNTY_GOVERNMENT, "500103000000")
        assert "市民政局" in authority.files_with
        assert not authority.is_other_department

    def test_a_street_through_two_counties_goes_to_the_city(self, parameters: ParameterReader) -> None:
        authority = approver_of(C.STREET, Locality(YUZHONG, "500103", "500103001", CENTRAL), True, parameters)
        assert (authority.kind, authority.division) == (AuthorityKind.CITY_GOVERNMENT, "500000000000")

    def test_example_32_the_housing_department_approves_a_building_after_an_opinion(
        self, parameters: ParameterReader
    ) -> None:
        authority = approver_of(C.BUILDING, Locality(NANAN, "500108", None, CENTRAL), False, parameters)
        assert (authority.kind, authority.division) == (AuthorityKind.HOUSING_DEPARTMENT, NANAN)
        assert authority.needs_opinion
        assert authority.files_with == "同级地名行政主管部门"

    def test_example_33_the_city_government_approves_a_town(self, parameters: ParameterReader) -> None:
        authority = approver_of(C.TOWNSHIP, Locality("500233000000", "500233", None, "500233"), False, parameters)
        assert (authority.kind, authority.basis) == (AuthorityKind.CITY_GOVERNMENT, "行政区划管理条例 第九条")

    def test_example_34_a_builder_may_apply_and_a_private_person_may_not(self, parameters: ParameterReader) -> None:
        require_entitled(ApplicantKind.BUILDER, C.STREET, ApplicationKind.NAME, parameters)
        with pytest.raises(ApplicantNotEntitled):
            require_entitled(ApplicantKind.INDIVIDUAL, C.STREET, ApplicationKind.NAME, parameters)
        with pytest.raises(ApplicantNotEntitled):
            require_entitled(ApplicantKind.BUILDER, C.STREET, ApplicationKind.RENAME, parameters)

    @pytest.mark.parametrize("category", [category for category in Category if category is not C.COUNTY_OR_ABOVE])
    def test_every_category_has_an_approver_and_an_applicant(
        self, category: Category, parameters: ParameterReader
    ) -> None:
        approver_of(category, Locality(YUZHONG, "500103", "500103001", CENTRAL), True, parameters)
        for kind in ApplicationKind:
            with pytest.raises(ApplicantNotEntitled):
                require_entitled(ApplicantKind.INDIVIDUAL, category, kind, parameters)

    def test_counties_are_not_named_here(self, parameters: ParameterReader) -> None:
        with pytest.raises(ApprovedElsewhere):
            approver_of(C.COUNTY_OR_ABOVE, Locality(YUZHONG, "500103", None, CENTRAL), False, parameters)


class TestClocks:
    @pytest.mark.parametrize(
        ("approved_on", "due_on"),
        [
            (date(2026, 9, 14), date(2026, 9, 29)),
            (date(2026, 9, 18), date(2026, 10, 8)),
            (date(2026, 9, 21), date(2026, 10, 8)),
        ],
    )
    def test_example_35_filing_and_announcement_run_fifteen_days_and_roll(
        self, approved_on: date, due_on: date
    ) -> None:
        assert filing_clock(approved_on, CALENDAR).due.on == due_on
        assert announcement_clock(approved_on, CALENDAR).due.on == due_on

    def test_example_38_acceptance_and_decision_count_working_days(self, parameters: ParameterReader) -> None:
        assert acceptance_clock(date(2026, 9, 14), CALENDAR, parameters).due.on == date(2026, 9, 20)
        assert decision_clock(date(2026, 9, 21), CALENDAR, parameters).due.on == date(2026, 10, 26)

    def test_a_clock_tells_how_it_stands(self) -> None:
        clock = filing_clock(date(2026, 9, 14), CALENDAR)
        stands = [clock.state(date(2026, 9, day)) for day in (28, 29, 30)]
        assert stands == [ClockState.RUNNING, ClockState.DUE_TODAY, ClockState.OVERDUE]


class TestPoint:
    def test_a_point_of_the_city_is_kept_to_a_millionth(self, parameters: ParameterReader) -> None:
        assert place_point(106.5516432, 29.5630, parameters).longitude == Decimal("106.551643")

    def test_swapped_coordinates_are_recognised(self, parameters: ParameterReader) -> None:
        with pytest.raises(CoordinatesSwapped):
            place_point(29.563, 106.5516, parameters)

    @pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (116.4, 39.9), (106.5, 90.0), (-106.5, 29.5), (1e-7, 29.5)])
    def test_a_point_elsewhere_is_refused(self, x: float, y: float, parameters: ParameterReader) -> None:
        with pytest.raises(PointOutsideCity):
            place_point(x, y, parameters)


CONTENT = Content(
    Toponym("测试", "路"), (Toponym("测和", "路"),), Description("", "", ""), "测试", NOTHING_STATED, (), None
)
CONSULTATION = Consultation(date(2026, 11, 4), CALENDAR.add_working_days(date(2026, 11, 4), 7), False, False)


def make_application(status: Status, category: Category = C.STREET, **changes: Any) -> Application:
    """An application in any status; what its way there would have left behind is filled in."""
    parameters = BOOK.reader(TODAY)
    locality = locate(YUZHONG, TODAY, REGISTER, parameters)
    application = submit_application(
        id=UUID(int=7), business_no="DM1", serial=1, kind=ApplicationKind.NAME, category=category, online=True,
        cross_county=False, applicant=Applicant(ApplicantKind.BUILDER, "测试建设公司", CODE), by="officer-a",
        at=datetime(2026, 11, 2, 9, tzinfo=CHINA), authority=approver_of(category, locality, False, parameters),
        locality=locality, content=CONTENT, point=None, geometry=None, target_id=None,
        examination=Examination(()), acceptance_due=acceptance_clock(TODAY, CALENDAR, parameters),
    )  # fmt: skip
    application.status = status
    application.accepted_on = None if status in (Status.SUBMITTED, Status.RETURNED) else date(2026, 11, 3)
    if status in (Status.CONSULTING, Status.DECIDING):
        application.consultation = CONSULTATION
    if status in (Status.APPROVED, Status.ANNOUNCED, Status.IN_USE, Status.REVOKED):
        application.decision = Decision("渝中府〔2026〕1号", date(2026, 11, 10), "officer-b")
        application.clocks = Clocks(application.clocks.acceptance, filing=filing_clock(date(2026, 11, 10), CALENDAR))
    for name, value in changes.items():
        setattr(application, name, value)
    return application


NOW = datetime(2026, 11, 23, 9, tzinfo=CHINA)


def act(application: Application, action: Action) -> None:
    decision = Decision("渝中府〔2026〕2号", date(2026, 11, 20), "officer-b", opinion_no="复函1号")
    clock, day, free = filing_clock(date(2026, 11, 20), CALENDAR), date(2026, 11, 20), Examination(())
    verbs = {
        Action.ACCEPT: lambda: application.accept(at=NOW, examination=free, decision_due=clock),
        Action.DECLINE: lambda: application.decline(reason="材料不属实"),
        Action.RETURN: lambda: application.send_back(reason="缺位置图"),
        Action.RESUBMIT: lambda: application.resubmit(
            content=CONTENT, at=NOW, serial=2, examination=free, acceptance_due=clock
        ),
        Action.WITHDRAW: application.withdraw,
        Action.CHECK: lambda: application.check(examination=free),
        Action.ADOPT: lambda: application.adopt(rank=2, serial=2, examination=free),
        Action.PROTECT: lambda: application.protect(protection=Protection("方案1", day), at=NOW, examination=free),
        Action.CONSULT: lambda: application.consult(consultation=CONSULTATION, examination=free),
        Action.GIVE_OPINION: lambda: application.give_opinion(
            opinion=Opinion(OpinionSource.PUBLIC, True, "同意", day), at=NOW
        ),
        Action.REVIEW: lambda: application.review(review=ExpertReview(day, 5, True, "可行", "论1"), at=NOW),
        Action.HEAR: lambda: application.hear(hearing=Hearing(day, True, "听1"), at=NOW),
        Action.CLOSE: lambda: application.close_consultation(at=NOW, decision_due=clock),
        Action.APPROVE: lambda: application.approve(
            decision=decision, at=NOW, examination=free, filing_due=clock, announcement_due=clock
        ),
        Action.REJECT: lambda: application.reject(decision=decision, reason="含义不健康", at=NOW),
        Action.REVOKE: lambda: application.revoke(reason="批准依据错误", by="officer-b"),
        Action.FILE: lambda: application.file(filed_on=day, filing_no="备1", at=NOW, announcement_due=clock),
        Action.RETURN_FILING: lambda: application.return_filing(reason="缺批准文件"),
        Action.ANNOUNCE: lambda: application.announce(announced_on=day, at=NOW, name_id=UUID(int=9)),
        Action.PUT_IN_USE: lambda: application.put_in_use(on=date(2026, 11, 21), at=NOW),
    }
    verbs[action]()


PARTICIPLE = {
    Action.ACCEPT: "accepted", Action.DECLINE: "declined", Action.WITHDRAW: "withdrawn", Action.APPROVE: "approved",
    Action.REJECT: "rejected", Action.FILE: "filed", Action.ANNOUNCE: "announced", Action.RETURN: "returned",
    Action.RESUBMIT: "resubmitted", Action.CHECK: "checked", Action.ADOPT: "checked", Action.PROTECT: "checked",
    Action.CONSULT: "consultation_opened", Action.GIVE_OPINION: "opinion_given", Action.REVIEW: "reviewed",
    Action.HEAR: "heard", Action.CLOSE: "consultation_closed", Action.REVOKE: "revoked",
    Action.RETURN_FILING: "filing_returned", Action.PUT_IN_USE: "put_in_use",
}  # fmt: skip


class TestWorkflow:
    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize("action", Action)
    def test_every_status_takes_exactly_the_actions_of_the_table(self, status: Status, action: Action) -> None:
        application = make_application(status)
        if action is Action.RETURN_FILING:
            application.filed_on = date(2026, 11, 12)
        if action is Action.PROTECT:
            application.kind = ApplicationKind.RENAME
        if action is Action.PUT_IN_USE:
            application.announced_on = date(2026, 11, 12)
        application.happened.clear()
        if action in WORKFLOW.possible(status):
            act(application, action)
            assert application.status is WORKFLOW.next(status, action)
            assert application.happened == [PARTICIPLE[action]]
        else:
            with pytest.raises(ActionNotPossible):
                act(application, action)
            assert application.status is status
            assert application.happened == []

    def test_the_decider_is_not_the_submitter(self) -> None:
        application = make_application(Status.ACCEPTED, submitted_by="officer-b")
        for action in (Action.APPROVE, Action.REJECT):
            with pytest.raises(DecidedBySubmitter):
                act(application, action)
        assert application.status is Status.ACCEPTED

    def test_every_overridable_finding_needs_its_reason(self) -> None:
        findings = tuple(Finding(code, Severity.OVERRIDABLE, "") for code in (Code.HOMOPHONE, Code.PERSON))
        with pytest.raises(FindingNotWaived) as refused:
            refuse_unwaived(Examination(findings), [Waiver(Code.HOMOPHONE, "无法回避")])
        assert refused.value.facts["codes"] == ["L2"]

    def test_refusals_have_titles_people_can_read(self) -> None:
        assert ApplicationUnknown().title == "申请不存在"


def make_name(status: NameStatus = NameStatus.IN_USE, heritage: Heritage = Heritage.NONE) -> PlaceName:
    name = publish_name(
        id=UUID(int=3), toponym=Toponym("洪崖洞", ""), category=C.OTHER,
        locality=Locality(YUZHONG, "500103", "500103001", CENTRAL), point=None, begin=date(1997, 3, 14),
        reading=Reading(("hóng", "yá", "dòng"), False), romanisation=Romanisation("Hongyadong", "Hóngyádòng", ()),
        description=Description("", "", ""), act=LegalAct("", "", date(1997, 3, 14), None), heritage=heritage,
    )  # fmt: skip
    name.status = status
    name.happened.clear()
    return name


HAPPENS = {
    NameAction.RENAME: "retired", NameAction.ABOLISH: "retired", NameAction.COMMEMORATE: "retired",
    NameAction.CONFIRM_READING: "corrected", NameAction.RECORD_ALIAS: "corrected", NameAction.DESCRIBE: "corrected",
    NameAction.REASSIGN: "reassigned", NameAction.LIST: "listed", NameAction.DELIST: "delisted",
    NameAction.RESTORE: "restored",
}  # fmt: skip


class TestPlaceName:
    @pytest.mark.parametrize("status", NameStatus)
    @pytest.mark.parametrize("action", NameAction)
    def test_every_status_takes_exactly_the_actions_of_the_table(self, status: NameStatus, action: NameAction) -> None:
        heritage = Heritage.CITY if action is NameAction.COMMEMORATE else Heritage.NONE
        name = make_name(status, heritage)
        verbs = {
            NameAction.RENAME: lambda: name.rename(on=TODAY, successor_id=UUID(int=4)),
            NameAction.ABOLISH: lambda: name.abolish(on=TODAY),
            NameAction.COMMEMORATE: lambda: name.abolish(on=TODAY),
            NameAction.CONFIRM_READING: lambda: name.confirm_reading(
                reading=Reading(("hóng", "yá", "dòng"), True), romanisation=name.romanisation, by="officer-a"
            ),
            NameAction.RECORD_ALIAS: lambda: name.record_alias(Alias("洪崖", AliasKind.SHORT)),
            NameAction.DESCRIBE: lambda: name.describe(
                description=Description("江边", "", "洞"), point=None, geometry=None
            ),
            NameAction.REASSIGN: lambda: name.reassign(locality=Locality(NANAN, "500108", None, CENTRAL), on=TODAY),
            NameAction.LIST: lambda: name.list(Heritage.COUNTY),
            NameAction.DELIST: lambda: name.delist(Heritage.NONE),
            NameAction.RESTORE: lambda: name.restore(on=TODAY, act=name.act, application_id=None),
        }
        if action in NAME_WORKFLOW.possible(status):
            verbs[action]()
            assert name.status is NAME_WORKFLOW.next(status, action)
            assert name.happened == [HAPPENS[action]]
        else:
            with pytest.raises(ActionNotPossible):
                verbs[action]()
            assert name.happened == []

    def test_example_40_a_listed_name_is_not_touched_without_protection(self) -> None:
        for kind in (ApplicationKind.RENAME, ApplicationKind.ABOLISH):
            found = list(findings_about_change(kind, make_name(heritage=Heritage.CITY), None, TODAY))
            assert [(f.code, f.severity) for f in found] == [(Code.HERITAGE, Severity.BLOCK)]
        assert list(findings_about_change(ApplicationKind.RENAME, make_name(), None, TODAY)) == []
