"""Bureaus file their figures in one batch; a second person reviews, a third confirms."""

from __future__ import annotations

from typing import Any

from cityday.caller import Role
from cityday.day import MADE_UP, Day, together
from shared.kernel.periods import Period, PeriodKind

DISTRICT_FORMS: dict[str, tuple[PeriodKind, int, float, float]] = {
    "disability-living-subsidy": (PeriodKind.MONTH, 3_000, 0.990, 1.0),
    "disability-nursing-subsidy": (PeriodKind.MONTH, 5_000, 0.992, 1.0),
    "community-facility-area": (PeriodKind.YEAR, 200_000, 0.26, 0.36),
    "volunteer-stations": (PeriodKind.QUARTER, 300, 0.70, 0.95),
    "minor-protection-stations": (PeriodKind.QUARTER, 0, 0.85, 1.0),
    "burial-facilities": (PeriodKind.YEAR, 1, 0.0, 1.0),
}
"""Form → kind of period, denominator, least and greatest share. A denominator of 0 is the number of townships."""

CITY_FIGURES = (
    ("lottery-outlets", "2026-Q3", 9_420, None),
    ("social-workers", "2025", 78_300, None),
    ("charity-donations", "2021", 171_000, None),
    ("charity-donations", "2022", 182_000, None),
    ("charity-donations", "2023", 176_000, None),
    ("charity-donations", "2024", 189_000, None),
    ("charity-donations", "2025", 193_000, None),
    ("rescue-returns", "2026-Q1", 401, 404),
    ("rescue-returns", "2026-Q2", 388, 389),
    ("rescue-returns", "2026-Q3", 405, 412),
    ("urban-consumption-growth", "2023", 540, 10_000),
    ("urban-consumption-growth", "2024", 350, 10_000),
    ("residents-consumption-growth", "2024", 410, 10_000),
    ("lottery-stations", "2025", 486, None),
    ("lottery-sales", "2024", 318_000, None),
    ("lottery-sales", "2025", 327_000, None),
    ("lottery-funds", "2025", 97_000, None),
    ("licensed-social-workers", "2025", 27_600, None),
    ("volunteer-organisations", "2025", 284, None),
    ("county-boundary-markers", "2025", 196, 208),
    ("provincial-boundaries", "2025", 5, 5),
    ("child-institutions-upgraded", "2025", 7, None),
    ("model-families", "2025", 455, None),
    ("stranded-settled", "2025", 212, 220),
)


DISTRICTS = 37
STEPS = 1 + (len(DISTRICT_FORMS) * DISTRICTS + len(CITY_FIGURES)) * 2


async def live_reporting(day: Day) -> None:
    """Bureaus file in one batch, a second person reviews, a third confirms."""
    dice = day.dice("figures")
    rows = [_row(form, period, "500000000000", top, bottom) for form, period, top, bottom in CITY_FIGURES]
    for form, (kind, size, least, most) in DISTRICT_FORMS.items():
        period = str(Period.of(kind, day.today).previous())
        for district in day.districts:
            bottom = size or sum(township.code[:6] == district.code[:6] for township in day.townships)
            share = least + (most - least) * dice.random()
            top = int(dice.random() < 0.9) if form == "burial-facilities" else round(bottom * share)
            rows.append(_row(form, period, district.code, top, bottom))
    filer = Role("caseworker", person="officer-a")
    report = await day.caller.post(
        filer, "reporting", "/v1/figure-batches", {"rows": rows, "dry_run": False}, step="figures"
    )
    filed = [row["figure_id"] for row in report["rows"] if row["accepted"]]
    for _ in range(2 * (len(rows) - len(filed))):
        day.caller.skip()
    await together(*(_one_figure(day, figure) for figure in filed))


async def _one_figure(day: Day, figure: str) -> None:
    reviewer, confirmer = Role("county-reviewer", person="officer-b"), Role("city-admin", person="officer-c")
    await day.caller.post(reviewer, "reporting", f"/v1/figures/{figure}/review", None, step=f"review-{figure}")
    await day.caller.post(confirmer, "reporting", f"/v1/figures/{figure}/confirm", None, step=f"confirm-{figure}")


def _row(form: str, period: str, division: str, top: int, bottom: int | None) -> dict[str, Any]:
    row = {
        "form": form, "division": division, "period": period, "numerator": top, "document_title": MADE_UP,
        "explanation": "演示数据，虚构",
    }  # fmt: skip
    return row if bottom is None else {**row, "denominator": bottom}
