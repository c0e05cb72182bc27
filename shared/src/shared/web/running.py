"""What a running service holds, as its routes see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import Request

from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.runtime.departments import Departments
from shared.runtime.http import Peers
from shared.runtime.settings import ServiceSettings
from shared.storage.database import Database
from shared.storage.entities import Entities
from shared.storage.transaction import Origin
from shared.web.tokens import TokenVerifier

PURPOSE = re.compile(r"[A-Za-z][A-Za-z0-9_.:\-]{0,63}", re.ASCII)


@dataclass
class Running:
    """The parts of one running service: settings, database, token verifier, neighbours, departments, entities."""

    settings: ServiceSettings
    database: Database[Any]
    verifier: TokenVerifier
    peers: Peers
    departments: Departments
    entities: Sequence[type[Entities[Any]]] = ()

    async def note_refusal(self, request: Request, caller: Principal, refusal: Refusal) -> None:
        """Leave an audit entry for a refused attempt; the refused transaction itself wrote nothing."""
        action = f"{request.method} {getattr(request.scope.get('route'), 'path', 'unmatched')}"

        async def work(tx: Any) -> None:
            tx.audit(action, "request", result=refusal.code)

        await self.database.run(work, origin_of(request, caller))


def running_of(request: Request) -> Running:
    """The running service behind a request."""
    return cast(Running, request.app.state.running)


def origin_of(request: Request, caller: Principal) -> Origin:
    """The origin of a transaction begun for ``request``."""
    return Origin(
        caller=caller,
        request_id=request.state.request_id,
        purpose=purpose_of(request),
    )


def purpose_of(request: Request) -> str | None:
    """The purpose the caller states for seeing personal data (``X-Purpose``), a short code and never a sentence."""
    stated = request.headers.get("x-purpose", "")
    return stated if PURPOSE.fullmatch(stated) else None
