"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from placename.domain.application import Application
from placename.domain.deadlines import Clock
from placename.domain.heritage import HeritageEntry
from placename.domain.misuse import Misuse
from placename.domain.place_name import Period, PlaceName
from placename.domain.sign import SIGNED, SignTask
from shared.contracts.placename import HeritageState, MisuseState, NameApplicationState, PlaceNameState, SignState
from shared.contracts.spans import Span
from shared.kernel.clock import business_day


def application_state(application: Application) -> NameApplicationState:
    """What the world may know of an application: its milestones, and whether it came in online."""
    clocks = application.clocks
    return NameApplicationState(
        action=application.kind.value,
        category=application.category.value,
        status=application.status.value,
        online=application.online,
        submitted_on=business_day(application.submitted_at),
        accepted_on=application.accepted_on,
        decided_on=application.decided_on,
        announced_on=application.announced_on,
        announce_due_on=_due(clocks.announcement),
        announced_in_time=application.announced_in_time,
        decide_due_on=_due(clocks.decision),
        working_days=application.working_days,
        first_pass=application.passed_first,
        file_due_on=_due(clocks.filing),
        filed_on=application.filed_on,
        used_from=application.used_from,
        overdue=list(application.overdue),
    )


def name_state(name: PlaceName) -> PlaceNameState:
    """What the world may know of a name: its kind and its days of use."""
    return PlaceNameState(
        category=name.category.value,
        in_use=_spans(name.in_use),
        status=name.status.value,
        complete=name.is_complete,
        signable=name.category in SIGNED,
    )


def heritage_state(entry: HeritageEntry) -> HeritageState:
    """What the world may know of an entry of a list."""
    return HeritageState(
        level=entry.level.value, status=entry.status.value, listed=_spans(entry.listed), alive=_spans(entry.alive)
    )


def sign_state(sign: SignTask) -> SignState:
    """What the world may know of a sign."""
    return SignState(
        status=sign.status.value, ordered_on=sign.ordered_on, due_on=sign.due.on, standing=_spans(sign.standing)
    )


def misuse_state(misuse: Misuse) -> MisuseState:
    """What the world may know of a wrong use."""
    return MisuseState(
        kind=misuse.kind.value,
        status=misuse.status.value,
        reported_on=misuse.reported_on,
        correct_by=misuse.correct_by.on if misuse.correct_by else None,
        corrected_on=misuse.corrected_on,
        corrected_in_time=misuse.corrected_in_time,
    )


def _due(clock: Clock | None) -> date | None:
    return clock.due.on if clock else None


def _spans(periods: Iterable[Period]) -> list[Span]:
    return [Span(begin=period.begin, end=period.end) for period in periods]
