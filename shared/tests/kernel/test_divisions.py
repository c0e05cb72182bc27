from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.divisions import (
    CITY_CODE,
    AbolishedDivision,
    Area,
    DistrictEntry,
    Division,
    DivisionRegister,
    DivisionTableInvalid,
    Level,
    UnknownDivision,
    default_register,
)
from shared.kernel.parameters import Confidence

REGISTER = default_register()
CHANGE = date(2025, 11, 6)
EVE = CHANGE - timedelta(days=1)
TODAY = date(2026, 11, 23)

MALFORMED = ["", "50", "500", "5001030", "51010700", "510107", "5001O3", "５００１０３", "٥٠٠١٠٣", " 500103"]
MALFORMED += ["500103\n", "500103-01", "500000001", "500103000001", "500000000001", "5001030010020"]


def make_district(
    code: str, valid_from: str, valid_to: str | None = None, successors: tuple[str, ...] = ()
) -> DistrictEntry:
    end = date.fromisoformat(valid_to) if valid_to else None
    begin = date.fromisoformat(valid_from)
    division = Division(code + "000000", "某区", "市辖区", Level.DISTRICT, begin, end, successors)
    return DistrictEntry(division, begin)


def test_the_city_has_37_districts_today_and_had_38_before_the_change() -> None:
    assert len(REGISTER.districts(TODAY)) == len(REGISTER.districts(CHANGE)) == 37
    assert len(REGISTER.districts(EVE)) == 38
    kinds = [division.kind for division in REGISTER.districts(TODAY)]
    assert (kinds.count("市辖区"), kinds.count("县"), kinds.count("自治县")) == (25, 8, 4)
    new = {division.name for division in REGISTER.districts(CHANGE)}
    old = {division.name for division in REGISTER.districts(EVE)}
    assert (new - old, old - new) == ({"两江新区"}, {"江北区", "渝北区"})


@pytest.mark.parametrize("code", ["500103", "500103000", "500103000000"])
def test_a_district_is_found_by_6_9_or_12_digits(code: str) -> None:
    division = REGISTER.get(code, TODAY)
    assert (division.code, division.name, division.level) == ("500103000000", "渝中区", Level.DISTRICT)


@pytest.mark.parametrize("code", ["500000", "500000000", CITY_CODE])
def test_the_city_is_a_division_too(code: str) -> None:
    assert (REGISTER.get(code, TODAY).name, REGISTER.get(code, TODAY).level) == ("重庆市", Level.CITY)


def test_an_abolished_district_names_its_end_and_those_that_took_over() -> None:
    assert REGISTER.get("500112", EVE).name == "渝北区"
    with pytest.raises(AbolishedDivision) as refused:
        REGISTER.get("500112", CHANGE)
    assert refused.value.facts == {"ended_on": "2025-11-06", "successors": ["500157", "500109"]}
    with pytest.raises(AbolishedDivision):
        REGISTER.get("500105003", TODAY)


def test_a_code_given_again_means_the_district_of_the_day() -> None:
    assert REGISTER.get("500110", date(2010, 12, 31)).name == "万盛区"
    assert REGISTER.get("500110", date(2011, 1, 1)).name == "綦江区"
    township = REGISTER.get("500110001", date(2010, 12, 31))
    assert (township.name, township.kind, township.valid_to) == ("", "unknown", date(2011, 1, 1))
    assert REGISTER.get("500110001", date(2011, 1, 1)).name != ""
    assert REGISTER.townships(date(2010, 12, 31), "500110") == []


def test_a_district_before_its_first_day_is_not_yet_known() -> None:
    with pytest.raises(UnknownDivision) as refused:
        REGISTER.get("500157", EVE)
    assert refused.value.facts == {"reason": "not-yet"}


