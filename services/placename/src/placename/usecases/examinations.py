"""Examining a name: for an application, again before each step, or for somebody who only asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from placename.domain.application import (
    Application,
)
from placename.domain.authority import DECIDED_ELSEWHERE, Authority, approver_of
from placename.domain.category import ApplicationKind, Category
from placename.domain.deadlines import Clock, acceptance_clock, announcement_clock, decision_clock, filing_clock
from placename.domain.duplicate import cooldown_begin, keys_of
from placename.domain.examination import (
    Examination,
    Protection,
    Surrounding,
    findings_about_change,
    findings_about_name,
    gravest_first,
)
from placename.domain.locality import Locality, locate, scope_of
from placename.domain.place_name import PlaceName
from placename.domain.point import Point, place_point
from placename.domain.romanisation import Reading, Romanisation, romanise
from placename.domain.size import Facts
from placename.domain.toponym import Toponym, Vocabulary, analyse, read_vocabulary
from placename.domain.wording import Proposal
from placename.store import Question, Tx
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Matter:
    """What is examined: a name to be, or a change of one that is."""

    kind: ApplicationKind
    category: Category
    locality: Locality
    facts: Facts
    toponym: Toponym | None = None
    point: Point | None = None
    target: PlaceName | None = None
    protection: Protection | None = None


@dataclass(frozen=True)
class Inquiry:
    """A name somebody thinks of; ``spot`` is longitude and latitude, ``on`` the day the clocks start."""

    toponym: Toponym
    category: Category
    division: str
    cross_county: bool
    spot: tuple[float, float] | None
    facts: Facts
    on: date | None


@dataclass(frozen=True)
class Outlook:
    """What would come of it: findings, approver, and each clock as if its step were taken on the day."""

    on: date
    examination: Examination
    authority: Authority | None
    clocks: tuple[Clock, ...]


async def examine(tx: Tx, matter: Matter, *, serial: int | None = None, in_line: bool = False) -> Examination:
    """Every rule on one matter; stores nothing.

    :param serial: the matter's place in line; names further back do not count against it.
    :param in_line: hold the scope until the end of the transaction, so that who comes next sees this one.
    """
    parameters = tx.around.parameters.reader(tx.today)
    about_change = tuple(findings_about_change(matter.kind, matter.target, matter.protection))
    if matter.toponym is None:
        return Examination(about_change)
    vocabulary = read_vocabulary(parameters)
    parts = analyse(matter.toponym, matter.category, vocabulary)
    reading = tx.lexicon.read(matter.toponym.full, parts, vocabulary.ethnonyms, matter.locality.county)
    keys = keys_of(matter.toponym.full, parts, reading, tx.characters)
    scope = scope_of(matter.category, matter.locality, parameters)
    if in_line:
        await tx.comparison.lock(scope, matter.category)
    question = Question(keys, matter.category, scope, serial, matter.target.id if matter.target else None)
    surrounding = await _surrounding(tx, matter, question, parameters)
    proposal = Proposal(matter.toponym, parts, matter.category, matter.locality)
    findings = findings_about_name(
        proposal, keys, matter.facts, surrounding, vocabulary, tx.characters, parameters
    )  # fmt: skip
    return Examination(
        findings=gravest_first((*about_change, *findings)),
        scope=scope,
        keys=keys,
        reading=reading,
        romanisation=romanise(parts, reading, matter.category, vocabulary.ethnonyms),
        uncertain=parameters.uncertain_used,
    )


async def examine_again(tx: Tx, application: Application) -> Examination:
    """The examination as of now: others may have come, gone, or been approved since."""
    target = await tx.names.find(application.target_id, area=tx.caller.area) if application.target_id else None
    matter = Matter(
        application.kind, application.category, application.locality, application.facts, application.toponym,
        application.point, target, application.protection,
    )  # fmt: skip
    return await examine(tx, matter, serial=application.serial, in_line=True)


async def pre_check(tx: Tx, inquiry: Inquiry) -> Outlook:
    """The whole answer to a name that nobody has applied for yet; stores nothing."""
    parameters = tx.around.parameters.reader(tx.today)
    locality = locate(inquiry.division, tx.today, tx.around.divisions, parameters)
    point = place_point(*inquiry.spot, parameters) if inquiry.spot else None
    matter = Matter(ApplicationKind.NAME, inquiry.category, locality, inquiry.facts, inquiry.toponym, point)
    elsewhere = inquiry.category in DECIDED_ELSEWHERE
    day, calendar = inquiry.on or tx.today, tx.around.calendar
    rules = tx.around.parameters.reader(day)
    return Outlook(
        on=day,
        examination=await examine(tx, matter),
        authority=None if elsewhere else approver_of(inquiry.category, locality, inquiry.cross_county, parameters),
        clocks=(
            acceptance_clock(day, calendar, rules),
            decision_clock(day, calendar, rules),
            filing_clock(day, calendar),
            announcement_clock(day, calendar),
        ),
    )


def romanised(tx: Tx, toponym: Toponym, category: Category, reading: Reading) -> Romanisation:
    """A reading written by the rules in force today."""
    vocabulary = _vocabulary(tx)
    return romanise(analyse(toponym, category, vocabulary), reading, category, vocabulary.ethnonyms)


def _vocabulary(tx: Tx) -> Vocabulary:
    return read_vocabulary(tx.around.parameters.reader(tx.today))


async def _surrounding(tx: Tx, matter: Matter, question: Question, parameters: ParameterReader) -> Surrounding:
    since = cooldown_begin(tx.today, parameters.integer("cooldown.years"))
    neighbours = await tx.comparison.neighbours(question, retired_since=since)
    is_new = matter.kind is ApplicationKind.NAME and matter.point is not None
    spot = await tx.names.at_spot(matter.point, matter.category) if is_new and matter.point else []
    return Surrounding(neighbours, spot)
