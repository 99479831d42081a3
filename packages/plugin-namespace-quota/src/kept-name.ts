/** The name of the ResourceQuota and of the LimitRange that are kept in a namespace; nobody else can use it. */
export const KEPT_NAME = "gatewright-quota";

/** Whose they are. */
export const KEPT_LABELS = { "app.kubernetes.io/managed-by": "gatewright" } as const;

/**
 * On a kept object: in which namespace, by its uid, it has been in effect for the settling time; of a ResourceQuota, after
 * a space, which keys of its `hard`, with commas between. It is in the object, so that all replicas know of it, also when
 * started anew; and with the uid, so that nothing is taken from a namespace of the same name that there was before.
 */
export const SETTLED = "quota.gatewright.dev/settled";

/** On a kept ResourceQuota: what the numbers in its `hard` are more than those of the configuration by, and why. */
export const BUILT_IN = "quota.gatewright.dev/built-in";

/**
 * A key that counts nothing: in a quota's `hard` for a moment, it has the quota controller count everything anew, which
 * it does only where `hard` has changed, or every five minutes.
 */
export const RECOUNT = "count/recounts.quota.gatewright.dev";
