"""Synthetic couples and offices; nobody here was ever born."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from marriage.main import SERVICE, Settings
from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.service import ServiceDefinition
from shared.testing.under_test import ServiceUnderTest

Body = dict[str, Any]


@pytest.fixture(scope="session")
def definition() -> ServiceDefinition:
    return SERVICE


@pytest.fixture(scope="session")
def settings_kind() -> type[Settings]:
    return Settings


def _applicant(sex: Sex, seed: int, checked_at: str, birth_date: date, **changes: Any) -> Body:
    def clear(source: str) -> Body:
        return {"source": source, "outcome": "CLEAR", "checked_at": checked_at}

    number = synthetic_identity_number(seed, birth_date, sex).plain
    return {
        "name": "测试甲" if sex is Sex.MALE else "测试乙",
        "document": {"kind": "ID_CARD", "number": number},
        "sex": sex.value,
        "birth_date": birth_date.isoformat(),
        "household_division": "500103",
        "prior_status": "UNMARRIED",
        "is_present": True,
        "is_willing": True,
        "has_signed_declaration": True,
        "identity_check": clear("POPULATION_BASE"),
        "marital_check": clear("NATIONAL_MARRIAGE_BASE"),
        **changes,
    }


@pytest.fixture
def man() -> Callable[..., Body]:
    """A man who may marry."""

    def make(
        seed: int = 1,
        checked_at: str = "2026-11-23T08:50:00+08:00",
        birth_date: date = date(1995, 3, 1),
        **changes: Any,
    ) -> Body:
        return _applicant(Sex.MALE, seed, checked_at, birth_date, **changes)

    return make


@pytest.fixture
def woman() -> Callable[..., Body]:
    """A woman who may marry."""

    def make(
        seed: int = 1,
        checked_at: str = "2026-11-23T08:50:00+08:00",
        birth_date: date = date(1996, 7, 2),
        **changes: Any,
    ) -> Body:
        return _applicant(Sex.FEMALE, seed, checked_at, birth_date, **changes)

    return make


@pytest.fixture
def office_in(service: ServiceUnderTest) -> Callable[[str], Awaitable[str]]:
    """The id of the delivered office of a district."""

    async def find(district: str) -> str:
        found = await service.rows("SELECT id FROM office WHERE division = :division", division=f"{district}000000")
        return str(found[0].id)

    return find
