/** Why there is no control plane; stable, safe to compare. */
export type ControlPlaneUnavailableCode =
  /**
   * KUBEBUILDER_ASSETS is set, but the folder lacks a binary: a wrong setting, never passed over.
   */
  | "ASSETS_INCOMPLETE"
  /** No KUBEBUILDER_ASSETS, nothing in the cache, and no Go that could build it. */
  | "NOTHING_FOUND"
  /** Go was there, `go build` failed (no network, no room, an unwritable cache). */
  | "BUILD_FAILED";

/** Thrown where the binaries of a control plane are not to be had; the message says what to do. */
export class ControlPlaneUnavailable extends Error {
  override readonly name = "ControlPlaneUnavailable";
  readonly code: ControlPlaneUnavailableCode;

  constructor(code: ControlPlaneUnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
