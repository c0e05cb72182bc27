"""What a reader by SQL sees: totals by district and day, and nothing that lies below."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitoring.events import observe
from monitoring.usecases import absorb
from shared.contracts.envelope import Incoming
from shared.testing.under_test import MORNING, ServiceUnderTest

VIEWS = {"daily_change", "district_total", "city_total", "late_change", "source"}


def series(region: str, *numbers: tuple[str, int]) -> Incoming:
    points = [{"period": day[:7], "on": day, "numerator": top, "denominator": 100} for day, top in numbers]
    data = {"form": "disability-living-subsidy", "kind": "LEVEL", "points": points}
    return Incoming(str(uuid4()), "reporting", "series", "opened", 1, uuid4(), 1, 1, region, MORNING, data)


async def test_the_views_give_running_totals_by_district_and_for_the_city(service: ServiceUnderTest) -> None:
    events = [
        series("500103000000", ("2026-09-30", 40), ("2026-10-31", 60)), series("500101000000", ("2026-10-31", 7)),
    ]  # fmt: skip
    await service.run(lambda tx: absorb(tx, observe(events)))
    measure = "reported.disability-living-subsidy.numerator"
    found = await service.rows(
        "SELECT district, day::text, total FROM reading.district_total WHERE measure = :m ORDER BY 1, 2", m=measure
    )
    assert [tuple(row) for row in found] == [
        ("500101", "2026-10-31", 7), ("500103", "2026-09-30", 40), ("500103", "2026-10-31", 60),
    ]  # fmt: skip
    city = await service.rows(
        "SELECT day::text, total FROM reading.city_total WHERE measure = :m ORDER BY 1", m=measure
    )
    assert [tuple(row) for row in city] == [("2026-09-30", 40), ("2026-10-31", 67)]
    [late, *_] = await service.rows("SELECT days_changed FROM reading.late_change WHERE measure = :m", m=measure)
    assert late.days_changed >= 1
    assert [tuple(row)[:3] for row in await service.rows("SELECT * FROM reading.source")] == [
        ("reporting", "series", 2),
    ]  # fmt: skip


async def test_a_reader_sees_the_views_and_no_table(service: ServiceUnderTest) -> None:
    role = f"reader_{uuid4().hex[:8]}"
    async with service.running.database.engine.connect() as connection:
        await connection.execute(text(f"CREATE ROLE {role}"))
        await connection.execute(text(f"GRANT USAGE ON SCHEMA reading TO {role}"))
        await connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA reading TO {role}"))
        await connection.execute(text(f"SET LOCAL ROLE {role}"))
        for view in VIEWS:
            await connection.execute(text(f"SELECT * FROM reading.{view}"))
        for forbidden in (
            "SELECT 1 FROM public.cell", "SELECT 1 FROM public.entity_state", "SELECT 1 FROM public.audit_entry",
            "DELETE FROM reading.source",
        ):  # fmt: skip
            async with connection.begin_nested() as inner:
                with pytest.raises(DBAPIError):
                    await connection.execute(text(forbidden))
                await inner.rollback()
        await connection.rollback()
    views = await service.rows("SELECT viewname FROM pg_views WHERE schemaname = 'reading'")
    assert {row.viewname for row in views} == VIEWS


async def test_every_query_of_the_history_dashboard_runs(service: ServiceUnderTest) -> None:
    await service.run(lambda tx: absorb(tx, observe([series("500103000000", ("2026-10-31", 60))])))
    file = Path(__file__).parents[3] / "deploy" / "grafana" / "dashboards" / "history.json"
    board = json.loads(file.read_text(encoding="utf-8"))
    asked = [target["rawSql"] for panel in board["panels"] for target in panel["targets"]]
    asked += [each["query"] for each in board["templating"]["list"] if each["name"] == "measure"]
    macros = {
        "$measure": "reported.disability-living-subsidy.numerator", "$__timeFrom()": "'2021-01-01'::timestamptz",
        "$__timeTo()": "'2026-12-31'::timestamptz",
    }  # fmt: skip
    for query in asked:
        statement = query
        for macro, value in macros.items():
            statement = statement.replace(macro, value)
        async with service.running.database.engine.connect() as connection:
            assert (await connection.exec_driver_sql(statement)).all(), statement
    assert len(asked) == 5
