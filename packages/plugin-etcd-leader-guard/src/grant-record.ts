import type { ICompare, IKeyValue, IRequestOp, ITxnResponse } from "etcd3";
import type { Grant } from "./policy.ts";

/** A grant as it is kept: with the revision at which it was last written. */
export interface HeldGrant extends Grant {
  /** etcd's `mod_revision` of its key, a decimal string. */
  readonly revision: string;
}

/** Which grants there were at one moment. To take one is only possible while no other was taken. */
export interface GrantsView {
  /** The revision of the last taking, a decimal string; `"0"` where none was ever made. */
  readonly generation: string;
  readonly grants: readonly HeldGrant[];
}

const root = "/gatewright.dev/etcd-leader-guard/v1";
const prefix = `${root}/grants/`;
/** Written by every taking. */
export const generationKey = Buffer.from(`${root}/generation`);
const allGrants = { key: Buffer.from(prefix), range_end: Buffer.from(`${root}/grants0`) };
/** All grants, and the generation. */
export const readAll: readonly IRequestOp[] = [
  { request_range: allGrants },
  { request_range: { key: generationKey } },
];

/** Where a member's grant stands. */
export function keyOf({ memberId }: Pick<Grant, "memberId">): Buffer {
  return Buffer.from(prefix + memberId);
}

/** What stands there; the lease is etcd's to tell, and the id is the key's. */
export function valueOf({ member, pod, podUid, since, movingTo, forced, gone }: Grant): Buffer {
  return Buffer.from(JSON.stringify({ member, pod, podUid, since, movingTo, forced, gone }));
}

/** The condition that a key was last written at a revision; `"0"`: that it is not there. */
export function isAt(key: Buffer, revision: string): ICompare {
  return { key, target: "Mod", result: "Equal", mod_revision: revision };
}

/** Of the answer to {@link readAll}. */
export function viewIn({ responses }: ITxnResponse): GrantsView {
  const [grants, generation] = responses;
  return {
    generation: generation?.response_range.kvs[0]?.mod_revision ?? "0",
    grants: grants?.response_range.kvs.map(grantIn) ?? [],
  };
}

/** Whatever stands at the key is a grant: unread, it counts as one of which nothing is known. */
export function grantIn({ key, value, lease, mod_revision: revision }: IKeyValue): HeldGrant {
  const memberId = key.toString().slice(prefix.length);
  const said = parsed(value);
  const text = (field: string) => (typeof said[field] === "string" ? said[field] : "");
  return {
    memberId,
    member: text("member"),
    pod: text("pod"),
    podUid: text("podUid") || undefined,
    since: text("since"),
    movingTo: text("movingTo") || undefined,
    forced: said["forced"] === true,
    gone: said["gone"] === true,
    lease,
    revision,
  };
}

function parsed(value: Buffer): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(value.toString());
    return typeof said === "object" && said !== null ? { ...said } : {};
  } catch {
    return {};
  }
}
