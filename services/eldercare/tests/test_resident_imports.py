"""Files of residents and of people who wait: a dry run writes nothing, a row is refused for its own rule."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from shared.kernel.identity_number import Sex, synthetic_identity_number
from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk.processing import process_imports


def number(seed: int, born: date = date(1940, 1, 1)) -> str:
    return synthetic_identity_number(seed, born, Sex.MALE).plain


async def report(service: ServiceUnderTest, kind: str, content: str, *, dry_run: bool) -> dict[str, Any]:
    client = service.client("eldercare:stays", "eldercare:review", "eldercare:register")
    answer = await client.post(
        f"/v1/imports/{kind}",
        params={"dry_run": str(dry_run).lower()},
        content=content.encode(),
        headers={"Content-Type": "application/x-ndjson" if content.startswith("{") else "text/csv"},
    )
    assert answer.status_code in (200, 201, 202), answer.text
    await process_imports(service.running, service.definition.imports)
    seen = await client.get(f"/v1/imports/{answer.json()['id']}")
    assert seen.status_code == 200, seen.text
    found: dict[str, Any] = seen.json()
    return found


async def test_residents_are_imported_row_by_row(service: ServiceUnderTest, bureau: Any) -> None:
    institution = await bureau.institution()
    beds = await bureau.beds(institution, 3)
    rows = ["bed_id,name,identity_number,begins_on,ends_on"]
    rows += [f"{bed},测试甲,{number(n)},2026-03-02," for n, bed in enumerate(beds[:2])]
    rows += [f"{beds[1]},测试乙,{number(9)},2026-04-01,", f"{beds[2]},测试丙,{number(8)},2026-04-02,2026-04-01"]
    content = "\n".join(rows) + "\n"
    dry = await report(service, "residents", content, dry_run=True)
    assert await service.rows("SELECT 1 FROM stay") == []
    done = await report(service, "residents", content, dry_run=False)
    assert len(await service.rows("SELECT 1 FROM stay")) == 2
    for one in (dry, done):
        assert (one["accepted"], one["rejected"]) == (2, 2), one


async def test_a_list_kept_elsewhere_is_taken_over(service: ServiceUnderTest, bureau: Any) -> None:
    institution = await bureau.institution()
    await bureau.beds(institution, 1)
    lines = [
        {
            "institution_id": institution, "name": "测试甲", "identity_number": number(n),
            "circumstances": {"means": "NEAR_POOR", "family": ["EMPTY_NEST"]},
        }
        for n in (1, 2, 1)
    ]  # fmt: skip
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"
    done = await report(service, "waiting", content, dry_run=False)
    assert (done["accepted"], done["rejected"]) == (2, 1), done
    rows = await service.rows("SELECT status, channel FROM admission")
    assert {(row.status, row.channel) for row in rows} == {("WAITLISTED", "IMPORTED")}
