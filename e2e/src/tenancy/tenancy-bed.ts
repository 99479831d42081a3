import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer, type Logger, type Server } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import namespaceTenancy from "@gatewright/plugin-namespace-tenancy";
import {
  type ApiResponse,
  type ControlPlane,
  type KubectlResult,
  registerServer,
  type ServerRegistration,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before } from "mocha";
import { bindGroup, HOME, tenancyPlane, type TenancyPlane } from "./tenancy-plane.ts";

/** What the plugin takes. */
export type TenancyConfig = Parameters<typeof namespaceTenancy>[0];
type Request = NonNullable<Parameters<ControlPlane["request"]>[1]>;

export const WEBHOOK = "tenancy.e2e.gatewright.dev";
export const OWNERS = "tenancy.gatewright.dev/owners";
export const MEMBERS = "tenancy.gatewright.dev/members";
export const CREATOR = "tenancy.gatewright.dev/creator";
export const UNOWNED = "tenancy.gatewright.dev/unowned";

/** A running server with the plugin, registered. */
export interface TenancyServer {
  readonly server: Server;
  /** Ends it. Its registration is another thing: a server that is away is called all the same. */
  close(): Promise<void>;
}

export interface TenancyBed {
  readonly plane: ControlPlane;
  readonly shared: TenancyPlane;
  start(options?: {
    config?: TenancyConfig;
    log?: Logger;
    metrics?: boolean;
  }): Promise<TenancyServer>;
  /** Registers it until the suite ends, or `unregister` is called. */
  register(
    server: Pick<Server, "url" | "port" | "caFile" | "endpoints">,
    registration?: ServerRegistration,
  ): Promise<{ unregister(): Promise<void> }>;
  /** A name that no other test has. */
  newName(): string;
  /** Makes a namespace as somebody, of whom it then is. */
  createNamespace(user: string, metadata?: object): Promise<string>;
  /** One of ann's, with cem as a member, by an administrator's hand or hers. */
  annsNamespace(): Promise<string>;
  /** One call, whatever comes of it. */
  call(user: string, path: string, options?: Request): Promise<ApiResponse>;
  kubectl(user: string, args: string[], input?: object): Promise<KubectlResult>;
  /** The namespace as it is stored. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  stored(namespace: string): Promise<any>;
}

/**
 * Call it in a `describe`: it adds the hooks that make and end the bed, with a server of this configuration; for
 * `undefined` a suite starts its own.
 */
export function useTenancyBed(
  config: TenancyConfig | undefined = {},
  { serve = true } = {},
): TenancyBed {
  let shared: TenancyPlane | undefined;
  const ending: (() => Promise<void>)[] = [];

  before("serve namespace-tenancy", async () => {
    shared = await tenancyPlane();
    if (!serve) return;
    const { server } = await bed.start({ config });
    await bed.register(server);
  });
  after("end the suite's servers", async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  });

  const there = (): TenancyPlane => {
    if (shared === undefined) throw new Error("the bed is there from the suite's hooks on");
    return shared;
  };
  const bed: TenancyBed = {
    get shared() {
      return there();
    },
    get plane() {
      return there().plane;
    },
    async start({ config: own = config, log, metrics } = {}) {
      const { kubeconfig, folder } = there();
      const server = await createServer({
        port: 0,
        log: log ?? "silent",
        tls: { developmentFolder: join(folder, "tls"), hosts: ["localhost", "127.0.0.1"] },
        shutdown: { gracePeriodSeconds: 0 },
        cluster: () => connectCluster({ kubeconfig }),
        leaderElection: { namespace: HOME },
        ...(metrics && { metrics: { port: 0 } }),
        webhooks: { [WEBHOOK]: { plugins: [namespaceTenancy(own)], failurePolicy: "Fail" } },
      });
      let closing: Promise<void> | undefined;
      const close = () => (closing ??= server.close());
      ending.push(close);
      await allowServer(bed.plane, server);
      await untilReady(server);
      return { server, close };
    },
    async register(server, registration) {
      const matchConditions = [
        { name: "not-of-the-system", expression: await conditionOfReadme() },
      ];
      const { unregister } = await registerServer(bed.plane, server, {
        name: "tenancy",
        policy: ({ phase }) =>
          phase === "validate" ? { matchConditions } : { reinvocationPolicy: "IfNeeded" },
        ...registration,
      });
      ending.push(unregister);
      return { unregister };
    },
    newName: () => `tenancy-${names++}`,
    async createNamespace(user, metadata = {}) {
      const name = bed.newName();
      const body = { metadata: { name, ...metadata } };
      const { status, text } = await bed.call(user, "/api/v1/namespaces", { body });
      expect(status, text).to.equal(201);
      return name;
    },
    annsNamespace: () =>
      bed.createNamespace("ann", { annotations: { [MEMBERS]: subjects("cem") } }),
    call: (user, path, options) => bed.plane.request(path, { user, ...options }),
    kubectl: (user, args, input) => bed.plane.kubectl(args, { user, ...(input && { input }) }),
    stored: async (namespace) => (await bed.call("admin", `/api/v1/namespaces/${namespace}`)).body,
  };
  return bed;
}

