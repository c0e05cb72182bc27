"""Files of many rows: the same rules as the single call, a report by row, and nothing twice after a crash."""

import asyncio
import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from shared.runtime import failpoints
from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk import processing
from shared.web.bulk.processing import process_imports

CSV, NDJSON = "text/csv", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GOOD = {"division": "500103001000", "owner": "测试人员甲", "kind": "SAVINGS"}


def separated(
    rows: Iterable[dict[str, str]], columns: tuple[str, ...] = ("division", "owner", "kind", "reference")
) -> bytes:
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


async def send(service: ServiceUnderTest, content: bytes, media_type: str = CSV, **query: Any) -> Any:
    async with service.client("ledger:open") as client:
        headers = {"Content-Type": media_type} | query.pop("headers", {})
        return await client.post("/v1/imports/accounts", content=content, headers=headers, params=query)


async def finished(service: ServiceUnderTest, import_id: str) -> dict[str, Any]:
    await process_imports(service.running, service.definition.imports)
    async with service.client("ledger:open") as client:
        return dict((await client.get(f"/v1/imports/{import_id}")).json())


async def report(service: ServiceUnderTest, import_id: str) -> list[dict[str, Any]]:
    async with service.client("ledger:open") as client:
        return list((await client.get(f"/v1/imports/{import_id}/rows")).json()["items"])


async def accounts(service: ServiceUnderTest) -> int:
    return int((await service.rows("SELECT count(*) AS n FROM account"))[0].n)


async def test_rows_are_taken_in_and_each_bad_one_is_named(service: ServiceUnderTest) -> None:
    rows = [
        {**GOOD, "reference": "A-1"},
        {**GOOD, "kind": "PENSION"},
        {**GOOD, "reference": "A-1"},
        {**GOOD, "division": "５００１０３００１０００"},
        GOOD,
    ]
    received = await send(service, separated(rows))
    assert received.status_code == 202
    assert (received.json()["status"], received.json()["rows"]) == ("WAITING", 5)
    done = await finished(service, received.json()["id"])
    assert (done["status"], done["done"], done["accepted"], done["rejected"]) == ("FINISHED", 5, 2, 3)
    lines = await report(service, done["id"])
    assert [line["outcome"] for line in lines] == ["ACCEPTED", "REJECTED", "REJECTED", "REJECTED", "ACCEPTED"]
    assert lines[1]["problem"]["errors"][0]["pointer"] == "/kind"
    assert lines[2]["problem"]["code"] == "reference-taken"
    assert lines[3]["problem"]["errors"][0]["pointer"] == "/division"
    assert "PENSION" not in json.dumps(lines), "what was typed is not repeated"
    assert await accounts(service) == 2
    announced = await service.announced()
    assert [event["type"].split(".")[-2] for event in announced] == ["opened", "opened"]


async def test_a_dry_run_reports_the_same_and_keeps_nothing(service: ServiceUnderTest) -> None:
    rows = [{**GOOD, "reference": "A-1"}, {**GOOD, "reference": "A-1"}, {**GOOD, "kind": "PENSION"}]
    received = await send(service, separated(rows), dry_run=True)
    done = await finished(service, received.json()["id"])
    assert (done["dry_run"], done["status"], done["accepted"], done["rejected"]) == (True, "FINISHED", 1, 2)
    assert await accounts(service) == 0
    assert await service.announced() == []


