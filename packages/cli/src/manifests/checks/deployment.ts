import { isImageReference } from "../image-reference.ts";
import type { Check, Remark } from "../remark.ts";

const OWN_LABELS = /^app\.kubernetes\.io\/(?:name|instance|managed-by)$/;
const SYSTEM = ["default", "kube-node-lease", "kube-public", "kube-system"];
const OWN_PATHS = ["/etc/gatewright/config", "/etc/gatewright/tls"];

/** The settings that are for the cluster alone. */
export const checkDeployment: Check = (file, image) => {
  const { deployment = {}, metrics, registration, leaderElection } = file;
  const { name = "gatewright", namespace = "gatewright-system", replicas = 2 } = deployment;
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  if (image === undefined) {
    const message =
      "which image runs? Write image, or call with --image; the page Deploying tells how to make one";
    errors.push({ at: "/deployment", message });
  } else if (!isImageReference(image)) {
    const message = `"${image}" is no image: write host/name:tag, in lower case`;
    errors.push({ at: "/deployment/image", message });
  } else if (!/@sha256:|:(?!latest$)[^/:]+$/.test(image)) {
    const message = `${image} may be another image tomorrow, and differ between replicas: name a tag other than latest, or a digest`;
    warnings.push({ at: "/deployment/image", message });
  }
  if (!/^[a-z]/.test(name)) {
    errors.push({ at: "/deployment/name", message: "a Service's name begins with a letter" });
  }
  if (SYSTEM.includes(namespace)) {
    const message = `the server needs a namespace of its own: nothing in it is judged, its pods are under the restricted Pod Security level, and it goes when the server is uninstalled; leave it out for gatewright-system`;
    errors.push({ at: "/deployment/namespace", message });
  }
  if (replicas === 1) {
    const message =
      "with one replica, each time its node is drained or dies nobody answers, and what failurePolicy: Fail guards is refused: write 2";
    warnings.push({ at: "/deployment/replicas", message });
  }
  if (replicas > 1 && leaderElection?.identity !== undefined) {
    const message = "all replicas would hold the Leases under this one name: leave it out";
    errors.push({ at: "/leaderElection/identity", message });
  }
  if (deployment.serviceMonitor?.enabled === true && metrics === undefined) {
    const message = "there are no metrics to scrape: write metrics: { port: 9090 }";
    errors.push({ at: "/deployment/serviceMonitor", message });
  }
  for (const key of Object.keys(deployment.podLabels ?? {})) {
    if (!OWN_LABELS.test(key)) continue;
    errors.push({ at: "/deployment/podLabels", message: `${key} is the Deployment's own` });
  }
  for (const [index, { path, secret, configMap }] of (deployment.volumes ?? []).entries()) {
    const at = `/deployment/volumes/${index}`;
    if ((secret === undefined) === (configMap === undefined)) {
      errors.push({ at, message: "needs one of secret and configMap" });
    }
    if (OWN_PATHS.includes(path.replace(/\/+$/, ""))) {
      errors.push({ at, message: `${path} is taken: choose another path` });
    }
  }
  const { service } = registration ?? {};
  const called = { name: service?.name ?? name, namespace: service?.namespace ?? namespace };
  if (called.name !== name || called.namespace !== namespace) {
    const message = `the API server would call the Service ${called.namespace}/${called.name}, and the one written here is ${namespace}/${name}`;
    warnings.push({ at: "/registration/service", message });
  }
  return { errors, warnings };
};
