import { describeCluster } from "@gatewright/testing";
import { before } from "mocha";
import { sharedPlane } from "../test/shared-plane.ts";
import { connectCluster } from "./connect-cluster.ts";

before("let the API server forget", async () => {
  const { plane } = await sharedPlane();
  // It remembers what happened since it started, which must not be everything.
  const body = { metadata: { name: "before" } };
  await plane.request("/api/v1/namespaces/default/configmaps", { body });
  await plane.apiServer.stop();
  await plane.apiServer.start();
});

describeCluster("connectCluster(options), as a ClusterConnection", async () => {
  const { plane } = await sharedPlane();
  return connectCluster({ kubeconfig: plane.kubeconfig });
});
