"""What is under test: base URL, credentials, known invoices, limits, and what it claims to support."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from conformance.config.converters import fits_into_a_path
from conformance.config.settings import SETTINGS, SettingError, Settings
from conformance.config.way import Way
from conformance.syntax import redaction
from conformance.syntax.urls import Origin
from conformance.syntax.wording import counted

# Version 4 UUIDs that no server hands out but by a chance of 1 in 2^122; fixed, so that runs can be compared.
UNKNOWN_ID = "6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42"
SECOND_UNKNOWN_ID = "d41a7b96-2f0c-4e83-b5d6-71c9e8f2a035"

# Begins the names of the placeholders of further header lines.
EXTRA_HEADER = "REQUEST_HEADER_"
# What the user should see to be enabled.
_INTRUSIVE = {"wire": "sends malformed HTTP", "load": "sends bursts of requests"}
_ABSOLUTE = re.compile("(?:https?:)?//", re.IGNORECASE)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_CREDENTIAL = re.compile("auth|token|key|secret|cookie|session|signature|password|jwt|dpop|assertion", re.IGNORECASE)


def _is_credential(field_name: str) -> bool:
    """Return whether an answer with the value of such a field is a finding; it is shown nowhere in any case."""
    return bool(_CREDENTIAL.search(field_name))


@dataclass(frozen=True)
class Target:
    """The server under test and what is known of it."""

    base_url: str
    origin: Origin
    mount: str
    auth_token: str = field(repr=False)
    other_auth_token: str = field(repr=False)
    signing_key: str = field(repr=False)
    invoice_ids: tuple[str, ...]
    other_invoice_ids: tuple[str, ...]
    hidden_invoice_ids: tuple[str, ...]
    expendable_invoice_id: str
    capabilities: frozenset[str]
    settings: Settings = field(repr=False)
    embedded: bool
    plain_origin: Origin | None
    link_origin: Origin
    way: Way
    redactor: redaction.Redactor = field(repr=False)

    def url(self, path: str) -> str:
        """Return the absolute URL of ``path`` below the API prefix; an absolute URL keeps path and query only."""
        return f"{self.origin.scheme}://{self.origin.authority}{self.request_target(path)}"

    def plain_url(self, path: str) -> str:
        """Return the URL of ``path`` at the address that answers plain http. Only with the capability plain-http."""
        assert self.plain_origin is not None
        return f"http://{self.plain_origin.authority}{self.request_target(path)}"

    def request_target(self, path: str) -> str:
        """Return what stands in the request line for ``path`` (RFC 9112, section 3.2.1).

        A link may leave out the authority, and then begins with the prefix already. Raises ValueError for a URL that
        cannot be taken apart.
        """
        if _ABSOLUTE.match(path):
            parts = urlsplit(path)
            return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        below = f"{self.mount}{self.settings['api-prefix']}"
        return path if path.startswith(f"{below}/") else f"{below}{path}"

    def context(self, invoice_id: str) -> dict[str, str]:
        """Return the context values that path templates and probe functions may name."""
        return {
            "invoice_id": invoice_id,
            "unknown_id": UNKNOWN_ID,
            "second_unknown_id": SECOND_UNKNOWN_ID,
            "other_invoice_id": next(iter(self.other_invoice_ids), ""),
            "hidden_invoice_id": next(iter(self.hidden_invoice_ids), ""),
            "hidden_invoice_ids": ",".join(self.hidden_invoice_ids),
            "expendable_invoice_id": self.expendable_invoice_id,
            "session_cookie": self.settings["session-cookie"],
            "authority": self.origin.authority,
        }

    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the further header lines of the settings, as they are sent."""
        lines: tuple[tuple[str, str], ...] = self.settings["request-header"]
        return lines

    def header_lines(self) -> list[tuple[str, str]]:
        """Return the symbolic header lines that every request carries."""
        return [
            (name, redaction.environment_secret(f"{EXTRA_HEADER}{number}"))
            for number, (name, _) in enumerate(self.request_headers(), 1)
        ]

    def with_invoices(self, invoice_ids: tuple[str, ...]) -> Target:
        """Return the target with the given known invoices."""
        return replace(self, invoice_ids=invoice_ids)

    def public_settings(self) -> dict[str, Any]:
        """Return the settings that a record or a report may show, as plain data."""
        shown = (each for each in SETTINGS if not (each.secret or each.is_local or each.is_of_the_terminal))
        public = {each.name: self.settings[each.name] for each in shown}
        public["request-header"] = [[name, ""] for name, _ in self.request_headers()]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in public.items()}

    @property
    def signing_key_bits(self) -> int:
        """The length of the signing key."""
        return 8 * len(self.signing_key.encode())

    def too_short(self) -> list[str]:
        """Return the names of the secrets that are too short to be looked for."""
        given = {
            "--auth-token": self.auth_token,
            "--other-auth-token": self.other_auth_token,
            "--signing-key": self.signing_key,
            **{f"--request-header {name}": value for name, value in self.request_headers()},
        }
        return [name for name, value in given.items() if value and not redaction.is_looked_for(value)]

    def described(self) -> str:
        """Say in one line what is known of the target."""
        token = "customer token" if self.auth_token else "no token"
        second = ", second customer" if self.other_auth_token else ""
        collection = "on" if "collection" in self.capabilities else "off"
        more = "".join(f"; {name}: {what}" for name, what in _INTRUSIVE.items() if name in self.capabilities)
        return f"{token}{second}, {counted(len(self.invoice_ids), 'invoice')}, collection {collection}{more}"


