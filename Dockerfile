# docker build -t invoices-conformance .
# docker run --rm -e INVOICES_AUTH_TOKEN invoices-conformance --base-url=https://staging.example.org
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir -c /src/constraints.txt /src && rm -rf /src
RUN useradd --create-home conformance
USER conformance
WORKDIR /home/conformance
ENTRYPOINT ["invoices-conformance", "run"]
