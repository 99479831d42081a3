import type { Authority, Ca, KeyedCa, Lifetime } from "./authority.ts";
import { CLOCK_SKEW_MS, type CertificatePolicy } from "./certificate-policy.ts";
import type { Step, View } from "./next-step.ts";
import {
  KEYS,
  type RotationRequest,
  type SecretContents,
  type SecretData,
  withoutDoubles,
} from "./secret-contents.ts";

/** What a Secret is to hold; keys that are not ours stay as they are. */
export interface SecretChange {
  readonly data: SecretData;
  readonly request: RotationRequest | undefined;
}

/** A step that changes the Secret. */
export type ChangingStep = Exclude<Step, { do: "wait" | "refuse" }>;

const NOTHING: SecretContents = {
  data: {},
  request: undefined,
  cas: [],
  leaf: undefined,
  leafCa: undefined,
  signing: undefined,
  next: undefined,
  spent: [],
  faults: [],
};

/** Makes what a step comes to: keys and certificates, but nothing is written. */
export async function secretChange(
  step: ChangingStep,
  { now, secret, memory, registered }: Pick<View, "now" | "secret" | "memory" | "registered">,
  policy: CertificatePolicy,
  authority: Authority,
): Promise<SecretChange> {
  const contents = secret.is === "ours" ? secret.contents : NOTHING;
  const { data, request, cas } = contents;
  const known = [...(memory?.contents.cas ?? []), ...(registered ?? []).flat()];
  const oursOf = (whole: SecretData): SecretData =>
    Object.fromEntries(Object.values(KEYS).flatMap((key) => pick(whole, key)));
  switch (step.do) {
    case "restore": {
      const remembered = memory?.contents ?? NOTHING;
      // Others may have gone on since this server looked last: their CA is what is registered.
      const all = memory?.isFresh === true ? remembered.cas : [...remembered.cas, ...known];
      const bundle = { [KEYS.bundle]: bundleOf(good(all, now)) };
      return {
        data: { ...without(data), ...oursOf(remembered.data), ...bundle },
        request: request ?? remembered.request,
      };
    }
    case "mend the bundle":
      return {
        data: { ...data, [KEYS.bundle]: bundleOf(good([...known, ...cas], now)) },
        request,
      };
    case "renew the leaf": {
      const leaf = await issueLeaf(contents.signing, contents, now, policy, authority);
      return { data: { ...data, ...leaf }, request: request === "leaf" ? undefined : request };
    }
    case "introduce a CA": {
      const { cert, key } = await authority.issueCa(lifetime(now, policy.caMs));
      const bundle = bundleOf(cas) + cert;
      return {
        data: { ...data, [KEYS.bundle]: bundle, [KEYS.nextCaKey]: key },
        request: begun(request),
      };
    }
    case "change to the next CA": {
      const { next } = contents;
      const leaf = await issueLeaf(next, contents, now, policy, authority);
      const { [KEYS.nextCaKey]: caKey = "", ...rest } = data;
      return {
        data: { ...rest, ...leaf, [KEYS.caKey]: next?.key ?? caKey, ...spentOf(contents, now) },
        request: request === "leaf" ? undefined : begun(request),
      };
    }
    case "take CAs away": {
      const gone = new Set(step.cas.map(({ id }) => id));
      const left = cas.filter(({ id }) => !gone.has(id));
      const spent = contents.spent.filter(({ cert }) =>
        left.some((ca) => authority.verifies(ca, cert)),
      );
      const { [KEYS.spent]: _, ...rest } = data;
      return {
        data: { ...rest, [KEYS.bundle]: bundleOf(left), ...spentData(spent) },
        request: request === "ca, begun" ? undefined : request,
      };
    }
    case "start over": {
      const made = await authority.issueCa(lifetime(now, policy.caMs));
      const [ca] = authority.readCas(made.cert).cas;
      const issuer = ca === undefined ? undefined : { ca, key: made.key };
      const leaf = await issueLeaf(issuer, contents, now, policy, authority);
      const bundle = bundleOf(good([...cas, ...known], now)) + made.cert;
      const keys = { [KEYS.caKey]: made.key, [KEYS.bundle]: bundle };
      return { data: { ...without(data), ...leaf, ...keys }, request: undefined };
    }
  }
}

async function issueLeaf(
  issuer: KeyedCa | undefined,
  { leaf }: SecretContents,
  now: number,
  { hosts, leafMs }: CertificatePolicy,
  authority: Authority,
): Promise<SecretData> {
  if (issuer === undefined) throw new Error("there is no CA to sign with");
  const wanted = lifetime(now, leafMs);
  const { cert, key } = await authority.issueLeaf(issuer, {
    notBefore: wanted.notBefore,
    notAfter: Math.min(wanted.notAfter, issuer.ca.notAfter),
    // Those of before as well, so that servers of two configurations do not undo each other's.
    hosts: [...new Set([...hosts, ...(leaf?.hosts ?? [])])],
  });
  return { [KEYS.cert]: cert, [KEYS.key]: key };
}

function lifetime(now: number, lastsMs: number): Lifetime {
  return { notBefore: now - CLOCK_SKEW_MS, notAfter: now + lastsMs };
}

/** The leaf that is replaced stays known for as long as somebody may serve it. */
function spentOf({ spent, leaf }: SecretContents, now: number): SecretData {
  const all = leaf === undefined ? spent : [...spent, leaf];
  return spentData(all.filter(({ notAfter }) => now <= notAfter + CLOCK_SKEW_MS));
}

function spentData(spent: readonly { cert: string }[]): SecretData {
  return spent.length === 0 ? {} : { [KEYS.spent]: spent.map(({ cert }) => cert).join("") };
}

function begun(request: RotationRequest | undefined): RotationRequest | undefined {
  return request === "ca" ? "ca, begun" : request;
}

function bundleOf(cas: readonly Ca[]): string {
  return withoutDoubles(cas)
    .map(({ pem }) => pem)
    .join("");
}

function good(cas: readonly Ca[], now: number): Ca[] {
  return cas.filter(({ notAfter }) => now <= notAfter);
}

/** What is there under keys that are not ours. */
function without(data: SecretData): SecretData {
  const ours: readonly string[] = Object.values(KEYS);
  return Object.fromEntries(Object.entries(data).filter(([key]) => !ours.includes(key)));
}

function pick(data: SecretData, key: string): [string, string][] {
  const value = data[key];
  return value === undefined ? [] : [[key, value]];
}
