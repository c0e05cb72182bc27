"""The public part of district values (公开口径): what would show single persons is left out.

A count of persons below the threshold is hidden, and so is its complement in the denominator. Where the city's value is
published and one district alone were hidden, it could be found by subtraction: the next smallest is hidden with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitoring.domain.evaluation import Value

SMALLEST_PUBLISHED = 5
"""Persons; a usual threshold of official statistics, no source of the plan fixes it."""


def is_small(value: Value) -> bool:
    """Whether a value shows fewer persons than may be shown: those counted, those not counted, or all of them."""
    counted, all_of_them = value.numerator, value.denominator
    parts = [part for part in (counted, all_of_them) if part is not None]
    if counted is not None and all_of_them is not None and all_of_them > 1:
        parts.append(all_of_them - counted)
    return any(0 < part < SMALLEST_PUBLISHED for part in parts)


def hidden_districts(values: Mapping[str, Value]) -> frozenset[str]:
    """The districts whose value is not published, of an indicator that counts persons."""
    hidden = {district for district, value in values.items() if is_small(value)}
    if len(hidden) == 1:
        others = {code: value for code, value in values.items() if code not in hidden and value.numerator}
        if others:
            hidden.add(min(others, key=lambda code: (others[code].numerator or 0, code)))
    return frozenset(hidden)
