const notBesideCertFile = {
  properties: {
    certFile: {
      not: {},
      errorMessage:
        "cannot stand beside developmentFolder and hosts, which are for a development certificate",
    },
  },
} as const;

/** Of what needs nothing beside it: all others. */
const alone = (...others: readonly string[]) => ({
  properties: Object.fromEntries(
    others.map((key) => [
      key,
      { not: {}, errorMessage: `cannot stand beside another kind of certificate` },
    ]),
  ),
});
const FILES = ["certFile", "keyFile", "caFile", "developmentFolder", "hosts"] as const;

/** The part of the configuration file's schema that is about the certificate. */
export const tlsSchema = {
  type: "object",
  description:
    "The server's certificate: one of four: certFile and keyFile; secret, which the server fills itself; certManager; or a development certificate of the server's own making. Relative paths are relative to this file's folder. Default: a development certificate in .gatewright of the working directory.",
  additionalProperties: false,
  properties: {
    certFile: {
      type: "string",
      minLength: 1,
      description:
        "PEM, leaf first. Watched: a replaced pair is taken up without dropping a connection. Default: a development certificate.",
    },
    keyFile: {
      type: "string",
      minLength: 1,
      description: "PEM, without a passphrase. Default: the development certificate's own.",
    },
    caFile: {
      type: "string",
      minLength: 1,
      description:
        "PEM of the CAs that the certificate is verified with: what a registration gives to the API server. Default: unknown, and no registration can be made.",
    },
    secret: {
      type: "object",
      description:
        "A certificate of the server's own making, kept in a Secret that all replicas share, and renewed there. An empty map will do. Default: none.",
      errorMessage: "must be a map, if an empty one: secret: {}",
      additionalProperties: false,
      properties: {
        name: {
          type: "string",
          pattern: "^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$",
          description: "The Secret's name. Default: the deployment's name and -tls.",
          errorMessage: "must be the name of a Secret",
        },
        leafDays: {
          type: "number",
          exclusiveMinimum: 0,
          default: 90,
          description: "How long a certificate is good for; it is renewed when a third is left.",
        },
        caDays: {
          type: "number",
          exclusiveMinimum: 0,
          default: 1_825,
          description: "The same of its CA. At least three times leafDays.",
        },
        propagationSeconds: {
          type: "number",
          exclusiveMinimum: 0,
          default: 300,
          description:
            "How long callers have had a new CA before the server shows a certificate of it, and how long after that the old one is dropped: what an API server may be late by.",
        },
      },
    },
    certManager: {
      type: "object",
      description:
        "The certificate is kept by cert-manager, in a Secret that gatewright manifests mounts. Default: none.",
      additionalProperties: false,
      required: ["issuerRef"],
      properties: {
        issuerRef: {
          type: "object",
          description: "Who issues it, as cert-manager has it.",
          additionalProperties: false,
          required: ["name"],
          properties: {
            name: { type: "string", minLength: 1, description: "The issuer's name." },
            kind: {
              type: "string",
              minLength: 1,
              default: "Issuer",
              description: "Issuer, or ClusterIssuer.",
            },
            group: {
              type: "string",
              minLength: 1,
              default: "cert-manager.io",
              description: "The issuer's API group.",
            },
          },
        },
      },
    },
    clientCaFile: {
      type: "string",
      minLength: 1,
      description:
        "PEM; with it, callers of webhooks need a certificate of this CA. Probes never do. Default: callers need none.",
    },
    clientAuth: {
      type: "string",
      enum: ["none", "request", "require"],
      description:
        "request lets callers without a certificate in, and refuses only bad ones. Default: require where clientCaFile is set, else none.",
    },
    allowedClients: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      description:
        "Common names or subject alternative names, of which a caller's certificate must bear one. Default: any certificate of the CA.",
      errorMessage: "must list one name at least",
    },
    developmentFolder: {
      type: "string",
      minLength: 1,
      description:
        "Where CA, certificate and keys of the development certificate are kept between starts. Keep it out of version control. Default: .gatewright of the working directory.",
    },
    hosts: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      default: ["localhost", "127.0.0.1", "::1"],
      description: "Names and addresses that the development certificate is for.",
      errorMessage: "must list one name or address at least",
    },
  },
  dependencies: {
    certFile: ["keyFile"],
    keyFile: ["certFile"],
    caFile: ["certFile"],
    secret: alone(...FILES, "certManager"),
    certManager: alone(...FILES),
    clientCaFile: ["certFile"],
    clientAuth: ["certFile"],
    allowedClients: ["clientCaFile"],
    developmentFolder: notBesideCertFile,
    hosts: notBesideCertFile,
  },
  allOf: [
    {
      dependencies: {
        clientAuth: {
          if: { properties: { clientAuth: { const: "none" } } },
          else: { required: ["clientCaFile"] },
        },
        allowedClients: {
          properties: {
            clientAuth: {
              not: { const: "none" },
              errorMessage: 'cannot be "none" beside allowedClients, which nobody would check',
            },
          },
        },
      },
    },
  ],
} as const;
