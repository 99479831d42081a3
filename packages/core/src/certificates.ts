export {
  type Certificate,
  type CertificatePem,
  parseChain,
  parseKey,
  validity,
  verifyCertificate,
} from "./tls/certificate.ts";
export {
  type Dates,
  generateKey,
  issueCa,
  issueLeaf,
  type LeafRequest,
  type SigningCa,
} from "./tls/issue-certificate.ts";
export { verifies } from "./tls/trust.ts";
