"""Writers: each submits households and moves them on, and repeats a call under its key until it is answered."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from ledger import Case, Ledger

from launcher.tokens import TokenMint
from shared.kernel.identity_number import check_character
from shared.testing.wire import Answer, ConnectionEnded, Wire, request_bytes

TOWNSHIPS = ("500103001000", "500103003000", "500106001000")
PATHS: tuple[tuple[str, ...], ...] = (
    (),
    ("withdraw",),
    ("accept",),
    ("accept", "withdraw"),
    ("accept", "verify", "verify"),
    ("accept", "investigate", "verify", "opine", "publish"),
    ("accept", "verify", "withdraw"),
)
THINK_SECONDS = 0.05
RETRY_SECONDS = 0.2
PATIENCE_SECONDS = 25.0
"""How long a writer goes on asking after the end was called."""
TOKEN_SECONDS = 300.0
REPLAY_SHARE, RIVAL_SHARE = 0.05, 0.15
RIVALS = 4
"""So few children are claimed by many households at once that most of these submissions must be refused."""
AGAIN = frozenset({429, 500, 503, 504})


class Writer:
    """One caseworker at one window."""

    def __init__(self, number: int, seed: int, port: int, mint: TokenMint, ledger: Ledger) -> None:
        self._number, self._dice = number, random.Random(f"writer {number} of {seed}")
        self._wire, self._mint, self._ledger = Wire(port), mint, ledger
        self._applicants = 0
        self._tokens: dict[str, str] = {}
        self._minted = float("-inf")

    async def run(self, stopping: asyncio.Event) -> None:
        """Write until the end is called."""
        try:
            while not stopping.is_set():
                await self._one_household(stopping)
        finally:
            self._wire.close()

    async def _one_household(self, stopping: asyncio.Event) -> None:
        case = Case(self._next_applicant())
        self._ledger.cases.append(case)
        submitted = await self._write(case, stopping, "caseworker", "/v1/applications", self._household(case))
        if submitted is None or submitted.status != 201:
            return
        case.entity_id = submitted.json()["id"]
        for step in self._dice.choice(PATHS):
            if stopping.is_set():
                return
            await asyncio.sleep(self._dice.uniform(0, THINK_SECONDS))
            client = "caseworker"
            body: object = {"incomes": [{"kind": "WAGE", "amount_fen": self._dice.randrange(10, 200) * 1_000}]}
            if step == "investigate":
                body = {"investigators": ["officer-a", "officer-d"]}
            elif step != "verify":
                body = {}
            if await self._write(case, stopping, client, f"/v1/applications/{case.entity_id}/{step}", body) is None:
                return

    async def _write(
        self, case: Case, stopping: asyncio.Event, client: str, target: str, body: object
    ) -> Answer | None:
        """One call under one key until it is answered; None when it never was."""
        key = str(UUID(int=self._dice.getrandbits(128)))

        def request() -> bytes:
            return request_bytes(
                "POST", target, json.dumps(body).encode(), Authorization=f"Bearer {self._token(client)}",
                Idempotency_Key=key,
            )  # fmt: skip

        answer = await self._until_answered(request, stopping)
        if answer is None:
            case.unanswered += 1
            return None
        if answer.status == 409 and target == "/v1/applications" and answer.json().get("rule") == "H-11":
            case.refused = True
            return answer
        if answer.status not in (200, 201):
            self._ledger.surprises[f"{answer.status} {answer.json().get('code')}"] += 1
            return None
        self._ledger.keys.add(key)
        case.version = max(case.version, int(answer.headers["etag"].strip('"').partition(".")[2]))
        if self._dice.random() < REPLAY_SHARE:
            await self._replay(request, answer, stopping)
        return answer

    async def _until_answered(self, request: Callable[[], bytes], stopping: asyncio.Event) -> Answer | None:
        patience: float | None = None
        while patience is None or time.monotonic() < patience:
            try:
                answer = await self._wire.call(request())
                if answer.status not in AGAIN:
                    return answer
                if answer.status == 500:
                    self._ledger.surprises["500"] += 1
            except ConnectionEnded:
                pass
            self._ledger.retries += 1
            await asyncio.sleep(self._dice.uniform(0, RETRY_SECONDS))
            if stopping.is_set() and patience is None:
                patience = time.monotonic() + PATIENCE_SECONDS
        return None

    async def _replay(self, request: Callable[[], bytes], first: Answer, stopping: asyncio.Event) -> None:
        """The same key again gives the same bytes and says so."""
        again = await self._until_answered(request, stopping)
        if again is None:
            return
        self._ledger.replays += 1
        if (again.status, again.body) != (first.status, first.body) or "idempotent-replayed" not in again.headers:
            self._ledger.surprises["a repetition was answered differently"] += 1

    def _token(self, client: str) -> str:
        if time.monotonic() - self._minted > TOKEN_SECONDS:
            names = ("caseworker", "county-reviewer")
            self._tokens = {name: self._mint.token(name, "assistance") for name in names}
            self._minted = time.monotonic()
        return self._tokens[client]

    def _next_applicant(self) -> str:
        self._applicants += 1
        born = date(1930, 1, 1) + timedelta(days=self._applicants % 25_000)
        return invented_number(born, 1 + self._number * 20 + self._applicants // 25_000)

    def _household(self, case: Case) -> dict[str, object]:
        members = [{"name": "合成居民", "identity_number": case.applicant, "relation": "SELF"}]
        if self._dice.random() < RIVAL_SHARE:
            child = invented_number(date(2015, 1, 1), 1 + self._dice.randrange(RIVALS))
            members.append({"name": "合成儿童", "identity_number": child, "relation": "CHILD"})
        return {"division": self._dice.choice(TOWNSHIPS), "residence": "URBAN", "members": members}


def invented_number(born: date, sequence: int) -> str:
    """A well-formed identity number of nobody: synthetic data of a test."""
    first_17 = f"500103{born:%Y%m%d}{sequence:03}"
    return first_17 + check_character(first_17)
