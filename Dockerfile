# The server and the gatewright command, with every plugin of this repository:
#
#     docker build -t registry.example.com/gatewright:0.1.0 .
#
# docs/image.md says what is in it, how to build one with plugins of your own, and how all of this is tested.

# Nothing that is built depends on the platform: one build serves all of them.
FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS build
WORKDIR /build
COPY . .
RUN npx -y pnpm@12.21.0 install --frozen-lockfile
RUN npx -y pnpm@12.21.0 run build
# Files instead of links, and flat: a configuration's plugins are found from wherever the command looks.
RUN npx -y pnpm@12.21.0 --filter @gatewright/image deploy --prod --config.node-linker=hoisted /app
# For compilers and debuggers alone.
RUN find /app/node_modules -type f \( -name "*.map" -o -name "*.d.ts" -o -name "*.d.mts" -o -name "*.d.cts" \) -delete

# No shell, no package manager: Node, its libraries, certificates of public authorities, and a user "nonroot".
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
# Owned by root: the server runs as somebody else, and cannot change itself.
COPY --from=build --chown=0:0 /app/node_modules ./node_modules
COPY --from=build --chown=0:0 /build/LICENSE ./LICENSE
ENV NODE_ENV=production
# By number, or a kubelet could not tell that it is not root.
USER 65532:65532
EXPOSE 8443 9090
ENTRYPOINT ["/nodejs/bin/node", "/app/node_modules/gatewright/dist/main.js"]
CMD ["serve", "--config", "/etc/gatewright/config/gatewright.yaml"]