@pytest.mark.parametrize("code", MALFORMED)
def test_a_malformed_code_is_refused_without_repeating_it(code: str) -> None:
    for ask in (lambda: REGISTER.get(code, TODAY), lambda: Area(code), lambda: Area(CITY_CODE).covers(code)):
        with pytest.raises(UnknownDivision) as refused:
            ask()
        assert refused.value.facts == {"reason": "malformed"}
        assert not code or code not in str(refused.value)


@pytest.mark.parametrize("code", ["500104999", "500104999001", "500199", "500199001", "500100"])
def test_a_code_that_no_table_lists_is_refused(code: str) -> None:
    with pytest.raises(UnknownDivision) as refused:
        REGISTER.get(code, TODAY)
    assert refused.value.facts == {"reason": "not-listed"}


def test_all_townships_are_listed_and_found_under_their_district() -> None:
    townships = REGISTER.townships(TODAY)
    assert len(townships) == 1028
    assert sum(len(REGISTER.townships(TODAY, d.code)) for d in REGISTER.districts(TODAY)) == 1028
    for township in townships:
        assert REGISTER.get(township.code, TODAY) is REGISTER.get(township.code[:9], TODAY) is township
        assert REGISTER.get(REGISTER.district_of(township.code), TODAY).level is Level.DISTRICT


def test_townships_that_moved_exist_under_their_new_code_from_the_day_of_the_change() -> None:
    assert REGISTER.townships(TODAY, "500157")[0].name == "人和街道"
    assert (len(REGISTER.townships(TODAY, "500157")), len(REGISTER.townships(TODAY, "500109"))) == (42, 17)
    assert len(REGISTER.townships(EVE, "500109")) == 12
    assert REGISTER.get("500109124", CHANGE).name == "统景镇"
    with pytest.raises(UnknownDivision):
        REGISTER.get("500157001", EVE)
    with pytest.raises(AbolishedDivision):
        REGISTER.townships(TODAY, "500105")


def test_former_townships_of_redrawn_districts_are_accepted_by_their_district_alone() -> None:
    for code in ("500105003", "500112131", "500109006"):
        township = REGISTER.get(code, EVE)
        assert (township.code, township.name, township.kind) == (code + "000", "", "unknown")
        assert township.valid_to == CHANGE
    assert REGISTER.townships(EVE, "500105") == []
    with pytest.raises(UnknownDivision):
        REGISTER.get("500109006", CHANGE)


def test_a_village_is_accepted_under_a_known_township() -> None:
    village = REGISTER.get("500157001002", CHANGE)
    assert (village.code, village.name, village.level) == ("500157001002", "", Level.VILLAGE)
    assert village.valid_from == CHANGE
    assert REGISTER.get("500105003002", EVE).valid_to == CHANGE


def test_the_ancestors_of_a_code_run_from_the_city_to_its_parent() -> None:
    assert REGISTER.ancestors("500103001002") == (CITY_CODE, "500103000000", "500103001000")
    assert REGISTER.ancestors("500103") == (CITY_CODE,)
    assert REGISTER.ancestors("500000") == ()


def test_the_district_of_a_code_may_have_ended_but_must_have_existed() -> None:
    assert REGISTER.district_of("500105003002") == "500105"
    for code in ("500000", "500199001"):
        with pytest.raises(UnknownDivision):
            REGISTER.district_of(code)


@pytest.mark.parametrize(
    ("code", "on", "current"),
    [
        ("500103", TODAY, "500103"),
        ("500105", TODAY, "500157"),
        ("500105", EVE, "500105"),
        ("500112", TODAY, None),
        ("500221", TODAY, "500115"),
        ("500222", date(2011, 7, 1), "500222"),
        ("500222", TODAY, "500110"),
        ("500110", TODAY, "500110"),
        ("500105003002", TODAY, "500157"),
    ],
)
def test_an_old_district_is_followed_to_the_one_that_took_over(code: str, on: date, current: str | None) -> None:
    assert REGISTER.current_district(code, on) == current


