// What the guard keeps in etcd, read and cleared past the guard.
import type { EtcdCluster } from "@gatewright/testing/control-plane";

const ROOT = "/gatewright.dev/etcd-leader-guard/v1";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();

/** A grant as it stands in etcd. */
export interface StoredGrant {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Decimal; "0" where it has none. */
  readonly lease: string;
}

/** All grants that live, in the order of their members' ids. */
export async function storedGrants(etcd: EtcdCluster): Promise<StoredGrant[]> {
  const range = { key: base64(`${ROOT}/grants/`), range_end: base64(`${ROOT}/grants0`) };
  const { kvs = [] } = await etcd.call("/v3/kv/range", range);
  return kvs.map(({ key, value, lease = "0" }: Record<string, string>) => ({
    key: decode(key as string),
    value: JSON.parse(decode(value as string)) as Record<string, unknown>,
    lease,
  }));
}

/** The members that may go, by name. */
export async function grantedMembers(etcd: EtcdCluster): Promise<string[]> {
  return (await storedGrants(etcd)).map(({ value }) => value["member"] as string).toSorted();
}

/** Ends all grants and their leases, as nobody but a test does. */
export async function clearGrants(etcd: EtcdCluster): Promise<void> {
  const range = { key: base64(`${ROOT}/grants/`), range_end: base64(`${ROOT}/grants0`) };
  await etcd.call("/v3/kv/deleterange", range);
  const { leases = [] } = await etcd.call("/v3/lease/leases");
  for (const { ID } of leases) {
    // One that no grant uses may just be given back by its guard.
    await etcd.call("/v3/lease/revoke", { ID }).catch((error: Error) => {
      if (!error.message.includes("lease not found")) throw error;
    });
  }
}

/** etcd's revision, which any write makes greater; and its leases. */
export async function footprint(etcd: EtcdCluster): Promise<{ revision: string; leases: number }> {
  const { header } = await etcd.call("/v3/kv/range", { key: base64("/") });
  const { leases = [] } = await etcd.call("/v3/lease/leases");
  return { revision: header.revision, leases: leases.length };
}

/** How many seconds a lease lives without being kept alive: as granted, and from now on. */
export async function lifeOf(
  etcd: EtcdCluster,
  lease: string,
): Promise<{ granted: number; left: number }> {
  const { grantedTTL, TTL } = await etcd.call("/v3/lease/timetolive", { ID: lease });
  return { granted: Number(grantedTTL), left: Number(TTL) };
}

/** How many Status calls a member has answered. */
export async function statusCalls(etcd: EtcdCluster, name: string): Promise<number> {
  const answer = await fetch(`${etcd.member(name).directEndpoint}/metrics`, {
    headers: { connection: "close" },
  });
  const line = /^grpc_server_handled_total\{grpc_code="OK",grpc_method="Status",.*\} (.*)$/m;
  return Number(line.exec(await answer.text())?.[1] ?? 0);
}
