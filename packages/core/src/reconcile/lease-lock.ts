import type { Clock } from "../cluster/clock.ts";
import type { CallOptions, ClusterConnection } from "../cluster-connection.ts";
import type { ClusterError } from "../errors.ts";
import type { KubernetesObject } from "../rule-types.ts";

/** Which Lease, and who wants it. */
export interface LeaseLockOptions {
  readonly connection: Pick<ClusterConnection, "get" | "create" | "update">;
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  /** How long others are to take it for held after a sign of life; whole seconds are written. */
  readonly leaseDurationMs: number;
  readonly clock: Clock;
}

/** A Lease that one of several servers holds. */
export interface LeaseLock {
  /**
   * Takes it where nobody has it, or renews it. @returns whether it is held now.
   * @throws ClusterError where the API server refuses it or does not answer.
   */
  hold(limits: CallOptions): Promise<boolean>;
  /** Lets go of it, where it is held or may be, so that others need not wait. */
  release(limits: CallOptions): Promise<void>;
}

type Lease = KubernetesObject & { spec?: LeaseSpec | undefined };
interface LeaseSpec {
  holderIdentity?: string | undefined;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/** As long as anybody sets it (client-go's are 15 s, 60 s for components that are slow on purpose). */
const LONGEST_LEASE_MS = 60_000;

const LEASES = "coordination.k8s.io/v1/leases";

/**
 * client-go's lock (tools/leaderelection): whether somebody else's Lease is still good is told by how long it has
 * not changed, on this server's clock; what is written in it is for people, as clocks differ.
 */
export function createLeaseLock(options: LeaseLockOptions): LeaseLock {
  const { connection, name, namespace, identity, leaseDurationMs, clock } = options;
  let observed: Lease | undefined;
  let observedAt = Number.NEGATIVE_INFINITY;
  let mayBeHeld = false;
  const observe = (lease: Lease): void => {
    const isNews = JSON.stringify(lease.spec) !== JSON.stringify(observed?.spec);
    if (isNews) observedAt = clock.now();
    observed = lease;
  };
  const holderOf = (lease: Lease | undefined) => lease?.spec?.holderIdentity || undefined;
  /** Within bounds: whoever may write the Lease could end the work for good by a duration, or have it done twice. */
  const isOver = ({ spec }: Lease): boolean => {
    const saidMs = (spec?.leaseDurationSeconds ?? 0) * 1_000;
    const trustedMs = Math.min(Math.max(saidMs, leaseDurationMs), LONGEST_LEASE_MS);
    return clock.now() >= observedAt + trustedMs;
  };

  const write = async (lease: Lease, spec: LeaseSpec, limits: CallOptions): Promise<void> => {
    const verb = lease.metadata?.resourceVersion === undefined ? "create" : "update";
    const whole = { ...lease, spec: { ...lease.spec, ...spec, renewTime: microTime() } };
    const as = { fieldManager: "gatewright", ...limits };
    observe((await connection[verb](LEASES, whole, as)) as Lease);
  };
  const take = async (lease: Lease, limits: CallOptions): Promise<void> => {
    const { leaseTransitions = 0 } = lease.spec ?? {};
    const isNew = lease.spec === undefined;
    const isOurs = holderOf(lease) === identity;
    // Also where the answer is lost.
    mayBeHeld = true;
    await write(
      lease,
      {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseDurationMs / 1_000),
        leaseTransitions: isNew || isOurs ? leaseTransitions : leaseTransitions + 1,
        ...(!isOurs && { acquireTime: microTime() }),
      },
      limits,
    );
  };
  const find = async (limits: CallOptions): Promise<Lease> =>
    ((await connection.get(LEASES, name, { namespace, ...limits })) as Lease | undefined) ?? {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace },
    };
  return {
    async hold(limits) {
      if (observed !== undefined && holderOf(observed) === identity) {
        try {
          // Most likely it is as it was written last.
          await take(observed, limits);
          return true;
        } catch (error) {
          const { status } = error as Partial<ClusterError>;
          if (status !== 409 && status !== 404) throw error;
        }
      }
      const lease = await find(limits);
      observe(lease);
      const holder = holderOf(lease);
      mayBeHeld = holder === identity;
      if (holder !== undefined && holder !== identity && !isOver(lease)) return false;
      await take(lease, limits);
      return true;
    },
    async release(limits) {
      if (!mayBeHeld) return;
      const lease = await find(limits);
      if (holderOf(lease) !== identity) return;
      // Without a holder: an empty one is refused by newer API servers.
      await write(lease, { holderIdentity: undefined, leaseDurationSeconds: 1 }, limits);
    },
  };
}

/** `metav1.MicroTime`, which has six digits. */
function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
}
