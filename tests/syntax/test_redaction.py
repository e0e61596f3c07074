"""Secrets: symbols until they are sent, and redacted from whatever comes back."""

from __future__ import annotations

import base64
import html
import json
import threading
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from conformance.observe.message_bytes import reveal
from conformance.syntax import redaction
from conformance.syntax.redaction import AUTH_TOKEN, OTHER_AUTH_TOKEN, Redactor
from conformance.tokens import altered
from tests.support.targets import TOKEN, target_of

KEY = 'p/l+a n"t&e<d>-signing\\key=0123456789'
SIGNATURE = TOKEN.rsplit(".", 1)[1]

SPELLINGS: dict[str, Callable[[str], str]] = {
    "itself": str,
    "upper case": str.upper,
    "percent-encoded": lambda secret: quote(secret, safe=""),
    "percent-encoded but for slashes": quote,
    "percent-encoded in lower case": lambda secret: quote(secret, safe="").lower(),
    "JSON string": json.dumps,
    "JSON string with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "HTML": html.escape,
    "percent-encoded throughout": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "JSON escapes throughout": lambda secret: "".join(f"\\u{ord(each):04X}" for each in secret),
    "HTML references": lambda secret: "".join(f"&#{ord(each)};" for each in secret),
    "hexadecimal HTML references": lambda secret: "".join(f"&#x{ord(each):X};" for each in secret),
    "hexadecimal": lambda secret: secret.encode().hex(),
    "hexadecimal in upper case": lambda secret: secret.encode().hex().upper(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 within a text": lambda secret: base64.b64encode(b"u:" + secret.encode() + b"\n").decode(),
    "base64 at another offset": lambda secret: base64.b64encode(b"a" + secret.encode() + b"xy").decode(),
    "base64url": lambda secret: base64.urlsafe_b64encode(b"\xff" + secret.encode()).decode(),
}


@pytest.mark.parametrize("secret", [TOKEN, KEY], ids=["token", "key"])
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_usual_spelling_is_redacted(secret: str, spelling: Callable[[str], str]) -> None:
    redactor = Redactor([secret])
    spelt = spelling(secret)
    whole = f"before {spelt} after"
    for clean in (redactor.text(whole), redactor.content(whole.encode()).decode()):
        assert "[redacted]" in clean
        assert clean.startswith("before ")
        assert clean.endswith(" after")
        # What may be left of a base64 text is the ends, which depend on the neighbours.
        assert len(clean.replace("[redacted]", "")) <= len("before  after") + 12


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_redacted_wherever_it_stands(spelling: Callable[[str], str]) -> None:
    redactor, spelt = Redactor([KEY]), spelling(KEY)
    for lead in range(9):
        assert "[redacted]" in redactor.text(f"{'-' * lead}{spelt}")


def test_words_of_a_secret_are_redacted() -> None:
    redactor = Redactor(["Bearer 0123456789abcdef", "sid=fedcba9876543210; other=0011223344556677"])
    clean = redactor.text("0123456789abcdef fedcba9876543210 0011223344556677")
    assert clean == "[redacted] [redacted] [redacted]"


def test_a_signature_and_its_halves_are_redacted() -> None:
    redactor = Redactor([TOKEN])
    middle = len(SIGNATURE) // 2
    for part in (SIGNATURE, SIGNATURE[:middle], SIGNATURE[middle:]):
        for lead in range(9):
            assert redactor.text(f"{'-' * lead}{part}>") == f"{'-' * lead}[redacted]>"


@pytest.mark.parametrize("secret", [SIGNATURE, "0123456789abcdefghijklmnopqrstuvwxyz"], ids=["signature", "key"])
def test_parts_of_a_secret_are_redacted(secret: str) -> None:
    redactor = Redactor([TOKEN, secret])
    for length in range(15, len(secret)):
        for start in range(len(secret) - length + 1):
            part = secret[start : start + length]
            for spelt in (part, part.upper()):
                clean = redactor.text(f"<{spelt}>")
                assert "[redacted]" in clean
                assert len(clean.replace("[redacted]", "")) < len("<>") + 8, part


def test_what_looks_like_a_part_is_left_alone() -> None:
    assert Redactor([TOKEN]).text(f"{SIGNATURE[8:15]} {TOKEN[:30]}") == f"{SIGNATURE[8:15]} {TOKEN[:30]}"
    identifier = "7d6f1c52-0000-7abc-8123-0123456789ab"
    assert Redactor(["a-signing-key-of-tests-0123456789abcdef0123456789abcdef"]).text(identifier) == identifier
    text = "aaaaaaaaaaa"
    assert Redactor(["a" * 32]).text(text) == text


@pytest.mark.parametrize("name", altered.DERIVATIONS)
def test_derived_tokens_are_redacted_once_they_are_sent(name: str) -> None:
    target = target_of(signing_key="0123456789abcdef0123456789abcdef")
    sent = reveal(redaction.derived_token(name), target)
    assert sent != TOKEN
    if len(sent) >= 12:
        assert target.redactor.text(f"sent {sent}!").replace('"', "") == "sent [redacted]!"


def test_what_was_kept_before_its_secret_was_known_is_looked_at_again() -> None:
    redactor = Redactor([TOKEN])
    assert redactor.text(f"key={KEY[:40]}") == f"key={KEY[:40]}"
    redactor.add(KEY)
    assert redactor.examined_text(f"key={KEY[:40]}") == ("key=[redacted]", True)
    assert redactor.examined_text(f"key={KEY[:40]}") == ("key=[redacted]", True)


def test_short_strings_are_left_alone() -> None:
    assert Redactor(["short"]).text("a short text") == "a short text"


def test_bytes_that_are_not_text_survive() -> None:
    redactor = Redactor([TOKEN])
    content = bytes(range(256))
    assert redactor.content(content) is content
    assert redactor.content(content + TOKEN.encode() + content) == content + b"[redacted]" + content


def test_secrets_may_be_added_from_several_threads() -> None:
    redactor = Redactor()
    added = [f"{number:04}-thread-secret-{number:04}" for number in range(64)]
    threads = [threading.Thread(target=redactor.add, args=(secret,)) for secret in added]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert redactor.text(" ".join(added)) == " ".join(["[redacted]"] * len(added))


def test_placeholders_are_shown_as_shell_variables_and_commands() -> None:
    assert redaction.display(AUTH_TOKEN) == "$INVOICES_AUTH_TOKEN"
    assert redaction.display(f"x {OTHER_AUTH_TOKEN}") == "x $INVOICES_OTHER_AUTH_TOKEN"
    assert redaction.display(redaction.derived_token("alg-none")) == "$(invoices-conformance token alg-none)"
    assert redaction.display(redaction.environment_secret("REQUEST_HEADER_1")) == "$REQUEST_HEADER_1"


def test_placeholders_are_revealed() -> None:
    target = target_of(other_auth_token="other-token-0123456789", request_header=["X-Gateway-Key: gateway-0123456789"])
    lines = dict(target.header_lines())
    assert "gateway" not in lines["X-Gateway-Key"]
    assert reveal(f"{AUTH_TOKEN} {OTHER_AUTH_TOKEN}", target) == f"{TOKEN} other-token-0123456789"
    assert reveal(lines["X-Gateway-Key"], target) == "gateway-0123456789"


def test_a_target_does_not_show_its_secrets() -> None:
    target = target_of(signing_key=KEY, other_auth_token=f"{TOKEN}x", request_header=["Cookie: sid=0123456789abcdef"])
    shown = f"{target!r} {target.settings!r} {target.redactor!r} {target.described()}"
    for secret in (TOKEN, SIGNATURE, KEY, "0123456789abcdef"):
        assert secret not in shown


def test_spaces_as_plus_signs_are_not_a_loophole() -> None:
    secret = "correct horse battery staple-0123456789"
    assert "staple-0123456789" not in Redactor([secret]).text(quote_plus(secret))


def test_what_is_redacted_stays_as_it_is() -> None:
    redactor = Redactor(["planted-cookie-0123456789abcdef", "it-was-redacted-by-them"])
    clean = redactor.text("Authorization: planted-cookie-0123456789abcdef  Cookie: x; it-was-redacted-by-them")
    assert clean == "Authorization: [redacted]  Cookie: x; [redacted]"
    assert redactor.text(clean) == clean


def test_a_secret_in_json_is_cut_out_of_its_text_alone() -> None:
    secret = "k3J9x0QpLm7wZr2T"
    redactor = Redactor([secret, f"{secret}c9V4b8Nd1s", f"H6y5F2aQe7{secret}"])
    title = "a title that is longer than all that is secret in this document taken together"
    document = {"title": title, "xQe7": secret, "code": secret}
    assert json.loads(redactor.text(json.dumps(document))) == {
        "title": title,
        "xQe7": "[redacted]",
        "code": "[redacted]",
    }
