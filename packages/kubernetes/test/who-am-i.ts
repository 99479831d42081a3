import type { ClusterConnection } from "@gatewright/core";

/** Whom the API server takes a connection for. */
export async function whoAmI(cluster: ClusterConnection): Promise<string> {
  const resource = "authentication.k8s.io/v1/selfsubjectreviews";
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const { status } = await cluster.create(resource, review, { fieldManager: "test" });
  return (status as { userInfo: { username: string } }).userInfo.username;
}
