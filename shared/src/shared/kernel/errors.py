"""The refusals of the system (拒绝): every rule that says no, says it with one of these.

    Exception
    └── Refusal                kind CONFLICT   a rule of the law or of the service forbids the step
        ├── Invalid            kind INVALID    what the person typed cannot be read or is impossible
        ├── Forbidden          kind FORBIDDEN  the person may not do or see this
        ├── NotFound           kind NOT_FOUND  there is no such thing, or none this person may see
        └── <a sentence>       kind CONFLICT   `AlreadyAccepted`, `HouseholdNotVerified`, ...

A new refusal is a subclass whose name is the sentence of the rule and whose docstring begins with the
Chinese title a person reads. The edge of a service, and nothing else, turns a kind into a status code.

A refusal travels to logs and answers, so neither its detail nor its facts ever hold personal data: a
rejected identity number, name or address is described, never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, TypeAlias

JsonScalar: TypeAlias = str | int | float | bool | None
JsonValue: TypeAlias = "JsonScalar | Sequence[JsonValue] | Mapping[str, JsonValue]"

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Kind(StrEnum):
    """What sort of no it is (拒绝类别): decides how the edge of a service answers."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"


class Refusal(Exception):
    """不符合办理规定

    Base of every refused rule. `detail` is one sentence for the person who asked, `rule` names the
    article or rule ("民法典 1047", "C-05"), `field` the input that offends ("spouse/birth_date"), and
    `facts` holds what the person needs to act ("status_now", "missing_documents").
    """

    kind: ClassVar[Kind] = Kind.CONFLICT

    def __init__(
        self,
        detail: str | None = None,
        *,
        rule: str | None = None,
        field: str | None = None,
        **facts: JsonValue,
    ) -> None:
        super().__init__(detail if detail is not None else self.title)
        self.detail = detail
        self.rule = rule
        self.field = field
        self.facts: dict[str, JsonValue] = facts

    @property
    def code(self) -> str:
        """The stable name of the refusal: its class name in kebab case."""
        return _WORD_START.sub("-", type(self).__name__).lower()

    @property
    def title(self) -> str:
        """The first line of the nearest docstring in the class hierarchy: the title a person reads."""
        docstring = next(cls.__doc__ for cls in type(self).__mro__ if cls.__doc__)
        return docstring.strip().splitlines()[0].strip()


class Invalid(Refusal):
    """填写内容有误"""

    kind = Kind.INVALID


class Forbidden(Refusal):
    """无权办理或查看"""

    kind = Kind.FORBIDDEN


class NotFound(Refusal):
    """未找到"""

    kind = Kind.NOT_FOUND
