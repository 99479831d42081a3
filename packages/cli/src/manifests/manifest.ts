/** A Kubernetes object to be applied. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** An object, and what whoever reads it ought to know: lines of text. */
export interface Manifest {
  readonly object: ManifestObject;
  readonly note?: string;
}
