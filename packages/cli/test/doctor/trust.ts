import { base64, issue, smallRsa } from "./certificates.ts";
import {
  caBundle,
  client,
  configuration,
  type Loose,
  servedKey,
  validating,
  webhook,
} from "./cluster.ts";
import type { Fault } from "./fault.ts";

const trusting = (bundle: string) => webhook({ clientConfig: { ...client, caBundle: bundle } });
const trustingAll = (pem: string): Loose[] => [validating(trusting(base64(pem)))];
const serving = (chain: string) => ({ served: new Map([[servedKey, { chain }]]) });

const old = await issue({ caDays: -1 });
const ending = await issue({ caDays: 10, leafDays: 100 });
const misnamed = await issue({ hosts: ["other.webhook-system.svc"] });
const expired = await issue({ leafDays: -1 });
const soon = await issue({ leafDays: 5 });
const pinned = await issue();
const key = pinned.leafKey.export({ type: "pkcs8", format: "pem" }).toString();

/** Planted certificates that the API server does not trust, or will not. */
export const trust: readonly Fault[] = [
  { name: "no caBundle", finds: ["GWD401"], objects: [validating(trusting(""))] },
  {
    name: "a caBundle that nobody has injected",
    finds: ["GWD401"],
    objects: [
      configuration("Validating", "example", [trusting("Cg==")], {
        annotations: { "cert-manager.io/inject-ca-from": "webhook-system/webhook" },
      }),
    ],
    snapshot: { complete: true, unread: new Set(["EndpointSlice"]) },
  },
  { name: "a caBundle that is text", finds: ["GWD402"], objects: trustingAll("CA") },
  {
    name: "a private key in caBundle",
    finds: ["GWD402"],
    objects: trustingAll(key + Buffer.from(caBundle, "base64").toString()),
  },
  {
    name: "an expired CA",
    finds: ["GWD403"],
    objects: trustingAll(old.ca),
    snapshot: serving(old.leaf),
  },
  {
    name: "a CA that expires soon",
    finds: ["GWD404"],
    objects: trustingAll(ending.ca),
    snapshot: serving(ending.leaf),
  },
  {
    name: "a leaf in place of a CA",
    finds: ["GWD405"],
    objects: trustingAll(pinned.leaf),
    snapshot: serving(pinned.leaf),
  },
  {
    name: "a certificate of another CA",
    finds: ["GWD406"],
    objects: [validating(webhook())],
    snapshot: serving(pinned.leaf),
  },
  {
    name: "a certificate for another name",
    finds: ["GWD407"],
    objects: trustingAll(misnamed.ca),
    snapshot: serving(misnamed.leaf),
  },
  {
    name: "an expired certificate",
    finds: ["GWD408"],
    objects: trustingAll(expired.ca),
    snapshot: serving(expired.leaf),
  },
  {
    name: "a certificate that expires soon",
    finds: ["GWD409"],
    objects: trustingAll(soon.ca),
    snapshot: serving(soon.leaf),
  },
  {
    name: "a small RSA key",
    finds: ["GWD410"],
    objects: trustingAll(smallRsa),
    snapshot: { ...serving(smallRsa), now: new Date("2027-01-01T00:00:00Z") },
  },
  {
    name: "no TLS",
    finds: ["GWD411"],
    objects: [validating(webhook())],
    snapshot: { served: new Map([[servedKey, { error: "EPROTO" }]]) },
  },
];
