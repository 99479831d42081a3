import type { ApiRequest } from "@gatewright/testing/control-plane";
import type { Stage } from "../stage/stage.ts";

/** What became of an attempt: `blocked` by a webhook that nobody answers. */
export type Happened = "works" | "blocked";

/** Who asks: a user of the control plane; or somebody by name and groups, as whom the administrator speaks. */
export type Caller = { user: string } | { as: string; groups?: string };

/**
 * One request that must come through, or be blocked by a webhook.
 *
 * @throws Error with the answer where it is anything else: then the attempt was no attempt
 */
export type Ask = (path: string, request: ApiRequest, caller?: Caller) => Promise<Happened>;

/** A node that joins while the servers are down, as a user of the control plane. */
export const kubelet: Caller = { user: "system:node:worker-1" };

export function createAsk({ plane }: Stage): Ask {
  return async (path, request, caller) => {
    const as: Partial<ApiRequest> =
      caller === undefined || "user" in caller
        ? (caller ?? {})
        : {
            headers: {
              "impersonate-user": caller.as,
              "impersonate-group": caller.groups ?? "system:masters",
            },
          };
    const { status, text } = await plane.request(path, { ...request, ...as });
    if (status < 300) return "works";
    if (status === 500 && text.includes("failed calling webhook")) return "blocked";
    const method = request.method ?? (request.body === undefined ? "GET" : "POST");
    throw new Error(`${method} ${path}: ${status} ${text}`);
  };
}

/** `works` where all do; those after one that is blocked are not made. */
export async function all(...attempts: (() => Promise<Happened>)[]): Promise<Happened> {
  for (const attempt of attempts) if ((await attempt()) === "blocked") return "blocked";
  return "works";
}

/** A merge patch. */
export const patch = (body: object): ApiRequest => ({ method: "PATCH", body });

/** One that changes what nobody minds. */
export const touch = patch({ metadata: { annotations: { "drill.example.com/touched": "yes" } } });
