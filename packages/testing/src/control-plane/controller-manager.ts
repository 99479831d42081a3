import { join } from "node:path";
import type { ApiServer } from "./api-server.ts";
import { type Child, untilReady } from "./child.ts";
import {
  type ComponentContext,
  graceMs,
  reportUnexpectedEnd,
  startComponent,
} from "./component.ts";

/**
 * Starts kube-controller-manager. It serves no port that could be asked, so it counts as up when it
 * has made the first thing that pods need: the service account `default` of the namespace
 * `default`.
 */
export async function startControllerManager(
  context: ComponentContext,
  file: string,
  kubeconfig: string,
  { caFile, client }: ApiServer,
): Promise<Child> {
  const { dir } = context;
  const child = await startComponent(context, "kube-controller-manager", file, [
    ...["--kubeconfig", kubeconfig, "--root-ca-file", caFile],
    ...["--service-account-private-key-file", join(dir, "sa.key")],
    ...["--use-service-account-credentials", "--leader-elect=false"],
    ...["--bind-address", "127.0.0.1", "--secure-port", "0"],
    // By default below /usr, where not everybody may write.
    ...["--flex-volume-plugin-dir", join(dir, "flex")],
  ]);
  try {
    const ready = async (signal: AbortSignal) => {
      const account = "/api/v1/namespaces/default/serviceaccounts/default";
      return (await client.request(account, { signal })).status === 200;
    };
    await untilReady(child, ready, context.readyTimeoutMs);
  } catch (error) {
    await child.stop(graceMs);
    throw error;
  }
  reportUnexpectedEnd(child, context);
  return child;
}
