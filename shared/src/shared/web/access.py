"""Permission as a declaration: every route names the scope it needs, or says that it is public.

``Caseworker = Annotated[Principal, Depends(require("assistance:accept"))]`` at the top of an ``api`` module lets a
reviewer see the policy at once. A route that declares neither stops the start of the service.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.security import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.exceptions import HTTPException

from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.web.running import Running, running_of
from shared.web.tokens import NotAuthenticated

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="yumin", error="invalid_token"'}
bearer = HTTPBearer(auto_error=False, bearerFormat="at+jwt", description="RFC 9068 访问令牌")


class Permission(SecurityBase):
    """A route dependency: verifies the token and demands one scope."""

    def __init__(self, scope: str) -> None:
        self.scope, self.model, self.scheme_name = scope, bearer.model, bearer.scheme_name

    async def __call__(self, request: Request) -> Principal:
        """The caller; 401 without a good token, 403 without the scope."""
        running, credentials = running_of(request), await bearer(request)
        if credentials is None:
            raise HTTPException(status_code=401, detail="须提供访问令牌", headers=CHALLENGE)
        try:
            caller = await running.verifier.principal(credentials.credentials)
        except NotAuthenticated:
            raise HTTPException(status_code=401, detail="访问令牌无效", headers=CHALLENGE) from None
        request.state.caller = caller
        try:
            caller.require_scope(self.scope)
        except Refusal as refusal:
            await running.note_refusal(request, caller, refusal)
            raise
        return caller


class Public:
    """A route dependency that says: anybody may call this."""

    async def __call__(self) -> None:
        """Nothing to check."""


def require(scope: str) -> Permission:
    """Demand ``scope`` (``service:verb``) of the caller."""
    return Permission(scope)


public = Depends(Public())
"""``dependencies=[public]`` on a route that needs no token."""


def _declares_access(dependant: Dependant) -> bool:
    return isinstance(dependant.call, (Permission, Public)) or any(map(_declares_access, dependant.dependencies))


def api_routes(app: FastAPI) -> list[RouteContext]:
    """Every route that runs our code, as it was included; the pages of the documentation are not ours."""
    return [
        route
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.endpoint.__module__ != "fastapi_offline.core"
    ]


def refuse_undeclared(routes: Sequence[APIRoute | RouteContext]) -> None:
    """Stop the start if a route forgot to say who may call it."""
    for route in routes:
        if not _declares_access(route.dependant):
            raise RuntimeError(
                f"{sorted(route.methods or ())} {route.path} declares neither a permission nor that it is public"
            )


def scopes_of(routes: Sequence[APIRoute | RouteContext]) -> dict[str, set[str]]:
    """Scope → the routes that demand it; used by the access matrix of the tests."""
    found: dict[str, set[str]] = {}

    def collect(route: APIRoute | RouteContext, dependant: Dependant) -> None:
        if isinstance(dependant.call, Permission):
            found.setdefault(dependant.call.scope, set()).add(f"{min(route.methods or {''})} {route.path}")
        for inner in dependant.dependencies:
            collect(route, inner)

    for route in routes:
        collect(route, route.dependant)
    return found


__all__ = ["Permission", "Public", "Running", "api_routes", "public", "refuse_undeclared", "require", "scopes_of"]