# Names as they stand in certificates and in the DNS, and addresses, of IPv6 with a zone.
_HOST = re.compile("[A-Za-z0-9_.:%-]+")


def split_base_url(base_url: str, option: str = "--base-url") -> tuple[Origin, str]:
    """Return the origin and the mount path of a base URL.

    Raises SettingError, which names the ``option``, when it is not an http(s) origin.
    """
    try:
        parts = urlsplit(base_url.strip())
        port = parts.port
    except ValueError as error:
        raise SettingError(f"{option}: {error}") from None
    if "@" in base_url:
        raise SettingError(f"{option}: must not hold a user name or password; use --auth-token")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(f"{option}: {base_url!r} is not a URL such as https://staging.example.org")
    if not base_url.strip().isprintable():
        # Some are skipped where a URL is taken apart, and then the next port or path counts.
        raise SettingError(f"{option}: {base_url!r} holds a line break or another control character")
    if port == 0:
        raise SettingError(f"{option}: {base_url!r} has port 0, at which no server can be reached")
    if parts.query or parts.fragment:
        raise SettingError(f"{option}: must not have a query or fragment")
    if not fits_into_a_path(parts.path):
        raise SettingError(f"{option}: {parts.path!r} is not a path of a URL; spaces and such are percent-encoded")
    try:
        host = parts.hostname.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise SettingError(f"{option}: {parts.hostname!r} is not a host name")
    return Origin(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme]), parts.path.rstrip("/")


def _plain_origin(origin: Origin, settings: Settings) -> Origin | None:
    """Return where the host of an https target answers plain http, None when that is not known."""
    plain_url = settings["plain-url"]
    plain = split_base_url(plain_url, "--plain-url")[0] if plain_url else None
    if plain is not None and plain.scheme != "http":
        raise SettingError(f"--plain-url: {plain_url!r} is not a URL such as http://staging.example.org:8080")
    if origin.scheme != "https":
        return None
    if plain is not None:
        return plain
    # The default ports belong together; nothing is known of other ones, and of other ways.
    if settings["proxy"] or settings["connect-to"]:
        return None
    return Origin("http", origin.host, 80) if origin.port == 443 else None


def _link_origin(origin: Origin, public: str) -> Origin:
    """Return what the links of the server name. Raises SettingError when ``public`` is more than an origin."""
    if not public:
        return origin
    named, mount = split_base_url(public, "--public-origin")
    if mount:
        raise SettingError(f"--public-origin: {public!r} has a path; give scheme, host and port")
    return named


