import { readFileSync } from "node:fs";
import { hostname } from "node:os";

const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * What this server's pod is called. Its host is not always called so: a name of more than 63 characters is cut
 * (`GeneratePodHostNameAndDomain` in pkg/kubelet), and on the network of its node a pod has the node's. The pod's token says it
 * (the claim `kubernetes.io`), which nobody has to verify who asks for his own name.
 *
 * @param tokenFile - of the pod's service account; where there is none, it goes by the host
 */
export function podName(tokenFile = TOKEN, host = hostname()): string {
  try {
    const [, payload = ""] = readFileSync(tokenFile, "utf8").split(".");
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    const { name } = (claims as { "kubernetes.io": { pod: { name: unknown } } })["kubernetes.io"]
      .pod;
    return typeof name === "string" && name !== "" ? name : host;
  } catch {
    return host;
  }
}
