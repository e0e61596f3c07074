"""Runs of eight characters of secrets, in their encodings too, and where a text has them. All in linear time."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, islice

from conformance.syntax.spellings import Undone, squeezed

# Characters of a secret that reveal something of it.
RUN = 8
# Shorter secrets would be found by chance.
SHORTEST = 12
# So many runs in a row are at least a whole secret of the shortest kind.
_LOUD = SHORTEST - RUN + 1
# A place counts when the shares of the runs there, one after the other, make a whole. A run of what can be guessed
# or comes about by chance counts with others only: 15 characters that ascend, repeat or are digits, 24 of the claims
# of a token, nine of base64. The header of a token counts not at all.
_WHOLE = 0.999
_GUESSABLE, _CLAIMS, _HEADER = 1 / 8, 1 / 17, 0.0
_BASE64 = 1 / 2
# Characters of the header of a token that are the same in many.
_USUAL_HEADER = 64
# What ascends begins after anything else, for which the slash stands.
_ASCENDING = b"/0123456789abcdefghijklmnopqrstuvwxyz"
_DESCENDING = _ASCENDING[::-1]
_PLAIN = bytes(byte if byte in _ASCENDING else ord("/") for byte in range(256))
_ORDERED = frozenset(row[at : at + RUN] for row in (_ASCENDING, _DESCENDING) for at in range(len(row) - RUN + 1))
_DECIMAL = tuple(b"%d" % byte for byte in range(256))
# Header, claims and signature; without signature, claims show by how they begin.
_TOKEN = re.compile(
    rb"(e(?:y|30)[a-z0-9_=-]*\.)((?:[a-z0-9_=-]*\.|e(?:y|30)[a-z0-9_=-]*)?)([a-z0-9_.=-]*)", re.IGNORECASE
)
# Spellings undone of a secret itself, which may look like one.
_LEVELS = 3
# A text with more places that hold a secret is not worth cutting them out.
MOST_HITS = 5000
# Places of runs, one beside the other, that are looked at in a text.
_MOST_PLACES = 20_000
# A text in which so many places may begin a run is looked at everywhere.
_DENSE = 8
_BLOCK = 16_384

Grams = dict[bytes, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place of a text that holds a secret, or a part of one.

    It is ``quiet`` when that is one that nobody calls so, or a part that a text may share with it by chance.
    """

    start: int
    end: int
    quiet: bool


def _grams(form: bytes) -> list[bytes]:
    return [form[at : at + RUN] for at in range(len(form) - RUN + 1)]


def _numbers(form: bytes) -> Iterator[memoryview]:
    """Yield the runs in ``form`` as numbers, by where they begin."""
    for start in range(min(RUN, len(form) - RUN + 1)):
        yield memoryview(form)[start : len(form) - (len(form) - start) % RUN].cast("Q")


@lru_cache(maxsize=4096)
def _is_guessable(gram: bytes) -> bool:
    if gram.isdigit() or gram[:4] == gram[4:] or len(set(gram)) <= 3:
        return True
    return gram.translate(_PLAIN) in _ORDERED


def _encoded(part: bytes) -> Iterator[bytes]:
    """Yield ``part`` in base64, as it begins at each place of a group."""
    for lead in range(3):
        # The characters at both ends depend on the neighbours; those between do not.
        form = base64.b64encode(b"\0" * lead + part)[4 if lead else 0 : -4].lower()
        yield form
        if b"+" in form or b"/" in form:
            yield form.replace(b"+", b"-").replace(b"/", b"_")
            yield squeezed(form)


def _spelled(part: bytes) -> Iterator[tuple[bytes, float]]:
    """Yield ``part`` itself, as it is after its own escapes are undone, and encoded."""
    form = part
    for _ in range(_LEVELS):
        yield form.lower(), 1.0
        yield squeezed(form), 1.0
        undone = Undone(form)
        if not undone.changed:
            break
        form = undone.data
    for encoded in _encoded(part):
        yield encoded, _BASE64


def _bytes_of(signature: bytes) -> bytes:
    """Return what a signature, or the part of one before another dot, stands for."""
    digits = re.split(rb"[.=]", signature, maxsplit=1)[0]
    return base64.urlsafe_b64decode(digits[: len(digits) - len(digits) % 4])


def _parts(secret: bytes) -> Iterator[tuple[bytes, float]]:
    """Yield the parts of ``secret``, each with the share of a run: of a token the signature is what is secret."""
    place = 0
    for token in _TOKEN.finditer(secret):
        header, claims, signature = token.groups()
        yield from ((header + claims + signature, _HEADER), (header[_USUAL_HEADER:] + claims, _CLAIMS))
        yield signature, 1.0
        yield secret[place : token.start()], 1.0
        place = token.end()
    yield secret[place:], 1.0


@lru_cache(maxsize=512)
def _of_part(part: bytes, share: float) -> Grams:
    if not share:
        return dict.fromkeys(chain.from_iterable(_grams(form) for form, _ in _spelled(part)), share)
    found: Grams = {}
    # The first spelling in which a run stands counts most.
    for form, factor in _spelled(part):
        found.update(dict.fromkeys(set(_grams(form)).difference(found), share * factor))
    return found


@lru_cache(maxsize=512)
def _in_digits(part: bytes) -> frozenset[int]:
    """Return the runs of ``part`` in hexadecimal and decimal digits as numbers."""
    forms = {part, part.lower(), part.upper()}
    written = (each for form in forms for each in (form.hex().encode(), b"".join(map(_DECIMAL.__getitem__, form))))
    return frozenset().union(*(numbers for each in written for numbers in _numbers(each)))


