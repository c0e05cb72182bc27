"""How a translation from a contract to a fact is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from monitoring.domain.facts.fact import Fact
from shared.contracts.envelope import EntityState
from shared.contracts.spans import Span as ContractSpan
from shared.kernel.spans import Span

Translations = dict[type[EntityState], Callable[[Any], Fact]]
"""Contract class → what turns its state into a fact."""


def days_of(spans: Iterable[ContractSpan]) -> tuple[Span, ...]:
    """The days of a contract's spans; one without a single day says nothing."""
    return tuple(Span(span.begin, span.end) for span in spans if span.begin != span.end)
