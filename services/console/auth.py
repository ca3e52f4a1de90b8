"""The guard at the door: who asks, may she, is it too often, and has it been done already.

Every route is a `Guarded` one and names the right that it needs, and what portals may do there
(nothing, unless it says so): none is open by mistake.
"""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response, StreamingResponse

from libs.runtime.ask import Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.seal import CannotOpen, Seal
from services.console.desk.counting import REQUESTS, Counting
from services.console.desk.knowing_parties import KnowingParties, PartyGone
from services.console.desk.proving import Visitor
from services.console.domain.access import CLOSED, Allowance, Portals, Principal, Right, Role, Rule
from services.console.domain.secrets import KEY_PREFIX, csrf_of, digest, same
from services.console.problems import Problem
from services.console.store.keys import Keys
from services.console.store.limits import Earlier, Limits
from services.console.store.sessions import Sessions

RIGHT = "x-right"  # where a route says in its OpenAPI document which right it needs
X_PORTALS = "x-portals"  # and there, which portals may use it
PUBLIC = "public"
COOKIE, SECURE_COOKIE = "ccp_session", "__Host-ccp_session"
CSRF_HEADER = "X-CSRF-Token"
IDEMPOTENCY_HEADER = "Idempotency-Key"
IDEMPOTENCY_LENGTH_MAX = 255
BODIED = frozenset(("POST", "PUT"))
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Guard:
    """Lets requests through, or says why not."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        sessions: Sessions,
        keys: Keys,
        limits: Limits,
        counting: Counting,
        clock: Clock,
        seal: Seal,
        requests_per_minute: int,
        origins: tuple[str, ...],
        secure: bool,
        parties: KnowingParties,
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._limits = limits
        self._counting = counting
        self._clock = clock
        self._seal = seal
        self._most = requests_per_minute
        self._origins = frozenset(origins)
        self._parties = parties
        self.cookie = SECURE_COOKIE if secure else COOKIE
        self.secure = secure

    async def __call__(self, request: Request, rule: Rule | None, go_on: Handler) -> Response:
        """Do one request, if it may be done; without a rule everybody may."""
        _check_content(request)
        if rule is None:
            await self.count_visitor(request)
            self._check_origin(request)
            return await go_on(request)
        principal = await self.principal(request)
        if principal is None:
            await self.count_visitor(request)
            raise Problem(401, "unauthenticated", "sign in, or send a key: Authorization: Bearer …")
        await self._count(f"asker/{principal.session_id or principal.key_id}")
        principal = await self._of_party(principal, rule)
        self._check_rights(principal, rule)
        request.state.principal = principal
        key = request.headers.get(IDEMPOTENCY_HEADER)
        if request.method == "POST" and key:
            return await self._once(request, principal, key, go_on)
        return await go_on(request)

    async def principal(self, request: Request) -> Principal | None:
        """Who asks: the holder of a key, or of a session's cookie."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer" or not token.startswith(KEY_PREFIX):
                return None
            return await self._keys.of_key(digest(token), self._clock.now())
        token = request.cookies.get(self.cookie, "")
        if not token:
            return None
        principal = await self._sessions.of_token(digest(token), self._clock.now())
        if principal is not None and request.method not in SAFE:
            self._check_origin(request)
            if not same(request.headers.get(CSRF_HEADER, ""), csrf_of(token)):
                raise Problem(403, "csrf", f"send the session's token in {CSRF_HEADER}")
        return principal

    def _check_origin(self, request: Request) -> None:
        """A browser says whose page asks; another site's may not."""
        origin = request.headers.get("Origin")
        if request.method in SAFE or origin is None or origin in self._origins:
            return
        if urlsplit(origin).netloc != request.headers.get("Host", ""):
            raise Problem(403, "foreign_origin", "another site's page may not do this")

    async def _of_party(self, principal: Principal, rule: Rule) -> Principal:
        """Somebody of a portal with what her party's record allows, where that is asked for."""
        if principal.role not in rule.portals or rule.right is Right.SELF:
            return principal
        try:
            return await self._parties.known(principal)
        except PartyGone as no:
            raise Problem(403, "forbidden", f"the {principal.role} is there no more") from no
        except (Refused, Unanswered) as fault:
            headers = {"Retry-After": "1"}
            raise Problem(503, "unanswered", "try again", headers=headers) from fault

    def _check_rights(self, principal: Principal, rule: Rule) -> None:
        if principal.may(rule):
            return
        if principal.must_change:
            raise Problem(403, "password_must_change", "change the one-time password first")
        if principal.must_set_up:
            raise Problem(403, "second_factor_missing", "set up a second factor first")
        if principal.role in rule.portals and rule.right in principal.rights:
            word = rule.portals[principal.role]
            raise Problem(403, "forbidden", f"the {principal.role}'s record does not say `{word}`")
        if rule.right in principal.rights:
            raise Problem(403, "forbidden", f"this is not open to a {principal.role}")
        raise Problem(403, "forbidden", f"this needs the right to {rule.right}")

    async def count_visitor(self, request: Request) -> None:
        """Count a request of nobody in particular by its address; raise TooOften."""
        await self._count(f"address/{visitor_of(request).address}")

    async def _count(self, key: str) -> None:
        await self._counting.count(REQUESTS, f"requests/{key}", self._most)

    async def _once(
        self, request: Request, principal: Principal, key: str, go_on: Handler
    ) -> Response:
        """A request that names a key is done once; the same again has the same answer."""
        if len(key) > IDEMPOTENCY_LENGTH_MAX:
            allowed = f"at most {IDEMPOTENCY_LENGTH_MAX} characters"
            errors = [(f"header.{IDEMPOTENCY_HEADER}", allowed)]
            raise Problem(422, "malformed", "the key is too long", errors=errors)
        account_id, body = principal.account_id, await request.body()
        if principal.party_id is not None:  # nobody meets the keys of others
            key = f"{principal.party_id}/{key}"
        asked = f"{request.method} {request.url.path}?{request.url.query} {principal.name}\n"
        fingerprint = hashlib.sha256(asked.encode() + body).digest()
        earlier = await self._limits.claim(account_id, key, fingerprint, self._clock.now())
        if earlier is not None:
            if earlier.fingerprint != fingerprint:
                raise Problem(422, "idempotency_key_reused", "the key belongs to another request")
            if earlier.status is None:
                raise Problem(409, "under_way", "the request with this key is still being done")
            return self._again(earlier)
        return await self._done(request, account_id, key, go_on)

    def _again(self, earlier: Earlier) -> Response:
        """The answer as it was; it may hold a new key or password, and is kept sealed."""
        try:
            answer = self._seal.open((earlier.answer or b"").decode())
        except CannotOpen as fault:
            text = "it has been done, and its answer was sealed with another secret"
            raise Problem(409, "done_already", text) from fault
        replayed = {"Idempotency-Replayed": "true"}
        return Response(answer, earlier.status or 200, replayed, "application/json")

    async def _done(self, request: Request, account_id: Any, key: str, go_on: Handler) -> Response:
        kept = False
        try:
            response = await go_on(request)
            if not isinstance(response, StreamingResponse):  # files are read anew: they do nothing
                sealed = self._seal.close(bytes(response.body).decode()).encode()
                await self._limits.settle(account_id, key, response.status_code, sealed)
                kept = True
        finally:
            if not kept:
                await self._limits.release(account_id, key)
        return response


