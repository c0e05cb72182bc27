"""Values read at once equal those of the plain definition on random cells; kept readings end with the next change."""

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from monitoring.catalogue import CATALOGUE
from monitoring.domain.evaluation import FLOWS, PLAN_BEGIN, last_year_end, questions
from monitoring.domain.indicator import Better, Indicator, Kind, SourceClass, Variant
from monitoring.domain.term import Places, Term
from monitoring.events import observe
from monitoring.queries import CITY, AsOf, Reading, read_all, read_city
from monitoring.queries.kept import KEPT, KeptReadings
from monitoring.queries.readings import COUNTED_FROM_ZERO
from monitoring.store import Tx, cells
from monitoring.usecases import absorb
from shared.contracts.envelope import Incoming
from shared.kernel.divisions import default_register
from shared.testing.under_test import MORNING, ServiceUnderTest

DAY = date(2026, 11, 23)
REGISTER = default_register()
TOWNSHIPS = REGISTER.townships(DAY)
KIND_OF = {township.code[:9]: township.kind for township in TOWNSHIPS}
DISTRICTS = [district.code[:6] for district in REGISTER.districts(DAY)]
CENTRAL = REGISTER.central_urban(DAY).districts
FROM_START_OF_YEAR = date(2026, 1, 1)
Row = dict[str, Any]


def random_cells(chance: random.Random) -> list[Row]:
    """Cells of every measure that the catalogue asks for, mostly few and at times none."""
    measures = sorted({q.measure for i in CATALOGUE.indicators for q in questions(i, DAY) if q.measure})
    rows: dict[tuple[Any, ...], Row] = {}
    for measure in measures:
        for _ in range(chance.choice((0, 1, 4))):
            named = f"{measure}{chance.randrange(1, 9)}" if measure.endswith("#") else measure
            where = f"{CITY}000000" if chance.random() < 0.1 else chance.choice(TOWNSHIPS).code
            day = date(2020, 6, 1) + timedelta(days=chance.randrange(2600))
            known = DAY + timedelta(days=chance.choice((-1, 0, 1)))
            row = {"measure": named, "division": where, "residence": chance.choice(("", "URBAN", "RURAL")),
                   "day": day, "recorded_on": known, "amount": chance.randrange(-3, 20)}  # fmt: skip
            rows[tuple(row[k] for k in ("measure", "division", "residence", "day", "recorded_on"))] = row
    return list(rows.values())


