"""Adapters to the sources of a verification: each builds its question and reads its answer.

An answer is ``{"as_of": "YYYY-MM-DD", "items": [{"item": "WAGES", "amount_fen": 100}]}``; what a department adds is
ignored, and an answer that says less is read as far as it goes. Amounts are fen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistance.domain.verification import Found, Gap, Inquiry, Source, VerificationOrder, answered, unanswered
from shared.runtime.departments import Departments, DepartmentUnavailable

AT_ONCE = 8
ITEM_LENGTH = 40
LARGEST_FEN = 10**13
GAPS = {"unknown": Gap.NO_ADDRESS, "timeout": Gap.TIMEOUT, "refused": Gap.REFUSED, "broken": Gap.BROKEN}


@dataclass(frozen=True)
class Line:
    """Which department a source belongs to, and what the question is called there."""

    department: str
    question: str


LINES: Mapping[Source, Line] = {
    Source.HUKOU: Line("public-security", "household-register"),
    Source.TAX: Line("taxation", "personal-income"),
    Source.SOCIAL_INSURANCE: Line("human-resources", "social-insurance"),
    Source.REAL_ESTATE: Line("natural-resources", "real-estate"),
    Source.MARKET: Line("market-regulation", "registered-businesses"),
    Source.HOUSING_FUND: Line("provident-fund", "housing-fund"),
    Source.VEHICLES: Line("transport", "vehicles"),
    Source.BANKS: Line("banks", "deposits"),
    Source.INSURANCE: Line("banks", "insurance-policies"),
    Source.SECURITIES: Line("banks", "securities"),
    Source.PAYMENT: Line("banks", "payment-institutions"),
    Source.CIVIL_AFFAIRS: Line("civil-affairs", "civil-registers"),
    Source.UTILITIES: Line("housing", "utility-bills"),
    Source.TRAVEL: Line("public-security", "border-crossings"),
}
assert set(LINES) == set(Source)


async def ask_sources(departments: Departments, order: VerificationOrder, now: datetime) -> list[Inquiry]:
    """Ask every source that has not answered, several at a time; a failure is an answer of its own kind."""
    numbers = {subject.ordinal: subject.identity_number for subject in order.subjects}
    room = asyncio.Semaphore(AT_ONCE)

    async def one(inquiry: Inquiry) -> Inquiry:
        async with room:
            return await _ask(departments, order, inquiry, numbers[inquiry.ordinal], now)

    return list(await asyncio.gather(*(one(inquiry) for inquiry in order.open_inquiries)))


async def _ask(
    departments: Departments, order: VerificationOrder, inquiry: Inquiry, number: str, now: datetime
) -> Inquiry:
    line = LINES[inquiry.source]
    question = {"subject": number, "purpose": "社会救助家庭经济状况核对", "basis": "社会救助法 第四十一条"}
    try:
        answer = await departments.ask(
            line.department, line.question, question, reference=str(order.reference(inquiry))
        )
    except DepartmentUnavailable as silent:
        return unanswered(inquiry, GAPS.get(silent.reason, Gap.BROKEN))
    as_of = _day(answer.get("as_of"))
    return answered(inquiry, at=now, as_of=as_of, found=_items(answer.get("items")))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _items(value: Any) -> Sequence[Found]:
    if not isinstance(value, list):
        return ()
    return tuple(item for item in map(_item, value) if item is not None)


def _item(value: Any) -> Found | None:
    if not isinstance(value, dict):
        return None
    name, amount = value.get("item"), value.get("amount_fen")
    if not isinstance(name, str) or not 0 < len(name) <= ITEM_LENGTH or not name.isascii():
        return None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= LARGEST_FEN:
        return None
    return Found(name, amount)
