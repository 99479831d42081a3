const notBesideCertFile = {
  properties: {
    certFile: {
      not: {},
      errorMessage:
        "cannot stand beside developmentFolder and hosts, which are for a development certificate",
    },
  },
} as const;

/** The part of the configuration file's schema that is about the certificate. */
export const tlsSchema = {
  type: "object",
  description:
    "The server's certificate: either certFile and keyFile, or a development certificate of the server's own making. Relative paths are relative to this file's folder. Default: a development certificate in .gatewright of the working directory.",
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
