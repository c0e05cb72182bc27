"""Files of figures: every row judged like a single filing, the report by row."""

from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import Workbook

from shared.testing.under_test import ServiceUnderTest
from shared.web.bulk.processing import process_imports

COLUMNS = ["form", "division", "period", "numerator", "denominator", "document_title"]
ROWS = [
    ["disability-living-subsidy", "500103", "2026-10", "980", "1000", "测试用月报"],
    ["disability-living-subsidy", "500103", "2026-09", "1001", "1000", "测试用月报"],
    ["disability-living-subsidy", "500103", "2026-08", "九百", "1000", "测试用月报"],
    ["lottery-outlets", "500000", "2026-Q3", "9420", "", "测试用季报"],
    ["disability-living-subsidy", "500112", "2026-10", "1", "1", "测试用月报"],
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv() -> bytes:
    return ("\ufeff" + "\n".join(",".join(row) for row in [COLUMNS, *ROWS]) + "\n").encode()


def as_workbook() -> bytes:
    book, file = Workbook(), BytesIO()
    for row in [COLUMNS, *ROWS]:
        book.active.append([int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 6 else cell for cell in row])
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["text/csv", XLSX])
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_file_is_taken_in_row_by_row(service: ServiceUnderTest, kind: str, dry_run: bool) -> None:
    client = service.client("reporting:file", "reporting:read")
    headers = {"Content-Type": kind, "Idempotency-Key": str(uuid4())}
    sent = await client.post(
        f"/v1/imports/figures?dry_run={str(dry_run).lower()}",
        content=as_csv() if kind == "text/csv" else as_workbook(), headers=headers,
    )  # fmt: skip
    assert sent.status_code == 202, sent.text
    await process_imports(service.running, service.definition.imports)
    path = f"/v1/imports/{sent.json()['id']}"
    done = (await client.get(path)).json()
    assert (done["status"], done["rows"], done["accepted"], done["rejected"]) == ("FINISHED", 5, 2, 3)
    report = (await client.get(f"{path}/rows")).json()["items"]
    assert [row["problem"] and row["problem"]["code"] for row in report] == [
        None, "numerator-exceeds-denominator", "invalid-input", None, "abolished-division",
    ]  # fmt: skip
    assert len(await service.rows("SELECT 1 FROM figure")) == (0 if dry_run else 2)
    if not dry_run:
        again = await client.post("/v1/imports/figures?dry_run=false", content=as_csv(), headers=headers)
        assert again.status_code in (202, 422)
        await process_imports(service.running, service.definition.imports)
        assert len(await service.rows("SELECT 1 FROM figure")) == 2
