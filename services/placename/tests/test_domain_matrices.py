"""Heritage entries, signs and reports of misuse: every status with every action, against tables written here anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from placename.domain.category import Category
from placename.domain.examination import Protection
from placename.domain.heritage import (
    EntryAction,
    EntryStatus,
    HeritageClass,
    HeritageEntry,
    Life,
    Measure,
    listed_entry,
    propose_entry,
)
from placename.domain.misuse import FineOutOfRange, Misuse, MisuseAction, MisuseKind, MisuseStatus, report_misuse
from placename.domain.place_name import Heritage, Period
from placename.domain.sign import Orientation, SignAction, SignStatus, SignTask, order_sign
from shared.kernel.calendar import default_calendar
from shared.kernel.workflow import ActionNotPossible

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EARLIER = date(2026, 6, 1)
DUE = default_calendar().add_days(EARLIER, 30)
DISTRICT = "500103000000"

ENTRY_LEADS = {
    "CANDIDATE": {"review-county": "COUNTY_REVIEWED"},
    "COUNTY_REVIEWED": {"review-experts": "EXPERT_REVIEWED"},
    "EXPERT_REVIEWED": {"publish": "PUBLISHED"},
    "PUBLISHED": {"take-measure": "PUBLISHED", "adopt-plan": "PUBLISHED", "delist": "DELISTED"},
    "DELISTED": {},
}
SIGN_LEADS = {
    "ORDERED": {"install": "INSTALLED", "remove": "REMOVED"},
    "INSTALLED": {"report-damage": "DAMAGED", "remove": "REMOVED"},
    "DAMAGED": {"repair": "INSTALLED", "remove": "REMOVED"},
    "REMOVED": {},
}
MISUSE_LEADS = {
    "REPORTED": {"order": "ORDERED", "correct": "CORRECTED", "dismiss": "DISMISSED"},
    "ORDERED": {"correct": "CORRECTED", "penalise": "PENALISED"},
    "PENALISED": {"correct": "CORRECTED"},
    "CORRECTED": {},
    "DISMISSED": {},
}


def make_entry(status: EntryStatus) -> HeritageEntry:
    """An entry that came to its status; before it is published it has no span on the list."""
    if status in (EntryStatus.PUBLISHED, EntryStatus.DELISTED):
        entry = listed_entry(
            id=UUID(int=1), division=DISTRICT, name_id=UUID(int=2), level=Heritage.CITY, batch="2",
            published_on=EARLIER, publisher="500000000000",
        )  # fmt: skip
    else:
        entry = propose_entry(
            id=UUID(int=1), division=DISTRICT, name_id=UUID(int=2), level=Heritage.CITY,
            heritage_class=HeritageClass.OTHER, era="明", evidence="县志", life=Life.IN_USE, publisher="500000000000",
        )  # fmt: skip
    entry.status = status
    entry.happened.clear()
    return entry


def entry_verbs(entry: HeritageEntry) -> dict[EntryAction, Callable[[], None]]:
    return {
        EntryAction.REVIEW_COUNTY: entry.review_county,
        EntryAction.REVIEW_EXPERTS: lambda: entry.review_experts("同意"),
        EntryAction.PUBLISH: lambda: entry.publish(on=TODAY, batch="3", at=AT),
        EntryAction.TAKE_MEASURE: lambda: entry.take_measure(Measure(Life.COMMEMORATED, TODAY, "立碑"), AT),
        EntryAction.ADOPT_PLAN: lambda: entry.adopt_plan(Protection("保护〔2026〕1号", EARLIER), AT),
        EntryAction.DELIST: lambda: entry.delist(on=TODAY, reason="列入有误", at=AT),
    }


def make_sign(status: SignStatus) -> SignTask:
    sign = order_sign(
        id=UUID(int=1), division=DISTRICT, name_id=UUID(int=2), category=Category.STREET, on=EARLIER, due=DUE
    )
    if status is SignStatus.INSTALLED:
        sign.standing = (Period(EARLIER),)
    elif status in (SignStatus.DAMAGED, SignStatus.REMOVED):
        sign.standing = (Period(EARLIER, date(2026, 7, 1)),)
    sign.status = status
    sign.happened.clear()
    return sign


def sign_verbs(sign: SignTask) -> dict[SignAction, Callable[[], None]]:
    return {
        SignAction.INSTALL: lambda: sign.install(on=TODAY, orientation=Orientation.EAST_WEST, at=AT),
        SignAction.REPORT_DAMAGE: lambda: sign.report_damage(on=TODAY, at=AT),
        SignAction.REPAIR: lambda: sign.repair(on=TODAY, at=AT),
        SignAction.REMOVE: lambda: sign.remove(on=TODAY, at=AT),
    }


def make_misuse(status: MisuseStatus, kind: MisuseKind = MisuseKind.NOT_STANDARD) -> Misuse:
    misuse = report_misuse(
        id=UUID(int=1), division=DISTRICT, kind=kind, found="测和大路", carrier="路牌", name_id=None, on=EARLIER
    )
    if status in (MisuseStatus.ORDERED, MisuseStatus.PENALISED):
        misuse.correct_by = DUE
    misuse.status = status
    misuse.happened.clear()
    return misuse


def misuse_verbs(misuse: Misuse) -> dict[MisuseAction, Callable[[], None]]:
    return {
        MisuseAction.ORDER: lambda: misuse.order(document_no="责改〔2026〕1号", correct_by=DUE),
        MisuseAction.CORRECT: lambda: misuse.correct(on=TODAY, at=AT),
        MisuseAction.PENALISE: lambda: misuse.penalise(document_no="罚〔2026〕1号", fine_fen=200_000, today=TODAY),
        MisuseAction.DISMISS: lambda: misuse.dismiss(reason="不属实"),
    }


def walk(
    thing: HeritageEntry | SignTask | Misuse, verb: Callable[[], None], leads: dict[str, str], action: str
) -> None:
    """The action leads where the table says, and where the table is silent it changes nothing."""
    before = thing.status
    assert sorted(possible.value for possible in thing.possible_actions()) == sorted(leads)
    if action in leads:
        verb()
        assert thing.status.value == leads[action]
        assert len(thing.happened) == 1
        return
    with pytest.raises(ActionNotPossible):
        verb()
    assert thing.status is before
    assert thing.happened == []


def test_the_tables_here_speak_of_every_status() -> None:
    assert set(ENTRY_LEADS) == {status.value for status in EntryStatus}
    assert set(SIGN_LEADS) == {status.value for status in SignStatus}
    assert set(MISUSE_LEADS) == {status.value for status in MisuseStatus}


@pytest.mark.parametrize("action", EntryAction)
@pytest.mark.parametrize("status", EntryStatus)
def test_an_entry_of_a_list_takes_only_the_steps_of_its_status(status: EntryStatus, action: EntryAction) -> None:
    entry = make_entry(status)
    walk(entry, entry_verbs(entry)[action], ENTRY_LEADS[status.value], action.value)


@pytest.mark.parametrize("action", SignAction)
@pytest.mark.parametrize("status", SignStatus)
def test_a_sign_takes_only_the_steps_of_its_status(status: SignStatus, action: SignAction) -> None:
    sign = make_sign(status)
    walk(sign, sign_verbs(sign)[action], SIGN_LEADS[status.value], action.value)


@pytest.mark.parametrize("action", MisuseAction)
@pytest.mark.parametrize("status", MisuseStatus)
def test_a_report_of_misuse_takes_only_the_steps_of_its_status(status: MisuseStatus, action: MisuseAction) -> None:
    misuse = make_misuse(status)
    walk(misuse, misuse_verbs(misuse)[action], MISUSE_LEADS[status.value], action.value)


@pytest.mark.parametrize(
    ("kind", "fine_fen", "may_be"),
    [
        (MisuseKind.UNAPPROVED, None, True), (MisuseKind.UNAPPROVED, 200_000, False),
        (MisuseKind.NOT_STANDARD, 199_999, False), (MisuseKind.NOT_STANDARD, 200_000, True),
        (MisuseKind.NOT_STANDARD, 1_000_000, True), (MisuseKind.NOT_STANDARD, 1_000_001, False),
        (MisuseKind.SIGN_HARMED, 99_999, False), (MisuseKind.SIGN_HARMED, 100_000, True),
        (MisuseKind.SIGN_HARMED, 500_000, True), (MisuseKind.SIGN_HARMED, 500_001, False),
    ],
)  # fmt: skip
def test_a_fine_stays_within_its_article(kind: MisuseKind, fine_fen: int | None, may_be: bool) -> None:
    misuse = make_misuse(MisuseStatus.ORDERED, kind)
    if may_be:
        misuse.penalise(document_no="罚〔2026〕1号", fine_fen=fine_fen, today=TODAY)
        assert misuse.fine_fen == fine_fen
        return
    with pytest.raises(FineOutOfRange):
        misuse.penalise(document_no="罚〔2026〕1号", fine_fen=fine_fen, today=TODAY)
    assert misuse.status is MisuseStatus.ORDERED
