# docker build -t invoices-conformance .
# docker run --rm -e INVOICES_AUTH_TOKEN invoices-conformance --base-url=https://staging.example.org
FROM python:3.13-slim
# The source is there for this command alone: no layer of the image holds it.
RUN --mount=type=bind,target=/src,rw pip install --no-cache-dir -c /src/constraints.txt /src
# Whoever it runs as, docker run --user, may work in this folder.
RUN useradd --create-home --key HOME_MODE=0755 conformance
USER conformance
WORKDIR /home/conformance
ENTRYPOINT ["invoices-conformance", "run"]
