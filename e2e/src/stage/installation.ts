import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitUntil } from "@gatewright/testing/control-plane";
import { parseAllDocuments, stringify } from "yaml";
import { gatewright } from "../install/gatewright-command.ts";
import type { Stage } from "./stage.ts";

/** An object of `gatewright manifests`. */
export interface ManifestObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Where an installation is; both are `gatewright-drill` where a drill needs only one. */
export interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** What `gatewright manifests` writes for a configuration. */
export async function manifestsOf(
  stage: Stage,
  { name, namespace }: Place,
  config: object,
): Promise<ManifestObject[]> {
  const file = join(stage.folder, `${name}.yaml`);
  const image = "registry.example.com/gatewright:drill";
  await writeFile(file, stringify({ ...config, deployment: { name, namespace, image } }));
  const text = await gatewright("manifests", "--config", file);
  return parseAllDocuments(text).map((document) => document.toJS() as ManifestObject);
}

/** `kubectl apply --server-side`. @throws Error with what kubectl said */
export async function apply(stage: Stage, objects: readonly object[]): Promise<void> {
  const input = { apiVersion: "v1", kind: "List", items: objects };
  const args = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
  const { exitCode, stderr } = await stage.plane.kubectl(args, { input });
  if (exitCode !== 0) throw new Error(stderr);
}

/** Waits until all replicas are of the newest template, and ready: as `kubectl rollout status` does. */
export async function untilRolledOut(stage: Stage, { name, namespace }: Place): Promise<void> {
  const args = ["--namespace", namespace, "rollout", "status", `deployment/${name}`];
  const { exitCode, stdout, stderr } = await stage.plane.kubectl([...args, "--timeout=60s"]);
  if (exitCode !== 0) throw new Error(`${stdout}${stderr}${await stage.lastLogs()}`);
}

/** An entry of a webhook configuration, as far as drills read it. */
export interface RegisteredEntry {
  phase: "mutate" | "validate";
  name: string;
  clientConfig: { caBundle?: string };
}

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
/** Path of the configurations of each phase. */
export const configurationPaths = {
  mutate: `${ADMISSION}/mutatingwebhookconfigurations`,
  validate: `${ADMISSION}/validatingwebhookconfigurations`,
} as const;

/** Every webhook that is registered by this name. */
export async function registered({ plane }: Stage, name: string): Promise<RegisteredEntry[]> {
  const entries: RegisteredEntry[] = [];
  for (const phase of ["mutate", "validate"] as const) {
    const { status, body } = await plane.request(`${configurationPaths[phase]}/${name}`);
    if (status !== 200) continue;
    for (const entry of body.webhooks as RegisteredEntry[]) entries.push({ ...entry, phase });
  }
  return entries;
}

/** Waits until exactly these webhooks are registered, each in both phases. */
export async function untilRegistered(stage: Stage, name: string, names: readonly string[]) {
  await waitUntil(
    async () => {
      const there = (await registered(stage, name)).map((entry) => `${entry.phase} ${entry.name}`);
      const wanted = ["mutate", "validate"].flatMap((phase) =>
        names.map((one) => `${phase} ${one}`),
      );
      return there.join() === wanted.join();
    },
    { what: `${names.join(", ")} to be registered`, timeoutMs: 60_000 },
  );
}
