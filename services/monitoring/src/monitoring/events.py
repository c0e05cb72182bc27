"""From the published language to domain facts; the only module here that knows the contracts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from monitoring.domain import facts
from monitoring.domain.measures import contributions
from monitoring.domain.observation import EntityKey, Observation
from shared.contracts.assistance import ApplicationState, StandardState
from shared.contracts.catalogue import CONTRACTS
from shared.contracts.eldercare import BedState, InstitutionState, StayState
from shared.contracts.envelope import EntityState, Incoming, read_event
from shared.contracts.marriage import OfficeState, RegistrationState
from shared.contracts.placename import NameApplicationState, PlaceNameState
from shared.contracts.reporting import SeriesState
from shared.contracts.spans import Span as ContractSpan
from shared.kernel.spans import Span
from shared.messaging.consumer import UnknownContract

GRANTED = "GRANTED"
REGION = re.compile(r"[0-9]{12}", re.ASCII)
KNOWN = {(contract.source, contract.noun, contract.schema_version): contract for contract in CONTRACTS}


def nouns_of(source: str) -> tuple[str, ...]:
    """The nouns a service publishes."""
    return tuple(sorted({contract.noun for contract in CONTRACTS if contract.source == source}))


def fact_of(event: Incoming) -> facts.Fact:
    """What an event says, as a domain fact; refuses an unknown contract and a state that does not fit it."""
    contract = KNOWN.get((event.source, event.noun, event.schema_version))
    if contract is None:
        raise UnknownContract(f"no contract for {event.source}.{event.noun}.v{event.schema_version}")
    try:
        state = contract.model_validate(event.data)
    except ValidationError as broken:
        raise UnknownContract(f"{contract.__name__} does not fit in {broken.error_count()} places") from None
    return TRANSLATIONS[contract](state)


def observe(events: Iterable[Incoming]) -> list[Observation]:
    """A batch of events as observations; refuses one that cannot be understood."""
    return [_observation(event) for event in events]


def observe_body(body: bytes) -> Observation:
    """A stored message as an observation."""
    return _observation(read_event(body))


def _observation(event: Incoming) -> Observation:
    if not REGION.fullmatch(event.region):
        raise UnknownContract("the region is not a division code of 12 digits")
    return Observation(
        key=EntityKey(event.source, event.noun, event.entity_id),
        epoch=event.epoch,
        version=event.version,
        region=event.region,
        seen_at=event.time,
        contributed=contributions(fact_of(event), event.region),
    )


def _days(spans: Iterable[ContractSpan]) -> tuple[Span, ...]:
    """The days of a contract's spans; one without a single day says nothing."""
    return tuple(Span(span.begin, span.end) for span in spans if span.begin != span.end)


def _standard(state: StandardState) -> facts.Fact:
    in_force = (Span(state.valid_from, state.valid_to),) if state.published else ()
    return facts.Standard(state.programme, state.residence, state.amount_fen, in_force)


def _application(state: ApplicationState) -> facts.Fact:
    return facts.AllowanceApplication(
        state.submitted_on, state.accepted_on, state.decided_on, state.status == GRANTED, state.on_time
    )


def _institution(state: InstitutionState) -> facts.Fact:
    marks = tuple(facts.QualityMark(mark.assessed_on, mark.met) for mark in state.quality)
    return facts.Institution(_days(state.operating), _days(state.comprehensive), marks)


def _bed(state: BedState) -> facts.Fact:
    nursing = _days(span for span in state.classes if span.bed_class == "NURSING")
    return facts.Bed(state.home, _days(state.in_service), nursing, _days(state.inclusive))


def _stay(state: StayState) -> facts.Fact:
    return facts.Stay(() if state.voided else _days([state.stayed]))


def _office(state: OfficeState) -> facts.Fact:
    return facts.MarriageOffice(_days(state.in_service), _days(state.cross_province), _days(state.counselling_room))


def _registration(state: RegistrationState) -> facts.Fact:
    return facts.MarriageRegistration(state.registered_on, state.cross_province)


def _name_application(state: NameApplicationState) -> facts.Fact:
    return facts.NameApplication(state.submitted_on, state.online, state.announced_on, state.announced_in_time)


def _name(state: PlaceNameState) -> facts.Fact:
    return facts.PlaceName(_days(state.in_use))


def _series(state: SeriesState) -> facts.Fact:
    figures = [facts.Figure(point.on, point.numerator, point.denominator) for point in state.points]
    return facts.ReportedSeries(state.form, state.kind == "FLOW", figures)


TRANSLATIONS: dict[type[EntityState], Callable[[Any], facts.Fact]] = {
    StandardState: _standard,
    ApplicationState: _application,
    InstitutionState: _institution,
    BedState: _bed,
    StayState: _stay,
    OfficeState: _office,
    RegistrationState: _registration,
    NameApplicationState: _name_application,
    PlaceNameState: _name,
    SeriesState: _series,
}
