"""Examining a name: for an application, again before each step, or for somebody who only asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from placename.domain.application import Application
from placename.domain.authority import (
    DECIDED_ELSEWHERE,
    ApplicantKind,
    ApplicantNotEntitled,
    ApprovedElsewhere,
    Authority,
    approver_of,
    require_entitled,
)
from placename.domain.category import ApplicationKind, Category
from placename.domain.consultation import needs_experts
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
from placename.domain.geometry import Geometry, Shape, read_geometry
from placename.domain.locality import Locality, locate, scope_of
from placename.domain.place_name import Heritage, PlaceName
from placename.domain.point import Point, place_point
from placename.domain.romanisation import Reading, Romanisation, romanise
from placename.domain.size import Facts
from placename.domain.toponym import Toponym, Vocabulary, analyse, read_vocabulary, words
from placename.domain.wording import Proposal
from placename.store import Question, Tx, anchor_of, require_simple
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Sketch:
    """A shape as somebody sends it: the two members of a GeoJSON geometry, unread."""

    shape: Shape
    coordinates: object


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
    geometry: Geometry | None = None


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
    geometry: Sketch | None = None
    kind: ApplicationKind = ApplicationKind.NAME
    applicant: ApplicantKind | None = None


@dataclass(frozen=True)
class Outlook:
    """What would come of it: findings, approver, and each clock as if its step were taken on the day."""

    on: date
    examination: Examination
    authority: Authority | None
    clocks: tuple[Clock, ...]
    needs_experts: bool = False
    applicant_entitled: bool | None = None
    materials: tuple[str, ...] = ()


async def examine(
    tx: Tx, matter: Matter, *, serial: int | None = None, in_line: bool = False, own: UUID | None = None
) -> Examination:
    """Every rule on one matter; stores nothing.

    :param serial: the matter's place in line; names further back do not count against it.
    :param own: the application the matter belongs to, where it goes to the end of the line.
    :param in_line: hold the scope until the end of the transaction, so that who comes next sees this one.
    """
    parameters = tx.around.parameters.reader(tx.today)
    protection = matter.protection or await _plan_on_file(tx, matter)
    about_change = tuple(findings_about_change(matter.kind, matter.target, protection, tx.today))
    if matter.toponym is None:
        return Examination(about_change)
    vocabulary = read_vocabulary(parameters)
    parts = analyse(matter.toponym, matter.category, vocabulary)
    reading = tx.lexicon.read(matter.toponym.full, parts, vocabulary.ethnonyms, matter.locality.county)
    keys = keys_of(matter.toponym.full, parts, reading, tx.characters)
    scope = scope_of(matter.category, matter.locality, parameters)
    if in_line:
        await tx.comparison.lock(scope, matter.category)
    question = Question(keys, matter.category, scope, serial, matter.target.id if matter.target else None, own)
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
        application.point, target, application.protection, application.geometry,
    )  # fmt: skip
    return await examine(tx, matter, serial=application.serial, in_line=True)


async def pre_check(tx: Tx, inquiry: Inquiry) -> Outlook:
    """The whole answer to a name that nobody has applied for yet; stores nothing."""
    parameters = tx.around.parameters.reader(tx.today)
    locality = locate(inquiry.division, tx.today, tx.around.divisions, parameters)
    geometry, point = drawn(inquiry.geometry, inquiry.spot, parameters)
    matter = Matter(inquiry.kind, inquiry.category, locality, inquiry.facts, inquiry.toponym, point, geometry=geometry)
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
        needs_experts=needs_experts(
            inquiry.category, inquiry.toponym, inquiry.facts, cross_county=inquiry.cross_county, listed=False,
            parameters=parameters,
        ),
        applicant_entitled=_entitled(inquiry, parameters),
        materials=words(parameters, "materials.division") if inquiry.category.family == "DIVISION" else (),
    )  # fmt: skip


def _entitled(inquiry: Inquiry, parameters: ParameterReader) -> bool | None:
    if inquiry.applicant is None:
        return None
    try:
        require_entitled(inquiry.applicant, inquiry.category, inquiry.kind, parameters)
    except (ApplicantNotEntitled, ApprovedElsewhere):
        return False
    return True


def drawn(
    sketch: Sketch | None, spot: tuple[float, float] | None, parameters: ParameterReader
) -> tuple[Geometry | None, Point | None]:
    """The shape and the point of a place: the point as given, or one on the shape that stands for it."""
    geometry = read_geometry(sketch.shape, sketch.coordinates, parameters) if sketch else None
    if geometry is not None:
        require_simple(geometry)
        spot = spot or anchor_of(geometry)
    return geometry, place_point(*spot, parameters) if spot else None


async def _plan_on_file(tx: Tx, matter: Matter) -> Protection | None:
    """The protection plan of a listed name, where its list has one."""
    if matter.target is None or matter.target.heritage is Heritage.NONE:
        return None
    entries = await tx.heritage.of_name(matter.target.id)
    plans = [entry.protection for entry in entries]
    return plans[0] if plans and all(plans) else None


def romanised(tx: Tx, toponym: Toponym, category: Category, reading: Reading) -> Romanisation:
    """A reading written by the rules in force today."""
    vocabulary = _vocabulary(tx)
    return romanise(analyse(toponym, category, vocabulary), reading, category, vocabulary.ethnonyms)


def _vocabulary(tx: Tx) -> Vocabulary:
    return read_vocabulary(tx.around.parameters.reader(tx.today))


async def _surrounding(tx: Tx, matter: Matter, question: Question, parameters: ParameterReader) -> Surrounding:
    since = cooldown_begin(tx.today, parameters.integer("cooldown.years"))
    neighbours = await tx.comparison.neighbours(question, retired_since=since)
    return Surrounding(neighbours, **await _ground(tx, matter, parameters))


async def _ground(tx: Tx, matter: Matter, parameters: ParameterReader) -> dict[str, Any]:
    """What lies around a new place; a change keeps the place it has."""
    if matter.kind is not ApplicationKind.NAME:
        return {}
    found: dict[str, Any] = {}
    if matter.point:
        found["same_spot"] = await tx.names.at_spot(matter.point, matter.category)
        if matter.category is Category.FACILITY:
            radius = parameters.integer("facility.place_radius_m")
            found["nearby"] = await tx.ground.places_near(matter.point, radius)
    if matter.geometry:
        found["overlaps"] = await tx.ground.overlaps(matter.geometry, matter.category)
    return found
