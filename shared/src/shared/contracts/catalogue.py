"""Every contract of the cluster in one list; events documents and golden files are checked against it."""

from __future__ import annotations

from shared.contracts.assistance import ApplicationState, StandardState
from shared.contracts.eldercare import BedState, InstitutionState, StayState
from shared.contracts.envelope import EntityState
from shared.contracts.marriage import OfficeState, RegistrationState
from shared.contracts.placename import NameApplicationState, PlaceNameState
from shared.contracts.reporting import SeriesState

CONTRACTS: tuple[type[EntityState], ...] = (
    StandardState,
    ApplicationState,
    InstitutionState,
    BedState,
    StayState,
    OfficeState,
    RegistrationState,
    NameApplicationState,
    PlaceNameState,
    SeriesState,
)
"""One class a noun and version; a new version stands beside the old one."""
