"""Settings: each one from each source, the order of the sources, and one message for a value that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.config.settings import SETTINGS, Setting, SettingError
from conformance.config.sources import Sources, read_settings, read_target_file
from conformance.pytest_hooks.items import run_of
from tests.support.runs import QUICK
from tests.support.targets import target_of

pytest_plugins = ["pytester"]

BY_NAME = {setting.name: setting for setting in SETTINGS}

# Four values of each setting as text, and what they are read as: command line, environment, file, ini.
VALUES: Mapping[str, list[tuple[str, object]]] = {
    "api-prefix": [("/a", "/a"), ("/b/", "/b"), ("/", ""), ("/d/e", "/d/e")],
    "auth-token": [("one", "one"), ("two", "two"), (" three ", "three"), ("four", "four")],
    "invoice-id": [("a,b", ("a", "b")), ("c", ("c",)), ("d, e,,d", ("d", "e")), ("f", ("f",))],
    "other-auth-token": [("one", "one"), ("two", "two"), ("three", "three"), ("four", "four")],
    "other-invoice-id": [("a", ("a",)), ("b", ("b",)), ("c", ("c",)), ("d,e", ("d", "e"))],
    "hidden-invoice-id": [("a", ("a",)), ("b", ("b",)), ("c", ("c",)), ("d", ("d",))],
    "expendable-invoice-id": [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d")],
    "signing-key": [("k 1", "k 1"), ("k2", "k2"), ("k3", "k3"), ("k\u00fc4", "k\u00fc4")],
    "enable": [
        ("wire", ("wire",)),
        ("load,cookie", ("load", "cookie")),
        ("collection", ("collection",)),
        ("contested", ("contested",)),
    ],
    "session-cookie": [("a", "a"), ("b_c", "b_c"), ("__Host-d", "__Host-d"), ("e!", "e!")],
    "plain-url": [
        ("http://a", "http://a"),
        ("http://b:1", "http://b:1"),
        ("http://c", "http://c"),
        ("http://d", "http://d"),
    ],
    "fuzz-examples": [("0", 0), ("1", 1), ("15", 15), ("1000", 1000)],
    "fuzz-seed": [("0", 0), ("1", 1), ("2", 2), ("99999999", 99999999)],
    "format": [("full", "full"), ("compact", "compact"), ("FULL", "full"), ("Compact", "compact")],
    "fail-on": [("must", "must"), ("should", "should"), ("may", "may"), ("SHOULD", "should")],
    "repeat": [("1", 1), ("2", 2), ("20", 20), ("500", 500)],
    "sweep": [("all", "all"), ("0", 0), ("100", 100), ("7", 7)],
    "sweep-state": [("state.db", "state.db"), ("a.db", "a.db"), ("b.db", "b.db"), ("c.db", "c.db")],
    "sweep-limit": [("1", 1), ("10", 10), ("100000", 100_000), ("7", 7)],
    "sweep-shard": [("1/1", (1, 1)), ("2/4", (2, 4)), ("4/4", (4, 4)), ("1000/1000", (1000, 1000))],
    "embedded-invoices": [("12", 12), ("13", 13), ("100000", 100000), ("0", 0)],
    "concurrency": [("1", 1), ("2", 2), ("3", 3), ("64", 64)],
    "rate-limit": [("10/s", 10.0), ("30/m", 0.5), ("2.5", 2.5), ("1", 1.0)],
    "request-timeout": [("1", 1.0), ("0.5", 0.5), ("60", 60.0), ("3600", 3600.0)],
    "max-latency": [("1", 1.0), ("0.5", 0.5), ("2", 2.0), ("3", 3.0)],
    "max-body": [("1024", 1024), ("2048", 2048), ("4096", 4096), ("8192", 8192)],
    "connect-to": [
        ("a:1", "a:1"),
        ("127.0.0.1:443", "127.0.0.1:443"),
        ("[::1]:8443", "[::1]:8443"),
        ("b-c:2", "b-c:2"),
    ],
    "proxy": [(f"http://{each}", f"http://{each}") for each in ("a:1", "b:2", "127.0.0.1:3128", "[::1]:8080")],
    "public-origin": [("https://a", "https://a"), ("http://b", "http://b"), ("c", "c"), ("d", "d")],
    "client-cert": [("{file}", "{file}")] * 4,
    "client-key": [("{file}", "{file}")] * 4,
    "ca-bundle": [("{file}", "{file}")] * 4,
    "waivers": [("{file}", "{file}")] * 4,
    "write-waivers": [("a.yaml", "a.yaml"), ("b.yaml", "b.yaml"), ("c.yaml", "c.yaml"), ("d.yaml", "d.yaml")],
    "record": [("a.har", "a.har"), ("b.har", "b.har"), ("c.har", "c.har"), ("d.har", "d.har")],
    "replay": [("{file}", "{file}")] * 4,
    "report-json": [("a.json", "a.json"), ("b.json", "b.json"), ("c.json", "c.json"), ("d.json", "d.json")],
    "report-ctrf": [("a.json", "a.json"), ("b.json", "b.json"), ("c.json", "c.json"), ("d.json", "d.json")],
    "report-html": [("a.html", "a.html"), ("b.html", "b.html"), ("c.html", "c.html"), ("d.html", "d.html")],
    "embedded": [("yes", True), ("off", False), ("true", True), ("0", False)],
    "insecure": [("yes", True), ("off", False), ("true", True), ("0", False)],
    "request-header": [
        ("A: b", (("A", "b"),)),
        ("X-Key:k:v", (("X-Key", "k:v"),)),
        ("C: d, e", (("C", "d, e"),)),
        ("Empty:", (("Empty", ""),)),
    ],
}

WRONG: Mapping[str, list[str]] = {
    "api-prefix": ["api", "/a?b", "/a#b", "/a b", "/\u00fc", "https://example.org/api"],
    "auth-token": ["a b", "a\nb", "\u00fc", "Bearer abc", "bearer", "'abc'", '"abc"'],
    "invoice-id": [",", "a/b", "a?b", "a b", "\u00fc", "a%20b", "x,a#"],
    "other-auth-token": ["a b"],
    "other-invoice-id": ["a/b"],
    "hidden-invoice-id": ["a/b"],
    "expendable-invoice-id": ["a/b", "a b"],
    "signing-key": [],
    "enable": ["everything", "wire,nothing"],
    "session-cookie": ["a b", "a=b", "a;b", "\u00fc"],
    "plain-url": [],
    "fuzz-examples": ["-1", "all"],
    "fuzz-seed": ["-1", "x"],
    "format": ["long"],
    "fail-on": ["perhaps", "true"],
    "repeat": ["0", "-1", "often", "1.5", "nan"],
    "sweep": ["some", "-1", "1.5"],
    "sweep-state": ["/nowhere/state.db", "/"],
    "sweep-limit": ["0", "-1", "many"],
    "sweep-shard": ["1", "0/2", "3/2", "a/b", "1/0", "1/1001", "1/2/3"],
    "embedded-invoices": ["11", "-1", "many"],
    "concurrency": ["0", "-1", "many", "1.5", "nan"],
    "rate-limit": ["0", "-1/s", "fast", "1/h", "inf", "nan"],
    "request-timeout": ["0", "-1", "soon", "inf", "nan", "3601"],
    "max-latency": ["0", "soon", "-1"],
    "max-body": ["0", "1023", "1k"],
    "connect-to": ["a", "a:b", ":1", "https://a:1", "a:1/b", "u@a:1", "a:99999"],
    "proxy": ["a:1", "https://a:1", "http://a", "http://u:p@a:1", "http://a:1/b", "socks5://a:1"],
    "public-origin": [],
    "client-cert": ["/nowhere/client.pem"],
    "client-key": ["/nowhere/client.pem"],
    "ca-bundle": ["/nowhere/ca.pem"],
    "waivers": ["/nowhere/waivers.yaml"],
    "write-waivers": ["/nowhere/waivers.yaml", "/"],
    "record": ["/nowhere/run.har", "/"],
    "replay": ["/nowhere/run.har"],
    "report-json": ["/nowhere/report.json", "/"],
    "report-ctrf": ["/nowhere/ctrf.json", "/"],
    "report-html": ["/nowhere/report.html", "/"],
    "embedded": ["perhaps"],
    "insecure": ["perhaps"],
    "request-header": [
        "nothing",
        ": b",
        "a b: c",
        "a: b\nc: d",
        "\u00fc: b",
        "a: \u20ac",
        "authorization: x",
        "Host: y",
    ],
}


def sources_of(setting: Setting, given: list[Any]) -> Sources:
    """Return the four sources with the values of ``given`` that are not None."""
    option, variable, in_file, ini = given
    return Sources(
        lambda dest: option if dest == setting.dest else None,
        lambda dest: ini if dest == setting.dest else None,
        {} if in_file is None else {setting.name: in_file},
        {} if variable is None else {setting.variable: variable},
    )


def test_what_must_not_be_shown_is_marked() -> None:
    named = {name for name in BY_NAME if re.search("token|key|secret|password", name)}
    secret = {name for name in named if not BY_NAME[name].is_local}
    assert {name for name, setting in BY_NAME.items() if setting.secret} == secret
    shown = target_of(signing_key="planted-signing-key", request_header=["Cookie: planted", "X-Trace: 1"])
    assert shown.public_settings()["request-header"] == [["Cookie", ""], ["X-Trace", ""]]
    assert not secret & set(shown.public_settings())
    assert "ca-bundle" not in shown.public_settings()


def test_every_setting_is_tested() -> None:
    assert set(VALUES) == set(WRONG) == set(BY_NAME)


@pytest.mark.parametrize("first", range(4), ids=["command line", "environment", "file", "ini"])
@pytest.mark.parametrize("name", BY_NAME)
def test_the_first_source_that_has_a_setting_wins(name: str, first: int, present: Callable[[Any], Any]) -> None:
    given = [None if number < first else present(text) for number, (text, _) in enumerate(VALUES[name])]
    settings = read_settings(sources_of(BY_NAME[name], given))
    assert settings[name] == present(VALUES[name][first][1])


@pytest.mark.parametrize("name", BY_NAME)
def test_a_setting_that_nobody_gives_has_its_default(name: str) -> None:
    settings = read_settings(sources_of(BY_NAME[name], [None] * 4))
    assert settings[name] == BY_NAME[name].default


@pytest.mark.parametrize("source", range(4), ids=["command line", "environment", "file", "ini"])
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_names_source_and_setting(name: str, value: str, source: int) -> None:
    setting = BY_NAME[name]
    named = (setting.option, setting.variable, f"--target file, {name}", f"ini {setting.dest}")[source]
    given: list[Any] = [None] * 4
    given[source] = value
    with pytest.raises(SettingError) as raised:
        read_settings(sources_of(setting, given))
    message = str(raised.value)
    assert message.startswith(f"{named}: the value ")
    assert "\n" not in message


@pytest.mark.parametrize("name", ["auth-token", "other-auth-token"])
def test_a_wrong_secret_is_not_shown(name: str) -> None:
    with pytest.raises(SettingError) as raised:
        read_settings(sources_of(BY_NAME[name], ["very secret", None, None, None]))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("invoice-id", ["a", "b"], ("a", "b")),
        ("invoice-id", 17, ("17",)),
        ("enable", ["wire", "load"], ("wire", "load")),
        ("fail-on", "should", "should"),
        ("insecure", False, False),
        ("concurrency", 4, 4),
        ("rate-limit", 5, 5.0),
        ("request-timeout", 2.5, 2.5),
        ("request-header", ["A: b", "C: d"], (("A", "b"), ("C", "d"))),
    ],
)
def test_a_file_may_use_the_types_of_yaml(name: str, value: object, expected: object) -> None:
    assert read_settings(sources_of(BY_NAME[name], [None, None, value, None]))[name] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth-token", ["a"]),
        ("auth-token", {"a": "b"}),
        ("invoice-id", {"a": "b"}),
        ("invoice-id", [["a"]]),
        ("concurrency", True),
        ("request-timeout", [1]),
        ("api-prefix", False),
        ("request-header", {"A": "b"}),
    ],
)
def test_a_file_with_the_wrong_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"--target file, {name}: "):
        read_settings(sources_of(BY_NAME[name], [None, None, value, None]))


def test_a_target_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "target.yaml"
    file.write_text("base-url: https://staging.example.org\ninvoice_id: [a, b]\nrate-limit: 10/s\n")
    assert read_target_file(str(file)) == {
        "base-url": "https://staging.example.org",
        "invoice-id": ["a", "b"],
        "rate-limit": "10/s",
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not a YAML mapping"),
        (b"- a\n", "not a YAML mapping"),
        (b"a: b: c\n", "not YAML at line 1"),
        (b"invoice-ids: a\nno-such: 1\n", "unknown settings: invoice-ids, no-such"),
        (b"\xff\xfe", "not UTF-8"),
        (b"insecure: true\ninsecure: false\n", "line 2: insecure: written twice"),
        (b"fuzz-seed: 2027-02-31\n", "has a date that is none"),
        (b"\x00", "not YAML"),
        (b"!!python/object/apply:os.system ['true']\n", "not YAML"),
    ],
)
def test_an_unusable_target_file_is_reported(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "target.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingError, match=r"^--target: ") as raised:
        read_target_file(str(file))
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_target_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"--target: .*none\.yaml: cannot be read: No such file or directory$"):
        read_target_file(str(tmp_path / "none.yaml"))


# What follows goes through pytest's own reading of options and ini files.

ReadSettings = Callable[..., tuple[object, ...]]


@pytest.fixture
def settings_of(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> ReadSettings:
    """Return some settings and the base URL as a run with the given command line has them."""
    for name in (*(setting.variable for setting in SETTINGS), "PYTEST_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def read(*arguments: str) -> tuple[object, ...]:
        run = run_of(pytester.parseconfigure(*QUICK, "--pyargs", "conformance", *arguments))
        values = (run.settings[name] for name in ("concurrency", "invoice-id", "insecure", "fail-on"))
        return (*values, None if run.embedded else run.target.base_url)

    return read


def test_pytest_reads_all_four_sources(
    settings_of: ReadSettings, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nconcurrency = 1\ninvoice_id =\n    a\n    b\nbase_url = http://ini.example")
    assert settings_of() == (1, ("a", "b"), False, "must", "http://ini.example")
    content = "concurrency: 2\ninvoice-id: c\nbase-url: http://file.example\ninsecure: true\nfail-on: should\n"
    file = f"--target={pytester.makefile('.yaml', target=content)}"
    assert settings_of(file) == (2, ("c",), True, "should", "http://file.example")
    monkeypatch.setenv("INVOICES_CONCURRENCY", "3")
    monkeypatch.setenv("INVOICES_INVOICE_IDS", "d,e")
    monkeypatch.setenv("INVOICES_INSECURE", "false")
    assert settings_of(file, "--base-url=http://line.example") == (
        3,
        ("d", "e"),
        False,
        "should",
        "http://line.example",
    )
    several = ("--concurrency=4", "--invoice-id=f", "--invoice-id=g", "--insecure")
    assert settings_of(file, *several) == (4, ("f", "g"), True, "should", "http://file.example")


def test_without_any_source_the_embedded_server_is_judged(settings_of: ReadSettings) -> None:
    assert settings_of() == (8, (), False, "must", None)


def test_a_wrong_setting_is_a_usage_error(settings_of: ReadSettings) -> None:
    with pytest.raises(pytest.UsageError, match=r"^--concurrency: the value must be at least 1$"):
        settings_of("--concurrency=0")
