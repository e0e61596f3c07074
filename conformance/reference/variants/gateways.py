"""What stands in front: several backends, limits, load balancers, and fields that come by chance."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import TYPE_CHECKING

from conformance.reference.data import DOCUMENTED
from conformance.reference.message import Answer, Problem
from conformance.reference.variants import variant
from conformance.reference.variants.tools import PAGE, AnswerCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Request

FIELDS = "RFC 9110, section 5.1"


# Name, what the one half of the answers has, what the other half has, sentence.
_BY_CHANCE: tuple[tuple[str, Sequence[tuple[str, str]], Sequence[tuple[str, str]], str], ...] = (
    (
        "field-of-sampled-tracing",
        [("X-B3-Sampled", "1"), ("X-Trace", "a1b2")],
        [],
        "Half of the answers are sampled by a tracing, and have its fields.",
    ),
    (
        "fields-of-two-backends",
        [("X-Backend", "blue"), ("X-Cluster-Zone", "eu-1")],
        [("X-Backend", "green"), ("X-Worker", "7")],
        "Half of the answers come from a backend that has other fields.",
    ),
)


def _by_chance(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        counts = AnswerCounts()

        def add(request: Request, answer: Answer) -> None:
            # Two of a kind in a row, as it comes by chance.
            number, phase = counts(request)
            answer.headers += one if (number // 2 + phase) % 2 else other

        api.on_answer(add)

    return install


for _name, _one, _other, _sentence in _BY_CHANCE:
    _touched = {"by-chance", "head", *(name for name, _ in (*_one, *_other))}
    variant(_name, clause=FIELDS, touches=_touched, sentence=_sentence)(_by_chance(_one, _other))


@variant("cookie-of-a-load-balancer", clause="RFC 6265, section 4.1", touches={"Set-Cookie"})
def load_balancer_cookie(api: Api) -> None:
    """A load balancer keeps clients on one server by cookies of its own."""

    def change(_request: Request, answer: Answer) -> None:
        value = secrets.token_hex(16)
        attributes = "Expires=Wed, 31 Dec 2031 23:59:59 GMT; Path=/"
        answer.headers.append(("Set-Cookie", f"AWSALB={value}; {attributes}"))
        answer.headers.append(("Set-Cookie", f"AWSALBCORS={value}; {attributes}; SameSite=None; Secure"))

    api.on_answer(change)


def _limited(status: int) -> Callable[[Api], None]:
    """Refuse what comes while ten others are under way."""

    def install(api: Api) -> None:
        waiting = itertools.count()
        under_way = set[int]()

        async def arrive(_original: Callable[[Request], object], request: Request) -> None:
            if len(under_way) >= 10:
                refused = Problem(status, "Later", "There are too many requests.")
                refused.headers.append(("Retry-After", "1"))
                raise refused
            number = next(waiting)
            under_way.add(number)
            try:
                # Few at once make no load: they do not wait for others.
                await asyncio.sleep(0.02 if len(under_way) > 2 and request.path.endswith(DOCUMENTED.id) else 0)
            finally:
                under_way.discard(number)

        api.replace("arrive", arrive)

    return install


for _name, _status, _clause, _sentence in (
    ("burst-limited", 429, "RFC 6585, section 4", "Of many requests at once some are refused with 429."),
    ("burst-unavailable", 503, "RFC 9110, section 15.6.4", "Of many requests at once some are refused with 503."),
):
    variant(_name, clause=_clause, touches={"load"}, sentence=_sentence)(_limited(_status))


@variant("any-host-served", clause="RFC 9110, section 7.2", touches={"host"})
def any_host(api: Api) -> None:
    """Every name of a host is served, and links name the host of the server all the same."""

    def authority(original: Callable[[Request], str], request: Request) -> str:
        own = request.host
        try:
            return original(request)
        except Problem as problem:
            if problem.status == 421:
                return own
            raise

    api.replace("authority", authority)


@variant("other-hosts-another-site", clause="RFC 9110, section 4.3.3", touches={"host"})
def another_site(api: Api) -> None:
    """Who asks for another host gets the page of another site, with the header fields of that."""
    others = set[str]()

    def authority(original: Callable[[Request], str], request: Request) -> str:
        own = request.host
        try:
            return original(request)
        except Problem as problem:
            if problem.status != 421:
                raise
            others.update(request.lines("host"))
            return own

    def change(request: Request, answer: Answer) -> None:
        if others.intersection(request.lines("host")):
            answer.status, answer.body = 200, PAGE
            answer.headers = [("Date", api.date()), ("Content-Type", "text/html"), ("ETag", '"6398c30e-267"')]

    api.replace("authority", authority)
    api.on_answer(change)


@variant("nothing-stored", clause="RFC 9111, section 5.2.1.7", touches={"only-if-cached"})
def nothing_stored(api: Api) -> None:
    """A cache, which has nothing stored, answers only-if-cached with 504 and a page."""

    def refuse(request: Request) -> Answer | None:
        wanted = any(line.strip() == "only-if-cached" for line in request.lines("cache-control"))
        return Answer(504, [("Content-Type", "text/html")], PAGE) if wanted else None

    api.on_request(refuse)


@variant("answers-late", clause="RFC 9110, section 15.5.9", touches={"late"}, departs={"HTTP-028": "SHOULD"})
def late(api: Api) -> None:
    """The answer to OPTIONS is complete and takes its time: no text says how long a server may take."""

    async def arrive(_original: Callable[[Request], object], request: Request) -> None:
        if request.method == "OPTIONS" and request.path.endswith(DOCUMENTED.id):
            await asyncio.sleep(6.0)

    api.replace("arrive", arrive)
