"""Who is calling: an organisation and, where there is one, an acting person."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.kernel.divisions import Area
from shared.kernel.errors import Forbidden

CITY = "500000000000"


class NotPermitted(Forbidden):
    """权限不足"""


class OutsideOwnArea(Forbidden):
    """超出管辖区域"""


class PersonRequired(Forbidden):
    """须由具体经办人办理"""


class SecondPersonRequired(Forbidden):
    """须由另一人复核确认"""


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller (调用主体).

    ``issuer`` and ``subject`` together are the key (never a name or an e-mail). ``organisation`` is the
    calling body's code, ``person`` the acting official or citizen if the token names one. ``area`` is the
    division the caller answers for, and everything below it.
    """

    issuer: str
    subject: str
    organisation: str
    area: Area
    person: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_service(cls, service: str) -> Principal:
        """The service itself, for timers and consumers; it answers for the whole city."""
        return cls(issuer="urn:yumin", subject=f"service-{service}", organisation=service, area=Area(CITY))

    @classmethod
    def of_public(cls) -> Principal:
        """Anybody: the caller of a public route."""
        return cls(issuer="urn:yumin", subject="public", organisation="public", area=Area(CITY))

    @property
    def key(self) -> str:
        """Stable key of the caller: issuer, subject and the acting person."""
        return f"{self.issuer}|{self.subject}|{self.person or ''}"

    @property
    def acting(self) -> str:
        """The person who acts, or the calling subject where the token names no person."""
        return self.person or self.subject

    def require_scope(self, scope: str) -> None:
        """Refuse a caller whose token does not carry ``scope``."""
        if scope not in self.scopes:
            raise NotPermitted("调用方没有此项操作的权限", scope=scope)

    def require_area(self, division: str) -> None:
        """Refuse an act on a division the caller does not answer for."""
        if not self.area.covers(division):
            raise OutsideOwnArea("该行政区划不在调用方管辖范围内", field="division")

    def require_person(self) -> str:
        """The acting person; refuses a token that speaks for an organisation only."""
        if self.person is None:
            raise PersonRequired("此项操作须载明经办人")
        return self.person

    def require_other_than(self, first: str) -> str:
        """The acting person, who must not be the one who took the first step (四眼原则)."""
        person = self.require_person()
        if person == first:
            raise SecondPersonRequired("复核人不得与经办人为同一人")
        return person