class Guarded(APIRoute):
    """A route that asks the guard first."""

    def get_route_handler(self) -> Handler:
        """The route's handler behind the guard."""
        go_on = super().get_route_handler()
        rule = _rule(self.openapi_extra or {})

        async def handle(request: Request) -> Response:
            guard: Guard = request.app.state.guard
            return await guard(request, rule, go_on)

        return handle


def _check_content(request: Request) -> None:
    """Bodies are JSON: anything else is not looked at."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    empty = not kind and request.headers.get("Content-Length", "0") == "0"
    if request.method in BODIED and not empty and kind != "application/json":
        raise Problem(415, "not_json", "send application/json")


def needs(right: Right | str, portals: Portals = CLOSED) -> dict[str, Any]:
    """What a route says of itself: `openapi_extra=needs(Right.LOOK, BUYERS)`."""
    return {RIGHT: str(right), X_PORTALS: {role.value: portals[role].value for role in portals}}


def _rule(said: Mapping[str, Any]) -> Rule | None:
    """What a route has said of itself; None where everybody may use it."""
    if said[RIGHT] == PUBLIC:
        return None
    portals = {Role(role): Allowance(word) for role, word in said[X_PORTALS].items()}
    return Rule(Right(said[RIGHT]), portals)


def visitor_of(request: Request) -> Visitor:
    """Where a request comes from; behind a proxy uvicorn tells the caller's address."""
    address = request.client.host if request.client else ""
    return Visitor(address=address, agent=request.headers.get("User-Agent", ""))


def _who(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


Who = Annotated[Principal, Depends(_who)]
"""Who asks; a route that takes it works for her account and no other."""
