"""The envelope of every event: CloudEvents 1.0, JSON structured mode.

Subject on the broker: ``civil.<service>.<noun>.<participle>.v<n>.p<00-31>``; ``type`` is the same without the
partition. ``data`` is the whole indicator-relevant state of the entity after the change, with no personal
data. Order and repetition are decided by ``(epoch, entityversion)`` alone: ``epoch`` grows when a database
was restored or promoted, ``entityversion`` with every change of the entity.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import BaseModel, ConfigDict

from shared.kernel.ids import partition_of

PARTITIONS = 32
RESTATED = "restated"
_FORMAT = JSONFormat()


class UnreadableEvent(Exception):
    """The message is not an event of ours, or lacks what every event must have."""


class EntityState(BaseModel):
    """What the world may know of one entity after a change; one class per service, noun and version.

    Readers ignore fields they do not know, so that a publisher may add some. Amounts are integers in fen,
    shares are pairs of integers, days are ISO dates.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: ClassVar[str]
    noun: ClassVar[str]
    schema_version: ClassVar[int] = 1
    participles: ClassVar[tuple[str, ...]]

    @classmethod
    def event_type(cls, participle: str) -> str:
        """``civil.<service>.<noun>.<participle>.v<n>``; refuses a participle the contract does not list."""
        if participle != RESTATED and participle not in cls.participles:
            raise ValueError(f"{cls.__name__} has no event {participle!r}")
        return f"civil.{cls.source}.{cls.noun}.{participle}.v{cls.schema_version}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One event ready for the outbox."""

    event_id: UUID
    noun: str
    entity_id: UUID
    epoch: int
    version: int
    part: int
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as a reader sees it; ``data`` is not yet checked against the contract."""

    event_id: str
    source: str
    noun: str
    participle: str
    schema_version: int
    entity_id: UUID
    epoch: int
    version: int
    region: str
    time: datetime
    data: dict[str, Any]


def write_event(
    state: EntityState,
    participle: str,
    *,
    event_id: UUID,
    entity_id: UUID,
    epoch: int,
    version: int,
    region: str,
    time: datetime,
    traceparent: str,
) -> Outgoing:
    """Put ``state`` into its envelope; attributes are checked by the CloudEvents library."""
    event_type = state.event_type(participle)
    part = partition_of(entity_id, PARTITIONS)
    event = CloudEvent(
        attributes={
            "id": str(event_id),
            "source": f"urn:yumin:{state.source}",
            "type": event_type,
            "subject": str(entity_id),
            "time": time,
            "datacontenttype": "application/json",
            "dataschema": f"urn:yumin:schema:{state.source}:{state.noun}:v{state.schema_version}",
            "entityversion": str(version),
            "epoch": str(epoch),
            "region": region,
            "traceparent": traceparent,
        },
        data=state.model_dump(mode="json"),
    )
    return Outgoing(
        event_id=event_id,
        noun=state.noun,
        entity_id=entity_id,
        epoch=epoch,
        version=version,
        part=part,
        subject=f"{event_type}.p{part:02d}",
        body=_FORMAT.write(event).decode(),
    )


def read_event(body: bytes) -> Incoming:
    """Parse a message; raises :class:`UnreadableEvent` with a reason that repeats nothing of the content."""
    try:
        event = _FORMAT.read(CloudEvent, body)
        prefix, source, noun, participle, version = event.get_type().split(".")
        data = event.get_data()
        time = event.get_time()
        if prefix != "civil" or version[:1] != "v" or not isinstance(data, dict) or time is None:
            raise UnreadableEvent("not an event of this cluster")
        entity_version = int(event.get_extension("entityversion"))
        epoch = int(event.get_extension("epoch"))
        if not (0 < entity_version < 2**63 and 0 < epoch < 2**31):
            raise UnreadableEvent("version or epoch out of range")
        return Incoming(
            event_id=event.get_id(),
            source=source,
            noun=noun,
            participle=participle,
            schema_version=int(version[1:]),
            entity_id=UUID(event.get_subject() or ""),
            epoch=epoch,
            version=entity_version,
            region=str(event.get_extension("region")),
            time=time,
            data=data,
        )
    except (CloudEventValidationError, json.JSONDecodeError, UnicodeDecodeError) as broken:
        raise UnreadableEvent(f"not a CloudEvent: {type(broken).__name__}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as broken:
        raise UnreadableEvent(f"envelope incomplete: {type(broken).__name__}") from None
