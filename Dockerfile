# Build: the same steps as in a clone, then only what runs.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY console ./console
COPY scripts/build-bundle.ts scripts/build-console.ts ./scripts/
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production NODE_OPTIONS= DATA_DIR=/data HOST=0.0.0.0 PORT=8080 OPS_HOST=0.0.0.0 OPS_PORT=8081
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY schemas ./schemas
COPY docs/runbooks ./docs/runbooks
COPY fixtures ./fixtures
# Everything but DATA_DIR may be mounted read-only.
RUN mkdir /data && chown node:node /data && ln -s /app/bin/waypost.js /usr/local/bin/waypost
USER node
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-proto=delete", "/app/bin/waypost.js"]
CMD ["start"]
