"""URLs that a server sends: whether they are well-formed, and what they mean where they were received."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_SEGMENT_NO_COLON = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})+"
_HOST = r"(?:\[[0-9A-Za-z:.\-_~!$&'()*+,;=]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)"
_AUTHORITY = rf"//(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?{_HOST}(?::[0-9]*)?(?:/{_PCHAR}*)*"
_ROOTED = rf"/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?"
# Raw square brackets are tolerated in a query: the examples of JSON:API itself show page[number] so.
_TAIL = rf"(?:\?(?:{_PCHAR}|[/?\[\]])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_URI_REFERENCE = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.\-]*:(?:{_AUTHORITY}|{_ROOTED}|(?:{_PCHAR}+(?:/{_PCHAR}*)*)?)"
    rf"|{_AUTHORITY}|{_ROOTED}|(?:{_SEGMENT_NO_COLON}(?:/{_PCHAR}*)*)?){_TAIL}"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a base URL (RFC 9110, section 4.3.1)."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the Host field: the port is left out when it is the default of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(text: str) -> tuple[str, int] | None:
    """Return host and port of ``text``, an authority with both (RFC 3986, section 3.2); None when it is something else.

    No user information is taken.
    """
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port) if host and port and parts.netloc == text and "@" not in text else None


def is_uri_reference(text: str) -> bool:
    """Return whether ``text`` is a URI reference (RFC 3986, section 4.1), so that it can be split into its parts."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return _URI_REFERENCE.fullmatch(text) is not None


def is_absolute(link: str) -> bool:
    """Return whether ``link`` is an http or https URL with a host and a possible port (RFC 9110, section 4.2)."""
    try:
        parts = urlsplit(link)
        return parts.scheme.lower() in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an absolute http or https URL (RFC 6454, section 4)."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS[scheme]


def host_of(link: str, base: str) -> str | None:
    """Return the host in lower case to which the URI reference ``link`` leads; None when there is none."""
    try:
        return urlsplit(urljoin(base, link)).hostname
    except ValueError:
        return None


def path_of(link: str, base: str) -> str:
    """Return the decoded path to which the URI reference ``link``, received from the URL ``base``, leads."""
    return unquote(urlsplit(urljoin(base, link)).path)


def target_of(link: str, base: str) -> tuple[str, list[tuple[str, str]]]:
    """Return decoded path and sorted query parameters to which the URI reference ``link`` leads; ``base`` as above."""
    query = urlsplit(urljoin(base, link)).query
    return path_of(link, base), sorted(parse_qsl(query, keep_blank_values=True))
