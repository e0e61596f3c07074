"""Text in, values out: JSON, scalars, URLs, content codings, redaction. It imports nothing of the package."""
