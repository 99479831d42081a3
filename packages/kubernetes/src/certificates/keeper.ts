import type { Authority, Ca, Leaf } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import { isGood, nextStep, type Step, type View } from "./next-step.ts";
import { type SecretChange, secretChange } from "./secret-change.ts";
import { readContents, type SecretContents, withoutDoubles } from "./secret-contents.ts";
import type { SecretParts } from "./secret-object.ts";
import { createStopwatches } from "./stopwatches.ts";

/** The Secret as it is now. */
export type SeenSecret =
  | { readonly is: "absent" }
  | { readonly is: "foreign"; readonly why: string }
  | ({ readonly is: "ours" } & SecretParts);

/** What a keeper needs of the cluster. */
export interface KeeperPort {
  readSecret(): Promise<SeenSecret>;
  /** @returns whether it was written: not where the Secret has changed since it was read. */
  writeSecret(seen: SeenSecret, change: SecretChange): Promise<boolean>;
  /** The CAs of each `caBundle` for this server; undefined where they cannot be seen. */
  registered(): Promise<readonly (readonly Ca[])[] | undefined>;
}

/** Of a clock that people set, and of one that never jumps; both in milliseconds. */
export interface KeeperClock {
  date(): number;
  now(): number;
}

/** What is served, and whom callers are to trust. */
export interface Serving {
  readonly leaf: Leaf;
  /** All CAs to trust, and never without those that verify `leaf`. */
  readonly cas: readonly Ca[];
}

/** One server's part in keeping a certificate. */
export interface Keeper {
  /**
   * Looks at the Secret, and does what is to be done. After a step that was taken, or lost to another server, it wants
   * to look again at once.
   */
  look(): Promise<{ step: Step; again: boolean }>;
  /** Undefined until there is one. */
  serving(): Serving | undefined;
  /** The CAs of each registered `caBundle`, as seen last; undefined where they cannot be. */
  registered(): readonly (readonly Ca[])[] | undefined;
}

/** How long what was seen of the registered webhooks does, while nothing depends on it. */
const GLANCE_MS = 60_000;

/** A keeper of the certificate in a Secret. It does nothing by itself: `look()` is to be called every `pollMs`. */
export function createKeeper(
  port: KeeperPort,
  policy: CertificatePolicy,
  authority: Authority,
  clock: KeeperClock,
): Keeper {
  const stopwatches = createStopwatches(() => clock.now());
  let serving: Serving | undefined;
  let memory: { contents: SecretContents; isFresh: boolean } | undefined;
  let registered: readonly (readonly Ca[])[] | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const verifies = (cas: readonly Ca[], { cert }: Leaf): boolean =>
    cas.some((ca) => authority.verifies(ca, cert));

  const seeRegistered = async (): Promise<void> => {
    lookedAt = clock.now();
    registered = await port.registered();
  };

  /** Whether nothing hangs on what callers trust. */
  const isQuiet = (contents: SecretContents | undefined): boolean =>
    contents !== undefined &&
    contents.faults.length === 0 &&
    contents.next === undefined &&
    contents.leaf?.id === serving?.leaf.id &&
    serving !== undefined &&
    (registered ?? []).every((cas) => verifies(cas, serving?.leaf as Leaf));

  /** Those that trust the present certificate can be harmed by the next; others have none of us anyway. */
  const allTrust = ({ leaf, next }: SecretContents): boolean =>
    leaf !== undefined &&
    next !== undefined &&
    registered !== undefined &&
    registered.every((cas) => !verifies(cas, leaf) || cas.some(({ id }) => id === next.ca.id));

  const choose = (contents: SecretContents): void => {
    const { leaf, leafCa, faults } = contents;
    if (leaf === undefined || leafCa === undefined) return;
    const before = serving;
    // What a damaged Secret lacks is not taken from callers.
    const known = [...(registered ?? []).flat(), ...(before?.cas ?? [])];
    const cas = faults.length === 0 ? contents.cas : withoutDoubles([...known, ...contents.cas]);
    if (before === undefined || before.leaf.id === leaf.id || mayReplace(before, contents, leaf)) {
      serving = { leaf, cas };
    } else {
      // Kept, and so is the trust in it.
      const kept = before.cas.filter((ca) => authority.verifies(ca, before.leaf.cert));
      serving = { leaf: before.leaf, cas: withoutDoubles([...cas, ...kept]) };
    }
  };

  /** Servers go with the Secret; but where somebody has put another pair there, callers must get to know it first. */
  const mayReplace = (before: Serving, { cas }: SecretContents, leaf: Leaf): boolean => {
    const date = clock.date();
    if (!isGood(leaf, date) && isGood(before.leaf, date)) return false;
    const isOverlap = verifies(cas, before.leaf);
    const counting = (registered ?? []).filter((bundle) => verifies(bundle, before.leaf));
    if (!isGood(before.leaf, date) || counting.length === 0) return true;
    const areReady = counting.every((bundle) => verifies(bundle, leaf));
    const since = stopwatches.elapsed("replacement", areReady ? leaf.id : undefined);
    return areReady && (isOverlap || since >= policy.propagationMs);
  };

  return {
    serving: () => serving,
    registered: () => registered,
    async look() {
      const startedAt = clock.now();
      const seen = await port.readSecret();
      // Without a gap, it missed one step at most, and each can be taken back. After one, nobody knows what has been.
      if (startedAt - readAt > 3 * policy.pollMs) {
        if (memory !== undefined) memory = { ...memory, isFresh: false };
        stopwatches.reset();
      }
      readAt = startedAt;
      let contents =
        seen.is === "ours" ? readContents(seen.data, seen.request, authority) : undefined;
      if (!isQuiet(contents) || clock.now() - lookedAt >= GLANCE_MS) await seeRegistered();
      if (seen.is === "ours" && contents !== undefined && contents.faults.length > 0) {
        const witnesses = [...(memory?.contents.cas ?? []), ...(registered ?? []).flat()];
        contents = readContents(seen.data, seen.request, authority, witnesses);
      }
      if (contents?.faults.length === 0) memory = { contents, isFresh: true };
      if (contents !== undefined) choose(contents);
      const isLost =
        seen.is === "absent" ||
        (contents !== undefined && (contents.leaf === undefined || contents.leafCa === undefined));
      const trusted =
        contents !== undefined && allTrust(contents) ? contents.next?.ca.id : undefined;
      const view: View = {
        now: clock.date(),
        secret: contents === undefined ? withoutContents(seen) : { is: "ours", contents },
        memory,
        registered,
        elapsed: {
          lost: stopwatches.elapsed("lost", isLost ? "lost" : undefined),
          trusted: stopwatches.elapsed("trusted", trusted),
          leaf: stopwatches.elapsed("leaf", contents?.leaf?.id),
        },
      };
      const step = nextStep(view, policy, authority);
      if (step.do === "wait" || step.do === "refuse") return { step, again: false };
      const change = await secretChange(step, view, policy, authority);
      await port.writeSecret(seen, change);
      return { step, again: true };
    },
  };
}

function withoutContents(seen: SeenSecret): View["secret"] {
  return seen.is === "foreign" ? { is: "foreign", why: seen.why } : { is: "absent" };
}
