import type { Authority, Ca, Lifetime } from "./authority.ts";
import { CLOCK_SKEW_MS, type CertificatePolicy } from "./certificate-policy.ts";
import { KEYS, retiredCas, type SecretContents } from "./secret-contents.ts";

/** What is to be done to the Secret, and why; or what is waited for. */
export type Step =
  /** Nothing, or nothing yet. `until` says what is waited for, where something is. */
  | { readonly do: "wait"; readonly until?: string }
  /** Nothing ever: it is not ours. */
  | { readonly do: "refuse"; readonly why: string }
  /** A CA and a leaf from nothing; the CAs that can be read stay in the bundle. */
  | { readonly do: "start over"; readonly why: string }
  /** What this server read last, put back. */
  | { readonly do: "restore"; readonly why: string }
  /** The bundle, of the CAs that can be read. */
  | { readonly do: "mend the bundle"; readonly why: string }
  /** A leaf of the same CA. */
  | { readonly do: "renew the leaf"; readonly why: string }
  /** A CA that signs nothing yet. */
  | { readonly do: "introduce a CA"; readonly why: string }
  /** A leaf of the CA that was introduced. */
  | { readonly do: "change to the next CA"; readonly why: string }
  /** CAs that nobody needs. */
  | { readonly do: "take CAs away"; readonly cas: readonly Ca[]; readonly why: string };

/** What one server sees. */
export interface View {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly secret:
    | { readonly is: "absent" }
    | { readonly is: "foreign"; readonly why: string }
    | { readonly is: "ours"; readonly contents: SecretContents };
  /** What it read last that had no fault; `isFresh` where it has looked at the Secret all the time since. */
  readonly memory: { readonly contents: SecretContents; readonly isFresh: boolean } | undefined;
  /** The CAs in each `caBundle` that is registered for this server; undefined where they cannot be seen. */
  readonly registered: readonly (readonly Ca[])[] | undefined;
  /** For how many milliseconds this server has seen it so, by a clock that does not jump. */
  readonly elapsed: {
    /** That the Secret is absent, or has nothing to go on with. */
    readonly lost: number;
    /** That the next CA is in the Secret and in every bundle that counts. */
    readonly trusted: number;
    /** That the leaf is the one in the Secret. */
    readonly leaf: number;
  };
}

/** Why, where there is no Secret. */
export const IS_GONE = "it is gone";

/** The next step of a Secret's life. Whichever server takes it: the Secret's resourceVersion lets only one. */
export function nextStep(view: View, policy: CertificatePolicy, authority: Authority): Step {
  const { secret, memory, now } = view;
  if (secret.is === "foreign") return { do: "refuse", why: secret.why };
  if (secret.is === "absent") return lostStep(view, policy, authority, IS_GONE);
  const { contents } = secret;
  const { leaf, leafCa, signing, next, faults } = contents;
  const said = faults.join("; ");
  // Where the leaf is another, the Secret has gone on since, and is mended as it is.
  const isOfMemory = leaf === undefined || leaf.id === memory?.contents.leaf?.id;
  if (faults.length > 0 && memory?.isFresh === true && isOfMemory) {
    return { do: "restore", why: said };
  }
  if (leaf === undefined || leafCa === undefined || !isGood(leaf, now) || !isGood(leafCa, now)) {
    const why = said || `${KEYS.cert} is not within its dates`;
    if (signing !== undefined && isGood(signing.ca, now)) return { do: "renew the leaf", why };
    // Nobody verifies the present one: there is nothing to lose.
    const isOver = leaf !== undefined && leafCa !== undefined;
    if (isOver && next !== undefined && isGood(next.ca, now)) {
      return { do: "change to the next CA", why };
    }
    return lostStep(view, policy, authority, why);
  }
  if (faults.some((fault) => fault.startsWith(KEYS.bundle))) {
    return { do: "mend the bundle", why: said };
  }
  return (
    leafStep(contents, now, policy) ??
    caStep(view, contents, policy) ??
    retiredStep(view, contents, policy, authority)
  );
}

