"""Finds out, with the documented request, what a target does about several connections at once."""

from __future__ import annotations

import contextlib
import ssl
import time
from typing import TYPE_CHECKING

from conformance.observe.message_bytes import head_of
from conformance.observe.wire_error import TOO_SLOW, WireError
from conformance.plan.requests import build_request
from conformance.plan.steps import Step

if TYPE_CHECKING:
    from conformance.config.target import Target
    from conformance.observe.pool import Pool
    from conformance.observe.rate_limit import RateLimit

# Seconds within which a server notices that connections have come or gone.
PAUSE = 0.1
# Seconds for an answer while another connection is idle, beyond a few times what the answer took there.
_IDLE_LIMIT = 0.8
# To test whether idle connections disturb the target: how many are idle, how often that is tried, and how often it must
# be disturbed to count.
_SEVERAL, _ATTEMPTS, _ENOUGH = 8, 4, 2


class ConnectionTests:
    """Tests of one target; ``sent`` counts their requests. Nothing else may be sent to it meanwhile."""

    def __init__(self, target: Target, pool: Pool, rate: RateLimit) -> None:
        """Use the connections of ``pool``, no faster than ``rate`` allows."""
        self._target, self._pool, self._rate = target, pool, rate
        self.sent = 0

    def is_crowded(self) -> bool:
        """Return whether the documented request is answered while no connection is idle, and not while several are."""
        self._pool.close_idle()
        limit = self._target.settings["request-timeout"]
        # Others that are under way come to their end first.
        if not self._is_answered(time.monotonic() + limit):
            return False
        refused = 0
        for _ in range(_ATTEMPTS):
            time.sleep(PAUSE)  # until the server has noticed which connections have gone
            idle = [self._pool.single(plain=False) for _ in range(_SEVERAL)]
            try:
                for connection in idle:
                    with contextlib.suppress(WireError, ssl.SSLError):
                        connection.open(time.monotonic() + limit)
                time.sleep(PAUSE)
                refused += not self._is_answered(time.monotonic())
            finally:
                for connection in idle:
                    connection.close()
                self._pool.release(*idle)
            time.sleep(PAUSE)
            if not self._is_answered(time.monotonic()):
                return False
            if refused == _ENOUGH:
                return True
        return False

    def _is_answered(self, until: float) -> bool:
        """Return whether a new connection answers the documented request, trying once at least, and ``until``."""
        head, most = self._documented_head(), self._target.settings["max-body"]
        while self._rate.acquire():
            connection = self._pool.single(plain=False)
            deadline = time.monotonic() + self._target.settings["request-timeout"]
            try:
                connection.exchange("GET", head, b"", deadline, most)
            except (WireError, ssl.SSLError):
                if time.monotonic() > until:
                    return False
                time.sleep(PAUSE)
            else:
                return True
            finally:
                connection.close()
                self._pool.release(connection)
                self.sent += 1
        return False

    def is_served_serially(self) -> bool:
        """Return whether a second connection gets no answer while a first one, which got it, is idle."""
        self._pool.close_idle()
        head = self._documented_head()
        first, second = (self._pool.single(plain=False) for _ in range(2))
        limit, most, elapsed = self._target.settings["request-timeout"], self._target.settings["max-body"], 0.0
        try:
            for connection in (first, second):
                if not self._rate.acquire():
                    return False
                deadline = time.monotonic() + (limit if connection is first else _IDLE_LIMIT + 3 * elapsed)
                answer = connection.exchange("GET", head, b"", deadline, most)
                if not connection.reusable:
                    return False
                elapsed = answer.elapsed
        except (WireError, ssl.SSLError) as error:
            return first.reusable and str(error) == TOO_SLOW
        finally:
            for connection in (first, second):
                connection.close()
            self._pool.release(first, second)
            self.sent += 2
        return False

    def _documented_head(self) -> bytes:
        return head_of(build_request(Step("item", self._target.invoice_ids[0]), self._target, {}), self._target)
