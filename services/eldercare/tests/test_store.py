"""The database: mapping, constraints that hold without the code above them, history, sealed residents."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from eldercare.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.principal import CITY
from shared.storage.database import constraint_of
from shared.testing.under_test import ServiceUnderTest

COPY_STAY = """
    INSERT INTO stay (id, epoch, version, division, institution_id, bed_id, name, identity, person_key, ground,
                      status, stayed, admitted_on, void_reason)
    SELECT :id, epoch, version, division, institution_id, :bed, name, identity, :person, ground,
           CAST(:status AS text), CAST(CAST(:days AS text) AS daterange),
           lower(CAST(CAST(:days AS text) AS daterange)),
           CASE WHEN CAST(:status AS text) = 'VOIDED' THEN '误登' END
    FROM stay WHERE id = :stay
"""


async def execute(service: ServiceUnderTest, statement: str, **values: Any) -> None:
    async with service.running.database.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def test_every_aggregate_comes_back_as_it_was_written(service: ServiceUnderTest, bureau: Any) -> None:
    institution_id = await bureau.institution(comprehensive=True)
    await bureau.done(f"institutions/{institution_id}/suspend", on="2026-02-01", reason="ORDERED")
    await bureau.done(f"institutions/{institution_id}/resume", on="2026-03-01")
    await bureau.done(f"institutions/{institution_id}/assess", assessed_on="2026-03-05", met=True)
    [bed_id] = await bureau.beds(institution_id, 1, inclusive=True)
    await bureau.done(f"beds/{bed_id}/reclassify", on="2026-04-01", bed_class="ORDINARY", inclusive=False)
    stay_id = await bureau.stay(bed_id)

    async def again(tx: Tx) -> None:
        for entities, key in ((tx.institutions, institution_id), (tx.beds, bed_id), (tx.stays, stay_id)):
            row = (await tx.connection.execute(entities.table.select().where(entities.table.c.id == UUID(key)))).one()
            aggregate = await entities.find(UUID(key), area=Area(CITY))
            dumped = dict(entities.dump(aggregate))  # type: ignore[arg-type]
            for column, value in dumped.items():
                if column not in ("name", "identity") or entities is tx.institutions:
                    assert getattr(row, column) == value, column

    await service.run(again)


async def test_the_database_itself_refuses_two_in_a_bed_and_one_in_two_beds(
    service: ServiceUnderTest, bureau: Any
) -> None:
    bed, other = await bureau.beds(await bureau.institution(), 2)
    stay = UUID(await bureau.stay(bed))
    [(person,)] = await service.rows("SELECT person_key FROM stay")
    stranger = b"somebody else 16"
    for in_bed, who, days, status, constraint in (
        (bed, stranger, "[2026-03-05,)", "CURRENT", "one_resident_a_bed"),
        (other, person, "[2026-03-05,)", "CURRENT", "one_bed_a_resident"),
        (bed, stranger, "[2026-02-01,2026-03-02)", "ENDED", None),
        (bed, stranger, "[2026-03-05,2026-03-06)", "VOIDED", None),
    ):
        values = {"id": uuid4(), "stay": stay, "bed": UUID(in_bed), "person": who, "days": days, "status": status}
        if constraint is None:
            await execute(service, COPY_STAY, **values)
            continue
        with pytest.raises(IntegrityError) as broken:
            await execute(service, COPY_STAY, **values)
        assert constraint_of(broken.value) == constraint


async def test_former_versions_are_kept_without_the_resident_and_never_change(
    service: ServiceUnderTest, bureau: Any
) -> None:
    institution_id = await bureau.institution()
    [bed_id] = await bureau.beds(institution_id, 1)
    stay_id = await bureau.stay(bed_id)
    await bureau.done(f"stays/{stay_id}/end", on="2026-05-01")
    await bureau.done(f"beds/{bed_id}/reclassify", on="2026-05-01", bed_class="ORDINARY")
    await bureau.done(f"institutions/{institution_id}/amend", name="改名养老院")
    kept = {row.noun: row for row in await service.rows("SELECT noun, version, facts FROM former_version")}
    assert {noun: row.version for noun, row in kept.items()} == {"stay": 1, "bed": 1, "institution": 2}
    assert kept["institution"].facts["name"] == "测试养老院"
    assert kept["bed"].facts["nursing"] == "{[2024-02-01,)}"
    assert kept["stay"].facts["stayed"] == "[2026-03-02,)"
    assert not {"name", "identity", "person_key"} & kept["stay"].facts.keys()
    for statement in ("UPDATE former_version SET version = 9", "DELETE FROM former_version"):
        with pytest.raises(DBAPIError, match="never changed"):
            await execute(service, statement)


async def test_the_resident_is_sealed_and_appears_in_no_event_audit_or_answer(
    service: ServiceUnderTest, bureau: Any
) -> None:
    [bed_id] = await bureau.beds(await bureau.institution(), 1)
    body = bureau.admission(bed_id, name="测试甲乙")
    await bureau.client.post("/v1/stays", json=body)
    [row] = await service.rows("SELECT name, identity FROM stay")
    assert row.name.startswith("AES-256-GCM:")
    assert row.identity.startswith("AES-256-GCM:")
    written = await service.rows(
        "SELECT body FROM outbox UNION ALL SELECT body FROM idempotency "
        "UNION ALL SELECT row_to_json(a)::text FROM audit_entry a UNION ALL SELECT row_to_json(s)::text FROM stay s"
    )
    everything = "\n".join(row.body for row in written)
    assert "civil.eldercare.stay.begun.v1" in everything
    assert body["identity_number"] not in everything
    assert body["name"] not in everything
