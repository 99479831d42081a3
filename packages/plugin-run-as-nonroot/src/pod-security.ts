/** The part of a pod's specification that decides as whom its containers run. */
export interface PodSecurity {
  readonly os?: { readonly name: string } | null;
  readonly nodeSelector?: Readonly<Record<string, string>> | null;
  readonly securityContext?: RunAs | null;
  readonly initContainers?: readonly ContainerSecurity[] | null;
  readonly containers?: readonly ContainerSecurity[] | null;
  readonly ephemeralContainers?: readonly ContainerSecurity[] | null;
}

/** The part of a container that decides as whom it runs. */
export interface ContainerSecurity {
  readonly name: string;
  readonly securityContext?: RunAs | null;
}

/** The settings of a pod, which its containers inherit, or of one container. */
export interface RunAs {
  readonly runAsNonRoot?: boolean | null;
  readonly runAsUser?: number | null;
}

/** A container, and where it stands: `spec.initContainers[1]`. */
export interface PlacedContainer {
  readonly path: string;
  readonly name: string;
  /** What it says itself. */
  readonly own: RunAs;
}

const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Every container of a pod; sidecars are init containers. */
export function containersOf(spec: PodSecurity): PlacedContainer[] {
  return LISTS.flatMap((list) =>
    (spec[list] ?? []).map(({ name, securityContext }, index) => ({
      path: `spec.${list}[${index}]`,
      name,
      own: securityContext ?? {},
    })),
  );
}

/**
 * The ephemeral containers that `spec` has and `old` had not. Those that a pod has already cannot be
 * changed or removed: to judge them again would only keep people from debugging the pod.
 */
export function newEphemeralContainers(spec: PodSecurity, old: PodSecurity): PlacedContainer[] {
  const before = new Map(
    (old.ephemeralContainers ?? []).map(({ name, securityContext }) => [name, securityContext]),
  );
  return containersOf({ ephemeralContainers: spec.ephemeralContainers ?? [] }).filter(
    ({ name, own }) => !before.has(name) || !isSame(before.get(name) ?? {}, own),
  );
}

/**
 * What holds in a container: its own setting where it has one, else the pod's. So does the kubelet
 * (`pkg/securitycontext/util.go`, DetermineEffectiveSecurityContext).
 */
export function effective(pod: RunAs, own: RunAs): RunAs {
  return {
    runAsNonRoot: own.runAsNonRoot ?? pod.runAsNonRoot ?? null,
    runAsUser: own.runAsUser ?? pod.runAsUser ?? null,
  };
}

/**
 * Whether a pod is for Windows, which has no uids: by `os`, or where that is unset by the node selector.
 * A kubelet on Linux refuses both. `windowsOptions` prove nothing: Linux ignores them.
 */
export function isForWindows({ os, nodeSelector }: PodSecurity): boolean {
  return (os?.name ?? nodeSelector?.["kubernetes.io/os"]) === "windows";
}

function isSame(a: RunAs, b: RunAs): boolean {
  return a.runAsNonRoot === b.runAsNonRoot && a.runAsUser === b.runAsUser;
}
