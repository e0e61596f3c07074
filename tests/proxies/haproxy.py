"""HAProxy as an operator sets it up: https, compression, short-lived connections, a request id."""

from __future__ import annotations

from pathlib import Path

from tests.proxies.places import Places


def configuration(places: Places) -> str:
    """Return the configuration file."""
    return f"""\
global
  maxconn 256
  nbthread 1
  tune.http.maxhdr 64
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout http-request 10s
  timeout http-keep-alive 1s
  http-reuse safe
  compression algo gzip
  compression type application/vnd.api+json
  unique-id-format %[uuid()]
frontend plain
  bind 127.0.0.1:{places.plain}
  http-request redirect location https://localhost:{places.secure}%[pathq] code 308
frontend secure
  bind 127.0.0.1:{places.secure} ssl crt {places.identity} alpn http/1.1
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  http-response set-header X-Gateway-Request-Id %[unique-id]
  http-response set-header Strict-Transport-Security max-age=31536000
  default_backend application
backend application
  server one {places.backend} maxconn 64
"""


def command(file: Path) -> list[str]:
    """Return the arguments that start it in the foreground."""
    return ["-db", "-f", str(file)]
