/** A CA's certificate. */
export interface Ca {
  /** Its SHA-256: two with the same are the same. */
  readonly id: string;
  readonly pem: string;
  /** Milliseconds since 1970, as the next. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A CA that can sign. */
export interface KeyedCa {
  readonly ca: Ca;
  /** PEM. */
  readonly key: string;
}

/** A server's certificate, whose key may be gone. */
export interface SpentLeaf {
  /** PEM: the chain, leaf first. */
  readonly cert: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** A server's certificate and its key. */
export interface Leaf extends SpentLeaf {
  /** SHA-256 of the certificate. */
  readonly id: string;
  /** PEM. */
  readonly key: string;
  readonly notBefore: number;
  /** DNS names and IP addresses. */
  readonly hosts: readonly string[];
}

/** From when to when, in milliseconds since 1970. */
export interface Lifetime {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What of X.509 is needed: so that years of it can be played in a test, without it. */
export interface Authority {
  /** The CAs that can be read in a PEM text; `damaged` where there is anything else, or nothing. */
  readCas(pem: string): { cas: Ca[]; damaged: boolean };
  /** @throws Error that says what is wrong: with a part of it, or with one beside the other. */
  readLeaf(cert: string, key: string): Leaf;
  /** The certificates that can be read in a PEM text, each by itself. */
  readSpent(pem: string): SpentLeaf[];
  /** Whether the key is that of the CA. */
  fits(ca: Ca, key: string): boolean;
  /** Whether who trusts the CA verifies the chain; says nothing of dates and names. */
  verifies(ca: Ca, cert: string): boolean;
  issueCa(lifetime: Lifetime): Promise<{ cert: string; key: string }>;
  issueLeaf(
    issuer: KeyedCa,
    request: Lifetime & { hosts: readonly string[] },
  ): Promise<{ cert: string; key: string }>;
}