def test_a_district_of_the_future_has_no_current_form() -> None:
    with pytest.raises(UnknownDivision):
        REGISTER.current_district("500157", EVE)


def test_the_central_urban_area_follows_the_change_and_says_how_sure_it_is() -> None:
    assert REGISTER.is_central_urban("500103001002", TODAY)
    assert REGISTER.is_central_urban("500112", EVE)
    assert REGISTER.is_central_urban("500157", CHANGE)
    assert not REGISTER.is_central_urban("500105", CHANGE)
    assert not REGISTER.is_central_urban("500243", TODAY)
    assert REGISTER.central_urban(EVE).confidence is Confidence.KNOWN
    assert REGISTER.central_urban(CHANGE).confidence is Confidence.UNCERTAIN
    assert (len(REGISTER.central_urban(EVE).districts), len(REGISTER.central_urban(CHANGE).districts)) == (
        9,
        8,
    )
    with pytest.raises(UnknownDivision):
        REGISTER.central_urban(date(1996, 1, 1))


@pytest.mark.parametrize("on", [EVE, CHANGE])
def test_every_central_urban_district_exists_on_its_day(on: date) -> None:
    existing = {division.code[:6] for division in REGISTER.districts(on)}
    assert REGISTER.central_urban(on).districts <= existing


def test_the_version_names_the_day_of_the_tables() -> None:
    assert REGISTER.version.startswith("2026-09-11:")
    assert len(REGISTER.version) == len("2026-09-11:") + 8


@pytest.mark.parametrize(
    ("code", "prefix", "level"),
    [
        ("500000", "50", Level.CITY),
        (CITY_CODE, "50", Level.CITY),
        ("500103000000", "500103", Level.DISTRICT),
        ("500103001", "500103001", Level.TOWNSHIP),
        ("500103001000", "500103001", Level.TOWNSHIP),
        ("500103001002", "500103001002", Level.VILLAGE),
    ],
)
def test_an_area_is_reduced_to_its_level(code: str, prefix: str, level: Level) -> None:
    area = Area(code)
    assert (area.prefix, area.level, area.code) == (prefix, level, prefix.ljust(12, "0"))
    assert area == Area(area.code)


CODES = st.sampled_from([d.code for d in REGISTER.townships(TODAY)] + [d.code for d in REGISTER.districts(TODAY)])


@given(CODES, CODES)
def test_an_area_covers_exactly_itself_and_what_has_it_as_an_ancestor(one: str, other: str) -> None:
    assert Area(one).covers(other) == (one == other or one in REGISTER.ancestors(other))
    assert Area(CITY_CODE).covers(one)
    assert not Area(one).covers(CITY_CODE)


@pytest.mark.parametrize(
    ("districts", "reason"),
    [
        ([make_district("500101", "1997-01-01", "2000-01-01")], "end-without-successor"),
        ([make_district("500101", "1997-01-01", None, ("500101",))], "end-without-successor"),
        ([make_district("500101", "1997-01-01", "2000-01-01", ("500102",))], "successor-does-not-take-over"),
        (
            [
                make_district("500101", "1997-01-01", "2000-01-01", ("500102",)),
                make_district("500102", "1997-01-01", "2000-01-01", ("500101",)),
            ],
            "successor-does-not-take-over",
        ),
    ],
)
def test_a_history_that_leads_nowhere_is_refused(districts: list[DistrictEntry], reason: str) -> None:
    with pytest.raises(DivisionTableInvalid) as refused:
        DivisionRegister(districts, [], [], TODAY)
    assert refused.value.facts["reason"] == reason


def test_a_township_without_a_district_is_refused() -> None:
    township = Division("500199001000", "某镇", "镇", Level.TOWNSHIP, None, None)
    with pytest.raises(DivisionTableInvalid) as refused:
        DivisionRegister([make_district("500101", "1997-01-01")], [township], [], TODAY)
    assert refused.value.facts["reason"] == "township-without-district"
