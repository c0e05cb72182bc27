"""Lanes, points and the order of a waiting list: computed from stored facts and a day, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any, cast
from uuid import UUID

from eldercare.domain.resident import Circumstances, Family, Means, Merit, age_on
from shared.kernel.errors import Invalid
from shared.kernel.parameters import ParameterReader

ABILITY = "waiting.points.ability"
MEANS = "waiting.points.means"
AGE = "waiting.points.age"
FAMILY = "waiting.points.family"
MERIT = "waiting.points.merit"
DISABILITY = "waiting.points.disability"
WAIT_DAYS = "waiting.points.wait_days"
WAIT_CAP = "waiting.points.wait_cap"
LANE_GROUNDS = "waiting.lane_two_grounds"


class Lane(IntEnum):
    """A lane of the waiting list (轮候通道); a lower one always goes before points."""

    EXTREME_HARDSHIP = 1
    """特困人员"""
    PRIORITY = 2
    """优先轮候"""
    ORDINARY = 3
    """普通轮候"""


class LaneGround(StrEnum):
    """Why somebody is in a lane (通道依据)."""

    EXTREME_HARDSHIP = "EXTREME_HARDSHIP"
    """特困人员"""
    LOW_INCOME_DISABLED = "LOW_INCOME_DISABLED"
    """低保、低保边缘家庭失能老年人"""
    FAMILY_PLANNING = "FAMILY_PLANNING"
    """计划生育特殊家庭"""
    ENTITLED_DISABLED = "ENTITLED_DISABLED"
    """失能的重点优抚对象"""
    SEVERE_DISABILITY = "SEVERE_DISABILITY"
    """一、二级残疾"""
    MERIT = "MERIT"
    """劳动模范、见义勇为人员"""
    CARE_WORKER = "CARE_WORKER"
    """年老的养老服务从业者"""
    DISABLED_OR_VERY_OLD = "DISABLED_OR_VERY_OLD"
    """其他失能或 80 周岁以上老年人"""
    ELDER = "ELDER"
    """其他老年人"""


class Factor(StrEnum):
    """What gives points (计分因素)."""

    ABILITY = "ABILITY"
    MEANS = "MEANS"
    AGE = "AGE"
    FAMILY = "FAMILY"
    MERIT = "MERIT"
    DISABILITY = "DISABILITY"
    WAITING = "WAITING"


VERY_OLD = 80
"""An age, in years, that the ordinary lane names (高龄)."""


class QueuedAfterTheDay(Invalid):
    """轮候起始日不得晚于计算日"""


class RuleUnreadable(Invalid):
    """轮候规则有误"""


@dataclass(frozen=True)
class PriorityRules:
    """The point table and the grounds of the second lane (轮候计分规则), all configurable.

    ``ability`` are points of levels 0 to 4; ``age`` pairs of a least age and its points, highest age first;
    ``wait_days`` full days of waiting give one point, at most ``wait_cap``.
    """

    ability: Sequence[int]
    means: Mapping[str, int]
    age: Sequence[tuple[int, int]]
    family: Mapping[str, int]
    merit: int
    disability: int
    wait_days: int
    wait_cap: int
    lane_two_grounds: frozenset[str]

    def __post_init__(self) -> None:
        amounts = [*self.ability, *self.means.values(), *(points for _, points in self.age), *self.family.values()]
        if len(self.ability) != 5 or self.wait_days < 1 or min([*amounts, self.merit, self.disability]) < 0:
            raise RuleUnreadable(field="rules")
        if list(self.age) != sorted(self.age, reverse=True):
            raise RuleUnreadable(field="rules/age")
        if not self.lane_two_grounds <= set(LaneGround):
            raise RuleUnreadable(field="rules/lane_two_grounds")

    def changed(self, **parts: Any) -> PriorityRules:
        """The rules with some parts replaced, for a simulation."""
        return replace(self, **{name: part for name, part in parts.items() if part is not None})


def rules_of(parameters: ParameterReader) -> PriorityRules:
    """The rules in force on the reader's day."""
    return PriorityRules(
        ability=[int(cast(int, points)) for points in parameters.listing(ABILITY)],
        means=_table(parameters, MEANS),
        age=[(int(least), int(points)) for least, points in cast("Sequence[Any]", parameters.listing(AGE))],
        family=_table(parameters, FAMILY),
        merit=parameters.integer(MERIT),
        disability=parameters.integer(DISABILITY),
        wait_days=parameters.integer(WAIT_DAYS),
        wait_cap=parameters.integer(WAIT_CAP),
        lane_two_grounds=frozenset(str(ground) for ground in parameters.listing(LANE_GROUNDS)),
    )


def _table(parameters: ParameterReader, name: str) -> dict[str, int]:
    return {str(key): int(points) for key, points in cast("Sequence[Any]", parameters.listing(name))}


@dataclass(frozen=True, slots=True)
class Entry:
    """The stored facts of one place in a waiting list (轮候条目); ``level`` is None before an assessment."""

    id: UUID
    number: str
    circumstances: Circumstances
    level: int | None
    born: date
    queued_at: datetime
    queued_on: date


