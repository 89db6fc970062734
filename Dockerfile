FROM node:24-slim AS build
WORKDIR /headgate
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY build build
COPY src src
RUN npm run build && npm sbom --omit=dev --package-lock-only --sbom-format=spdx >dist/packages.spdx.json

FROM node:24-slim AS headgate
ENV NODE_ENV=production
WORKDIR /headgate
COPY --from=build /headgate/package.json ./
COPY --from=build /headgate/dist dist
USER 65532:65532
# Sparing with memory (docs/image.md says how): V8 by what may be told otherwise, malloc, and V8 by what may not.
ENV NODE_OPTIONS="--max-semi-space-size=2 --max-old-space-size-percentage=65"
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["node", "--heap-growing-percent=40", "--liftoff-only", "/headgate/dist/main.js"]

FROM golang:1.26 AS programs
ENV CGO_ENABLED=0
RUN go install -ldflags=-s github.com/rakyll/hey@v0.1.5
RUN go install -ldflags=-s github.com/grpc-ecosystem/grpc-health-probe@v0.4.62 \
  && mv /go/bin/grpc-health-probe /go/bin/grpc_health_probe

# docker build --target loadtester: with the programs that commands of hooks may begin with.
FROM headgate AS loadtester
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*
COPY --from=programs /go/bin /usr/local/bin
USER 65532:65532

# The last one is what is built unless another is named.
FROM headgate
