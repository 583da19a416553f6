# Probepad's agent and the `probepad` command. Build it from the repository's root:
#
#     docker build -f docker/agent.Dockerfile -t probepad-agent .
#
# A package registry of your own is taken from an npmrc: --secret id=npmrc,src=$HOME/.npmrc

# The loader, in C, and the terminal's module.
FROM docker.io/library/node:24-bookworm-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        debian-archive-keyring gcc g++ libc6-dev libcap-dev libelf-dev libjansson-dev linux-libc-dev make pkg-config python3 \
        zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /probepad
COPY package.json package-lock.json ./
COPY protocol/package.json protocol/
COPY web/package.json web/
COPY host-agent/package.json host-agent/
COPY test/package.json test/
# node-gyp takes Node's headers from the image instead of the network.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm_config_nodedir=/usr/local npm ci --no-audit --no-fund --omit=dev \
        --workspace @probepad/host-agent --workspace @probepad/protocol
COPY scripts scripts
COPY host-agent/include host-agent/include
COPY host-agent/loader host-agent/loader
# The newest libbpf that Debian has for this release, then the loader, by the steps that `npm start` takes.
RUN node --input-type=module --eval " \
    const { setUp } = await import('/probepad/scripts/setup.mjs'); \
    const { libbpfStep } = await import('/probepad/scripts/setup/libbpf.mjs'); \
    const { loaderStep } = await import('/probepad/scripts/setup/loader.mjs'); \
    await setUp([libbpfStep, loaderStep]);"

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        bubblewrap ca-certificates clang-16 iproute2 libc6-dev libcap2-bin libelf1 libjansson4 linux-libc-dev llvm-16 \
        util-linux zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home --home-dir /var/lib/probepad probepad
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /probepad
COPY --from=build /probepad ./
COPY protocol protocol
COPY host-agent host-agent
COPY bpf-templates bpf-templates
# Probes are compiled with the headers of the same libbpf.
COPY --from=build /probepad/host-agent/loader/build/libbpf/include/bpf /usr/include/bpf
# Only the loader has privileges, only the agent may start it, and only within what the container is given.
RUN chgrp probepad host-agent/loader/build/probepad-loader \
    && chmod 0750 host-agent/loader/build/probepad-loader \
    && setcap cap_bpf,cap_perfmon,cap_net_admin,cap_net_raw,cap_sys_admin,cap_dac_override,cap_dac_read_search,cap_ipc_lock,cap_syslog=p \
        host-agent/loader/build/probepad-loader \
    && ln -s /probepad/host-agent/bin/probepad.mjs /usr/local/bin/probepad
USER probepad
# The image's own accounts are not the host's: without the host's files below /host a number stays a number.
ENV NODE_ENV=production \
    PROBEPAD_AGENT_DATA=/var/lib/probepad \
    PROBEPAD_HOST_ROOT=/host
VOLUME /var/lib/probepad
ENTRYPOINT ["probepad"]
CMD ["agent"]
