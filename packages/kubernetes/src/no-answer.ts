import { ClusterError } from "@gatewright/core";

/** A call that got no answer, or half of one: why, in one line, from whatever was thrown. */
export function unreachable(what: string, cause: unknown): ClusterError {
  if (cause instanceof ClusterError) return cause;
  return new ClusterError(`${what}: ${reasonOf(cause)}`, {
    status: 0,
    reason: "Unreachable",
    cause,
  });
}

/** A call whose time is up. */
export function timedOut(what: string, timeoutMs: number): ClusterError {
  return new ClusterError(`${what}: not answered in full within ${timeoutMs / 1000} s`, {
    status: 0,
    reason: "Timeout",
  });
}

/** A call on a connection that was closed, before or during it. */
export function closedError(what: string): ClusterError {
  return new ClusterError(`${what}: the connection to the cluster is closed`, {
    status: 0,
    reason: "Unreachable",
  });
}

/** What went wrong, where the error itself may have no text: one address after another was tried. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
