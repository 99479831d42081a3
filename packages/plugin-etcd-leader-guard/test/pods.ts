/** A pod of the upstream StatefulSet. */
export function podOf(
  name: string,
  more: {
    namespace?: string;
    labels?: object;
    annotations?: object;
    deletionTimestamp?: string;
  } = {},
) {
  const { namespace = "etcd", labels = { app: "etcd" }, ...rest } = more;
  const metadata = { name, namespace, labels, uid: `uid-of-${name}`, ...rest };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { terminationGracePeriodSeconds: 10 } };
}
