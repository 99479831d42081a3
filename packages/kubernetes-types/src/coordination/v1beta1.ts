// Generated from the OpenAPI of kube-apiserver v1.36.3 by `pnpm generate:types`. Do not edit.

import type { ObjectMeta } from "../meta/v1.ts";

/**
 * LeaseCandidate defines a candidate for a Lease object. Candidates are created such that
 * coordinated leader election will pick the best leader from the list of candidates.
 */
export interface LeaseCandidate {
  apiVersion: "coordination.k8s.io/v1beta1";
  kind: "LeaseCandidate";
  metadata: ObjectMeta;
  /** spec contains the specification of the Lease. */
  spec: LeaseCandidateSpec;
}

/** LeaseCandidateSpec is a specification of a Lease. */
export interface LeaseCandidateSpec {
  /**
   * BinaryVersion is the binary version. It must be in a semver format without leading `v`. This
   * field is required.
   */
  binaryVersion: string;
  /**
   * EmulationVersion is the emulation version. It must be in a semver format without leading `v`.
   * EmulationVersion must be less than or equal to BinaryVersion. This field is required when
   * strategy is "OldestEmulationVersion"
   */
  emulationVersion?: string;
  /**
   * LeaseName is the name of the lease for which this candidate is contending. The limits on this
   * field are the same as on Lease.name. Multiple lease candidates may reference the same
   * Lease.name. This field is immutable.
   */
  leaseName: string;
  /**
   * PingTime is the last time that the server has requested the LeaseCandidate to renew. It is only
   * done during leader election to check if any LeaseCandidates have become ineligible.
   */
  pingTime?: string | null;
  /**
   * RenewTime is the time that the LeaseCandidate was last updated. Any time a Lease needs to do
   * leader election, the PingTime field is updated to signal to the LeaseCandidate that they should
   * update the RenewTime.
   */
  renewTime?: string | null;
  /** Strategy is the strategy that coordinated leader election will use for picking the leader. */
  strategy: string;
}
