"""Questions to other bodies about one person (联网核验): what is asked, and how the answer is read.

An answer that does not say what is needed is read as no answer. What is unknown never passes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marriage.domain.eligibility import CheckOutcome, CheckSource
from marriage.domain.party import Document, DocumentKind
from shared.kernel.names import PersonName
from shared.runtime.departments import Departments, DepartmentUnavailable


class Question(StrEnum):
    """What is asked (核验事项)."""

    IDENTITY = "IDENTITY"
    """姓名与证件号码是否一致，是否在世"""
    NO_SPOUSE = "NO_SPOUSE"
    """有无配偶"""
    MARRIED_TO = "MARRIED_TO"
    """双方之间是否有有效婚姻登记"""


@dataclass(frozen=True)
class Line:
    """Whom a question goes to, by which name, and why we may ask."""

    department: str
    question: str
    source: CheckSource
    purpose: str
    basis: str


LINES: dict[Question, Line] = {
    Question.IDENTITY: Line(
        "public-security", "identity-check", CheckSource.POPULATION_BASE, "身份核验",
        "国务院令第804号（身份联网核对）",
    ),
    Question.NO_SPOUSE: Line(
        "civil-affairs", "marital-status", CheckSource.NATIONAL_MARRIAGE_BASE, "婚姻状况核验", "国务院令第804号 第四条"
    ),
    Question.MARRIED_TO: Line(
        "civil-affairs", "marriage-record", CheckSource.NATIONAL_MARRIAGE_BASE, "婚姻登记信息核验",
        "国务院令第804号 第四条",
    ),
}  # fmt: skip
BORDER = Line("public-security", "border-identity", CheckSource.BORDER, "身份核验", "国务院令第804号（出入境证件）")


@dataclass(frozen=True)
class Heard:
    """What came back, with the digests of what was asked and answered; neither text is kept."""

    line: Line
    outcome: CheckOutcome
    reason: str | None
    request_hash: bytes
    answer_hash: bytes | None


def line_of(question: Question, document: Document) -> Line:
    """Permits and passports are known at the border, not in the population base."""
    if question is Question.IDENTITY and document.kind is not DocumentKind.ID_CARD:
        return BORDER
    return LINES[question]


async def ask(
    departments: Departments, question: Question, name: PersonName, document: Document, other: Document | None,
    reference: str,
) -> Heard:  # fmt: skip
    """Ask once (the line repeats on its own); a silent body gives ``UNAVAILABLE`` with the reason."""
    line = line_of(question, document)
    body: dict[str, Any] = {"subject": document.number, "document_kind": document.kind.value, "name": name.plain}
    if other is not None:
        body["other"] = other.number
    asked = _digest(body)
    try:
        answer = await departments.ask(line.department, line.question, body, reference=reference)
    except DepartmentUnavailable as silent:
        return Heard(line, CheckOutcome.UNAVAILABLE, silent.reason, asked, None)
    outcome = read(question, answer)
    return Heard(line, outcome, "unreadable" if outcome is CheckOutcome.UNAVAILABLE else None, asked, _digest(answer))


def read(question: Question, answer: Mapping[str, Any]) -> CheckOutcome:
    """The answer as a verdict; an answer without the field that decides says nothing."""
    if question is Question.IDENTITY:
        matches, alive = answer.get("matches"), answer.get("alive", True)
        if not isinstance(matches, bool) or not isinstance(alive, bool):
            return CheckOutcome.UNAVAILABLE
        return CheckOutcome.CLEAR if matches and alive else CheckOutcome.CONTRADICTED
    married = answer.get("married")
    if not isinstance(married, bool):
        return CheckOutcome.UNAVAILABLE
    wanted = question is Question.MARRIED_TO
    return CheckOutcome.CLEAR if married is wanted else CheckOutcome.CONTRADICTED


def _digest(body: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).digest()
