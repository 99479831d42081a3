import type { EtcdCluster } from "@gatewright/testing/control-plane";

/** What the guard leaves behind in the etcd that it guards. */
export interface GuardTraces {
  /** The grants as they stand, each with its lease. */
  grants: (Grant & { lease: string })[];
  /** Names of the members with a grant. */
  granted: string[];
  /** Those of them whose pods' end was told by a kubelet. */
  gone: string[];
  /** All of the guard's keys, with the revision at which each was last written. */
  keys: Record<string, string>;
  /** The term, which every change of leadership makes greater. */
  term: bigint;
}

/** Reads them past the guard, confirmed by a majority. */
export async function guardTraces(etcd: EtcdCluster): Promise<GuardTraces> {
  const range = { key: base64("/gatewright.dev/"), range_end: base64("/gatewright.dev0") };
  const { header, kvs = [] } = await etcd.call("/v3/kv/range", range);
  const entries: Entry[] = kvs;
  const grants = entries
    .filter(({ key }) => decode(key).includes("/grants/"))
    .map(({ value, lease = "0" }) => ({ ...(JSON.parse(decode(value)) as Grant), lease }));
  const namesOf = (some: Grant[]) => some.map(({ member }) => member).toSorted();
  return {
    grants,
    granted: namesOf(grants),
    gone: namesOf(grants.filter(({ gone }) => gone)),
    keys: Object.fromEntries(entries.map((entry) => [decode(entry.key), entry.mod_revision])),
    term: BigInt(header.raft_term),
  };
}

interface Grant {
  member: string;
  podUid?: string;
  gone: boolean;
}

interface Entry {
  key: string;
  value: string;
  mod_revision: string;
  lease?: string;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();
