"""From the published language to domain facts; the only package here that knows the contracts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from monitoring.domain.facts.fact import Fact
from monitoring.domain.measures import Cell, contributions
from monitoring.domain.observation import EntityKey, Observation
from monitoring.events import assistance, eldercare, marriage, placename, reporting
from monitoring.events.translation import Translations
from shared.contracts.catalogue import CONTRACTS
from shared.contracts.envelope import Incoming, read_event
from shared.kernel.clock import business_day
from shared.kernel.divisions import AbolishedDivision, UnknownDivision, default_register
from shared.messaging.consumer import UnknownContract

REGION = re.compile(r"[0-9]{12}", re.ASCII)
FIRST_DAY, END = date(1949, 10, 1), date(2100, 1, 1)
"""Days that can be meant; 1900 or 2999 stands in a field that nobody filled."""
KNOWN = {(contract.source, contract.noun, contract.schema_version): contract for contract in CONTRACTS}
TRANSLATIONS: Translations = {
    **assistance.TRANSLATIONS,
    **eldercare.TRANSLATIONS,
    **marriage.TRANSLATIONS,
    **placename.TRANSLATIONS,
    **reporting.TRANSLATIONS,
}


def nouns_of(source: str) -> tuple[str, ...]:
    """The nouns a service publishes."""
    return tuple(sorted({contract.noun for contract in CONTRACTS if contract.source == source}))


def fact_of(event: Incoming) -> Fact:
    """What an event says, as a domain fact; refuses an unknown contract and a state that does not fit it."""
    contract = KNOWN.get((event.source, event.noun, event.schema_version))
    if contract is None:
        raise UnknownContract(f"no contract for {event.source}.{event.noun}.v{event.schema_version}")
    try:
        state = contract.model_validate(event.data)
    except ValidationError as broken:
        raise UnknownContract(f"{contract.__name__} does not fit in {broken.error_count()} places") from None
    return TRANSLATIONS[contract](state)


def recount(source: str, noun: str, schema_version: int, state: Mapping[str, Any], region: str) -> Counter[Cell]:
    """What a stored state adds under the definitions of today."""
    contract = KNOWN.get((source, noun, schema_version))
    if contract is None:
        raise UnknownContract(f"no contract for {source}.{noun}.v{schema_version}")
    return contributions(TRANSLATIONS[contract](contract.model_validate(state)), region)


def observe(events: Iterable[Incoming]) -> list[Observation]:
    """A batch of events as observations; refuses one that cannot be understood."""
    return [_observation(event) for event in events]


def observe_body(body: bytes) -> Observation:
    """A stored message as an observation."""
    return _observation(read_event(body))


def _observation(event: Incoming) -> Observation:
    if not REGION.fullmatch(event.region):
        raise UnknownContract("the region is not a division code of 12 digits")
    _require_known(event.region, business_day(event.time))
    contributed = contributions(fact_of(event), event.region)
    _require_plausible(contributed, event.region)
    return Observation(
        key=EntityKey(event.source, event.noun, event.entity_id),
        epoch=event.epoch,
        version=event.version,
        region=event.region,
        seen_at=event.time,
        contributed=contributed,
        schema_version=event.schema_version,
        state=dict(event.data),
    )


@lru_cache(maxsize=8_192)
def _require_known(code: str, on: date) -> None:
    """A division exists, did exist, or will; one that never did is set aside until the table knows it."""
    try:
        default_register().get(code, on)
    except AbolishedDivision:
        return
    except UnknownDivision as unknown:
        if unknown.facts.get("reason") != "not-yet":
            raise UnknownContract("the region is no division of the city") from None


def _require_plausible(contributed: Iterable[Cell], region: str) -> None:
    for cell in contributed:
        if not FIRST_DAY <= cell.day < END:
            raise UnknownContract(f"{cell.measure} has a day outside {FIRST_DAY.year} to {END.year - 1}")
        if cell.division != region and not REGION.fullmatch(cell.division):
            raise UnknownContract("a contribution names no division code of 12 digits")
