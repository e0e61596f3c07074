"""A parser of arguments that ends as pytest does."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose errors end with exit code 4, as those of settings do, and not with 2."""

    def error(self, message: str) -> NoReturn:
        """End with ``message``."""
        self.print_usage(sys.stderr)
        self.exit(4, f"{self.prog}: error: {message}\n")
