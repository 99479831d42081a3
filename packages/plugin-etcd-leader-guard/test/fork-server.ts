// Starts replicas of a server as processes, and asks them as an API server does.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { AdmissionRequest, AdmissionResponse, AdmissionReview } from "@gatewright/core";
import { after, before } from "mocha";
import { type ClusterWritten, WEBHOOK } from "./guard.ts";

/** A server in a process of its own. */
export interface ForkedServer {
  review(request: AdmissionRequest): Promise<AdmissionResponse>;
  /** SIGKILL: it has no time for anything. */
  kill(): Promise<void>;
  /** As by SIGTERM. Resolves with its exit code. */
  close(): Promise<number | null>;
}

/** Starts servers that share a certificate; all are gone after the suite. Call it in a `describe`. */
export function forkedServers(): (cluster: ClusterWritten) => Promise<ForkedServer> {
  let folder = "";
  const open = new Set<() => Promise<unknown>>();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-guard-"));
  });
  after(async () => {
    await Promise.all([...open].map((close) => close()));
    await rm(folder, { recursive: true });
  });
  return async (cluster) => {
    const args = [JSON.stringify({ clusters: [cluster] }), folder];
    const child = fork(new URL("guard-process.ts", import.meta.url), args, { execArgv: [] });
    const [{ port, caFile }] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
    ])) as [{ port: number; caFile: string }];
    const agent = new Agent({ keepAlive: true, ca: await readFile(caFile) });
    const ending = (end: () => void) => async () => {
      agent.destroy();
      open.delete(close);
      return await ended(child, end);
    };
    const close = ending(() => child.send("close"));
    open.add(close);
    return {
      review: (about) => post(port, agent, about),
      kill: async () => void (await ending(() => child.kill("SIGKILL"))()),
      close,
    };
  };
}

async function ended(child: ChildProcess, end: () => void): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, "exit");
  end();
  const [code] = (await exit) as [number | null];
  return code;
}

async function post(
  port: number,
  agent: Agent,
  about: AdmissionRequest,
): Promise<AdmissionResponse> {
  const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: about };
  const path = `/validate/${WEBHOOK}?timeout=10s`;
  const headers = { "Content-Type": "application/json" };
  const sent = request({ host: "127.0.0.1", port, path, agent, method: "POST", headers });
  sent.end(JSON.stringify(review));
  const [incoming] = await once(sent, "response");
  if (incoming.statusCode !== 200) throw new Error(`HTTP ${incoming.statusCode}`);
  const { response } = (await json(incoming)) as AdmissionReview;
  if (response === undefined) throw new Error("an answer without a response");
  return response;
}
