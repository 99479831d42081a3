import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AroundReview, createServer, type WebhookOptions } from "@gatewright/core";
import {
  type ControlPlane,
  registerServer,
  startControlPlane,
  type WebhookPolicy,
} from "../src/control-plane/index.ts";

/** A control plane that calls a server. */
export interface ServedPlane {
  plane: ControlPlane;
  close(): Promise<void>;
}

/** Starts both, with every webhook of the server registered. */
export async function startServedPlane(options: {
  webhooks: Record<string, WebhookOptions>;
  aroundReview?: AroundReview;
  policy?: WebhookPolicy;
  apiServerArgs?: string[];
  /** Before the webhooks are registered. */
  prepare?: (plane: ControlPlane) => Promise<void>;
}): Promise<ServedPlane> {
  const { webhooks, aroundReview, policy = {}, apiServerArgs = [], prepare } = options;
  const developmentFolder = await mkdtemp(join(tmpdir(), "gatewright-testing-"));
  const server = await createServer({
    webhooks,
    port: 0,
    host: "127.0.0.1",
    log: "silent",
    tls: { developmentFolder },
    shutdown: { gracePeriodSeconds: 0 },
    ...(aroundReview === undefined ? {} : { aroundReview }),
  });
  const plane = await startControlPlane({ controllerManager: false, apiServerArgs });
  const close = async () => {
    await plane.stop();
    await server.close();
    await rm(developmentFolder, { recursive: true, force: true });
  };
  try {
    await prepare?.(plane);
    await registerServer(plane, server, { policy });
  } catch (error) {
    await close();
    throw error;
  }
  return { plane, close };
}
