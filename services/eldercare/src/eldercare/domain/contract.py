"""The service contract of a resident: signed before anybody moves in, with every clause the law asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.span import require_past
from shared.kernel.errors import Invalid, Refusal
from shared.kernel.spans import Span

KEEP_YEARS = "contract.keep_years"


class ContractClause(StrEnum):
    """What a service contract must settle (服务协议必备条款)."""

    PARTIES = "PARTIES"
    """双方及紧急联系人信息"""
    SERVICE = "SERVICE"
    """照料等级、服务内容和方式"""
    FEES = "FEES"
    """收费标准和支付方式"""
    TERM = "TERM"
    """服务期限和地点"""
    CHANGE = "CHANGE"
    """变更、解除和终止"""
    PLACEMENT = "PLACEMENT"
    """暂停或者终止服务时的安置"""
    LIABILITY = "LIABILITY"
    """违约责任和争议解决"""


class ContractClausesMissing(Invalid):
    """服务协议缺少必备条款"""


class ContractNotSigned(Refusal):
    """未签订服务协议不得入住"""


class ContractSigned(Refusal):
    """该申请已签订服务协议"""


class ContractDoesNotCoverDay(Refusal):
    """入住日不在服务协议期限内"""


@dataclass(frozen=True)
class Contract:
    """A signed service contract (养老服务协议, 老年人权益保障法 第四十八条); ``term`` may be open."""

    id: UUID
    signed_on: date
    term: Span
    care_level: int
    monthly_fee_fen: int
    clauses: frozenset[ContractClause]

    def require_covering(self, day: date) -> None:
        """The stay begins within the term and not before the signature."""
        if day < self.signed_on or not self.term.covers(day):
            raise ContractDoesNotCoverDay(rule="老年人权益保障法 第四十八条")


def sign(
    *, id: UUID, signed_on: date, term: Span, care_level: int, monthly_fee_fen: int,
    clauses: Iterable[ContractClause], today: date,
) -> Contract:  # fmt: skip
    """A contract with every required clause."""
    require_past(signed_on, today=today)
    agreed = frozenset(clauses)
    missing = [clause.value for clause in ContractClause if clause not in agreed]
    if missing:
        raise ContractClausesMissing(rule="老年人权益保障法 第四十八条", field="clauses", missing=missing)
    return Contract(id, signed_on, term, care_level, monthly_fee_fen, agreed)
