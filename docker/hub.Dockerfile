# Probepad's hub and web app, on one port. Build it from the repository's root:
#
#     docker build -f docker/hub.Dockerfile -t probepad-hub .
#
# A package registry of your own is taken from an npmrc: --secret id=npmrc,src=$HOME/.npmrc

FROM docker.io/library/node:24-bookworm-slim AS manifests
WORKDIR /probepad
COPY package.json package-lock.json ./
COPY protocol/package.json protocol/
COPY web/package.json web/
COPY host-agent/package.json host-agent/
COPY test/package.json test/

# The app as the browser gets it. Its native module brings its binaries along, so no install script has to run.
FROM manifests AS app
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --ignore-scripts --no-audit --no-fund \
        --workspace @probepad/web --workspace @probepad/protocol --include-workspace-root
COPY tsconfig.json tsconfig.base.json ./
COPY protocol protocol
COPY web web
RUN cd web && NEXT_TELEMETRY_DISABLED=1 NODE_ENV=production node ../node_modules/next/dist/bin/next build \
    && rm -rf .next/cache .next/dev

# Only what runs later.
FROM manifests AS packages
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --ignore-scripts --no-audit --no-fund --omit=dev \
        --workspace @probepad/web --workspace @probepad/protocol

FROM docker.io/library/node:24-bookworm-slim
WORKDIR /probepad
COPY --from=packages /probepad ./
COPY protocol protocol
COPY bpf-templates bpf-templates
COPY web web
COPY --from=app /probepad/web/.next web/.next
RUN install -d -o node -g node -m 0700 /data
USER node
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    PROBEPAD_HOST=0.0.0.0 \
    PROBEPAD_PORT=7878 \
    PROBEPAD_DATA=/data
VOLUME /data
EXPOSE 7878
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PROBEPAD_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "web/server/main.ts"]
