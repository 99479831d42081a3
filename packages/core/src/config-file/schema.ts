import type { ConfigInput } from "../config-type.ts";
import { clusterSchema, leaderElectionSchema } from "./cluster-schema.ts";
import { deploymentSchema } from "./deployment-schema.ts";
import { registrationPolicySchema, registrationSchema } from "./registration-schema.ts";
import { tlsSchema } from "./tls-schema.ts";

const plugin = {
  type: "object",
  description: "A plugin, and the operator's policy for it.",
  errorMessage: 'must be a map: plugin: "@gatewright/plugin-run-as-nonroot"',
  additionalProperties: false,
  required: ["plugin"],
  properties: {
    plugin: {
      type: "string",
      minLength: 1,
      description:
        'What to import: a package ("@gatewright/plugin-run-as-nonroot"), or a file beside this one ("./no-host-network.js"). Its default export is what definePlugin returned.',
    },
    enforcement: {
      type: "string",
      enum: ["enforce", "warn", "audit"],
      default: "enforce",
      description:
        "What its denials and changes come to. enforce: they hold. warn: the user is shown what would have been. audit: the audit log is. In the latter two it does not reconcile.",
    },
    timeoutSeconds: {
      type: "number",
      exclusiveMinimum: 0,
      description:
        "How long it may take for one review, in seconds; fractions are fine. Default: as long as the review itself.",
      errorMessage: "must be seconds above 0",
    },
    config: {
      type: "object",
      description:
        "The plugin's own configuration, which its README describes. Default: that of the plugin.",
    },
  },
} as const;

const webhook = {
  type: "object",
  description: "What one webhook of the server does, and how it is registered.",
  additionalProperties: false,
  required: ["plugins"],
  properties: {
    failurePolicy: {
      type: "string",
      enum: ["Fail", "Ignore"],
      default: "Fail",
      description: "For the registration: what kube-apiserver does where no verdict came.",
    },
    timeoutSeconds: {
      type: "integer",
      minimum: 1,
      maximum: 30,
      default: 10,
      description: "For the registration: how long kube-apiserver waits, in whole seconds.",
      errorMessage: "must be whole seconds from 1 to 30",
    },
    plugins: {
      type: "array",
      minItems: 1,
      description: "In the order in which they mutate, and in which their denials are listed.",
      errorMessage: 'must list one plugin at least: - plugin: "@gatewright/plugin-run-as-nonroot"',
      items: plugin,
    },
    ...registrationPolicySchema,
  },
} as const;

/**
 * The JSON Schema (draft-07) of the configuration file: what is checked at the start, and, written to
 * `gatewright.schema.json`, what editors complete and check by. `errorMessage` is not of draft-07;
 * editors built on vscode-json-languageservice (yaml-language-server too) show it, as we do.
 */
export const configFileSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Gatewright configuration file",
  description: "What a Gatewright server is made of: the same as the options of createServer.",
  type: "object",
  errorMessage: "must be a map of settings, webhooks among them",
  additionalProperties: false,
  required: ["webhooks"],
  properties: {
    host: {
      type: "string",
      minLength: 1,
      description: "The address to listen on. Default: all of them.",
    },
    port: {
      type: "integer",
      minimum: 0,
      maximum: 65_535,
      default: 8443,
      description: "The port to listen on; 0 takes any free one.",
      errorMessage: "must be a port: a whole number from 0 to 65535",
    },
    metrics: {
      type: "object",
      description: "A plain-HTTP listener of its own for GET /metrics. Default: none.",
      additionalProperties: false,
      required: ["port"],
      properties: {
        port: {
          type: "integer",
          minimum: 0,
          maximum: 65_535,
          description: "The port to listen on; 0 takes any free one.",
          errorMessage: "must be a port: a whole number from 0 to 65535",
        },
        host: {
          type: "string",
          minLength: 1,
          description: "The address to listen on. Default: all of them.",
        },
      },
    },
    log: {
      type: "string",
      enum: ["debug", "info", "warn", "error", "silent"],
      default: "info",
      description:
        "How much is written to standard output: debug shows each admitted review, info denials and faults.",
    },
    tls: tlsSchema,
    cluster: clusterSchema,
    leaderElection: leaderElectionSchema,
    registration: registrationSchema,
    deployment: deploymentSchema,
    maxRequestBytes: {
      type: "integer",
      minimum: 1,
      default: 7_340_032,
      description: "Larger request bodies are refused with 413.",
    },
    maxBytesInFlight: {
      type: "integer",
      minimum: 1,
      default: 67_108_864,
      description:
        "Bytes of all reviews that are being received or judged; a review beyond them is refused with 503. Not less than maxRequestBytes.",
    },
    shutdown: {
      type: "object",
      description: "How the server ends. Default: as its keys say.",
      additionalProperties: false,
      properties: {
        gracePeriodSeconds: {
          type: "number",
          minimum: 0,
          default: 10,
          description:
            "How long to go on serving after readiness turned red, in seconds: until no kube-proxy and no kube-apiserver sends new calls here.",
        },
        drainSeconds: {
          type: "number",
          minimum: 0,
          default: 30,
          description:
            "How long reviews in flight may take after that before they are cut off, in seconds.",
        },
      },
    },
    webhooks: {
      type: "object",
      minProperties: 1,
      description: "The webhooks, by name. A name is a domain name of three parts at least.",
      errorMessage: "must name one webhook at least: pods.example.com: { plugins: [ … ] }",
      propertyNames: {
        pattern:
          "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,}$",
        errorMessage: "a webhook's name is a domain name of three parts at least: pods.example.com",
      },
      additionalProperties: webhook,
    },
  },
} as const;

/** A configuration file that fits the schema, as plain data. */
export type ConfigFile = ConfigInput<typeof configFileSchema>;
