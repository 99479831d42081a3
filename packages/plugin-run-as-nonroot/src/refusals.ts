import { effective, type PlacedContainer, type RunAs } from "./pod-security.ts";

/** Why a pod is refused, and for which of its fields. */
export interface Refusal {
  readonly field: string;
  readonly message: string;
}

/** What is to be judged. */
export interface Judged {
  /** The pod's own settings. */
  readonly pod: RunAs;
  readonly containers: readonly PlacedContainer[];
  /** False where the pod exists: its settings cannot be changed any more, so they are not at fault. */
  readonly podIsNew: boolean;
  /** Whether to refuse what could run as root. */
  readonly strict: boolean;
}

const CONFLICT = "runAsNonRoot specified, but runAsUser set to 0 (the root user)";
const POD = "spec.securityContext";

/**
 * What is wrong: a pod or a container that must not be root and is uid 0, which the kubelet would
 * refuse to start, and with `strict` containers that could run as root.
 */
export function refusalsOf({ pod, containers, podIsNew, strict }: Judged): Refusal[] {
  // By field, as what three containers inherit from their pod is said once.
  const found = new Map<string, string>();
  if (podIsNew && isConflict(pod)) found.set(`${POD}.runAsUser`, CONFLICT);
  for (const { path, own } of containers) {
    const at = `${path}.securityContext`;
    const holds = effective(pod, own);
    // The field that is at fault is the container's where it has one, or where only it can be changed.
    const refuse = (key: keyof RunAs, isOwn: boolean, message: string) => {
      const field = `${isOwn || !podIsNew ? at : POD}.${key}`;
      // kubectl shows messages and no fields, so the field stands in front, as Kubernetes' own have it.
      if (!found.has(field)) found.set(field, `${field}: ${message}`);
    };
    if (isConflict(holds)) {
      refuse("runAsUser", isSet(own.runAsNonRoot) || isSet(own.runAsUser), CONFLICT);
    } else if (strict && holds.runAsUser === 0) {
      refuse("runAsUser", isSet(own.runAsUser), "set to 0 (the root user), which is refused here");
    } else if (strict && !isSet(holds.runAsUser) && holds.runAsNonRoot !== true) {
      const message = "must be true where runAsUser is unset: the image could run as root";
      refuse("runAsNonRoot", isSet(own.runAsNonRoot), message);
    }
  }
  return [...found].map(([field, message]) => ({ field, message }));
}

function isConflict({ runAsNonRoot, runAsUser }: RunAs): boolean {
  return runAsNonRoot === true && runAsUser === 0;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
