"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from marriage.domain.office import Feature, Office
from marriage.domain.registration import Registration
from shared.contracts.marriage import OfficeState, RegistrationState
from shared.contracts.spans import Span


def office_state(office: Office) -> OfficeState:
    """What the world may know of an office: its level and the days on which each feature holds."""
    return OfficeState(
        level=office.level.value,
        in_service=_spans(office, Feature.IN_SERVICE),
        cross_province=_spans(office, Feature.CROSS_PROVINCE),
        counselling_room=_spans(office, Feature.COUNSELLING_ROOM),
    )


def _spans(office: Office, feature: Feature) -> list[Span]:
    return [Span(begin=span.begin, end=span.end) for span in office.spans(feature)]


def registration_state(registration: Registration) -> RegistrationState:
    """What the world may know of a registration: where and when; nothing about the parties."""
    return RegistrationState(
        kind="MARRIAGE",
        office_id=str(registration.office_id),
        registered_on=registration.registered_on,
        cross_province=registration.crosses_provinces,
        annulled_on=registration.annulled_on,
    )