async def test_the_workbook_and_the_lines_say_the_same_as_the_table(service: ServiceUnderTest) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(GOOD))
    sheet.append(list(GOOD.values()))
    stream = BytesIO()
    book.save(stream)
    lines = (json.dumps(GOOD, ensure_ascii=False) + "\n\n").encode()
    for content, media_type in ((stream.getvalue(), XLSX), (lines, NDJSON)):
        received = await send(service, content, media_type)
        assert received.status_code == 202, received.text
        assert (await finished(service, received.json()["id"]))["accepted"] == 1


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"division\n500103001000\n", CSV, 422, "columns-do-not-fit"),
        (separated([GOOD], ("division", "owner", "kind", "salary")), CSV, 422, "columns-do-not-fit"),
        (separated([GOOD], ("division", "owner", "owner", "kind")), CSV, 422, "columns-do-not-fit"),
        (separated([]), CSV, 422, "no-rows"),
        (b"", CSV, 422, "columns-do-not-fit"),
        ("division,owner\n500103001000,张".encode("gbk"), CSV, 422, "file-unreadable"),
        (b'division,owner\n"500103001000,x\n', CSV, 422, "file-unreadable"),
        (b"not a workbook", XLSX, 422, "file-unreadable"),
        (b'{"division": NaN}\n', NDJSON, 422, "file-unreadable"),
        (b"{}", "application/json", 415, "unsupported-media-type"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_at_once(
    service: ServiceUnderTest, content: bytes, media_type: str, status: int, code: str
) -> None:
    refused = await send(service, content, media_type)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await finished_count(service) == 0


async def finished_count(service: ServiceUnderTest) -> int:
    return await process_imports(service.running, service.definition.imports)


async def test_the_same_key_is_the_same_import_and_another_file_is_refused(service: ServiceUnderTest) -> None:
    key = {"headers": {"Idempotency-Key": "import-of-monday"}}
    first = await send(service, separated([GOOD]), **key)
    again = await send(service, separated([GOOD]), headers={"Idempotency-Key": "import-of-monday"})
    other = await send(service, separated([GOOD, GOOD]), headers={"Idempotency-Key": "import-of-monday"})
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert (await finished(service, first.json()["id"]))["accepted"] == 1


async def test_an_upload_cut_off_is_sent_again_with_the_same_key(service: ServiceUnderTest) -> None:
    broken = separated([GOOD] * 3) + b'"an open quote'
    key = "import-cut-off"
    assert (await send(service, broken, headers={"Idempotency-Key": key})).status_code == 422
    assert await finished_count(service) == 0
    assert (await send(service, broken, headers={"Idempotency-Key": key})).status_code == 422


async def test_a_crash_between_batches_repeats_and_skips_nothing(
    service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "BATCH", 4)
    received = await send(service, separated([{**GOOD, "reference": f"R-{n}"} for n in range(10)]))
    seen = 0

    def crash_on_the_second(name: str) -> None:
        nonlocal seen
        if name == "write.before_commit":
            seen += 1
            if seen == 3:
                raise SystemError("the process dies here")

    monkeypatch.setattr("shared.storage.database.failpoint", crash_on_the_second)
    with pytest.raises(SystemError):
        await process_imports(service.running, service.definition.imports)
    monkeypatch.setattr("shared.storage.database.failpoint", failpoints.failpoint)
    done = await finished(service, received.json()["id"])
    assert (done["status"], done["accepted"], done["rejected"]) == ("FINISHED", 10, 0)
    assert await accounts(service) == 10


async def test_two_workers_take_each_row_once(service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "BATCH", 3)
    received = await send(service, separated([{**GOOD, "reference": f"R-{n}"} for n in range(60)]))
    await asyncio.gather(*(process_imports(service.running, service.definition.imports) for _ in range(4)))
    done = await finished(service, received.json()["id"])
    assert (done["accepted"], done["rejected"], await accounts(service)) == (60, 0, 60)


async def test_a_cancelled_import_keeps_what_was_taken_and_takes_no_more(service: ServiceUnderTest) -> None:
    received = await send(service, separated([GOOD]))
    async with service.client("ledger:open") as client:
        cancelled = await client.post(f"/v1/imports/{received.json()['id']}/cancel")
    assert cancelled.json()["status"] == "CANCELLED"
    assert await finished_count(service) == 0


async def test_an_import_belongs_to_its_sender(service: ServiceUnderTest) -> None:
    received = await send(service, separated([GOOD]))
    async with service.client("ledger:open", person="officer-z") as stranger:
        assert (await stranger.get(f"/v1/imports/{received.json()['id']}")).status_code == 404
        assert (await stranger.get("/v1/imports")).json()["items"] == []
    async with service.client("ledger:read") as unentitled:
        assert (await unentitled.get("/v1/imports")).status_code == 403


async def test_rows_are_sealed_while_they_wait_and_gone_afterwards(service: ServiceUnderTest) -> None:
    received = await send(service, separated([GOOD]))
    waiting = await service.rows("SELECT body FROM bulk_row")
    assert "测试人员甲" not in waiting[0].body
    await finished(service, received.json()["id"])
    assert [row.body for row in await service.rows("SELECT body FROM bulk_row")] == [None]


async def test_the_report_comes_as_a_table(service: ServiceUnderTest) -> None:
    received = await send(service, separated([GOOD, {**GOOD, "kind": "PENSION"}]))
    await finished(service, received.json()["id"])
    async with service.client("ledger:open") as client:
        table = (await client.get(f"/v1/imports/{received.json()['id']}/report.csv")).text.splitlines()
    assert len(table) == 3
    assert [line.split(",")[:2] for line in table[1:]] == [["1", "ACCEPTED"], ["2", "REJECTED"]]
