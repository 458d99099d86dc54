# syntax=docker/dockerfile:1
# Ringtrace in a container: the Debian package, installed on a bare Debian.
#   docker build -t ringtrace .
#   docker run --network host -v /srv/ringtrace/etc:/etc/ringtrace:ro -v ringtrace-data:/var/lib/ringtrace ringtrace
# SIP carries addresses inside its messages, so the host's network is the simple choice; behind a mapped port, name the outer address
# in sip.advertised-hosts. Give it time to stop (docker run --stop-timeout 60), for the last records have to reach the database.

FROM eclipse-temurin:25-jdk-noble AS jdk

FROM debian:bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates maven nodejs npm \
 && rm -rf /var/lib/apt/lists/*
COPY --from=jdk /opt/java/openjdk /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk
WORKDIR /src
COPY . .
RUN ./dev package --output /package

FROM debian:bookworm-slim
COPY --from=build /package/*.deb /tmp/
RUN apt-get update \
 && apt-get install -y --no-install-recommends /tmp/*.deb \
 && rm -rf /tmp/*.deb /var/lib/apt/lists/*
USER ringtrace
VOLUME /var/lib/ringtrace
# 5060: SIP. 8080: HTTP, which hears this container only until http.address says otherwise.
EXPOSE 5060/udp 5060/tcp 8080/tcp
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["ringtrace", "status"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["ringtrace"]
CMD ["serve"]
