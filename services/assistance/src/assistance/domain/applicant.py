"""Who applies, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName


class Channel(StrEnum):
    """How the application came in (申请渠道)."""

    WINDOW = "WINDOW"
    APP = "APP"
    AGENT = "AGENT"
    LEAD = "LEAD"
    CROSS_PLACE = "CROSS_PLACE"


class Relation(StrEnum):
    """Relation of a household member to the applicant (与申请人关系)."""

    SELF = "SELF"
    SPOUSE = "SPOUSE"
    CHILD = "CHILD"
    PARENT = "PARENT"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Member:
    """A household member who counts (共同生活的家庭成员)."""

    name: PersonName
    identity: IdentityNumber
    relation: Relation
