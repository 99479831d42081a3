import type { Check, Hit, Patient } from "../check.ts";
import { judges, titleOf, type Webhook, whereOf } from "../gate.ts";
import { type Request, requestFor, requestText } from "../request.ts";
import { wouldCall } from "../would-call.ts";
import { namedResources } from "./rules.ts";

/** How long the API server lets a write take, in seconds: `requestTimeoutUpperBound`. */
const REQUEST_SECONDS = 34;

const HANDLERS = "apiserver/pkg/endpoints/handlers/rest.go, requestTimeoutUpperBound";

/** Requests whose webhooks are added up: common ones, and a write of each resource that a rule names. */
function requestsOf({ webhooks, world }: Patient): Request[] {
  const common = ["v1/pods", "apps/v1/deployments", "v1/namespaces", "v1/configmaps", "v1/secrets"];
  const named = webhooks.flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      [...namedResources(rule)].map(({ group, resource, subresource }) => {
        const served = world.resource(group, resource);
        const version =
          served === undefined || served === "none" ? rule.versions[0] : served.versions[0];
        const key = `${group === "" ? "" : `${group}/`}${version === undefined || version === "*" ? "v1" : version}/${resource}`;
        return subresource === "" || subresource === "*" ? key : `${key}/${subresource}`;
      }),
    ),
  );
  return [...new Set([...common, ...named])].flatMap((key) =>
    (["CREATE", "UPDATE", "DELETE"] as const).map((operation) => requestFor(key, { operation })),
  );
}

/** Mutators one after another, once more those that ask for it, then all judges at once. */
function worstSeconds(called: readonly Webhook[]): number {
  const mutators = called.filter((webhook) => !judges(webhook)).map(secondsOf);
  const serial = mutators.reduce((sum, seconds) => sum + seconds, 0);
  return serial + Math.max(0, ...called.filter(judges).map(secondsOf));
}

/** What is refused anyway is another check's. */
const secondsOf = ({ timeoutSeconds }: Webhook) => Math.min(Math.max(timeoutSeconds, 0), 30);

/** How long requests may wait for webhooks. */
export const timeoutChecks: readonly Check[] = [
  {
    id: "GWD501-timeout",
    severity: "warning",
    title: "a long timeout",
    why: "Each request that matches waits as long while the server hangs, holding a place among the API server's requests in flight; controllers back up behind it. Kubernetes' own default is 10 s, its advice less.",
    source: "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
    fix: "timeoutSeconds: 5",
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const { timeoutSeconds } = webhook;
        if (timeoutSeconds <= 10 || timeoutSeconds > 30) continue;
        yield {
          where: whereOf(webhook, "/timeoutSeconds"),
          what: `${titleOf(webhook)} may take ${timeoutSeconds} s`,
        };
      }
    },
  },
  {
    id: "GWD502-timeouts-add-up",
    severity: "warning",
    title: "timeouts that add up to more than a request has",
    why: "Mutating webhooks are called one after another, validating ones at once after them. A write has 34 s in all: when several hang, it fails with 504, even where each of them would have been ignored.",
    source: HANDLERS,
    fix: "timeoutSeconds: 5   # of each",
    *find(patient): Iterable<Hit> {
      const worst = new Map<string, { request: Request; called: Webhook[]; seconds: number }>();
      for (const request of requestsOf(patient)) {
        const called = patient.webhooks.filter(
          (webhook) => wouldCall(webhook, request, patient.world) !== "no",
        );
        const seconds = worstSeconds(called);
        const key = called.map(({ configuration, name }) => `${configuration}/${name}`).join();
        if (seconds > REQUEST_SECONDS && !worst.has(key))
          worst.set(key, { request, called, seconds });
      }
      const [most] = [...worst.values()].sort((a, b) => b.seconds - a.seconds);
      const longest = most?.called.toSorted((a, b) => b.timeoutSeconds - a.timeoutSeconds)[0];
      if (most === undefined || longest === undefined) return;
      const texts = most.called.map(({ name, timeoutSeconds }) => `${name} ${timeoutSeconds} s`);
      yield {
        where: whereOf(longest, "/timeoutSeconds"),
        what: `${requestText(most.request)} may wait ${most.seconds} s: ${texts.join(", ")}`,
      };
    },
  },
  {
    id: "GWD503-defaults",
    severity: "info",
    title: "policy that is left to defaults",
    why: "What is not written is Fail, 10 seconds and Equivalent: whoever reads the file does not see that the cluster depends on it.",
    source: "kubernetes/pkg/apis/admissionregistration/v1/defaults.go",
    fix: "failurePolicy: Fail\ntimeoutSeconds: 10",
    *find({ webhooks, snapshot }): Iterable<Hit> {
      // The API server has filled them in.
      if (snapshot.complete) return;
      for (const webhook of webhooks) {
        const missing = [
          ...(webhook.fields["failurePolicy"] === undefined ? ["failurePolicy (Fail)"] : []),
          ...(webhook.fields["timeoutSeconds"] === undefined ? ["timeoutSeconds (10)"] : []),
        ];
        if (missing.length === 0) continue;
        yield {
          where: whereOf(webhook),
          what: `${titleOf(webhook)} does not say ${missing.join(", ")}`,
        };
      }
    },
  },
  {
    id: "GWD504-timeout-refused",
    severity: "error",
    title: "a timeout that the API server refuses",
    why: "timeoutSeconds is a whole number from 1 to 30.",
    source: "kubernetes/pkg/apis/admissionregistration/validation/validation.go",
    fix: "timeoutSeconds: 10",
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const written = webhook.fields["timeoutSeconds"];
        if (written === undefined || written === null) continue;
        if (Number.isInteger(written) && Number(written) >= 1 && Number(written) <= 30) continue;
        yield {
          where: whereOf(webhook, "/timeoutSeconds"),
          what: `${titleOf(webhook)} has timeoutSeconds ${JSON.stringify(written)}`,
        };
      }
    },
  },
];
