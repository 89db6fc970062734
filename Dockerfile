FROM node:24-slim AS build
WORKDIR /headgate
COPY package.json package-lock.json ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN node_modules/.bin/tsc -p tsconfig.build.json && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /headgate
COPY --from=build /headgate/package.json ./
COPY --from=build /headgate/node_modules node_modules
COPY --from=build /headgate/dist dist
USER 65532:65532
ENTRYPOINT ["node", "--enable-source-maps", "/headgate/dist/main.js"]
