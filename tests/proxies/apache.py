"""Apache as an operator sets it up: https, compression of what is proxied, its limits, a request id."""

from __future__ import annotations

from pathlib import Path

from tests.proxies.places import Places

_MODULES = Path("/usr/lib/apache2/modules")
_LOADED = (
    *("mpm_event", "authz_core", "proxy", "proxy_http", "ssl", "socache_shmcb"),
    *("deflate", "filter", "headers", "alias", "unique_id"),
)


def configuration(places: Places) -> str:
    """Return the configuration file."""
    folder = places.folder
    modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _LOADED)
    return f"""\
{modules}
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors
ServerName localhost
ServerTokens Prod
User www-data
Group www-data
Listen 127.0.0.1:{places.plain}
Listen 127.0.0.1:{places.secure}
LimitRequestFields 64
LimitRequestFieldSize 8190
AddOutputFilterByType DEFLATE application/vnd.api+json
<VirtualHost 127.0.0.1:{places.plain}>
  Redirect 308 / https://localhost:{places.secure}/
</VirtualHost>
<VirtualHost 127.0.0.1:{places.secure}>
  SSLEngine on
  SSLCertificateFile {places.identity}
  SSLCertificateKeyFile {places.identity}
  ProxyPreserveHost On
  ProxyPass / http://{places.backend}/
  Header unset Strict-Transport-Security
  Header always set Strict-Transport-Security max-age=31536000
  Header always set X-Gateway-Request-Id "%{{UNIQUE_ID}}e"
</VirtualHost>
"""


def command(file: Path) -> list[str]:
    """Return the arguments that start it in the foreground."""
    return ["-DFOREGROUND", "-f", str(file)]
