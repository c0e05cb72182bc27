"""Who did or saw what, for which organisation, why, with which result.

Entries are written in the transaction they describe: no audit, no act. They hold no values of personal data.
The worker chains them (:mod:`shared.storage.sealing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.principal import Principal

DONE = "done"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log (审计记录)."""

    at: datetime
    caller: Principal
    action: str
    object_type: str
    object_id: str | None
    request_id: str
    purpose: str | None = None
    result: str = DONE

    def row(self) -> dict[str, Any]:
        """The entry as a database row."""
        return {
            "at": self.at.isoformat(),
            "issuer": self.caller.issuer,
            "subject": self.caller.subject,
            "organisation": self.caller.organisation,
            "person": self.caller.person,
            "action": self.action,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "purpose": self.purpose,
            "result": self.result,
            "request_id": self.request_id,
        }
