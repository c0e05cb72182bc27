"""A draw: which place of the list a free bed goes to, and why the ones before it were passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from uuid import UUID

from eldercare.domain.bed import BedClass, Gender, Purpose
from eldercare.domain.priority import Lane, Ranked
from shared.kernel.errors import Refusal
from shared.kernel.identity_number import Sex

QUOTA_PERCENT = "waiting.tekun_quota_percent"
NURSING_FROM_LEVEL = "stay.nursing_from_level"
NURSING_PREFERRED_LEVEL = "stay.nursing_preferred_level"


class Skip(StrEnum):
    """Why an entry was passed over and kept its place (未轮到原因, EC-712)."""

    BED_CLASS = "BED_CLASS"
    """床位类型与意愿不符"""
    CARE_NEED = "CARE_NEED"
    """能力等级需要护理型床位"""
    SEX = "SEX"
    """房间性别规则不符"""
    PRICE = "PRICE"
    """床位费高于意愿上限"""
    ASSESSMENT = "ASSESSMENT"
    """没有有效的能力评估结果"""
    PUBLICITY = "PUBLICITY"
    """公示尚未结束"""
    RESERVED = "RESERVED"
    """剩余床位预留给特困人员"""
    HAS_A_BED = "HAS_A_BED"
    """已在其他机构入住"""


DRAWN_FOR = (Purpose.GENERAL, Purpose.HARDSHIP_RESERVED)
"""Beds for short stays and emergencies are not given from the list."""


class BedNotForTheList(Refusal):
    """该床位用于短托或者应急，不参加轮候"""


class BedNotFree(Refusal):
    """床位有人入住，尚不能通知轮候人员"""


class NobodyFits(Refusal):
    """轮候名单中没有适合该床位的人员"""


class NursingBedNeeded(Refusal):
    """重度及以上失能老年人须入住护理型床位"""


@dataclass(frozen=True)
class FreeBed:
    """The bed that is drawn for; money in fen a month, None where the price is open to nobody's ceiling."""

    id: UUID
    bed_class: BedClass
    gender: Gender = Gender.ANY
    purpose: Purpose = Purpose.GENERAL
    monthly_fee_fen: int | None = None


@dataclass(frozen=True)
class Candidate:
    """What a draw asks of one ranked entry, beside its standing."""

    ranked: Ranked
    sex: Sex
    bed_class: BedClass | None
    highest_bed_fee_fen: int | None
    assessed: bool
    publicity_over: bool
    has_a_bed: bool = False


@dataclass(frozen=True)
class Reserve:
    """Beds kept for the extremely poor (特困预留): what is free now, and how many of them are still owed."""

    free: int
    owed: int

    @property
    def open_to_all(self) -> bool:
        """Whether one bed may go to another lane without touching the reserve."""
        return self.free > self.owed


@dataclass(frozen=True)
class Draw:
    """The outcome of a draw: the chosen entry and those passed over, in order."""

    chosen: Candidate
    skipped: tuple[tuple[Candidate, Skip], ...]


def needs_nursing(level: int | None, from_level: int) -> bool:
    """Whether the level requires a nursing bed (EC-503)."""
    return level is not None and level >= from_level


def require_fit(level: int | None, bed_class: BedClass | None, from_level: int) -> None:
    """A severely disabled elder lives in a nursing bed (EC-503)."""
    if needs_nursing(level, from_level) and bed_class is not BedClass.NURSING:
        raise NursingBedNeeded(rule="EC-503", level=level)


def skip_reason(candidate: Candidate, bed: FreeBed, reserve: Reserve, *, nursing_from: int) -> Skip | None:
    """The first reason why an entry cannot get the bed, or None."""
    level, lane = candidate.ranked.entry.level, candidate.ranked.standing.lane
    rooms = {Sex.MALE: Gender.FEMALE, Sex.FEMALE: Gender.MALE}
    ceiling, fee = candidate.highest_bed_fee_fen, bed.monthly_fee_fen
    reasons = {
        Skip.HAS_A_BED: candidate.has_a_bed,
        Skip.ASSESSMENT: not candidate.assessed,
        Skip.PUBLICITY: not candidate.publicity_over and lane is not Lane.EXTREME_HARDSHIP,
        Skip.BED_CLASS: candidate.bed_class is not None and candidate.bed_class is not bed.bed_class,
        Skip.CARE_NEED: needs_nursing(level, nursing_from) and bed.bed_class is not BedClass.NURSING,
        Skip.SEX: bed.gender is rooms[candidate.sex],
        Skip.PRICE: ceiling is not None and fee is not None and fee > ceiling,
        Skip.RESERVED: lane is not Lane.EXTREME_HARDSHIP
        and (bed.purpose is Purpose.HARDSHIP_RESERVED or not reserve.open_to_all),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def draw(candidates: Sequence[Candidate], bed: FreeBed, reserve: Reserve, *, nursing_from: int) -> Draw:
    """The first entry that fits; those before it keep their places and get a record (EC-712)."""
    skipped: list[tuple[Candidate, Skip]] = []
    for candidate in candidates:
        reason = skip_reason(candidate, bed, reserve, nursing_from=nursing_from)
        if reason is None:
            return Draw(candidate, tuple(skipped))
        skipped.append((candidate, reason))
    raise NobodyFits(rule="EC-712", looked_at=len(skipped))


def owed_reserve(admitted_last_year: int, admitted_this_year: int, offered: int, percent: int) -> int:
    """Beds still owed to the extremely poor: last year's admissions, less this year's and those offered (§7.1)."""
    quota = -(-admitted_last_year * percent // 100)
    return max(0, quota - admitted_this_year - offered)


@dataclass(frozen=True)
class MedianWait:
    """The median days from the first queueing to the admission (轮候时间中位数) and how many it is taken from."""

    days: float | None
    sample_size: int


def median_wait(waits: Sequence[int]) -> MedianWait:
    """The median; of nobody there is none."""
    return MedianWait(float(median(waits)) if waits else None, len(waits))


@dataclass(frozen=True)
class Shift:
    """How a changed rule would move one place."""

    before: Ranked
    after: Ranked


def shifts(before: Sequence[Ranked], after: Sequence[Ranked]) -> list[Shift]:
    """Every entry whose position differs between two rankings of the same list, in its present order."""
    then = {ranked.entry.id: ranked for ranked in after}
    pairs = [Shift(ranked, then[ranked.entry.id]) for ranked in before]
    return [shift for shift in pairs if shift.before.position != shift.after.position]
