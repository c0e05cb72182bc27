"""Files of many rows: residents, and people who wait."""

from __future__ import annotations

from eldercare.api.admissions import PlacementInput
from eldercare.api.stays import AdmissionInput
from eldercare.store import Tx
from eldercare.usecases.admissions import import_waiting
from eldercare.usecases.stays import admit
from shared.web.bulk.kinds import BulkKind


async def take_resident(tx: Tx, row: AdmissionInput) -> object:
    """One resident, through the same rules as a single admission."""
    return await admit(tx, row.parsed(tx.today))


async def take_waiting(tx: Tx, row: PlacementInput) -> object:
    """One applicant of a list that was kept elsewhere; lists of flags need NDJSON."""
    return await import_waiting(tx, row.wanted(tx.today))


RESIDENT_IMPORTS = (
    BulkKind(
        name="residents",
        title="入住老年人",
        scope="eldercare:stays",
        row=AdmissionInput,
        take=take_resident,
        example={
            "bed_id": "01900000-0000-7000-8000-0000000000bb", "name": "虚构老人", "identity_number":
            "500103194001010031", "ground": "ELDER", "begins_on": "2026-03-02",
        },
    ),
    BulkKind(
        name="waiting",
        title="轮候人员",
        scope="eldercare:review",
        row=PlacementInput,
        take=take_waiting,
        example={
            "institution_id": "01900000-0000-7000-8000-0000000000aa", "name": "虚构老人", "identity_number":
            "500103194001010031", "circumstances.means": "NEAR_POOR", "wishes.bed_class": "NURSING",
        },
    ),
)  # fmt: skip
