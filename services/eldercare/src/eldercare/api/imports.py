"""Files of many rows: institutions and their beds."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from eldercare import usecases
from eldercare.api.beds import NewBedsInput
from eldercare.api.institutions import RegistrationInput
from eldercare.store import Tx
from shared.web.bulk.kinds import BulkKind


class BedRow(NewBedsInput):
    """Beds of one class in one institution of the register."""

    institution_id: UUID = Field(description="机构标识")


async def take_institution(tx: Tx, row: RegistrationInput) -> object:
    """One institution, through the same rules as a single registration."""
    return await usecases.register(tx, row.parsed())


async def take_beds(tx: Tx, row: BedRow) -> object:
    """Some beds of one institution, through the same rules as a single call."""
    new = usecases.NewBeds(**row.model_dump(exclude={"institution_id"}))
    return await usecases.add_beds(tx, row.institution_id, new)


IMPORTS = (
    BulkKind(
        name="institutions",
        title="养老机构",
        scope="eldercare:register",
        row=RegistrationInput,
        take=take_institution,
        example={
            "name": "虚构养老院", "organisation_code": "52500103MJ0000001D", "township": "500103001000",
            "kind": "ELDERLY_HOME", "ownership": "PRIVATE_NONPROFIT", "filed_beds": 100, "opened_on": "2024-01-01",
        },
    ),
    BulkKind(
        name="beds",
        title="养老床位",
        scope="eldercare:beds",
        row=BedRow,
        take=take_beds,
        example={
            "institution_id": "01900000-0000-7000-8000-0000000000aa", "count": 20, "bed_class": "NURSING",
            "inclusive": True, "since": "2024-02-01",
        },
    ),
)  # fmt: skip
