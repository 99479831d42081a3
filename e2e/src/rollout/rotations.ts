import { waitUntil } from "@gatewright/testing/control-plane";
import { registered } from "../stage/installation.ts";
import type { Stage } from "../stage/stage.ts";
import { place } from "./drill-config.ts";

/** What the Secret holds, as far as drills read it. */
export interface SecretState {
  leaf: string;
  /** The bundle. */
  cas: string;
  /** How many CAs are in it. */
  count: number;
  request: string | undefined;
}

const path = `/api/v1/namespaces/${place.namespace}/secrets/${place.name}-tls`;
const ROTATE = "gatewright.dev/rotate";

export async function readSecret({ plane }: Stage): Promise<SecretState> {
  const { body } = await plane.request(path);
  const { "tls.crt": leaf, "ca.crt": cas } = body.data as Record<string, string>;
  const text = Buffer.from(cas ?? "", "base64").toString();
  return {
    leaf: leaf ?? "",
    cas: cas ?? "",
    count: text.split("-----BEGIN CERTIFICATE-----").length - 1,
    request: body.metadata.annotations?.[ROTATE],
  };
}

/** Asks for a new leaf, and waits until it is there. */
export async function rotateLeaf(stage: Stage): Promise<void> {
  const before = await readSecret(stage);
  await ask(stage, "leaf");
  await until(
    stage,
    "a new leaf",
    ({ leaf, request }) => request === undefined && leaf !== before.leaf,
  );
}

/**
 * Asks for a new CA, and waits until it has taken over: the old one is in no bundle any more, neither in the Secret nor in
 * any registered webhook. @returns how many CAs were in the bundle at most
 */
export async function rotateCa(stage: Stage): Promise<number> {
  const before = await readSecret(stage);
  let most = 0;
  await ask(stage, "ca");
  await until(stage, "a new CA", ({ cas, count, request }) => {
    most = Math.max(most, count);
    return request === undefined && count === 1 && cas !== before.cas;
  });
  const { cas } = await readSecret(stage);
  await waitUntil(
    async () =>
      (await registered(stage, place.name)).every(
        ({ clientConfig }) => clientConfig.caBundle === cas,
      ),
    { what: "every registered webhook to have the new CA alone" },
  );
  return most;
}

async function ask({ plane }: Stage, what: "leaf" | "ca"): Promise<void> {
  const body = { metadata: { annotations: { [ROTATE]: what } } };
  const { status, text } = await plane.request(path, { method: "PATCH", body });
  if (status !== 200) throw new Error(text);
}

async function until(stage: Stage, what: string, is: (state: SecretState) => boolean) {
  await waitUntil(async () => is(await readSecret(stage)), { what, timeoutMs: 60_000 });
}
