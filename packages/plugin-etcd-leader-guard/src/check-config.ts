import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import { type ClusterConfig, type Config, endpointOfPod } from "./config.ts";

type Problem = (keys: string, message: string) => void;

/**
 * Checks what the schema cannot say: how one key hangs together with another.
 *
 * @throws an Error that names every problem at once, each with its JSON pointer, a line each.
 */
export function checkConfig({
  clusters,
  breakGlass,
}: Pick<Config, "clusters" | "breakGlass">): void {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, cluster] of clusters.entries()) {
    const problem: Problem = (keys, message) =>
      problems.push(`/clusters/${index}/${keys}: ${message}`);
    if (names.has(cluster.name)) problem("name", `a cluster before it is named "${cluster.name}"`);
    names.add(cluster.name);
    checkSelector(cluster.selector, problem);
    checkPodName(cluster.podName, problem);
    checkMembers(cluster, problem);
    checkTls(cluster, problem);
  }
  if (breakGlass.annotation.includes(" ")) {
    problems.push("/breakGlass/annotation: an annotation's key has no spaces");
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function checkSelector(selector: ClusterConfig["selector"], problem: Problem): void {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    problem("selector", "is empty, which would select every pod of the namespace");
  }
  for (const [index, { operator, values = [] }] of matchExpressions.entries()) {
    const takesValues = operator === "In" || operator === "NotIn";
    if (takesValues === values.length > 0) continue;
    const says = takesValues ? "needs at least one value" : "takes no values";
    problem(`selector/matchExpressions/${index}/values`, `${operator} ${says}`);
  }
}

function checkPodName(podName: string, problem: Problem): void {
  const count = podName.split("{member}").length - 1;
  if (count !== 1) problem("podName", `must have {member} exactly once, not ${count} times`);
  const other = placeholderBeside(podName, ["{member}"]);
  if (other !== undefined) problem("podName", `knows no ${other}, only {member}`);
}

function checkMembers({ members, namespace }: ClusterConfig, problem: Problem): void {
  const { endpoints, template, pods = [] } = members;
  if ((endpoints === undefined) === (template === undefined)) {
    problem("members", "takes either endpoints, or template and pods");
    return;
  }
  for (const [index, pod] of pods.entries()) {
    if (pods.indexOf(pod) < index) problem(`members/pods/${index}`, `"${pod}" is listed twice`);
  }
  if (template !== undefined) {
    checkTemplate(template, namespace, pods, problem);
    return;
  }
  if (endpoints === undefined) return;
  if (endpoints.length === 0) problem("members/endpoints", "lists none");
  for (const [index, endpoint] of endpoints.entries()) {
    const place = `members/endpoints/${index}`;
    if (endpoints.indexOf(endpoint) < index) problem(place, `${endpoint} is listed twice`);
    checkEndpoint(endpoint, place, problem);
  }
  checkSchemes(endpoints, problem);
  const unnamed = endpoints.find((endpoint) => isIP(hostOf(endpoint)) !== 0);
  if (unnamed !== undefined && pods.length === 0) {
    problem(
      "members",
      `lists ${unnamed}, an IP address that does not give its pod's name: list the members' pods beside the endpoints, as "pods"`,
    );
  }
}

function checkTemplate(
  template: string,
  namespace: string,
  pods: readonly string[],
  problem: Problem,
): void {
  const place = "members/template";
  if (!template.includes("{pod}")) problem(place, "must have {pod}");
  const other = placeholderBeside(template, ["{pod}", "{namespace}"]);
  if (other !== undefined) problem(place, `knows no ${other}, only {pod} and {namespace}`);
  else checkEndpoint(endpointOfPod(template, "pod", namespace), place, problem);
  if (pods.length === 0) problem("members", 'a template needs "pods", to begin with');
}

function checkEndpoint(endpoint: string, place: string, problem: Problem): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    problem(place, `"${endpoint}" is no URL such as https://etcd-0.etcd.etcd.svc:2379`);
    return;
  }
  // Not `url.port`, which is empty for the scheme's own port too.
  if (!/:\d+\/?$/.test(endpoint)) problem(place, `"${endpoint}" must end in its port, as in :2379`);
  if (url.username !== "" || url.password !== "") {
    problem(place, "takes no user or password: use a client certificate");
  }
}

function checkSchemes(endpoints: readonly string[], problem: Problem): void {
  const schemes = new Set(endpoints.map(isHttps));
  if (schemes.size > 1) problem("members/endpoints", "mixes http and https");
}

function checkTls({ members, tls }: ClusterConfig, problem: Problem): void {
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    problem("tls", "certFile and keyFile come together");
  }
  for (const key of ["caFile", "certFile", "keyFile"] as const) {
    const file = tls[key];
    // It would be looked for where the server happens to be started, unlike the server's own files.
    if (file === undefined || isAbsolute(file)) continue;
    problem(`tls/${key}`, `"${file}" must be a whole path, such as /etc/gatewright/etcd/tls.crt`);
  }
  const urls = members.endpoints ?? (members.template === undefined ? [] : [members.template]);
  if (urls.length === 0) return;
  if (urls.some(isHttps)) {
    if (tls.caFile === undefined) problem("tls", "https needs caFile");
  } else if (Object.keys(tls).length > 0) {
    problem("tls", "is for https, and the members are reached by http");
  }
}

const isHttps = (url: string) => url.toLowerCase().startsWith("https:");

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).hostname.replace(/^\[|\]$/g, "") : "";
}

/** The first `{…}` that is not known. */
function placeholderBeside(text: string, known: readonly string[]): string | undefined {
  return text.match(/\{[^}]*\}/g)?.find((placeholder) => !known.includes(placeholder));
}
