# Build:  docker build -t chancery .
# Run:    see docker-compose.yml, or for a look around with nothing else installed:
#         docker run --rm -p 127.0.0.1:8080:8080 chancery demo

FROM rust:1.95-bookworm AS builder

# OpenSSL, libpq and SQLite are compiled from the sources in their crates; OpenSSL's own build
# is written in Perl and driven by make.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends make perl \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY . .

# The caches outlive the layer, so that a changed line costs the crate and not its dependencies.
# The binary has to be copied out, because a cache is not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release --locked --bin chancery \
    && install -D -m 0755 target/release/chancery /out/chancery


FROM debian:bookworm-slim

# The roots are for a PostgreSQL that is reached over TLS.
# The owner has a fixed number, so that a volume fits the next image too.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 chancery \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/chancery --no-create-home \
        --shell /usr/sbin/nologin chancery \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/chancery

COPY --from=builder /out/chancery /usr/local/bin/chancery
COPY data /usr/share/chancery/data
COPY LICENSE /usr/share/doc/chancery/LICENSE

# Inside a container the loopback address is out of reach from outside. There is no secret here
# and no default for one: the program does not start without CHANCERY_AUTH__SECRET.
ENV CHANCERY_DATA_DIR=/var/lib/chancery \
    CHANCERY_SERVER__BIND=0.0.0.0:8080

WORKDIR /var/lib/chancery
VOLUME ["/var/lib/chancery"]
EXPOSE 8080
USER 10001:10001

# Liveness, not readiness: a container whose database is away must not be restarted for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["chancery", "healthcheck"]

ENTRYPOINT ["chancery"]
CMD ["serve"]
