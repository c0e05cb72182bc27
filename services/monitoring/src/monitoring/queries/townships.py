"""Values of the townships of a district."""

from __future__ import annotations

from dataclasses import replace

from monitoring.domain.evaluation import Question, evaluate, gaps, questions, variants
from monitoring.domain.indicator import Indicator
from monitoring.domain.term import Places as Counted
from monitoring.queries.places import Places
from monitoring.queries.readings import Reading, starts_at_zero
from monitoring.queries.sums import AsOf, read_sums
from monitoring.store import Tx


async def read_townships(tx: Tx, indicator: Indicator, district: str, as_of: AsOf) -> list[Reading]:
    """The values of every township of a district, in the order of their codes; a coverage is 0 or 100 there."""
    asked = {q for q in questions(indicator, as_of.on, as_of.since) if q.measure and not q.measure.endswith("#")}
    by_township = {q: replace(q, places=Counted.TOWNSHIPS) for q in asked}
    sums = (await read_sums(tx, by_township.values(), as_of)).townships
    places = Places.of(tx, as_of.on)
    listed = {code for code in places.kinds if places.district(code[:6]) == district}
    held = {code for amounts in sums.values() for code in amounts if places.district(code[:6]) == district}
    found = []
    for code in sorted(listed | {code for code in held if code[6:] != "000"}):
        if not (places.holds(indicator.scope, district) and places.has(indicator.scope, code)):
            continue

        def totals(question: Question, code: str = code) -> int | None:
            if not question.measure:
                return 1
            amounts = sums.get(by_township.get(question, question), {})
            amount = amounts.get(code)
            if question.places is not Counted.NONE:
                return int((amount or 0) > 0) if amounts else None
            return 0 if amount is None and amounts and starts_at_zero(indicator) else amount

        value = evaluate(indicator, as_of.on, totals, as_of.since)
        found.append(
            Reading(
                indicator, code, as_of, value, gaps(indicator, value, as_of.on, totals),
                variants(indicator, as_of.on, totals, as_of.since),
            )
        )  # fmt: skip
    return found
