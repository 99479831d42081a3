import { randomUUID } from "node:crypto";
import type { ApiResponse } from "./api-request.ts";
import type { ControlPlane } from "./control-plane.ts";
import { waitUntil } from "./wait-until.ts";
import {
  configurationsPath,
  registrationAnnotation,
  type KubernetesObject,
  webhookConfiguration,
} from "./webhook-configuration.ts";
import { type Phase, probe } from "./webhook-probe.ts";
import type { RegisteredWebhooks, WebhookRegistration } from "./webhook-registration.ts";

type Plane = Pick<ControlPlane, "request">;

const phases: readonly Phase[] = ["mutate", "validate"];

/**
 * Registers webhooks with the API server, as a MutatingWebhookConfiguration and a
 * ValidatingWebhookConfiguration of one name, and resolves when the API server goes by them. An
 * earlier registration of the same name is replaced, also where it had webhooks of a phase that
 * this one has not.
 *
 * Each configuration gets one entry more than asked for, which refuses the dry runs by which this
 * function finds out; webhooks whose rules reach IngressClasses get one match condition more, so as
 * not to see them.
 *
 * @throws Error with the API server's message where it refuses the configuration, or with its last
 *   answer where that does not become effective in `timeoutMs`
 */
export async function registerWebhooks(
  plane: Plane,
  registration: WebhookRegistration,
): Promise<RegisteredWebhooks> {
  const { name = "gatewright", clientConfig, timeoutMs = 30_000 } = registration;
  const token = randomUUID();
  if (clientConfig.service) await putExternalName(plane, clientConfig.service);

  const changes: Change[] = [];
  for (const phase of phases) {
    const configuration = webhookConfiguration(phase, name, token, registration);
    if (configuration) {
      await putObject(plane, configurationsPath(phase), configuration);
      changes.push({ phase, token, inEffect: true });
    } else {
      const replaced = await removeConfiguration(plane, phase, name);
      if (replaced) changes.push({ phase, token: replaced, inEffect: false });
    }
  }
  await untilChanged(plane, name, changes, timeoutMs);

  return {
    async unregister() {
      const removals: Change[] = [];
      for (const phase of phases) {
        const removed = await removeConfiguration(plane, phase, name, token);
        if (removed) removals.push({ phase, token, inEffect: false });
      }
      await untilChanged(plane, name, removals, timeoutMs);
    },
  };
}

/**
 * What the API server will have noticed: a generation of a configuration that it goes by, or no
 * more.
 */
interface Change {
  phase: Phase;
  token: string;
  inEffect: boolean;
}

/**
 * Asks for each change by itself: the API server has an informer a phase, and neither waits for the
 * other.
 */
async function untilChanged(
  plane: Plane,
  name: string,
  changes: Change[],
  timeoutMs: number,
): Promise<void> {
  for (const { phase, token, inEffect } of changes) {
    const change = inEffect ? "take effect" : "lose their effect";
    await waitUntil(
      async () => {
        const found = await probe(plane, phase, token);
        if (found.inEffect === inEffect) return true;
        throw new Error(`the probe was answered ${found.answer}`);
      },
      { what: `the ${phase} webhooks of "${name}" to ${change}`, timeoutMs },
    );
  }
}

/**
 * @param token removes only the configuration of this registration
 * @returns the token of what was removed, undefined where there was nothing
 */
async function removeConfiguration(
  plane: Plane,
  phase: Phase,
  name: string,
  token?: string,
): Promise<string | undefined> {
  const path = `${configurationsPath(phase)}/${name}`;
  const found = await plane.request(path);
  if (found.status === 404) return undefined;
  const { metadata } = succeeded(found, path);
  const owner: string | undefined = metadata.annotations?.[registrationAnnotation];
  if (token !== undefined && owner !== token) return undefined;
  const removed = await plane.request(path, {
    method: "DELETE",
    body: { preconditions: { uid: metadata.uid } },
  });
  if (removed.status !== 404) succeeded(removed, path);
  return owner;
}

/** Creates the object, or replaces the whole of the one that is there. */
async function putObject(plane: Plane, path: string, object: KubernetesObject): Promise<void> {
  const own = `${path}/${object.metadata.name}`;
  for (;;) {
    const found = await plane.request(own);
    const answer =
      found.status === 404
        ? await plane.request(path, { body: object })
        : await plane.request(own, {
            method: "PUT",
            body: {
              ...object,
              metadata: {
                ...object.metadata,
                resourceVersion: succeeded(found, own).metadata.resourceVersion,
              },
            },
          });
    // 409: somebody else created, changed or removed it in between.
    if (answer.status !== 409) {
      succeeded(answer, own);
      return;
    }
  }
}

async function putExternalName(
  plane: Plane,
  { namespace, name, port }: { namespace: string; name: string; port: number },
): Promise<void> {
  await putObject(plane, `/api/v1/namespaces/${namespace}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
  });
}

function succeeded(response: ApiResponse, path: string): ApiResponse["body"] {
  if (response.status < 300) return response.body;
  throw new Error(`${path}: ${response.status} ${response.body?.message ?? response.text}`);
}
