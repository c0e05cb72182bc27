"""Files of figures: CSV, XLSX or NDJSON, each row under the same rules as a single filing."""

from __future__ import annotations

from reporting import usecases
from reporting.api.figures import FigureInput
from reporting.domain.figure import Figure
from reporting.store import Tx
from shared.web.bulk.kinds import BulkKind


async def _take(tx: Tx, row: FigureInput) -> Figure:
    return await usecases.file(tx, row.parsed())


IMPORTS = (
    BulkKind(
        name="figures",
        title="统计数据",
        scope="reporting:file",
        row=FigureInput,
        take=_take,
        example={
            "form": "disability-living-subsidy", "division": "500103", "period": "2026-10", "numerator": 980,
            "denominator": 1_000, "document_title": "十月残疾人两项补贴月报", "document_number": "", "explanation": "",
        },
    ),
)  # fmt: skip
