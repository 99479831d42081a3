import { join } from "node:path";
import {
  createServer,
  type PluginEntry,
  type Plugin,
  type DevelopmentTlsOptions,
  type Server,
  type ServerOptions,
} from "@gatewright/core";
import {
  type ControlPlane,
  type KubectlResult,
  registerServer,
  type ServerRegistration,
} from "@gatewright/testing/control-plane";
import { after, afterEach, before, beforeEach } from "mocha";
import { type Cluster, createNamespace, sharedCluster } from "./shared-control-plane.ts";

/** The name of the one webhook that most suites have. */
export const webhookName = "pods.e2e.gatewright.dev";

/** Where the Service is by which the API server calls a server. */
export const service = { namespace: "default", name: "hook" };

export interface ServeOptions {
  /** Name of the webhook. @default webhookName */
  webhook?: string;
  failurePolicy?: "Fail" | "Ignore";
  registration?: ServerRegistration;
  server?: Partial<ServerOptions>;
}

/** What a suite works with: the shared control plane, and a namespace of its own. */
export interface TestBed {
  readonly cluster: Cluster;
  readonly plane: ControlPlane;
  readonly namespace: string;
  /** kubectl in the suite's namespace. */
  kubectl(args: string[], input?: object): Promise<KubectlResult>;
  /** The object as the API server has it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  stored(kindAndName: string): Promise<any>;
  /** Starts a server with these plugins, registers it; both end with the test, or with the suite. */
  serve(plugins: readonly (Plugin | PluginEntry)[], options?: ServeOptions): Promise<Server>;
}

/** Call it in a `describe`: it adds the hooks that make and end the bed. */
export function useTestBed(): TestBed {
  let cluster: Cluster | undefined;
  let namespace: string | undefined;
  let inTest = false;
  const ofTest: (() => Promise<void>)[] = [];
  const ofSuite: (() => Promise<void>)[] = [];
  const end = async (list: (() => Promise<void>)[]) => {
    for (const close of list.splice(0).toReversed()) await close();
  };

  before("make a namespace", async () => {
    cluster = await sharedCluster();
    namespace = await createNamespace(cluster.plane);
  });
  // Servers that a `before` of the suite starts live as long as the suite.
  beforeEach(() => {
    inTest = true;
  });
  afterEach("end the test's servers", async () => {
    inTest = false;
    await end(ofTest);
  });
  after("end the suite's servers", () => end(ofSuite));

  const bed: TestBed = {
    get cluster() {
      return there(cluster);
    },
    get plane() {
      return there(cluster).plane;
    },
    get namespace() {
      return there(namespace);
    },
    kubectl: (args, input) =>
      bed.plane.kubectl(["--namespace", bed.namespace, ...args], input ? { input } : {}),
    async stored(kindAndName) {
      const { stdout, stderr, exitCode } = await bed.kubectl(["get", kindAndName, "-o", "json"]);
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    },
    async serve(plugins, { webhook = webhookName, failurePolicy, registration, server } = {}) {
      const list = inTest ? ofTest : ofSuite;
      const served = await createServer({
        port: 0,
        log: "silent",
        tls: developmentTls(bed.cluster),
        shutdown: { gracePeriodSeconds: 0 },
        ...server,
        webhooks: { [webhook]: { plugins, ...(failurePolicy && { failurePolicy }) } },
      });
      list.push(() => served.close());
      const { unregister } = await registerServer(bed.plane, served, registration);
      list.push(unregister);
      return served;
    },
  };
  return bed;
}

/** A development certificate for loopback and for the Service. */
export function developmentTls({ folder }: Cluster): DevelopmentTlsOptions {
  return {
    developmentFolder: join(folder, "tls"),
    hosts: ["localhost", "127.0.0.1", `${service.name}.${service.namespace}.svc`],
  };
}

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("a test bed is there from the suite's hooks on");
  return part;
}
