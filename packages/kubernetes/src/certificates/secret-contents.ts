import type { Authority, Ca, KeyedCa, Leaf, SpentLeaf } from "./authority.ts";

/** A Secret's `data`, decoded. */
export type SecretData = Readonly<Record<string, string>>;

/** The keys of the Secret. */
export const KEYS = {
  cert: "tls.crt",
  key: "tls.key",
  /** All CAs to trust: the one that signed `tls.crt`, one that will sign the next, and those that did earlier. */
  bundle: "ca.crt",
  /** Of the CA that signed `tls.crt`. */
  caKey: "ca.key",
  /** Of the CA that will sign the next, while callers get to know it. */
  nextCaKey: "next-ca.key",
  /** Certificates of earlier CAs: as long as one of them is good, somebody may serve it. */
  spent: "spent.crt",
} as const;

/** Who wants a rotation says so; `ca, begun` is what becomes of `ca` once the next CA is there. */
export type RotationRequest = "leaf" | "ca" | "ca, begun";

/** What a Secret of ours holds, as far as it can be read. */
export interface SecretContents {
  readonly data: SecretData;
  readonly request: RotationRequest | undefined;
  /** All that can be trusted, oldest first. */
  readonly cas: readonly Ca[];
  readonly leaf: Leaf | undefined;
  /** The CA that callers verify the leaf with. */
  readonly leafCa: Ca | undefined;
  /** The CA that can sign the leaf's successor, and no caller will notice. */
  readonly signing: KeyedCa | undefined;
  /** The CA that is to sign from then on. */
  readonly next: KeyedCa | undefined;
  readonly spent: readonly SpentLeaf[];
  /** What is missing or damaged, in words. */
  readonly faults: readonly string[];
}

/**
 * Reads a Secret of ours. `witnesses` are CAs that callers were given at some time: where the Secret has lost the one that
 * signed its leaf, or the one of its key, it is found among them.
 */
export function readContents(
  data: SecretData,
  request: RotationRequest | undefined,
  authority: Authority,
  witnesses: readonly Ca[] = [],
): SecretContents {
  const faults: string[] = [];
  const { cas: own, damaged } = authority.readCas(data[KEYS.bundle] ?? "");
  if (damaged) faults.push(`${KEYS.bundle} is missing or damaged`);
  let leaf: Leaf | undefined;
  try {
    leaf = authority.readLeaf(data[KEYS.cert] ?? "", data[KEYS.key] ?? "");
  } catch (error) {
    faults.push((error as Error).message);
  }
  const caKeys = [data[KEYS.caKey], data[KEYS.nextCaKey]].filter((key) => key !== undefined);
  const belongs = (ca: Ca): boolean =>
    (leaf !== undefined && authority.verifies(ca, leaf.cert)) ||
    caKeys.some((key) => authority.fits(ca, key));
  const found = withoutDoubles(witnesses).filter(
    (ca) => !own.some(({ id }) => id === ca.id) && belongs(ca),
  );
  if (found.length > 0) faults.push(`${KEYS.bundle} lacks a CA that is in use`);
  const cas = withoutDoubles([...own, ...found]);
  const { cert } = leaf ?? {};
  // The last where there are several, as after one was made anew from the same key.
  const leafCa =
    cert === undefined ? undefined : cas.findLast((ca) => authority.verifies(ca, cert));
  if (leaf !== undefined && leafCa === undefined) {
    faults.push(`${KEYS.bundle} has no CA that ${KEYS.cert} is verified with`);
  }
  const keyed = caKeys.flatMap((key) => {
    const ca = cas.findLast((one) => authority.fits(one, key));
    return ca === undefined ? [] : [{ ca, key }];
  });
  const isOfLeaf = ({ ca }: KeyedCa) => cert !== undefined && authority.verifies(ca, cert);
  // Without a leaf, the CA of the first key is the one that callers know.
  const signing =
    leafCa === undefined ? keyed.find(({ key }) => key === data[KEYS.caKey]) : keyed.find(isOfLeaf);
  const next = keyed.findLast((one) => one !== signing && !isOfLeaf(one));
  if (keyed.length === 0) faults.push(`${KEYS.caKey} is missing, or the key of no CA here`);
  const spent = authority.readSpent(data[KEYS.spent] ?? "");
  return { data, request, cas, leaf, leafCa, signing, next, spent, faults };
}

/** Each CA once. */
export function withoutDoubles(cas: readonly Ca[]): Ca[] {
  return [...new Map(cas.map((ca) => [ca.id, ca])).values()];
}

/** CAs that sign nothing any more, nor will: others may still serve what they signed. */
export function retiredCas({ cas, leafCa, signing, next }: SecretContents): Ca[] {
  const inUse = new Set([leafCa?.id, signing?.ca.id, next?.ca.id]);
  return cas.filter(({ id }) => !inUse.has(id));
}
