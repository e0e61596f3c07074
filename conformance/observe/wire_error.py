"""Why there is no answer."""

from __future__ import annotations

TOO_SLOW = "no complete answer within the time limit"


class WireError(Exception):
    """No complete response: unreachable, closed, too slow or not HTTP."""

    def __init__(self, message: str, *, closed: bool = False) -> None:
        """``closed``: the server ended the connection.

        ``stale``: the connection had been kept alive and could not be used any more; ``unsolicited`` is what came on it
        instead of an answer. ``malformed``: what came is not an HTTP response.
        """
        super().__init__(message)
        self.closed = closed
        self.stale = False
        self.unsolicited = b""
        self.malformed = False
