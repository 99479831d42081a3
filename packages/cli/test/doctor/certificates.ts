import { generateKey, issueCa, issueLeaf } from "@gatewright/core/certificates";

const DAY_MS = 86_400_000;

/** Dates from a year ago until so many days from now. */
export function until(days: number) {
  const now = Date.now();
  return {
    notBefore: new Date(now - 365 * DAY_MS),
    notAfter: new Date(now + days * DAY_MS + 60_000),
  };
}

/** A CA and a leaf of it, in PEM. */
export async function issue({
  caDays = 1000,
  leafDays = 90,
  hosts = ["webhook.webhook-system.svc"],
}: {
  caDays?: number;
  leafDays?: number;
  hosts?: readonly string[];
} = {}) {
  const key = await generateKey();
  const ca = await issueCa(key, "tests", until(caDays));
  const leafKey = await generateKey();
  const request = {
    commonName: "webhook",
    hosts,
    usage: "serverAuth",
    ...until(leafDays),
  } as const;
  const leaf = await issueLeaf(leafKey, { cert: ca, key }, request);
  return { ca, leaf, leafKey };
}

/** As configurations have it. */
export const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A CA with an RSA key of 1024 bits, for webhook.webhook-system.svc, until 2126. Nobody has its key. */
export const smallRsa = `-----BEGIN CERTIFICATE-----
MIICJTCCAY6gAwIBAgIUA3iJfIOzeYMwRGI4750xeLM3AXIwDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFc21hbGwwIBcNMjYxMTIzMDMyODI2WhgPMjEyNjEwMzAw
MzI4MjZaMBAxDjAMBgNVBAMMBXNtYWxsMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB
iQKBgQDTAjFtdaziEPh+U9dg438yiWb7MgDmeIEhkbx4Jlb9CSdHAbv6PZiDUPYL
r15bHAmoYocdI+6Rf5Dhaj8aVVZuUZtOOOPR9+eKmK22qJZRzjgvuwdUnkt4mNEN
+l9PVklzWrtIE8ZP7n9vmeajrAeIWpJktsBhSFC+8K7BEbEypQIDAQABo3oweDAd
BgNVHQ4EFgQUq8lZ4cs6nk6pq4M6Diqn0cd913EwHwYDVR0jBBgwFoAUq8lZ4cs6
nk6pq4M6Diqn0cd913EwJQYDVR0RBB4wHIIad2ViaG9vay53ZWJob29rLXN5c3Rl
bS5zdmMwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOBgQAEbm8Tza7q
dpHEKhcUJI+upsZEfZ272hB3ZDxbrpNGWnCGZOdo2hw4+Q7/HN5aZOvOfB0CYblj
8NzZHa4K0Pf0zwXuDSpVV2+u+mZYBBqYRw+4gNTWjUbY4cDOhuzKJrtkPVPTc5sP
PzqTcaild2+SrwUrFjHx+uW5wkkawVGC4A==
-----END CERTIFICATE-----
`;
