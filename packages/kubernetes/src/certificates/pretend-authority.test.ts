import type { Authority, Ca, Lifetime, SpentLeaf } from "./authority.ts";

const CA = /<ca (\d+) of key-(\d+), (-?\d+) to (-?\d+)>/g;
const LEAF = /<leaf (\d+) by key-(\d+), (-?\d+) to (-?\d+), for ([^>]*)>/g;

/** Certificates that only say what they are: years of them can be made in a moment. */
export function pretendAuthority(): Authority {
  let made = 0;
  const keyOf = ({ pem }: Ca): string | undefined => /key-\d+/.exec(pem)?.[0];
  const readSpent = (pem: string): SpentLeaf[] =>
    [...pem.matchAll(LEAF)].map(([cert, , , , notAfter]) => ({ cert, notAfter: Number(notAfter) }));
  const between = ({ notBefore, notAfter }: Lifetime) => `${notBefore} to ${notAfter}`;
  return {
    readCas(pem) {
      const cas = [...pem.matchAll(CA)].map(
        ([whole, id = "", , notBefore, notAfter]): Ca => ({
          id,
          pem: whole,
          notBefore: Number(notBefore),
          notAfter: Number(notAfter),
        }),
      );
      return { cas, damaged: cas.length === 0 || pem.replaceAll(CA, "") !== "" };
    },
    readLeaf(cert, key) {
      const [found] = cert.matchAll(LEAF);
      if (found === undefined) throw new Error("tls.crt is damaged");
      const [whole, id = "", , notBefore, notAfter, hosts = ""] = found;
      if (key !== `leaf-key-${id}`) throw new Error("tls.key is damaged");
      return {
        id,
        cert: whole,
        key,
        notBefore: Number(notBefore),
        notAfter: Number(notAfter),
        hosts: hosts.split(" "),
      };
    },
    readSpent,
    fits: (ca, key) => keyOf(ca) === key,
    verifies: (ca, cert) => cert.includes(`by ${keyOf(ca)},`),
    async issueCa(lifetime) {
      made++;
      return { cert: `<ca ${made} of key-${made}, ${between(lifetime)}>`, key: `key-${made}` };
    },
    async issueLeaf({ key }, request) {
      made++;
      const hosts = request.hosts.join(" ");
      return {
        cert: `<leaf ${made} by ${key}, ${between(request)}, for ${hosts}>`,
        key: `leaf-key-${made}`,
      };
    },
  };
}
