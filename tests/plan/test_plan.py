"""The plan: which requests are needed, in which order, what they look like, and how they are shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from conformance.config.target import Target
from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.observe.message_bytes import reveal
from conformance.plan import probes, steps
from conformance.plan.probe import Family, Probe, family, get, header_family, query_family
from conformance.plan.requests import USER_AGENT, build_request, text_of
from conformance.plan.shell import curl
from conformance.plan.steps import Step, closure, everything, steps_for
from conformance.report import failure
from conformance.report import plan as shown_plan
from conformance.syntax import redaction
from tests.support.changes import changed
from tests.support.correct import answers
from tests.support.exchanges import REMOVED, exchange
from tests.support.targets import INVOICE_ID, TOKEN, target_of

Declare = Callable[..., None]
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Declare]:
    """Let the given probes and families be all that is declared."""
    remembered = (steps._everything, steps._steps_for)

    def replace(**declared: Probe | Family) -> None:
        for each in remembered:
            each.cache_clear()
        flat: dict[str, Probe] = {}
        for name, entry in declared.items():
            entry.rename(name)
            flat.update({probe.name: probe for probe in (entry if isinstance(entry, Family) else (entry,))})
        monkeypatch.setattr(probes, "declared", lambda: MappingProxyType(declared))
        monkeypatch.setattr(probes, "by_key", lambda: MappingProxyType(flat))

    yield replace
    for each in remembered:
        each.cache_clear()


def names(steps: list[Step]) -> list[str]:
    return [step.probe for step in steps]


def test_what_a_step_depends_on_comes_first_and_once(declare: Declare) -> None:
    base = get("/invoices/{invoice_id}")
    linked = get(lambda base: base.self_link)
    tagged = linked.but(headers=lambda base: {"If-None-Match": base.etag})
    late = get("/late").but(after=(tagged,))
    declare(base=base, linked=linked, tagged=tagged, late=late)
    steps = closure([Step("late", "1"), Step("linked", "1")])
    assert names(steps) == ["base", "tagged", "late", "linked"]
    assert names(closure([Step("base", "1"), Step("base", "2")])) == ["base", "base"]


def _linked_by(base: Exchange, other: Exchange | None = None) -> str:
    return "/linked" if other is None else f"/linked/{other.status}/{base.status}"


def test_a_probe_does_without_what_has_a_default(declare: Declare) -> None:
    declare(base=get("/base"), other=get("/other"), linked=get(_linked_by))
    linked = probes.by_key()["linked"]
    assert (linked.dependencies, linked.dispensable) == (("base", "other"), frozenset({"other"}))
    known = {"base": exchange("base", 200), "other": exchange("other", 404)}
    paths = [
        build_request(Step("linked", "1"), target_of(), given).url.rpartition("/linked")[2]
        for given in (known, {"base": known["base"]})
    ]
    assert paths == ["/404/200", ""]


def path_asked_for(probe: str, changes: dict[str, Exchange]) -> str:
    """Return what follows the prefix in the request of ``probe`` to a correct server, but for ``changes``."""
    step, known = Step(probe, INVOICE_ID), {**answers(), **changes}
    before = {each.probe: known[each.probe] for each in step.dependencies()}
    return build_request(step, target_of(), before).url.rpartition("/customer/v1")[2]


@pytest.mark.parametrize(
    ("probe", "view"), [("related", "account"), ("relationship", "relationships/account")], ids=["account", "linkage"]
)
def test_what_no_link_leads_to_is_asked_for_at_its_documented_path(probe: str, view: str) -> None:
    for wrong in (REMOVED, None, {"links": 1}, {"links": {"self": None, "related": None}}):
        unlinked = changed("item", document={"/data/relationships/account": wrong})
        assert path_asked_for(probe, unlinked) == f"/invoices/{INVOICE_ID}/{view}"
    for absent in (changed("item", status=404), changed("item", body={"data": None})):
        with pytest.raises(NotObserved):
            path_asked_for(probe, absent)


def test_tokens_go_to_the_account_or_where_that_is_not_shown_to_the_invoice() -> None:
    item = f"/invoices/{INVOICE_ID}"
    of_account, of_linkage = "account", "relationships/account"
    for probe, view, path in (
        ("related_with_altered_token", "related", of_account),
        ("expired_token[in-1970]", "related", of_account),
        ("altered_token_elsewhere[relationship]", "relationship", of_linkage),
        ("token_with_wrong_audience[shorter]", "relationship", of_linkage),
    ):
        assert path_asked_for(probe, {}) == f"{item}/{path}"
        assert path_asked_for(probe, changed(view, status=404)) == item
    assert path_asked_for("altered_token_elsewhere[included]", changed("item_with_account", status=400)) == item


def test_invoices_of_another_customers_account_are_asked_for_by_what_names_it() -> None:
    step = Step("listing_of_foreign[account]", INVOICE_ID)
    known = {each.probe: answers()[each.probe] for each in step.dependencies()}
    number = known["other_account_of_owner"].resource["id"]
    for account in (known["other_account_of_owner"], exchange("other_account_of_owner", status=404)):
        asked = build_request(step, target_of(), {**known, "other_account_of_owner": account}).url
        assert asked.endswith(f"/invoices?filter%5Baccount_id_eq%5D={number}")


def test_a_circle_is_an_error(declare: Declare) -> None:
    declare(a=get(lambda b: b.self_link), b=get(lambda a: a.self_link))
    with pytest.raises(ValueError, match="depends on itself"):
        closure([Step("a", "1")])


def test_an_unknown_probe_is_an_error(declare: Declare) -> None:
    declare()
    with pytest.raises(LookupError, match="no probe is named nothing"):
        closure([Step("nothing", "1")])


def test_each_invoice_is_asked_for_where_that_is_declared(declare: Declare) -> None:
    each = get("/invoices/{invoice_id}", each_invoice=True)
    declare(each=each, single=get("/x"), several=query_family(each.but(each_invoice=False), {"a": "x=1", "b": "x=2"}))
    target = target_of(invoice_id=[FIRST, SECOND])
    assert steps_for("each", target) == [Step("each", FIRST), Step("each", SECOND)]
    assert steps_for("each", target, SECOND) == [Step("each", SECOND)]
    assert steps_for("single", target) == [Step("single", FIRST)]
    assert names(steps_for("several", target)) == ["several[a]", "several[b]"]
    assert len(everything(target)) == 5


def test_what_the_target_does_not_have_is_not_asked_for(declare: Declare) -> None:
    declare(always=get("/a"), listing=get("/invoices", needs=("collection",)))
    assert names(everything(target_of())) == ["always"]
    assert names(everything(target_of(enable="collection"))) == ["always", "listing"]


def lines_of(declare: Declare, probe: Probe, known: dict[str, Exchange] | None = None, **given: Any) -> list[str]:
    declare(probe=probe)
    target = target_of(**given)
    request = build_request(Step("probe", INVOICE_ID), target, known or {})
    return [f"{name}: {reveal(value, target)}" for name, value in request.headers]


def test_default_fields_are_sent(declare: Declare) -> None:
    assert lines_of(declare, get("/x")) == [
        "Host: api.example.org",
        "User-Agent: invoices-conformance",
        "Accept: application/vnd.api+json",
        f"Authorization: {TOKEN}",
    ]


def test_the_name_of_the_client_can_be_left_out(declare: Declare) -> None:
    lines = lines_of(declare, get("/x").but(headers={"User-Agent": None}))
    assert not [line for line in lines if line.startswith("User-Agent")]


def test_a_probe_changes_removes_and_repeats_fields(declare: Declare) -> None:
    probe = get("/x").but(headers={"accept": None, "Authorization": "Bearer x", "X": ["1", "2"]})
    probe = probe.but(headers=lambda invoice_id: {"X-Id": invoice_id, "HOST": "other.example"})
    assert lines_of(declare, probe) == [
        "User-Agent: invoices-conformance",
        "Authorization: Bearer x",
        "X: 1",
        "X: 2",
        f"X-Id: {INVOICE_ID}",
        "HOST: other.example",
    ]


def test_a_function_of_an_earlier_answer_gets_it(declare: Declare) -> None:
    lines = lines_of(declare, get("/x").but(headers=lambda item: {"If-None-Match": item.etag}), {"item": exchange()})
    assert 'If-None-Match: W/"253f5160b8ebcfba91cd3a9a98178ce6"' in lines


def test_without_what_it_needs_a_request_is_not_built(declare: Declare) -> None:
    probe = get("/x").but(headers=lambda item: {"If-None-Match": item.etag})
    with pytest.raises(NotObserved, match="no well-formed entity tag"):
        lines_of(declare, probe, {"item": exchange(headers={"ETag": "bare"})})


def test_fields_of_the_settings_are_sent_but_for_what_a_probe_says_itself(declare: Declare) -> None:
    given = ["X-Gateway: a", "X-Gateway-Key: 0123456789abcdef", "accept: text/html"]
    lines = lines_of(declare, get("/x"), request_header=given)
    assert lines[2:4] == ["X-Gateway: a", "X-Gateway-Key: 0123456789abcdef"]
    assert "accept: text/html" not in lines


def test_without_a_token_no_authorization_is_sent(declare: Declare) -> None:
    assert not any("Authorization" in line for line in lines_of(declare, get("/x"), auth_token=None))


def test_a_body_has_its_length(declare: Declare) -> None:
    assert "Content-Length: 2" in lines_of(declare, get("/x").but(method="POST", body=b"{}"))


@pytest.mark.parametrize(
    ("url", "prefix", "probe", "target"),
    [
        ("http://h.example", "/api", Probe("/invoices/{invoice_id}"), f"/api/invoices/{INVOICE_ID}"),
        ("http://h.example/mount/", "/api/", Probe("/x", query="a=b"), "/mount/api/x?a=b"),
        ("http://h.example", "/", Probe("/x", query=""), "/x?"),
        ("http://h.example", "/api", Probe(lambda unknown_id: f"/x/{unknown_id[:4].upper()}"), "/api/x/6F2C"),
        ("http://h.example", "/api", Probe(lambda: "https://o.example/y?c#d"), "/y?c"),
        ("http://h.example", "/api", Probe(lambda: "http://o.example"), "/"),
        ("http://h.example/m", "/api", Probe(lambda: "/m/api/x"), "/m/api/x"),
    ],
)
def test_the_request_target_is_below_the_prefix(
    declare: Declare, url: str, prefix: str, probe: Probe, target: str
) -> None:
    declare(probe=probe)
    request = build_request(Step("probe", INVOICE_ID), target_of(url, api_prefix=prefix), {})
    assert request.target == target
    assert request.url.startswith("http://h.example/")


def test_families_differ_in_one_respect() -> None:
    base = get("/x")
    headers = header_family(base, "Accept", {"none": None, "any": "*/*"})
    assert [probe.layers[-1] for probe in headers] == [{"Accept": None}, {"Accept": "*/*"}]
    assert [probe.query for probe in query_family(base, {"a": "a", "b": "b"})] == ["a", "b"]
    several = family({"a": get("/x"), "b": base.but(method="HEAD")})
    several.rename("several")
    assert [probe.name for probe in several] == ["several[a]", "several[b]"]


OWN_NAME = ("User-Agent", USER_AGENT)
SHELL = """curl() { printf '%s\\0' "$@"; }
invoices-conformance() { printf 'derived-%s' "$2"; }
"""


def run_in_shell(command: str) -> list[str]:
    """Return the arguments that curl gets when a shell reads ``command``."""
    given = {"AUTH_TOKEN": "to$ken", "CA_BUNDLE": "the authorities", "CLIENT_CERT": "the certificate"}
    given["CLIENT_KEY"] = "the key"
    environment = {"PATH": "/usr/bin:/bin", **{f"INVOICES_{name}": value for name, value in given.items()}}
    done = subprocess.run(["bash", "-c", SHELL + command], env=environment, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


def test_a_request_is_shown_as_a_command_that_runs() -> None:
    headers = (
        ("Host", "example.org"),
        ("Authorization", redaction.AUTH_TOKEN),
        ("X-Bearer", f'"`id`" $HOME \\ {redaction.AUTH_TOKEN}'),
        ("X-None", redaction.derived_token("alg-none")),
        ("X-Quotes", 'it\'s "so" `id` $HOME'),
        ("X-Empty", ""),
    )
    command = curl(Request("GET", "http://example.org/x?a=$HOME&b='c'", headers))
    arguments = run_in_shell(command)
    # A finding shows it in several lines, which are the same command.
    lines = failure.shell("request", command)
    assert len(lines) > 3
    assert run_in_shell("\n".join(line.removeprefix("  request") for line in lines)) == arguments
    assert arguments[:4] == ["-i", "--path-as-is", "--globoff", "-H"]
    assert [argument for argument in arguments if argument.startswith(("A", "X"))] == [
        "Authorization: to$ken",
        'X-Bearer: "`id`" $HOME \\ to$ken',
        "X-None: derived-alg-none",
        'X-Quotes: it\'s "so" `id` $HOME',
        "X-Empty;",
        "Accept:",
    ]
    assert arguments[-1] == "http://example.org/x?a=$HOME&b='c'"


@pytest.mark.parametrize(("method", "words"), [("HEAD", ["--head"]), ("PATCH", ["-X", "PATCH"]), ("GET", [])])
def test_the_method_is_shown(method: str, words: list[str]) -> None:
    arguments = run_in_shell(curl(Request(method, "http://example.org/", (("Accept", "a/b"), OWN_NAME), b"")))
    assert arguments == ["-i", "--path-as-is", "--globoff", *words, "-H", "Accept: a/b", "http://example.org/"]


@pytest.mark.parametrize(
    ("name", "words"),
    [((("User-Agent", "-"),), ["-H", "User-Agent: -"]), ((), ["-H", "User-Agent:"]), ((OWN_NAME,), [])],
    ids=["odd", "missing", "own"],
)
def test_curl_sends_the_name_of_the_client_where_it_matters(
    name: tuple[tuple[str, str], ...], words: list[str]
) -> None:
    arguments = run_in_shell(curl(Request("GET", "http://example.org/", (("Accept", "a/b"), *name), b"")))
    assert arguments == ["-i", "--path-as-is", "--globoff", "-H", "Accept: a/b", *words, "http://example.org/"]


def test_the_whole_plan_is_shown_without_secrets() -> None:
    secret = "0123456789abcdef"
    target = target_of(
        "https://api.example.org",
        enable="collection,cookie,wire,load,contested",
        other_auth_token=f"{TOKEN}x",
        other_invoice_id="other",
        hidden_invoice_id="hidden",
        signing_key="fedcba9876543210",
        request_header=[f"Cookie: {secret}"],
    )
    steps = everything(target)
    lines = list(shown_plan.lines(target, steps, None))
    text = "\n".join(lines)
    for planted in (TOKEN, TOKEN.rsplit(".", 1)[1], secret, "fedcba9876543210"):
        assert planted not in text
    commands = [line for line in lines if line.startswith(("curl ", "{ printf "))]
    assert lines[-1] == f"{len(commands)} requests; nothing was sent"
    left_open = [line for line in lines if "depends on the answers" in line]
    # The later pages of a listing are known only when the first has been seen.
    first = [step for step in closure(steps) if probes.by_key()[step.probe].previous is None]
    assert len(commands) + len(left_open) == len(first)
    # The documented answer is imagined where a request depends on one, so that little is left open.
    assert len(left_open) < len(commands) / 4


@pytest.fixture
def by_a_way(tmp_path: Path) -> Target:
    """Return a target that is reached by all that there is for that."""
    file = tmp_path / "file.pem"
    file.touch()
    files = dict.fromkeys(("ca_bundle", "client_cert", "client_key"), str(file))
    way = {"proxy": "http://proxy.example.org:3128", "connect_to": "[::1]:8443", "insecure": True}
    return target_of("https://api.example.org", enable="wire", **way, **files)


def test_a_command_goes_the_way_of_the_run(by_a_way: Target) -> None:
    command = curl(build_request(Step("item", INVOICE_ID), by_a_way, {}), by_a_way.way)
    assert run_in_shell("\n".join(failure.shell("", command)))[:14] == [
        *("-i", "--path-as-is", "--globoff", "--proxy", "http://proxy.example.org:3128", "--connect-to"),
        *("::[::1]:8443", "--insecure", "--cert", "the certificate", "--key", "the key", "--cacert", "the authorities"),
    ]
    assert "file.pem" not in command
    plain = curl(Request("GET", "http://api.example.org/", (OWN_NAME,)), by_a_way.way)
    assert run_in_shell(plain) == ["-i", "--path-as-is", "--globoff", "-H", "Accept:", "http://api.example.org/"]


def test_a_raw_message_goes_the_way_of_the_run(by_a_way: Target) -> None:
    command = curl(build_request(Step("garbage", INVOICE_ID), by_a_way, {}), by_a_way.way)
    assert command.partition(" | ")[2] == (
        "openssl s_client -quiet -connect '[::1]:8443' -servername api.example.org -proxy proxy.example.org:3128"
        ' -cert "$INVOICES_CLIENT_CERT" -key "$INVOICES_CLIENT_KEY"'
    )
    plain = target_of(enable="wire", connect_to="[::1]:8080", insecure=True)
    command = curl(build_request(Step("garbage", INVOICE_ID), plain, {}), plain.way)
    assert command.partition(" | ")[2] == "nc ::1 8080"


def test_what_is_very_long_is_made_by_the_shell() -> None:
    long = "a" * 6000
    command = curl(Request("GET", f"http://api.example.org/{long}'b?x={long}", (("X-Long", long),)))
    assert len(command) < 400
    printed = subprocess.run(
        ["bash", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}; {command}"], capture_output=True, check=True, text=True
    ).stdout.split("\n")
    assert f"http://api.example.org/{long}'b?x={long}" in printed
    assert f"X-Long: {long}" in printed


def test_an_entity_tag_with_bytes_beyond_ascii_can_be_sent_back() -> None:
    lines = {"ETag": 'W/"\xe9\xff\xb5a-and-more"', "Last-Modified": "Thu, 14 Nov 2024 09:47:08 GMT"}
    known, made = {"item": exchange(headers=lines)}, target_of(enable="contested")
    built_from_item = [key for key, probe in probes.by_key().items() if probe.dependencies == ("item",)]
    asked = [build_request(Step(key, INVOICE_ID), made, known) for key in built_from_item if key.startswith("if_")]
    assert 'W/"\xe9\xff\xb5A-AND-MORE"' in [request.header("If-None-Match") for request in asked]
    for request in asked:
        reveal(text_of(request), made).encode("latin-1")


def test_no_variant_hides_another_one() -> None:
    parts = [query_family(get("/"), {name: f"{name}=1"}) for name in ("a", "b", "a")]
    with pytest.raises(ValueError, match=r"^two variants are named a$"):
        family(*parts)
