"""A simulator of other departments, for local runs and tests ONLY: invented people, prepared answers, no real register.

It answers the signed questions that services ask (see :mod:`shared.runtime.departments`) and can be told, question by
question, to be slow, to fail or to say nothing, so that what happens then can be tried.

    python -m departments --port 8010 --trust assistance=http://127.0.0.1:8001/.well-known/jwks.json
"""

from __future__ import annotations

import asyncio
import hashlib
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.runtime.departments import QUESTION_KIND, SIGNATURE_HEADER
from shared.storage.signing import SignatureInvalid, verify

ANSWERS = Path(__file__).parent / "answers.toml"
LONGEST_DELAY_MS = 60_000

FetchKeys = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""Name of a service → its published keys; None for a service that is not trusted."""


@dataclass
class Behaviour:
    """How a question is answered: after ``delay_ms``, with ``status``."""

    delay_ms: int = 0
    status: int = 200


@dataclass
class Simulator:
    """Prepared answers and behaviours by question, and what was asked."""

    fetch_keys: FetchKeys
    usual: dict[str, dict[str, Any]] = field(default_factory=lambda: tomllib.loads(ANSWERS.read_text(encoding="utf-8")))
    answers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(question, reference) in the order of arrival; no person."""

    def prepare(self, question: str, subject: str, answer: dict[str, Any]) -> None:
        """Answer ``question`` about ``subject`` (an identity number or any other key) with ``answer``."""
        self.answers[question, subject] = answer

    def behave(self, question: str, *, delay_ms: int = 0, status: int = 200) -> None:
        """From now on answer ``question`` late or with an error; ``*`` stands for every question."""
        self.behaviours[question] = Behaviour(min(delay_ms, LONGEST_DELAY_MS), status)

    def recover(self) -> None:
        """Behave well again."""
        self.behaviours.clear()

    def answer_to(self, question: str, subject: str) -> dict[str, Any] | None:
        """The prepared answer, else the usual one; None for a question that no department here answers."""
        return self.answers.get((question, subject), self.usual.get(question))

    def application(self) -> Starlette:
        """The simulator as a web application."""
        return Starlette(
            routes=[
                Route("/livez", _alive),
                Route("/v1/questions/{question}", self._question, methods=["POST"]),
                Route("/simulator/answers/{question}", self._prepare, methods=["PUT"]),
                Route("/simulator/behaviours/{question}", self._behave, methods=["PUT"]),
            ]
        )

    async def _question(self, request: Request) -> Response:
        question = request.path_params["question"]
        content = await request.body()
        reference = await self._reference(request, content)
        if reference is None:
            return JSONResponse({"error": "signature"}, 401)
        self.asked.append((question, reference))
        behaviour = self.behaviours.get(question) or self.behaviours.get("*") or Behaviour()
        if behaviour.delay_ms:
            await asyncio.sleep(behaviour.delay_ms / 1000)
        if behaviour.status != 200:
            return JSONResponse({"error": "simulated"}, behaviour.status)
        answer = self.answer_to(question, str((await request.json()).get("subject", "")))
        return JSONResponse({"error": "question"}, 404) if answer is None else JSONResponse(answer)

    async def _reference(self, request: Request, content: bytes) -> str | None:
        """Our caller's reference, if the signature is that of a trusted service over this very question."""
        for service in await self._trusted():
            name, keys = service
            try:
                claims = verify(QUESTION_KIND, request.headers.get(SIGNATURE_HEADER, ""), keys, issuer=name)
            except SignatureInvalid:
                continue
            if claims.get("path") == request.url.path and claims.get("sha256") == hashlib.sha256(content).hexdigest():
                return str(claims.get("ref", ""))
        return None

    async def _trusted(self) -> list[tuple[str, Mapping[str, Any]]]:
        found = [(name, await self.fetch_keys(name)) for name in TRUSTED]
        return [(name, keys) for name, keys in found if keys is not None]

    async def _prepare(self, request: Request) -> Response:
        body = await request.json()
        self.prepare(request.path_params["question"], str(body["subject"]), dict(body["answer"]))
        return Response(status_code=204)

    async def _behave(self, request: Request) -> Response:
        body = await request.json()
        self.behave(
            request.path_params["question"], delay_ms=int(body.get("delay_ms", 0)), status=int(body.get("status", 200))
        )
        return Response(status_code=204)


TRUSTED = ("assistance", "eldercare", "marriage", "placename")


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
