"""What ``marriage`` tells the world (婚姻登记): offices and registrations. No party is named."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span


class OfficeState(EntityState):
    """A marriage registration office (婚姻登记机关) with dated attributes.

    ``cross_province`` are the days it actually serves couples from other provinces (跨省通办); ``counselling_room``
    the days it has an active counselling room (婚姻家庭辅导室).
    """

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "office"
    participles: ClassVar[tuple[str, ...]] = ("opened", "amended", "closed")

    level: Literal["DISTRICT", "TOWNSHIP", "CITY"]
    in_service: list[Span]
    cross_province: list[Span]
    counselling_room: list[Span]


class RegistrationState(EntityState):
    """A marriage registration (结婚登记): when, where by office, and whether it crossed provinces."""

    source: ClassVar[str] = "marriage"
    noun: ClassVar[str] = "registration"
    participles: ClassVar[tuple[str, ...]] = ("registered", "annulled")

    kind: Literal["MARRIAGE"]
    office_id: str
    registered_on: date
    cross_province: bool
    annulled_on: date | None
