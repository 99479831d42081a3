import { waitUntil } from "@gatewright/testing/control-plane";
import type { Stage } from "../stage/stage.ts";

/** A CustomResourceDefinition's name. */
export const definition = "drills.drill.example.com";

/** What is there before the outage, so that it can be changed or deleted in it. */
export async function prepare({ plane }: Stage): Promise<void> {
  const make = async (path: string, body: object): Promise<void> => {
    await waitUntil(
      async () => {
        const { status, text } = await plane.request(path, { body });
        if (status >= 300 && status !== 409) throw new Error(text);
        return true;
      },
      { what: `${path} to take what the drill needs` },
    );
  };
  const metadata = { name: "before" };
  const spec = { containers: [{ name: "main", image: "example.com/app:1" }] };
  const labels = { app: "before" };
  await make("/api/v1/namespaces", { metadata: { name: "doomed" } });
  await make("/api/v1/namespaces/default/pods", { metadata: { ...metadata, labels }, spec });
  await make("/apis/apps/v1/namespaces/default/deployments", {
    metadata,
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  });
  await make("/api/v1/namespaces/default/configmaps", { metadata });
  await make("/api/v1/namespaces/default/services", { metadata, spec: { ports: [{ port: 80 }] } });
  await make("/apis/rbac.authorization.k8s.io/v1/clusterroles", { metadata, rules: [] });
  await make("/api/v1/persistentvolumes", {
    metadata,
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: "/drill" },
    },
  });
  await make("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    metadata: { name: definition },
    spec: {
      group: "drill.example.com",
      scope: "Namespaced",
      names: { plural: "drills", kind: "Drill" },
      versions: [
        {
          ...{ name: "v1", served: true, storage: true },
          schema: { openAPIV3Schema: { type: "object" } },
        },
      ],
    },
  });
}
