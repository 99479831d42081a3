/** An object that was read, and from where. */
export interface PlacedObject {
  /** As JSON has it; nothing of it is taken for granted. */
  readonly object: unknown;
  /** The file it is from; none for what a cluster gave. */
  readonly file?: string;
  /** Line and column, from 1, of what a JSON pointer names within the object, or of what should hold it. */
  readonly placeOf?: (pointer: string) => { line: number; column: number } | undefined;
}

/** What an endpoint showed when it was called. */
export type ServedCertificate =
  /** PEM, the leaf first. */
  | { readonly chain: string; readonly error?: undefined; readonly refused?: undefined }
  /** It answered, and not by TLS. */
  | { readonly chain?: undefined; readonly error: string; readonly refused?: undefined }
  /** Its machine answered that nobody listens there. */
  | { readonly chain?: undefined; readonly error?: undefined; readonly refused: true };

/** What is known of a cluster, or of what will be in one: all that `diagnose` looks at. */
export interface Snapshot {
  readonly objects: readonly PlacedObject[];
  /** Whether the objects are all that there are (of a cluster), or what files happen to hold. */
  readonly complete: boolean;
  /** Kinds that could not be read, of which nothing is known: `Service`. */
  readonly unread?: ReadonlySet<string>;
  /** `1.36`, where it is known. */
  readonly kubernetesVersion?: string | undefined;
  /** By `namespace/name:port` of a Service, or by the origin of a URL: what it serves, where that was asked. */
  readonly served?: ReadonlyMap<string, ServedCertificate>;
  /** @default now */
  readonly now?: Date;
}
