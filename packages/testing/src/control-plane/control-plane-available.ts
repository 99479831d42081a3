import type { ControlPlaneBinaries, FindControlPlaneOptions } from "./binaries.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findControlPlane } from "./find-control-plane.ts";
import { findHelm, type HelmBinary } from "./find-helm.ts";
import { findKwok, type KwokBinary } from "./find-kwok.ts";
import type { FindToolOptions } from "./go-tool.ts";

type Availability<Binaries> =
  | { available: true; binaries: Binaries; reason?: never }
  | { available: false; binaries?: never; reason: string };

/**
 * Whether suites that need a control plane can run; `reason` is what to tell the developer if not.
 */
export type ControlPlaneAvailability = Availability<ControlPlaneBinaries>;

/** Whether suites that need kwok can run; `reason` is what to tell the developer if not. */
export type KwokAvailability = Availability<KwokBinary>;

/** Whether suites that need helm can run; `reason` is what to tell the developer if not. */
export type HelmAvailability = Availability<HelmBinary>;

/**
 * The one rule for suites that need a control plane: on a developer's machine without one they are
 * skipped, with a reason to print; where `CI` is set (and not `false` or `0`) a run without them is
 * a failure. A `KUBEBUILDER_ASSETS` that lacks a binary fails everywhere, since somebody meant it.
 *
 * @throws {ControlPlaneUnavailable} in CI, or on an incomplete `KUBEBUILDER_ASSETS`
 * @example
 * const controlPlane = await controlPlaneAvailable();
 * (controlPlane.available ? describe : describe.skip)("with kubectl", () => {});
 */
export async function controlPlaneAvailable(
  options: FindControlPlaneOptions = {},
): Promise<ControlPlaneAvailability> {
  return skippable(() => findControlPlane(options), options.env);
}

/**
 * The same rule for suites that need kwok.
 *
 * @throws {ControlPlaneUnavailable} in CI
 */
export async function kwokAvailable(options: FindToolOptions = {}): Promise<KwokAvailability> {
  return skippable(() => findKwok(options), options.env);
}

/**
 * The same rule for suites that need helm.
 *
 * @throws {ControlPlaneUnavailable} in CI
 */
export async function helmAvailable(options: FindToolOptions = {}): Promise<HelmAvailability> {
  return skippable(() => findHelm(options), options.env);
}

async function skippable<Binaries>(
  find: () => Promise<Binaries>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Availability<Binaries>> {
  try {
    return { available: true, binaries: await find() };
  } catch (error) {
    if (!(error instanceof ControlPlaneUnavailable)) throw error;
    const inCi = !["", "0", "false"].includes((env.CI ?? "").toLowerCase());
    if (inCi || error.code === "ASSETS_INCOMPLETE") throw error;
    return { available: false, reason: error.message };
  }
}
