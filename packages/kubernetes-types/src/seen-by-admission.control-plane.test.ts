import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type ControlPlane,
  registerWebhooks,
  startControlPlane,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import type { ApiResourceList } from "../../../scripts/kubernetes-types/openapi.ts";

/** A request as a webhook gets it, as far as this test looks at it. */
interface Seen {
  resource: { group: string; version: string; resource: string };
  subResource?: string;
  operation: string;
  object: object | null;
  oldObject: object | null;
  options: object | null;
}

const everything = [
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["*"] },
];
// A bare object of these kinds lacks a field that Kubernetes requires, and that Go leaves out or sends
// as "" rather than as null. Such an object ends in validation, but mutators see it before.
const required: Readonly<Record<string, object>> = {
  DeviceTaintRule: { spec: { taint: { effect: "NoSchedule", key: "k" } } },
  EndpointSlice: { addressType: "IPv4" },
  IPAddress: { spec: { parentRef: { resource: "services", name: "web" } } },
  LeaseCandidate: { spec: { strategy: "OldestEmulationVersion" } },
  TokenReview: { spec: { token: "t" } },
};

const template = { metadata: {}, spec: { containers: [{ name: "c", image: "i" }] } };
const web = { matchLabels: { app: "web" } };

describe("interface Kinds", () => {
  let plane: ControlPlane;
  let webhook: Server;
  const seen: Seen[] = [];

  before(async () => {
    plane = await startControlPlane({
      controllerManager: false,
      apiServerArgs: ["--runtime-config=api/beta=true"],
    });
    // Its own certificate is good for 127.0.0.1.
    const key = readFileSync(plane.caFile.replace(/crt$/, "key"));
    webhook = createServer({ key, cert: plane.ca }, (request, response) => {
      void text(request).then((body) => {
        const review = JSON.parse(body) as { apiVersion: string; request: Seen & { uid: string } };
        const { apiVersion } = review;
        const { uid } = review.request;
        seen.push(review.request);
        response.setHeader("Content-Type", "application/json");
        const answer = { apiVersion, kind: "AdmissionReview", response: { uid, allowed: true } };
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
    const { port } = webhook.address() as AddressInfo;
    await registerWebhooks(plane, {
      webhooks: [{ name: "every.gatewright.dev", phase: "mutate", rules: everything }],
      clientConfig: { url: `https://127.0.0.1:${port}` },
      caBundle: plane.ca,
    });
  });

  after(async () => {
    await plane?.stop();
    webhook?.closeAllConnections();
    webhook?.close();
  });

  /** Sends it, whatever the answer: admission's mutators come before validation. */
  const send = async (method: string, path: string, body?: object) => {
    await plane.request(path, { method, ...(body !== undefined && { body }) });
  };

  /** An object of each kind with nothing but a name, as the API server fills it in. */
  async function createBareObjects(): Promise<void> {
    const { groups } = (await plane.request("/apis")).body as {
      groups: { versions: { groupVersion: string }[] }[];
    };
    const versions = groups.flatMap((group) => group.versions.map((each) => each.groupVersion));
    for (const groupVersion of ["v1", ...versions]) {
      const root = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
      const list = (await plane.request(root)).body as ApiResourceList;
      for (const { name, kind, verbs, namespaced } of list.resources) {
        if (name.includes("/") || !verbs.includes("create")) continue;
        const folder = namespaced ? `${root}/namespaces/default` : root;
        const body = {
          apiVersion: groupVersion,
          kind,
          metadata: { name: "bare" },
          ...required[kind],
        };
        await send("POST", `${folder}/${name}?dryRun=All`, body);
      }
    }
  }

  async function useSubresources(): Promise<void> {
    const core = "/api/v1/namespaces/default";
    const apps = "/apis/apps/v1/namespaces/default";
    const metadata = { name: "web", labels: { app: "web" } };
    const labelled = { ...template, metadata };
    await send("POST", `${core}/pods`, { metadata, spec: { ...template.spec, nodeName: "n" } });
    await send("POST", `${core}/services`, { metadata, spec: { ports: [{ port: 80 }] } });
    await send("POST", `${core}/serviceaccounts`, { metadata });
    for (const resource of ["deployments", "statefulsets", "replicasets"]) {
      const spec = { serviceName: "web", selector: web, template: labelled };
      await send("POST", `${apps}/${resource}?fieldValidation=Ignore`, { metadata, spec });
      await send("PATCH", `${apps}/${resource}/web/scale`, { spec: { replicas: 2 } });
      await send("PATCH", `${apps}/${resource}/web/status`, { status: { replicas: 2 } });
    }
    await send("POST", `${core}/serviceaccounts/web/token`, { spec: {} });
    await send("POST", `${core}/pods/web/binding`, { metadata, target: { name: "n" } });
    await send("PATCH", `${core}/pods/web/ephemeralcontainers`, {
      spec: { ephemeralContainers: [{ name: "debug", image: "i" }] },
    });
    await send("PATCH", `${core}/pods/web/status`, {
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    for (const call of ["exec", "exec?command=ls&stdout=true", "attach", "portforward?ports=80"]) {
      await send("POST", `${core}/pods/web/${call}`);
    }
    for (const proxy of [`${core}/pods/web`, `${core}/services/web`, "/api/v1/nodes/n"]) {
      await send("GET", `${proxy}/proxy/metrics`);
    }
    await send("POST", `${core}/pods/web/eviction`, { metadata, deleteOptions: {} });
    await send("DELETE", `${core}/pods/web?gracePeriodSeconds=0`);
    await send("DELETE", `${apps}/deployments?labelSelector=app%3Dweb`);
  }

  it("has the type of every object that admission sees", async () => {
    await createBareObjects();
    await useSubresources();

    const keys = new Set(seen.map(keyOf));
    expect(keys.size, [...keys].join(" ")).to.be.greaterThan(90);
    expect(compile(seen.map(statement))).to.equal("");
  });
});

function keyOf({ resource: { group, version, resource }, subResource }: Seen): string {
  return [group, version, resource, subResource].filter((part) => part).join("/");
}

/** One line that compiles where the request is what the types say. */
function statement({ operation, object, oldObject, options, ...request }: Seen): string {
  const key = JSON.stringify(keyOf({ operation, object, oldObject, options, ...request }));
  const parts = [operation, object, oldObject, options].map((part) => JSON.stringify(part));
  return `seen<${key}>(${parts.join(", ")});`;
}

const declarations = `
import type { Kinds, ServedOperations } from "${import.meta.dirname}/index.ts";
import type { CreateOptions, DeleteOptions, UpdateOptions } from "${import.meta.dirname}/meta/v1.ts";
type Operation<K> = K extends keyof ServedOperations ? ServedOperations[K]
  : "CREATE" | "UPDATE" | "DELETE";
interface Rest<T> {
  CREATE: [object: T, oldObject: null, options: CreateOptions];
  UPDATE: [object: T, oldObject: T, options: UpdateOptions];
  DELETE: [object: null, oldObject: T, options: DeleteOptions];
  CONNECT: [object: T, oldObject: null, options: null];
}
declare function seen<K extends keyof Kinds, O extends Operation<K> = Operation<K>>(
  ...request: { [P in O]: [operation: P, ...Rest<Kinds[K]>[P]] }[O]
): void;
`;

/** What the compiler has against these statements, each in a line of its own. */
function compile(statements: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-seen-"));
  try {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, types: [] },
      ...{ target: "es2023", module: "esnext", moduleResolution: "bundler" },
      allowImportingTsExtensions: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    writeFileSync(join(folder, "seen.ts"), declarations + statements.join("\n"));
    const { stdout, error } = spawnSync("tsc", ["-p", folder], { encoding: "utf8" });
    if (error !== undefined) throw error;
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
