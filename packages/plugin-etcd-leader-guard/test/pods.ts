/** Where the pods are. */
export const NODE = "node-1";

/** A pod of the upstream StatefulSet. */
export function podOf(
  name: string,
  more: {
    namespace?: string;
    labels?: object;
    annotations?: object;
    deletionTimestamp?: string;
    uid?: string;
  } = {},
) {
  const { namespace = "etcd", labels = { app: "etcd" }, ...rest } = more;
  const metadata = { name, namespace, labels, uid: `uid-of-${name}`, ...rest };
  const spec = { nodeName: NODE, terminationGracePeriodSeconds: 10 };
  return { apiVersion: "v1", kind: "Pod", metadata, spec };
}
