# An argument, so that a release can pin a digest or a mirror can be used.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM $NODE_IMAGE AS build
WORKDIR /app
# For who builds behind a registry of their own; empty means npm's default. Stays out of the final image.
ARG NPM_CONFIG_REGISTRY
# Before the sources: as long as the lock file stays, so does this layer.
COPY package.json package-lock.json ./
# The optional packages are the embedded PostgreSQL and Node itself: here the one is a container, the other the base.
# No package needs its install script. Type declarations and source maps make up two fifths of what is left.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
COPY openapi.yaml ./
COPY migrations migrations
COPY src src
# A checkout under umask 077 would be closed to the user the service runs as.
RUN chmod -R a+rX openapi.yaml package.json migrations src

FROM $NODE_IMAGE
LABEL org.opencontainers.image.title="Messenger API" \
      org.opencontainers.image.description="A self-hosted chat backend: numbered messages, resumable event streams, PostgreSQL" \
      org.opencontainers.image.licenses="MIT"
# Nothing is installed from here on. Package managers would only be of use to an intruder, and to be patched.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
           /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
# A container is reached from outside or not at all; who may reach it is decided where its port is published.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
# Everything belongs to root: the service cannot change its own code. What changes least comes first.
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json /app/openapi.yaml ./
COPY --from=build /app/migrations migrations
COPY --from=build /app/src src
USER node
EXPOSE 8000
# The base image has no curl, and needs none.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8000) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Not through npm, which would stand between the service and its signals.
CMD ["node", "--max-semi-space-size=8", "--v8-pool-size=2", "src/main.ts"]
