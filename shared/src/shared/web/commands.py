"""Commands and readings: how a route runs a use case and answers.

A command is a creating or moving call. Its answer is rendered and remembered inside the transaction, which is
committed before a single byte of the answer leaves. The idempotency key is checked where it cannot race: by
the primary key of the remembered answer.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import Row, text
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import business_day
from shared.kernel.errors import Invalid, Kind, Refusal
from shared.kernel.principal import Principal
from shared.storage.database import AnsweredBefore
from shared.storage.entities import StaleVersion
from shared.storage.transaction import Origin, RememberedAnswer
from shared.web.running import Running, origin_of, purpose_of, running_of

R = TypeVar("R")

KEY = r"^[A-Za-z0-9._:\-]{8,200}$"
ETAG = re.compile(r'"([0-9]{1,9})\.([0-9]{1,18})"', re.ASCII)
ANSWER_COLUMN = "idempotency.body"
ANSWERS = UUID("6f1de2a4-6f6f-5b43-9f0e-3a3f5f7b1f0c")
"""Namespace of the rows of remembered answers, which have a text key."""
RECALL = text("SELECT fingerprint, status, headers, body FROM idempotency WHERE caller = :caller AND key = :key")


class IdempotencyKeyReused(Invalid):
    """幂等键已用于另一请求"""


def entity_tag(epoch: int, version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{epoch}.{version}"'


def seen_version(if_match: str | None) -> tuple[int, int] | None:
    """The epoch and version an ``If-Match`` header names; None where the caller said nothing or ``*``."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = ETAG.fullmatch(if_match.strip())
    if match is None:
        raise HTTPException(status_code=400, detail="If-Match 须为本接口给出的 ETag")
    return int(match.group(1)), int(match.group(2))


class Command:
    """One creating or moving call, bound to its request."""

    def __init__(self, request: Request, key: str, if_match: str | None, *, must_match: bool) -> None:
        self._request, self._key = request, key
        self._running: Running = running_of(request)
        if must_match and if_match is None:
            raise HTTPException(status_code=428, detail="须以 If-Match 说明所依据的版本")
        around = self._running.database.around
        self._seen = seen_version(if_match)
        self.today = business_day(around.clock.now())

    @property
    def expected(self) -> int | None:
        """The version the caller has seen (``If-Match``); None where the caller said nothing or ``*``.

        Read it inside the use case, so that the repetition of an answered call gets its answer.

        :raises StaleVersion: the caller has seen a version of before a restore.
        """
        if self._seen is None:
            return None
        epoch, version = self._seen
        if epoch != self._running.database.around.epoch:
            raise StaleVersion()
        return version

    async def run(
        self,
        use_case: Callable[[Any], Awaitable[R]],
        *,
        show: Callable[[R], BaseModel],
        status: int = 200,
        location: Callable[[R], str] | None = None,
    ) -> Response:
        """Run ``use_case`` in a transaction, commit, and answer with what ``show`` makes of its result.

        A repetition with the same key gets the first answer, byte for byte, with ``Idempotent-Replayed: true``.
        """
        caller = self._request.state.caller
        database = self._running.database
        confidential = database.around.confidential
        body = await self._request.body()
        scope = self._request.scope
        called = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
        fingerprint = hashlib.sha256(called + body).digest()
        row = uuid5(ANSWERS, f"{caller.key} {self._key}")

        async def work(tx: Any) -> Response:
            result = await use_case(tx)
            headers = {"Location": location(result)} if location else {}
            if isinstance(result, Aggregate):
                headers["ETag"] = entity_tag(database.around.epoch, result.version)
            content = show(result).model_dump_json()
            tx.answer = RememberedAnswer(
                key=self._key,
                fingerprint=fingerprint,
                status=status,
                headers=headers,
                body=confidential.seal(ANSWER_COLUMN, row, content),
            )
            return Response(content, status, headers, "application/json")

        try:
            return await database.run(work, origin_of(self._request, caller))
        except (AnsweredBefore, Refusal) as obstacle:
            earlier = await self._recall(origin_of(self._request, caller), fingerprint, row)
            if earlier is not None:
                return earlier
            if isinstance(obstacle, Refusal) and obstacle.kind in (Kind.FORBIDDEN, Kind.NOT_FOUND):
                await self._running.note_refusal(self._request, caller, obstacle)
            raise

    async def _recall(self, origin: Origin, fingerprint: bytes, row: UUID) -> Response | None:
        database = self._running.database

        async def look(tx: Any) -> Row[Any] | None:
            values = {"caller": origin.caller.key, "key": self._key}
            return cast("Row[Any] | None", (await tx.connection.execute(RECALL, values)).one_or_none())

        answer = await database.run(look, origin)
        if answer is None:
            return None
        if answer.fingerprint != fingerprint:
            raise IdempotencyKeyReused(field="header/Idempotency-Key")
        content = database.around.confidential.open(ANSWER_COLUMN, row, answer.body)
        headers = answer.headers if isinstance(answer.headers, dict) else json.loads(answer.headers)
        return Response(content, answer.status, {**headers, "Idempotent-Replayed": "true"}, "application/json")


class Reading:
    """One read of the service, bound to its request; reads of personal data leave an audit entry."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._running: Running = running_of(request)
        around = self._running.database.around
        self.confidential = around.confidential
        self.today = business_day(around.clock.now())
        self.purpose = purpose_of(request)

    async def run(
        self,
        query: Callable[[Any], Awaitable[R]],
        *,
        show: Callable[[R], BaseModel],
        audit: tuple[str, str, object] | None = None,
    ) -> Response:
        """Run ``query`` and answer; ``audit`` is ``(action, object type, object id)`` for a read of personal data."""
        caller = getattr(self._request.state, "caller", None)

        async def work(tx: Any) -> tuple[R, int]:
            result = await query(tx)
            if audit:
                tx.audit(*audit)
            return result, tx.around.epoch

        from_whom = caller or Principal.of_public()
        try:
            result, epoch = await self._running.database.run(work, origin_of(self._request, from_whom))
        except Refusal as refusal:
            if caller and refusal.kind in (Kind.FORBIDDEN, Kind.NOT_FOUND):
                await self._running.note_refusal(self._request, caller, refusal)
            raise
        headers = {"Cache-Control": "no-store"}
        if isinstance(result, Aggregate):
            headers["ETag"] = entity_tag(epoch, result.version)
        return Response(show(result).model_dump_json(), 200, headers, "application/json")


IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", pattern=KEY, description="幂等键；以同一键重复请求，得到首次的结果"),
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="所依据的 ETag", max_length=200)]


async def _command(request: Request, idempotency_key: IdempotencyKey, if_match: IfMatch = None) -> Command:
    return Command(request, idempotency_key, if_match, must_match=False)


async def _change(request: Request, idempotency_key: IdempotencyKey, if_match: IfMatch = None) -> Command:
    return Command(request, idempotency_key, if_match, must_match=True)


async def _reading(request: Request) -> Reading:
    return Reading(request)


Commanding = Annotated[Command, Depends(_command)]
"""A creating or moving POST: ``Idempotency-Key`` required, ``If-Match`` honoured when given."""

Changing = Annotated[Command, Depends(_change)]
"""A PUT, PATCH or DELETE: ``If-Match`` required as well."""

Asking = Annotated[Reading, Depends(_reading)]
"""A read."""