let names = 0;

/** Users, or `group:…`, or `account:ns/name`, as an annotation has them. */
export function subjects(...texts: string[]): string {
  return JSON.stringify(
    texts.map((text) => {
      const [, kind, rest = ""] = /^(group|account):(.*)$/s.exec(text) ?? [];
      if (kind === undefined) return { kind: "User", name: text };
      if (kind === "group") return { kind: "Group", name: rest };
      const [namespace, name] = rest.split("/");
      return { kind: "ServiceAccount", namespace, name };
    }),
  );
}

/** A refusal of ours, in just these words after the API server's own. */
export function expectRefused(response: ApiResponse, message: RegExp | string, code = 403): void {
  expect(response.status, response.text).to.equal(code);
  const said: string = response.body.message;
  const start = `admission webhook "${WEBHOOK}" denied the request: `;
  expect(said.slice(0, start.length)).to.equal(start);
  if (typeof message === "string") expect(said.slice(start.length)).to.equal(message);
  else expect(said.slice(start.length)).to.match(message);
}

export function expectAllowed(response: ApiResponse): void {
  expect(response.status, response.text).to.be.within(200, 299);
}

/** The path of something in a namespace. */
export function within(namespace: string, rest: string): string {
  return `/api/v1/namespaces/${namespace}/${rest}`;
}

/** What RBAC the README gives to the server, and what it says that it needs. */
async function allowServer(plane: ControlPlane, { policyRules }: Server): Promise<void> {
  await plane.kubectl(["apply", "-f", "-"], { input: await rbacOfReadme() });
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "gatewright-server" },
    // But for roles to bind, which the README's own gives: a test takes a role that is none of them.
    rules: policyRules.filter(({ verbs }) => !verbs.includes("bind")),
  };
  const { exitCode, stderr } = await plane.kubectl(["apply", "-f", "-"], { input: role });
  if (exitCode !== 0) throw new Error(stderr);
  await bindGroup(plane, HOME, role.metadata.name);
  await bindGroup(plane, HOME, "gatewright-namespace-tenancy");
  await bindGroup(plane, "tenants", "create-namespaces");
}

const readme = () =>
  readFile(
    new URL("../../../packages/plugin-namespace-tenancy/README.md", import.meta.url),
    "utf8",
  );

/** Which requests the README's registration leaves out. */
async function conditionOfReadme(): Promise<string> {
  const [, expression] = /expression: >-\n((?: {10}.*\n)+)/.exec(await readme()) ?? [];
  return (expression as string).replaceAll(/\s+/g, " ").trim();
}

async function rbacOfReadme(): Promise<string> {
  const blocks = (await readme()).matchAll(/```yaml\n(.*?)```/gs);
  const roles = [...blocks]
    .map(([, yaml = ""]) => yaml)
    .filter((yaml) => yaml.includes("kind: ClusterRole"));
  expect(roles).to.have.length(2);
  return roles.join("---\n");
}

async function untilReady({ url, caFile }: Server): Promise<void> {
  const { request } = await import("node:https");
  const ca = await readFile(caFile as string);
  await waitUntil(
    () =>
      new Promise<boolean>((resolve, reject) => {
        const asked = request(`${url}/readyz`, { ca, agent: false }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode === 200));
        });
        asked.on("error", reject).end();
      }),
    { what: "the server to be ready" },
  );
}
