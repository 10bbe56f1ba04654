# An image with clock and worker: docker build -t clockd .
#   docker run -v ./schedules:/etc/clockd:ro -e CLOCKD_BROKER_URL=… clockd
#   docker run -v ./schedules:/etc/clockd:ro -e CLOCKD_BROKER_URL=… clockd worker --config /etc/clockd/schedules.yml
# Mount the folder, not the file: editors replace a file, and a mounted one stays the old one.

FROM node:22-bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends binutils git libatomic1 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build:binary

# Not distroless: a command that is text needs a shell, and so does the reaping of what commands leave behind.
FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libatomic1 libstdc++6 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --user-group --uid 10001 --home-dir /var/lib/clockd --create-home clockd
COPY --from=build /src/dist/clockd /usr/local/bin/clockd
USER 10001:10001
# The embedded broker's file comes to lie here, when no other broker is named.
WORKDIR /var/lib/clockd
# Take no more, let running commands end: see --drain, and give `docker stop` as much time (-t).
STOPSIGNAL SIGTERM
# A clock leads. Of a worker this says nothing: switch it off there (--no-healthcheck).
HEALTHCHECK --interval=60s --timeout=15s --start-period=30s \
  CMD ["clockd", "status", "--check", "--config", "/etc/clockd/schedules.yml"]
ENTRYPOINT ["clockd"]
CMD ["--config", "/etc/clockd/schedules.yml"]
