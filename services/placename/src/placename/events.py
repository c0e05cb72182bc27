"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from placename.domain.application import Application
from placename.domain.place_name import PlaceName
from shared.contracts.placename import NameApplicationState, PlaceNameState
from shared.contracts.spans import Span
from shared.kernel.clock import business_day


def application_state(application: Application) -> NameApplicationState:
    """What the world may know of an application: its milestones, and whether it came in online."""
    announcement = application.clocks.announcement
    return NameApplicationState(
        action=application.kind.value,
        category=application.category.value,
        status=application.status.value,
        online=application.online,
        submitted_on=business_day(application.submitted_at),
        accepted_on=application.accepted_on,
        decided_on=application.decision.decided_on if application.decision else None,
        announced_on=application.announced_on,
        announce_due_on=announcement.due.on if announcement else None,
        announced_in_time=application.announced_in_time,
    )


def name_state(name: PlaceName) -> PlaceNameState:
    """What the world may know of a name: its kind and its days of use."""
    return PlaceNameState(
        category=name.category.value,
        in_use=[Span(begin=period.begin, end=period.end) for period in name.in_use],
    )
