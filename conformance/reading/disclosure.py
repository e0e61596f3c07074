"""What an answer may reveal about the inside of a server: stack traces, database messages, paths, class names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import unquote

from conformance.model.exchange import Exchange

# Each with texts of which one is in whatever it matches: to look for these first is a hundred times as fast.
# Every repetition has a limit: the time that a text takes grows with its length alone, whatever a server sends.
_PATTERNS = {
    "a stack trace": (
        (r"Traceback \(most recent call last\)",),
        (r'File "[^"\n]{1,200}", line \d+',),
        (r"(?<![\w-])[\w-]{1,100}\.rb:\d+(?::in\b)?", ".rb:"),
        (r"\bat [\w$.<>]{1,200}\([\w$]{1,100}\.(?:java|kt|scala|cs)(?::\d+)?\)", ".java", ".kt", ".scala", ".cs"),
        (r"\bat (?:[\w$.<>\[\] ]{1,100} \(?)?(?:file:///|/|node:)[^\s)]{1,200}:\d+:\d+\)?", "at "),
        (r"\bat [\w.`<>]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d+", ":line "),
        (r"\.php(?: on line |:)\d+",),
        (r"goroutine \d+ \[",),
        (r"\b(?:thread '[^'\n]{1,100}' panicked at|panic: runtime error)", "' panicked at", "panic: runtime error"),
        (r'"(?:backtrace|stack_?trace)"\s*:',),
    ),
    "a database message": (
        (r"SQLSTATE\[?\w{5}",),
        (r"\bORA-\d{5}\b", "ORA-"),
        (r"syntax error at or near",),
        (r"You have an error in your SQL syntax",),
        (r"violates (?:foreign key|unique|not-null|check) constraint",),
        (
            r"\b(?:psycopg\d?|sqlite3|pymysql|mysqlclient|asyncpg|pgx)\.\w+",
            "psycopg",
            "sqlite3.",
            "pymysql.",
            "mysqlclient.",
            "asyncpg.",
            "pgx.",
        ),
        (r"\bSELECT\s.{1,300}\sFROM\s", "FROM"),
        (r"\bPG::\w+", "PG::"),
        (r"\bUnknown column '[^'\n]{1,80}' in '(?:where|order|field|on|having)", "Unknown column "),
        (r"invalid input syntax for (?:type )?\w+",),
    ),
    "a file system path": (
        (
            r"(?<![\w/\"'=.:-])/(?:usr/(?:local|lib|share|src)|home/\w+|var/(?:www|lib|task|app)|opt/\w+|srv/\w+)/[\w.-]+",
            "/usr/",
            "/home/",
            "/var/",
            "/opt/",
            "/srv/",
        ),
        (r"\b[A-Za-z]:\\(?:inetpub|Users|Windows|Program Files)\\", ":\\"),
        (
            r"\b(?:node_modules|site-packages|dist-packages|vendor/bundle)/[\w.-]+",
            "_modules/",
            "-packages/",
            "/bundle/",
        ),
    ),
    "the name of an internal class": (
        (r"\b(?:[A-Z]\w{1,80}::){1,10}[A-Z]\w{0,80}(?:Error|Exception|Invalid|NotFound)\b", "::"),
        (r"\b(?:NoMethodError|undefined method [`'])", "NoMethodError", "undefined method "),
        (
            r"\b(?:java|javax|jakarta|org\.springframework|org\.hibernate|com\.fasterxml)\.[\w.]{1,200}(?:Exception|Error)\b",
            "Exception",
            "Error",
        ),
        (r"\b(?:com|net|io|org)(?:\.[a-z]\w{0,80}){1,10}\.[A-Z]\w{0,80}(?:Exception|Error)\b", "Exception", "Error"),
        (r"\b(?:System|Microsoft|Npgsql)\.(?:\w{1,80}\.){0,10}\w{1,80}Exception\b", "Exception"),
        (r"\*\* \([A-Z]\w{0,80}(?:\.[A-Z]\w{0,80}){0,10}(?:Error|Exception)\)",),
        (r"\b(?:Illuminate|Symfony|Doctrine)\\\w+", "Illuminate\\", "Symfony\\", "Doctrine\\"),
        (r"\bApp\\(?:Models|Http|Entity|Controller|Exceptions|Services)\\\w+", "App\\"),
        (
            r"\b(?:django|rest_framework|werkzeug|sqlalchemy|flask)\.[\w.]{1,200}\.\w{0,80}(?:Error|Exception|NotFound)\b",
            "Error",
            "Exception",
            "NotFound",
        ),
    ),
}
_MOST_CHARACTERS = 1 << 20
# Texts of so many characters are remembered: most header fields are the same in all answers, and so are many errors.
_SHORT = 1000
_COMPILED = [(kind, re.compile(pattern), hints) for kind, patterns in _PATTERNS.items() for pattern, *hints in patterns]


# The number of a pattern, and what it finds.
_Match = tuple[int, str]


def _sent(exchange: Exchange) -> str:
    """Return what the request contained itself: its echo reveals nothing."""
    request = exchange.request
    target = unquote(request.target, errors="replace")
    values = "\n".join(value for _, value in request.headers)
    return f"{request.target}\n{target}\n{unquote(target, errors='replace')}\n{values}"


def _texts(value: Any) -> Iterator[str]:
    """Yield the strings in a JSON value, without the escapes of JSON."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def revealed(exchange: Exchange) -> tuple[str, str] | None:
    """Return what the answer reveals, and the text that does so; None when there is nothing.

    Looks at field values and at the content, and at the first 2**20 characters only. Call it for answers without data
    of a customer: a reference may be any text.
    """
    content = exchange.body.decode("utf-8", errors="replace")
    left, found = _MOST_CHARACTERS, list[_Match]()
    for text in (*(value for _, value in exchange.fields), content, *_texts(exchange.json.value)):
        found += _remembered(text) if len(text) <= min(left, _SHORT) else _matches(text[:left])
        left -= min(left, len(text))
    if not found:
        return None
    sent = _sent(exchange)
    # The first of the patterns says most.
    shown = (match for match in sorted(found, key=itemgetter(0)) if match[1] not in sent)
    return next(((_COMPILED[number][0], text) for number, text in shown), None)


def _matches(text: str) -> tuple[_Match, ...]:
    """Return what the patterns find in ``text``."""
    return tuple(
        (number, match[0])
        for number, (_, pattern, hints) in enumerate(_COMPILED)
        if not hints or any(hint in text for hint in hints)
        for match in pattern.finditer(text)
    )


@lru_cache(maxsize=4096)
def _remembered(text: str) -> tuple[_Match, ...]:
    return _matches(text)
