"""What a command needs to reach a target as a run does: another place, a proxy, certificates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.config.settings import SETTINGS

if TYPE_CHECKING:
    from conformance.config.settings import Settings

# The settings without whose files nothing may be sent, with their variables. Nothing is judged by them.
FILES_OF_THE_WAY: Final[Mapping[str, str]] = {
    each.name: each.variable for each in SETTINGS if each.name in {"ca-bundle", "client-cert", "client-key"}
}


@dataclass(frozen=True, slots=True)
class Way:
    """The way to what has ``scheme``: connected to elsewhere, through a proxy, verified or not.

    ``files`` are the settings that name a file. The names are known on one machine only: a command has the variables.
    """

    scheme: str = ""
    connect_to: str = ""
    proxy: str = ""
    insecure: bool = False
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, scheme: str, settings: Settings) -> Way:
        """Return the way that the settings name; what belongs to https alone is left out for http."""
        secure = scheme == "https"
        return cls(
            scheme,
            settings["connect-to"],
            settings["proxy"],
            insecure=secure and settings["insecure"],
            files=tuple(name for name in FILES_OF_THE_WAY if secure and settings[name]),
        )