/** Without a leaf and a key to make one with. */
function lostStep(view: View, policy: CertificatePolicy, authority: Authority, why: string): Step {
  const { memory, registered, now, elapsed } = view;
  const remembered = memory?.contents.leaf;
  const isServed = remembered !== undefined && isGood(remembered, now);
  if (isServed && memory?.isFresh === true) return { do: "restore", why };
  // Others may serve what callers trust: whoever still has it puts it back, so those who do not wait for that.
  const isFirst = memory === undefined && registered?.length === 0;
  const patienceMs = memory === undefined ? 4 * policy.pollMs : policy.propagationMs;
  if (!isFirst && elapsed.lost < patienceMs) {
    return { do: "wait", until: `another server has put back the certificate: ${why}` };
  }
  const isTrusted = (registered ?? []).every((cas) =>
    cas.some((ca) => isServed && authority.verifies(ca, remembered.cert)),
  );
  return isServed && isTrusted ? { do: "restore", why } : { do: "start over", why };
}

function leafStep(
  { leaf, signing, request }: SecretContents,
  now: number,
  { hosts, leafMs }: CertificatePolicy,
): Step | undefined {
  if (leaf === undefined || signing === undefined) return undefined;
  const renew = (why: string): Step => ({ do: "renew the leaf", why });
  if (request === "leaf") return renew("it was asked for");
  // None outlives its CA: at the end of that, each would be due sooner than the one before.
  const gains = Math.min(now + leafMs, signing.ca.notAfter) > leaf.notAfter;
  if (gains && isDue(leaf, now)) return renew("a third of its life is left");
  const missing = hosts.find((host) => !leaf.hosts.includes(host));
  return missing === undefined ? undefined : renew(`it is not good for ${missing}`);
}

function caStep(
  { now, registered, elapsed }: View,
  { signing, next, request }: SecretContents,
  { propagationMs }: CertificatePolicy,
): Step | undefined {
  if (next !== undefined) {
    if (elapsed.trusted >= propagationMs) {
      return { do: "change to the next CA", why: "everybody who calls trusts it" };
    }
    const until =
      registered === undefined
        ? "the registered webhooks can be seen"
        : "every caBundle that is registered has had the next CA for a while";
    return { do: "wait", until };
  }
  const introduce = (why: string): Step => ({ do: "introduce a CA", why });
  if (signing === undefined) return introduce("the key of the present one is missing");
  if (request === "ca") return introduce("it was asked for");
  return isDue(signing.ca, now)
    ? introduce("a third of the present one's life is left")
    : undefined;
}

function retiredStep(
  { now, elapsed }: View,
  contents: SecretContents,
  { propagationMs }: CertificatePolicy,
  authority: Authority,
): Step {
  const retired = retiredCas(contents);
  if (contents.request === "ca, begun") {
    if (elapsed.leaf < propagationMs) {
      return { do: "wait", until: "every server has had the new certificate for a while" };
    }
    return { do: "take CAs away", cas: retired, why: "it was asked for" };
  }
  // A server that nobody has heard of for weeks may serve an old leaf: until that runs out.
  const cas = retired.filter((ca) => now > lastUse(ca, contents, authority) + CLOCK_SKEW_MS);
  if (cas.length > 0) return { do: "take CAs away", cas, why: "all that they signed has run out" };
  return { do: "wait" };
}

/** When the last of what a CA signed runs out, as far as that is known; else when the CA does. */
function lastUse(ca: Ca, { spent }: SecretContents, authority: Authority): number {
  const ends = spent.flatMap(({ cert, notAfter }) =>
    authority.verifies(ca, cert) ? [notAfter] : [],
  );
  return ends.length === 0 ? ca.notAfter : Math.min(ca.notAfter, Math.max(...ends));
}

/** Whether a certificate is within its dates. */
export function isGood({ notBefore, notAfter }: Lifetime, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

/** Whether two thirds of a certificate's life have passed since it was made. */
function isDue({ notBefore, notAfter }: Lifetime, now: number): boolean {
  const madeAt = notBefore + CLOCK_SKEW_MS;
  return now >= madeAt + ((notAfter - madeAt) * 2) / 3;
}