class Plain:
    """The definition word by word: every number is added up anew from the cells, one place at a time."""

    def __init__(self, rows: list[Row]) -> None:
        self.by_measure: dict[str, list[Row]] = {}
        for row in rows:
            if row["recorded_on"] <= DAY:
                self.by_measure.setdefault(row["measure"].partition("#")[0], []).append(row)

    def in_scope(self, indicator: Indicator, place: str) -> bool:
        scope = indicator.scope
        if place == CITY:
            return True
        if place in scope.excluded or (scope.outside_central_urban and place in CENTRAL):
            return False
        if scope.running is None:
            return True
        ran = [r for r in self.by_measure.get(scope.running, ()) if r["day"] <= DAY and r["division"][:6] == place]
        return sum(r["amount"] for r in ran) > 0

    def number(self, indicator: Indicator, place: str, term: Term, since: date | None, until: date) -> int | None:
        here = [d for d in (CITY, *DISTRICTS) if place in (CITY, d) and self.in_scope(indicator, d)]
        kinds = {
            code: kind for code, kind in KIND_OF.items() if not (indicator.scope.without_streets and kind == "街道")
        }
        if term.places and not term.measure:
            if term.places is Places.DISTRICTS:
                return len([d for d in here if d != CITY])
            if place != CITY and not here:
                return None
            listed = [c for c in kinds if place in (CITY, c[:6])]
            return len([c for c in listed if c[:6] not in indicator.scope.excluded
                        and not (indicator.scope.outside_central_urban and c[:6] in CENTRAL)])  # fmt: skip
        rows = [
            row for row in self.by_measure.get(term.measure, ())
            if row["day"] <= until and (since is None or row["day"] >= since)
            and term.residence in (None, row["residence"])
        ]  # fmt: skip
        if term.places:
            size = 9 if term.places is Places.TOWNSHIPS else 6
            sums: dict[str, int] = {}
            for row in rows:
                sums[row["division"][:size]] = sums.get(row["division"][:size], 0) + row["amount"]
            counted = [c for c, n in sums.items() if n > 0 and c[:6] != CITY and c[:6] in here]
            return len([c for c in counted if size == 6 or c in kinds]) if rows else None
        inside = [row for row in rows if row["division"][:6] in here]
        if indicator.kind is Kind.MEDIAN:
            seen: dict[int, int] = {}
            for row in inside:
                number = int(row["measure"].partition("#")[2])
                seen[number] = seen.get(number, 0) + row["amount"]
            ordered = [number for number in sorted(seen) for _ in range(seen[number])]
            return ordered[(len(ordered) - 1) // 2] if ordered else None
        if inside:
            return sum(row["amount"] for row in inside)
        from_zero = indicator.kind in COUNTED_FROM_ZERO and indicator.source is SourceClass.COMPUTED
        said_by_districts = {row["division"][:6] for row in rows} - {CITY}
        return 0 if place != CITY and here and from_zero and said_by_districts else None

    def side(self, indicator: Indicator, place: str, terms: tuple[Term, ...], since: date | None, until: date) -> Any:
        found = []
        for term in terms:
            begin, end = (since, until) if term.year is None else (None, date(term.year, 12, 31))
            number = self.number(indicator, place, term, begin, end)
            flowing = indicator.kind in {Kind.PERIOD_RATIO, Kind.PER_YEAR, Kind.CUMULATIVE} and begin is not None
            if number is None and flowing and self.number(indicator, place, term, None, end) is not None:
                number = 0
            if number is not None:
                found.append(-number if term.negative else number)
        return sum(found) if found else None

    def variant(self, indicator: Indicator, place: str, variant: Variant) -> tuple[Any, Any, Fraction | None]:
        if indicator.kind is Kind.GROWTH:
            end = last_year_end(DAY)
            below = self.side(indicator, place, variant.numerator, None, date(end.year - 1, 12, 31))
            now = self.side(indicator, place, variant.numerator, None, end)
            above = None if now is None or below is None else now - below
        else:
            flows = indicator.kind in FLOWS
            since = FROM_START_OF_YEAR if flows else PLAN_BEGIN if indicator.kind is Kind.CUMULATIVE else None
            above = self.side(indicator, place, variant.numerator, since, DAY)
            below = 1 if variant.denominator is None else self.side(indicator, place, variant.denominator, since, DAY)
            if above is None and below and variant.denominator is not None and indicator.kind is not Kind.COVERAGE:
                above = 0
        if above is None or not below:
            return above, below, None
        return above, below, Fraction(above, below) * Fraction(variant.factor or indicator.factor)

    def value(self, indicator: Indicator, place: str) -> tuple[Any, Any, Fraction | None]:
        if not self.in_scope(indicator, place):
            return None, None, None
        shown = [self.variant(indicator, place, v) for v in indicator.definition_on(DAY).variants if not v.beside]
        having = [value for value in shown if value[2] is not None]
        if len(shown) == 1 or not having:
            return shown[0]
        highest = (indicator.kind is Kind.EITHER_OF) == (indicator.better is Better.HIGHER)
        return (max if highest else min)(having, key=lambda value: value[2])


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_values_read_at_once_are_those_of_the_plain_definition(service: ServiceUnderTest, seed: int) -> None:
    rows = random_cells(random.Random(seed))
    rows = [r for r in rows if not ("#" in r["measure"] and r["amount"] < 0)]

    async def fill(tx: Tx) -> None:
        await tx.connection.execute(insert(cells), rows)

    await service.run(fill)
    found: list[Reading] = await service.run(lambda tx: read_all(tx, CATALOGUE.indicators, AsOf(DAY, DAY)))
    plain = Plain(rows)
    read = {(r.indicator.id, r.district): (r.value.numerator, r.value.denominator, r.value.value) for r in found}
    told = {(i.id, place): plain.value(i, place) for i in CATALOGUE.indicators for place in (CITY, *DISTRICTS)}
    assert {key: (value, read.get(key)) for key, value in told.items() if read.get(key) != value} == {}
    assert sum(value[2] is not None for value in told.values()) > 100


def filed(month: int, top: int) -> Incoming:
    day = f"2026-{month:02}-28"
    data = {"form": "disability-living-subsidy", "kind": "LEVEL",
            "points": [{"period": day[:7], "on": day, "numerator": top, "denominator": 100}]}  # fmt: skip
    return Incoming(str(uuid4()), "reporting", "series", "opened", 1, uuid4(), 1, 1, "500103000000", MORNING, data)


def living(tx: Tx, on: date | None = None) -> Any:
    chosen = [i for i in CATALOGUE.indicators if i.id == "disability-living-subsidy-coverage"]
    return read_city(tx, chosen, AsOf(on or tx.today, tx.today))


async def test_readings_are_kept_until_a_cell_changes_in_whatever_transaction(service: ServiceUnderTest) -> None:
    await service.run(lambda tx: absorb(tx, observe([filed(5, 90)])))
    first, again = await service.run(living), await service.run(living)
    assert first[0] is again[0]

    async def twice(tx: Tx) -> list[Any]:
        seen = [(await living(tx))[0].variants[-1][1].numerator]
        for month, top in ((8, 3), (9, 4)):
            await absorb(tx, observe([filed(month, top)]))
            seen.append((await living(tx))[0].variants[-1][1].numerator)
        return seen

    assert await service.run(twice) == [90, 93, 97]
    assert (await service.run(living))[0].variants[-1][1].numerator == 97


async def test_a_filed_figure_stands_beside_the_computed_one_and_decides_nothing(service: ServiceUnderTest) -> None:
    await service.run(lambda tx: absorb(tx, observe([filed(5, 90)])))
    [reading] = await service.run(lambda tx: living(tx, date(2027, 3, 1)))
    assert [(v.name, v.beside, n.numerator, n.denominator) for v, n in reading.variants] == [
        ("计算", False, None, None), ("填报", True, 90, 100),
    ]  # fmt: skip
    assert reading.value.value is None


def test_kept_readings_have_a_bounded_room_and_go_with_the_mark() -> None:
    kept = KeptReadings(room=3)
    one: Any = object()
    kept.put("m", "a", (one, one))
    kept.put("m", "b", (one,))
    assert kept.get("m", "a") == (one, one)
    kept.put("m", "c", (one,))
    assert (kept.get("m", "b"), kept.get("m", "a"), kept.get("n", "a")) == (None, (one, one), None)
    kept.put("n", "d", (one,))
    assert kept.get("m", "a") is None
    assert KEPT is not kept
