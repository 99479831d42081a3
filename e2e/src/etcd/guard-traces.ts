import type { EtcdCluster } from "@gatewright/testing/control-plane";

/** What the guard leaves behind in the etcd that it guards. */
export interface GuardTraces {
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
  const grants: Grant[] = entries
    .filter(({ key }) => decode(key).includes("/grants/"))
    .map(({ value }) => JSON.parse(decode(value)));
  const namesOf = (some: Grant[]) => some.map(({ member }) => member).toSorted();
  return {
    granted: namesOf(grants),
    gone: namesOf(grants.filter(({ gone }) => gone)),
    keys: Object.fromEntries(entries.map((entry) => [decode(entry.key), entry.mod_revision])),
    term: BigInt(header.raft_term),
  };
}

interface Grant {
  member: string;
  gone: boolean;
}

interface Entry {
  key: string;
  value: string;
  mod_revision: string;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();