@dataclass(frozen=True)
class Standing:
    """Where an entry stands on a day, and why (轮候依据)."""

    lane: Lane
    ground: LaneGround
    points: int
    factors: Mapping[Factor, int]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry with its standing and its position, counted from 1."""

    entry: Entry
    standing: Standing
    position: int


def lane_of(circumstances: Circumstances, level: int | None, age: int, rules: PriorityRules) -> tuple[Lane, LaneGround]:
    """The lane and the first ground that puts somebody there (§7.1)."""
    if circumstances.means is Means.EXTREME_HARDSHIP:
        return Lane.EXTREME_HARDSHIP, LaneGround.EXTREME_HARDSHIP
    disabled = (level or 0) >= 1
    met = {
        LaneGround.LOW_INCOME_DISABLED: disabled
        and circumstances.means in (Means.SUBSISTENCE_ALLOWANCE, Means.NEAR_POOR),
        LaneGround.FAMILY_PLANNING: Family.FAMILY_PLANNING in circumstances.family,
        LaneGround.ENTITLED_DISABLED: disabled and Merit.ENTITLED in circumstances.merits,
        LaneGround.SEVERE_DISABILITY: circumstances.severely_disabled,
        LaneGround.MERIT: not circumstances.merits.isdisjoint({Merit.MODEL_WORKER, Merit.BRAVE_CITIZEN}),
        LaneGround.CARE_WORKER: Merit.CARE_WORKER in circumstances.merits,
    }
    for ground, is_met in met.items():
        if is_met and ground in rules.lane_two_grounds:
            return Lane.PRIORITY, ground
    preferred = disabled or age >= VERY_OLD
    return Lane.ORDINARY, LaneGround.DISABLED_OR_VERY_OLD if preferred else LaneGround.ELDER


def points_of(
    circumstances: Circumstances, level: int | None, age: int, waited_days: int, rules: PriorityRules
) -> dict[Factor, int]:
    """The points of every factor: of several family situations the best counts, merits count once."""
    return {
        Factor.ABILITY: rules.ability[level] if level is not None else 0,
        Factor.MEANS: rules.means.get(circumstances.means, 0),
        Factor.AGE: next((points for least, points in rules.age if age >= least), 0),
        Factor.FAMILY: max((rules.family.get(situation, 0) for situation in circumstances.family), default=0),
        Factor.MERIT: rules.merit if circumstances.merits else 0,
        Factor.DISABILITY: rules.disability if circumstances.severely_disabled else 0,
        Factor.WAITING: min(rules.wait_cap, waited_days // rules.wait_days),
    }


def standing_of(
    circumstances: Circumstances, *, level: int | None, born: date, queued_on: date, on: date, rules: PriorityRules
) -> Standing:
    """Lane and points of somebody on a day."""
    if queued_on > on:
        raise QueuedAfterTheDay(field="queued_on")
    return _standing(circumstances, level, age_on(born, on), (on - queued_on).days, rules)


def _standing(
    circumstances: Circumstances, level: int | None, age: int, waited_days: int, rules: PriorityRules
) -> Standing:
    lane, ground = lane_of(circumstances, level, age, rules)
    factors = points_of(circumstances, level, age, waited_days, rules)
    return Standing(lane, ground, sum(factors.values()), factors)


def order_key(entry: Entry, standing: Standing) -> tuple[int, int, datetime, str]:
    """Lane, more points, earlier entry, lower number: a total order, because no number is given twice."""
    return standing.lane.value, -standing.points, entry.queued_at, entry.number


class Standings:
    """The standings of a day under one set of rules (当日计分).

    Few facts decide a standing, so entries that agree in them share one; a list of many thousands is then little
    more than a look-up each.
    """

    def __init__(self, *, on: date, rules: PriorityRules) -> None:
        self._on, self._rules = on, rules
        self._known: dict[tuple[Circumstances, int | None, int, int], Standing] = {}

    def of(self, entry: Entry) -> Standing:
        """Where one place stands; an entry queued later than the day counts as queued that day."""
        age = age_on(entry.born, self._on)
        waited = max(0, (self._on - entry.queued_on).days)
        key = (entry.circumstances, entry.level, age, min(self._rules.wait_cap, waited // self._rules.wait_days))
        found = self._known.get(key)
        if found is None:
            found = _standing(entry.circumstances, entry.level, age, waited, self._rules)
            self._known[key] = found
        return found

    def key(self, entry: Entry) -> tuple[int, int, datetime, str]:
        """What the entry is ordered by."""
        return order_key(entry, self.of(entry))


def position_among(entries: Iterable[Entry], entry: Entry, *, on: date, rules: PriorityRules) -> int:
    """The place an entry takes among others, counted from 1; needs no sorting."""
    standings = Standings(on=on, rules=rules)
    own = standings.key(entry)
    return 1 + sum(standings.key(other) < own for other in entries if other.id != entry.id)


def ranking(entries: Iterable[Entry], *, on: date, rules: PriorityRules) -> list[Ranked]:
    """The whole list in order on a day; the same from any replica, whatever order the rows came in."""
    standings = Standings(on=on, rules=rules)
    ordered = sorted(entries, key=standings.key)
    return [Ranked(entry, standings.of(entry), place) for place, entry in enumerate(ordered, start=1)]
