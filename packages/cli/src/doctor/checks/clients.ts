import { isLoopback } from "../../frame/loopback.ts";
import type { Check, Hit } from "../check.ts";
import { titleOf, type Webhook, whereOf } from "../gate.ts";
import { at } from "../tolerant.ts";

const CLIENT =
  "kubernetes/pkg/apis/admissionregistration/validation/validation.go; apiserver/pkg/util/webhook/validation.go";

function* withUrl(webhooks: readonly Webhook[]): Iterable<{ webhook: Webhook; url: URL | string }> {
  for (const webhook of webhooks) {
    const { url } = webhook.client;
    if (url === undefined) continue;
    yield { webhook, url: URL.canParse(url) ? new URL(url) : url };
  }
}

/** How many more webhooks are called at the server of `url`. */
function othersAt({ origin }: URL, webhooks: readonly Webhook[]): string {
  const all = [...withUrl(webhooks)].filter(
    ({ url }) => typeof url === "object" && url.origin === origin,
  );
  return all.length === 1 ? "" : `, and ${all.length - 1} more there`;
}

/** Where the API server is told to call. */
export const clientChecks: readonly Check[] = [
  {
    id: "GWD607-url-not-https",
    severity: "error",
    title: "a URL that is not https",
    why: "Webhooks are called over TLS alone; the API server refuses such a configuration.",
    source: CLIENT,
    fix: "clientConfig:\n  url: https://webhook.example.com/validate",
    *find({ webhooks }): Iterable<Hit> {
      for (const { webhook, url } of withUrl(webhooks)) {
        if (typeof url === "object" && url.protocol === "https:") continue;
        yield {
          where: whereOf(webhook, "/clientConfig/url"),
          what: `${titleOf(webhook)} is called at ${String(url)}`,
        };
      }
    },
  },
  {
    id: "GWD608-url-loopback",
    severity: "warning",
    title: "a URL of the API server's own machine",
    why: "It is another machine for each API server: unless the webhook runs beside every one of them, some refuse what others admit.",
    source: "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#url",
    fix: `clientConfig:
  service: { namespace: webhook-system, name: webhook }`,
    *find({ webhooks }): Iterable<Hit> {
      // One server is one mistake, however many webhooks it has.
      const seen = new Set<string>();
      for (const { webhook, url } of withUrl(webhooks)) {
        if (typeof url !== "object" || !isLoopback(url.hostname) || seen.has(url.origin)) continue;
        seen.add(url.origin);
        yield {
          where: whereOf(webhook, "/clientConfig/url"),
          what: `${titleOf(webhook)} is called at ${url.href}${othersAt(url, webhooks)}`,
        };
      }
    },
  },
  {
    id: "GWD609-url-parts",
    severity: "error",
    title: "a URL with parts that the API server refuses",
    why: "User names, queries and fragments are not allowed in it.",
    source: CLIENT,
    fix: "clientConfig:\n  url: https://webhook.example.com/validate",
    *find({ webhooks }): Iterable<Hit> {
      for (const { webhook, url } of withUrl(webhooks)) {
        if (typeof url !== "object") continue;
        const parts = [
          ...(url.username !== "" || url.password !== "" ? ["a user"] : []),
          ...(url.search === "" ? [] : ["a query"]),
          ...(url.hash === "" ? [] : ["a fragment"]),
        ];
        if (parts.length === 0) continue;
        // The parts themselves are not shown: a password may be among them.
        yield {
          where: whereOf(webhook, "/clientConfig/url"),
          what: `the URL of ${titleOf(webhook)} has ${parts.join(", ")}`,
        };
      }
    },
  },
  {
    id: "GWD610-client",
    severity: "error",
    title: "a webhook that is nowhere, or in two places",
    why: "clientConfig has either a service, with name and namespace, or a url.",
    source: CLIENT,
    fix: `clientConfig:
  service: { namespace: webhook-system, name: webhook, path: /validate, port: 443 }`,
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const { service, url } = webhook.client;
        const hasService = at(webhook.fields, "clientConfig", "service") != null;
        if ((service !== undefined && url === undefined) || (url !== undefined && !hasService))
          continue;
        const said =
          url !== undefined
            ? "both a service and a url"
            : hasService
              ? "a service without name or namespace"
              : "neither a service nor a url";
        yield { where: whereOf(webhook, "/clientConfig"), what: `${titleOf(webhook)} has ${said}` };
      }
    },
  },
  {
    id: "GWD611-url-refused",
    severity: "error",
    title: "a URL at which nobody listens",
    why: "Its machine refuses the connection: every call fails now, and failurePolicy decides.",
    source: "apiserver/pkg/util/webhook/client.go",
    fix: "# start the server; or, where it is gone for good:\n#   kubectl delete validatingwebhookconfiguration NAME",
    *find({ webhooks, served }): Iterable<Hit> {
      const seen = new Set<string>();
      for (const { webhook, url } of withUrl(webhooks)) {
        if (typeof url !== "object" || seen.has(url.origin)) continue;
        seen.add(url.origin);
        if (served.get(url.origin)?.refused !== true) continue;
        yield {
          where: whereOf(webhook, "/clientConfig/url"),
          what: `${titleOf(webhook)} is called at ${url.href}${othersAt(url, webhooks)}, and nobody listens there`,
        };
      }
    },
  },
];
