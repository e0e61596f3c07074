"""Every setting, once: its name, its meaning, and where it may come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.config.converters import (
    ENABLEABLE,
    as_boolean,
    as_capabilities,
    as_cookie_name,
    as_file,
    as_header_fields,
    as_identifier,
    as_integer,
    as_new_file,
    as_one_of,
    as_path,
    as_place,
    as_proxy,
    as_rate,
    as_sample,
    as_seconds,
    as_several,
    as_shard,
    as_size_of_collection,
    as_text,
    as_token,
)

# From the level that every run demands to the one that few do.
FAIL_ON = ("must", "should", "may")


class SettingError(ValueError):
    """A setting has an unusable value; the message names the setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Order of sources: command line, environment, the file of ``--target``, pytest ini."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    metavar: str = ""
    flag: bool = False
    repeatable: bool = False
    env: str = ""
    secret: bool = False
    # What the option means when it is given without a value.
    bare: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it names a file of this machine: no report says so, and no record keeps it."""
        return self.metavar == "FILE"

    @property
    def is_of_the_terminal(self) -> bool:
        """Whether it says how the run is shown, which is not part of what was run."""
        return self.name == "format"

    @property
    def option(self) -> str:
        """The command-line option."""
        return f"--{self.name}"

    @property
    def form(self) -> dict[str, Any]:
        """How argparse reads the option: as a text, or as it is without a value."""
        if self.flag:
            return {"action": "store_const", "const": True, "default": None}
        if self.bare:
            return {"metavar": self.metavar, "nargs": "?", "const": self.bare}
        return {"metavar": self.metavar, **({"action": "append"} if self.repeatable else {})}

    @property
    def dest(self) -> str:
        """The name in pytest's options and ini file."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.env or f"INVOICES_{self.dest.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("embedded", as_boolean, default=False, help="judge the embedded reference server", flag=True),
    Setting("api-prefix", as_path, "/api/rest/customer/v1", "where the API is mounted under the base URL", "PATH"),
    Setting("auth-token", as_token, "", "the raw JWT of the customer", "T", secret=True),
    Setting(
        "invoice-id",
        as_several(as_identifier),
        (),
        "a known invoice of that customer (repeatable); absent: found through the collection",
        "ID",
        repeatable=True,
        env="INVOICES_INVOICE_IDS",
    ),
    Setting("other-auth-token", as_token, "", "the raw JWT of a second customer", "T", secret=True),
    Setting("other-invoice-id", as_several(as_identifier), (), "an invoice of the second customer", "ID"),
    Setting(
        "hidden-invoice-id",
        as_several(as_identifier),
        (),
        "an invoice that exists and must be invisible to this customer (repeatable)",
        "ID",
        repeatable=True,
        env="INVOICES_HIDDEN_INVOICE_IDS",
    ),
    Setting(
        "expendable-invoice-id",
        as_identifier,
        "",
        "an invoice of that customer that may be lost: writes to it are tried and must be refused",
        "ID",
    ),
    Setting("signing-key", as_text, "", "the HS256 key, to mint tokens that must be refused", "K", secret=True),
    Setting(
        "session-cookie",
        as_cookie_name,
        "_yeti_customer_v1_session",
        "name of the cookie that may hold the token, for --enable cookie",
        "NAME",
    ),
    Setting(
        "enable", as_capabilities, (), f"opt-in capabilities: {', '.join(ENABLEABLE)}", "NAME[,NAME]", repeatable=True
    ),
    Setting(
        "fail-on",
        as_one_of(*FAIL_ON),
        "must",
        "the lowest level that fails the run when it does not hold: must, should or may",
        "LEVEL",
    ),
    Setting("format", as_one_of("compact", "full"), "compact", "how much the terminal shows: compact or full", "FORM"),
    Setting("waivers", as_file, None, "known deviations (YAML) that do not fail the run", "FILE"),
    Setting("write-waivers", as_new_file, None, "write what fails this run as known deviations, for 90 days", "FILE"),
    Setting(
        "fuzz-examples",
        as_integer(0),
        15,
        "cases that are drawn for an operation; 0 leaves the generated part out",
        "N",
    ),
    Setting("fuzz-seed", as_integer(0), 1, "decides which requests are generated", "S"),
    Setting("repeat", as_integer(1), 1, "answers to each stable request, which are judged and compared", "N"),
    Setting(
        "sweep",
        as_sample,
        None,
        "judge every invoice of the collection, and so many of them (default 100) by themselves",
        "all|N",
        bare="100",
    ),
    Setting(
        "sweep-state",
        as_new_file,
        None,
        "where the sweep keeps what it has done, to go on after an interruption",
        "FILE",
    ),
    Setting("sweep-limit", as_integer(1), 100_000, "pages after which a sweep ends, wherever links lead", "PAGES"),
    Setting("sweep-shard", as_shard, (1, 1), "sweep one of N parts of the collection; merge joins the reports", "I/N"),
    Setting("concurrency", as_integer(1), 8, "requests under way at once", "N"),
    Setting("rate-limit", as_rate, None, "send no more requests than this, e.g. 10/s or 100/m", "N/s"),
    Setting("request-timeout", as_seconds, 10.0, "seconds within which a whole answer must arrive", "S"),
    Setting(
        "max-latency", as_seconds, 1.0, "seconds that 95 of 100 parallel requests may take, for --enable load", "S"
    ),
    Setting("max-body", as_integer(1024), 8 * 1024 * 1024, "bytes of an answer that are read", "BYTES"),
    Setting(
        "embedded-invoices",
        as_size_of_collection,
        0,
        "how many invoices the embedded server has, most of them generated; 0: the fixed ones alone",
        "N",
    ),
    Setting("plain-url", as_text, "", "where an https target answers plain http; default: port 80, beside 443", "URL"),
    Setting("connect-to", as_place, "", "connect to this place; the name in the base URL stays", "HOST:PORT"),
    Setting("proxy", as_proxy, "", "reach an https target through this proxy (CONNECT)", "URL"),
    Setting("public-origin", as_text, "", "what links name when the server stands behind another name", "URL"),
    Setting("client-cert", as_file, None, "certificate (PEM) to show to an https target, with its key or not", "FILE"),
    Setting("client-key", as_file, None, "key (PEM, not encrypted) of that certificate", "FILE"),
    Setting("ca-bundle", as_file, None, "certificates (PEM) to trust for https", "FILE"),
    Setting("insecure", as_boolean, default=False, help="do not verify the server's certificate", flag=True),
    Setting(
        "request-header",
        as_header_fields,
        (),
        "header field sent with every request (repeatable), e.g. for a gateway",
        "'N: v'",
        repeatable=True,
    ),
    Setting("record", as_new_file, None, "keep every exchange in a HAR file", "FILE"),
    Setting("replay", as_file, None, "judge the exchanges of such a file; nothing is sent", "FILE"),
    Setting("report-json", as_new_file, None, "write the report for programs", "FILE"),
    Setting("report-html", as_new_file, None, "write the report for people", "FILE"),
    Setting("report-ctrf", as_new_file, None, "write the report in the Common Test Report Format", "FILE"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all settings, read and checked; ``given`` names those that some source has."""

    values: Mapping[str, Any] = field(repr=False)  # some are secrets
    given: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        """Return the value of the setting ``name``."""
        return self.values[name]
