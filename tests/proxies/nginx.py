"""nginx as an operator sets it up: https, gzip, few requests on a connection, small headers, a request id."""

from __future__ import annotations

from pathlib import Path

from tests.proxies.places import Places


def configuration(places: Places) -> str:
    """Return the configuration file."""
    folder = places.folder
    temporary = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors warn;
events {{ worker_connections 256; }}
http {{
{temporary}
  access_log off;
  server_tokens off;
  keepalive_requests 20;
  keepalive_timeout 5s;
  client_header_buffer_size 1k;
  large_client_header_buffers 4 8k;
  client_max_body_size 64k;
  gzip on;
  gzip_types application/vnd.api+json;
  gzip_proxied any;
  gzip_min_length 500;
  gzip_vary on;
  upstream application {{ server {places.backend}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{places.plain};
    return 308 https://localhost:{places.secure}$request_uri;
  }}
  server {{
    listen 127.0.0.1:{places.secure} ssl;
    server_name localhost;
    ssl_certificate {places.identity};
    ssl_certificate_key {places.identity};
    add_header X-Gateway-Request-Id $request_id always;
    add_header Strict-Transport-Security "max-age=31536000" always;
    location / {{
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host:$server_port;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
      proxy_hide_header Strict-Transport-Security;
    }}
  }}
}}
"""


def command(file: Path) -> list[str]:
    """Return the arguments that start it in the foreground."""
    return ["-p", str(file.parent), "-c", str(file), "-e", str(file.parent / "errors")]