class Runs:
    """The runs of all known secrets. More can be added while other threads look."""

    def __init__(self, public: Iterable[str] = ()) -> None:
        """``public`` are texts that everybody may know: what a secret has in common with them reveals nothing."""
        self._shares: Grams = {}
        # Of each run that counts, the four places of four characters that begin at a multiple of four in some text.
        self._fours: set[int] = set()
        # Of each run in hexadecimal or decimal digits, the places of eight digits.
        self._digits: set[int] = set()
        self._quiet: set[bytes] = set()
        forms = [form.encode() for text in public for form in (text, text.lower())]
        written = [
            *map(bytes.lower, forms),
            *map(squeezed, forms),
            *(each for form in forms for each in _encoded(form)),
        ]
        self._public = {gram for form in written for gram in _grams(form)}
        # Whether a secret has too few letters and digits to be met by them.
        self.has_odd = False

    def add(self, secret: bytes, *, quiet: bool = False) -> None:
        """Look for ``secret`` from now on."""
        self.has_odd = self.has_odd or len(squeezed(secret)) < SHORTEST
        for part, share in _parts(secret):
            self._add(_of_part(part, share), quiet=quiet)
            if share:
                self._digits |= _in_digits(part)
            if share == 1:
                self._digits.update(*_numbers(part.decode("latin-1").encode("utf-16-le").hex().encode()))
        for signature in (_bytes_of(token[3]) for token in _TOKEN.finditer(secret)):
            # Those who compare signatures show their bytes where these differ. A text is not a signature.
            if not signature.isascii():
                self._add(dict.fromkeys(_grams(signature.lower()), 1.0), quiet=quiet)
                self._digits |= _in_digits(signature)

    def _add(self, grams: Grams, *, quiet: bool) -> None:
        if quiet:
            self._quiet.update(gram for gram in grams if gram not in self._shares)
        else:
            self._quiet.difference_update(grams)
        fresh = {**grams, **dict.fromkeys(grams.keys() & self._public, 0.0)}
        for gram in fresh.keys() & self._shares.keys():
            if fresh[gram] <= self._shares[gram]:
                del fresh[gram]
        self._shares.update(fresh)
        joined = b"".join(gram for gram, share in fresh.items() if share)
        for begin in range(4):
            # Every other group of four: the groups between would reach into the next run.
            self._fours.update(memoryview(joined + joined[:begin])[begin:].cast("I")[::2])

    def may_be_in_digits(self, bare: bytes) -> bool:
        """Return whether ``bare``, which is squeezed, may have a run in hexadecimal or decimal digits."""
        return not self._digits.isdisjoint(memoryview(bare)[: len(bare) - len(bare) % RUN].cast("Q"))

    def within(self, data: bytes) -> list[Hit]:
        """Return the places in ``data``, which is in lower case, that hold a secret; few more than ``MOST_HITS``."""
        # Four of the eight characters begin at a multiple of four; as numbers they are compared fast.
        fours = memoryview(data)[: len(data) - len(data) % 4].cast("I")
        if self._fours.isdisjoint(fours):
            return []
        met = self._met(fours, 0, _BLOCK)
        # Where the beginning is dense, counting the rest would take longer than to look at it.
        is_dense = len(met) * _DENSE > min(len(fours), _BLOCK)
        if not is_dense and len(fours) > _BLOCK:
            met += self._met(fours, _BLOCK, len(fours))
            is_dense = len(met) * _DENSE > len(fours)
        return list(islice(self._everywhere(data) if is_dense else self._around(data, met), MOST_HITS + 1))

    def _met(self, fours: memoryview, start: int, end: int) -> list[int]:
        """Return which of ``fours`` between two places belong to a run that counts."""
        return list(compress(range(start, end), map(self._fours.__contains__, fours[start:end])))

    def _around(self, data: bytes, met: list[int]) -> Iterator[Hit]:
        """Look around the numbers of fours that were ``met``."""
        shares, seen = self._shares, 0
        for number in met:
            for at in range(max(seen, 4 * number - 4), 4 * number + 1):
                if at < seen or data[at : at + RUN] not in shares:
                    continue
                start, end = at, at + 1
                while start > seen and data[start - 1 : start - 1 + RUN] in shares:
                    start -= 1
                while data[end : end + RUN] in shares:
                    end += 1
                grams = [data[place : place + RUN] for place in range(start, end)]
                if sum(map(self._share, grams)) >= _WHOLE:
                    quiet = len(grams) < _LOUD or self._quiet.issuperset(grams)
                    yield Hit(start, end - 1 + RUN, quiet)
                seen = end

    def _everywhere(self, data: bytes) -> Iterator[Hit]:
        """Look at every place; what follows too many runs, which may be public parts of tokens, is taken for one."""
        start, before, share, quiet = 0, -2, 0.0, True
        for count, at in enumerate(self._places(data)):
            if count == _MOST_PLACES:
                yield Hit(at, len(data), quiet=True)
                break
            if at != before + 1:
                if share >= _WHOLE:
                    yield Hit(start, before + RUN, quiet or before - start + 1 < _LOUD)
                start, share, quiet = at, 0.0, True
            gram = data[at : at + RUN]
            share += self._share(gram)
            quiet = quiet and gram in self._quiet
            before = at
        if share >= _WHOLE:
            yield Hit(start, before + RUN, quiet or before - start + 1 < _LOUD)

    def _share(self, gram: bytes) -> float:
        # Few runs are ever met: only then is it looked at whether one can be guessed.
        share = self._shares[gram]
        return share * _GUESSABLE if share and _is_guessable(gram) else share

    def _places(self, data: bytes) -> Iterator[int]:
        """Yield where runs begin, in their order."""
        shares = self._shares
        for block in range(0, len(data), _BLOCK):
            end = min(block + _BLOCK, len(data) - RUN + 1)
            yield from [at for at in range(block, end) if data[at : at + RUN] in shares]