def _require_a_way(origin: Origin, settings: Settings) -> None:
    """Raise SettingError when settings of the way to the server do not fit together."""
    if settings["client-key"] and not settings["client-cert"]:
        raise SettingError("--client-key: belongs to a certificate: give --client-cert, too")
    if origin.scheme != "https":
        for name, problem in (
            ("client-cert", "is shown over https only, and the base URL is http"),
            ("proxy", "is used for https only: over http it would see the token"),
        ):
            if settings[name]:
                raise SettingError(f"--{name}: {problem}")
    if settings["proxy"] and settings["plain-url"]:
        raise SettingError("--plain-url: cannot be reached through --proxy: leave out one of them")


def _require_apart(own: Iterable[str], other: Iterable[str], hidden: Iterable[str], expendable: str) -> None:
    """Raise SettingError when one invoice is given as two that are judged otherwise."""
    usual, foreign, unseen = ({number.lower() for number in numbers} for numbers in (own, other, hidden))
    if expendable.lower() in usual | foreign | unseen:
        raise SettingError("--expendable-invoice-id: is given as another invoice, too: give one that may be lost")
    for name, numbers in (("other-invoice-id", foreign), ("hidden-invoice-id", unseen)):
        if numbers & usual:
            raise SettingError(f"--{name}: is given as --invoice-id, too, which the customer may see: leave out one")


def is_loopback(origin: Origin) -> bool:
    """Return whether the target runs on this machine."""
    try:
        return ipaddress.ip_address(origin.host).is_loopback
    except ValueError:
        return origin.host == "localhost"


def build(base_url: str, settings: Settings, supplied: Mapping[str, object] | None = None) -> Target:
    """Return the target at ``base_url``.

    ``supplied`` is what the embedded server describes of itself: it wins over settings, which are meant for another.
    Raises SettingError for an unusable base URL.
    """
    origin, mount = split_base_url(base_url)
    prefix = settings["api-prefix"]
    if prefix and f"{prefix}/" in f"{mount}/":
        raise SettingError(f"--base-url: already has {prefix}, which --api-prefix adds: leave that part out")
    described = dict(supplied or {})

    def value(name: str) -> object:
        return described.get(name.replace("-", "_")) or settings[name]

    def ids(name: str) -> tuple[str, ...]:
        given = value(name)
        return tuple(map(str, given)) if isinstance(given, list | tuple) else ()

    capabilities = set(settings["enable"]) | (set(map(str, _listed(described.get("capabilities")))))
    other_token, key = str(value("other-auth-token") or ""), str(value("signing-key") or "")
    if other_token and ids("other-invoice-id"):
        capabilities.add("second-customer")
    if ids("hidden-invoice-id"):
        capabilities.add("hidden-invoice")
    expendable = str(value("expendable-invoice-id") or "")
    if expendable:
        capabilities.add("expendable-invoice")
    if key:
        capabilities.add("signing-key")
    if settings["repeat"] > 1:
        capabilities.add("repeat")
    if origin.scheme == "https":
        capabilities.add("https")
    _require_a_way(origin, settings)
    plain_origin = _plain_origin(origin, settings)
    if plain_origin is not None:
        capabilities.add("plain-http")
    token = str(value("auth-token") or "")
    public = (base_url, settings["api-prefix"], settings["session-cookie"])
    own, other, hidden = ids("invoice-id"), ids("other-invoice-id"), ids("hidden-invoice-id")
    _require_apart(own, other, hidden, expendable)
    identifiers = (*own, *other, *hidden)
    redactor = redaction.Redactor(
        (token, other_token, key), public=(*public, *identifiers, expendable, *(each.name for each in SETTINGS))
    )
    for name, text in settings["request-header"]:
        redactor.add(text, quiet=not _is_credential(name))
    return Target(
        base_url=base_url.rstrip("/"),
        origin=origin,
        mount=mount,
        auth_token=token,
        other_auth_token=other_token,
        signing_key=key,
        invoice_ids=own,
        other_invoice_ids=other,
        hidden_invoice_ids=hidden,
        expendable_invoice_id=expendable,
        capabilities=frozenset(capabilities),
        settings=settings,
        embedded=supplied is not None,
        plain_origin=plain_origin,
        link_origin=_link_origin(origin, settings["public-origin"]),
        way=Way.of(origin.scheme, settings),
        redactor=redactor,
    )


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else ()
