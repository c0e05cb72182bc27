"""What a use case may read besides its own tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.kernel.calendar import WorkingCalendar, default_calendar
from shared.kernel.clock import Clock
from shared.kernel.divisions import DivisionRegister, default_register
from shared.kernel.parameters import ParameterBook
from shared.storage.confidential import Confidential
from shared.storage.signing import Signer


@dataclass
class Surroundings:
    """Law, calendar, divisions, keys and parameters, as one running service holds them.

    ``epoch`` is stamped on every event; it grows when the database was restored or promoted.
    """

    service: str
    confidential: Confidential
    clock: Clock
    calendar: WorkingCalendar = field(default_factory=default_calendar)
    divisions: DivisionRegister = field(default_factory=default_register)
    parameters: ParameterBook = field(default_factory=lambda: ParameterBook(()))
    epoch: int = 1
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.signer = Signer(self.service, self.confidential)
