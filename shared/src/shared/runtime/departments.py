"""Questions to other departments (部门): HTTP with a time limit, a retry budget and a signature.

A department's interface has an adapter in the service that asks; this is the line all adapters speak over. It never
raises anything but :class:`DepartmentUnavailable`, so that a silent neighbour can stop nobody's intake.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from shared.runtime.metrics import DEPARTMENT_QUESTIONS
from shared.runtime.tracing import current_trace

TIMEOUT = httpx.Timeout(5.0, connect=2.0, pool=2.0)
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30)
RETRYABLE_STATUS = frozenset({502, 503, 504})
ATTEMPTS = 3
LARGEST_ANSWER = 1_000_000
QUESTION_KIND = "department-question+jws"
SIGNATURE_HEADER = "Yumin-Signature"

Sign = Callable[[str, Mapping[str, Any]], str]
"""(kind of statement, claims) → compact JWS."""


class DepartmentUnavailable(Exception):
    """A department gave no usable answer; ``reason`` is one of ``unknown``, ``refused``, ``timeout``, ``broken``."""

    def __init__(self, department: str, reason: str) -> None:
        super().__init__(f"{department}: {reason}")
        self.department, self.reason = department, reason


class RetryBudget:
    """Allows a repetition for every tenth question, and a few at once: an outage is not answered with a storm."""

    def __init__(self, share: float = 0.1, most: float = 10.0) -> None:
        self._share, self._most, self._left = share, most, most

    def asked(self) -> None:
        """A first attempt was made."""
        self._left = min(self._most, self._left + self._share)

    def allows(self) -> bool:
        """Take one repetition, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Departments:
    """The departments whose addresses are in the settings; an underscore of a variable's name is a hyphen here.

    :param sign: signs the digest of each question with the service's key, so that the department can check who
        asked and that nothing was altered on the way.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        sign: Sign,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._addresses = {name.replace("_", "-"): address.rstrip("/") for name, address in addresses.items()}
        self._sign = sign
        self._client = httpx.AsyncClient(timeout=timeout, limits=LIMITS, transport=transport)
        self._budgets: dict[str, RetryBudget] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The departments whose address is known."""
        return tuple(self._addresses)

    async def ask(self, department: str, question: str, body: Mapping[str, Any], *, reference: str) -> dict[str, Any]:
        """The JSON object that ``POST {address}/v1/questions/{question}`` answers.

        :param reference: our own id of the question; a repetition carries the same, so a department may charge
            and log it once.
        :raises DepartmentUnavailable: no address, no answer in time, a refusal, or an answer that is no object.
        """
        if department not in self._addresses:
            raise DepartmentUnavailable(department, "unknown")
        budget = self._budgets.setdefault(department, RetryBudget())
        budget.asked()
        outcome = "broken"
        for attempt in range(ATTEMPTS):
            if attempt and not budget.allows():
                break
            if attempt:
                await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))
            try:
                answer = await self._once(department, question, body, reference)
                DEPARTMENT_QUESTIONS.labels(department, "answered").inc()
                return answer
            except httpx.TimeoutException:
                outcome = "timeout"
            except httpx.HTTPError:
                outcome = "broken"
            except DepartmentUnavailable as refused:
                outcome = refused.reason
                if outcome == "refused":
                    break
        DEPARTMENT_QUESTIONS.labels(department, outcome).inc()
        raise DepartmentUnavailable(department, outcome)

    async def _once(self, department: str, question: str, body: Mapping[str, Any], reference: str) -> dict[str, Any]:
        path = f"/v1/questions/{question}"
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        digest = hashlib.sha256(content).hexdigest()
        claims = {"sub": department, "path": path, "sha256": digest, "ref": reference}
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
            SIGNATURE_HEADER: self._sign(QUESTION_KIND, claims),
            "traceparent": current_trace(),
        }
        answer = await self._client.post(self._addresses[department] + path, content=content, headers=headers)
        if answer.status_code in RETRYABLE_STATUS:
            raise DepartmentUnavailable(department, "broken")
        if answer.status_code != 200 or len(answer.content) > LARGEST_ANSWER:
            raise DepartmentUnavailable(department, "refused")
        try:
            found = answer.json()
        except ValueError:
            raise DepartmentUnavailable(department, "broken") from None
        if not isinstance(found, dict):
            raise DepartmentUnavailable(department, "broken")
        return found

    async def close(self) -> None:
        """Release every connection."""
        await self._client.aclose()
