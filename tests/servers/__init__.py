"""Independent JSON:API servers: the documented API as two maintained libraries implement it.

They share the bills, the tokens and the launching code with each other, and nothing with the suite. They follow the
documentation where it speaks and the defaults of their library where it is silent, so their deviations are real ones.
"""

from tests.servers.launch import IndependentServer, drf_server, flask_server

__all__ = ["IndependentServer", "drf_server", "flask_server"]
