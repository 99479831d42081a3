import { inspect } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import type { Cluster } from "./cluster.ts";
import { GatewrightError } from "./errors.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import type { Logger } from "./log.ts";
import type { DenialDetails, ReviewContext } from "./plugin.ts";

/** One refusal, as the plugin gave it. */
export interface Denial extends DenialDetails {
  message: string;
}

/** What one plugin said in one review. Lists are made when first needed: most reviews need none. */
export interface Findings {
  denials: Denial[] | undefined;
  warnings: string[] | undefined;
  annotations: Map<string, string> | undefined;
  /** The error of a verb that was refused, whatever the handler did with it. */
  misused: Error | undefined;
}

/** Where an event goes that has no place in an answer any more. */
export interface LateVerbs {
  lateVerb(plugin: LoadedPlugin, verb: string, request: AdmissionRequest): void;
}

// metav1 qualified names, without the prefix that kube-apiserver puts in front itself
// (apiserver/pkg/audit/context.go, apimachinery/pkg/util/validation/validation.go).
const ANNOTATION_KEY = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/**
 * What one plugin's handler gets for one review. A class, against this project's habit: getters on a
 * prototype make `deny` and `signal` only for handlers that take them, where an object literal would
 * make five closures for every plugin in every review.
 */
export class StepContext implements ReviewContext {
  readonly findings: Findings = {
    denials: undefined,
    warnings: undefined,
    annotations: undefined,
    misused: undefined,
  };
  readonly #plugin: LoadedPlugin;
  readonly #hook: LoadedHook;
  readonly #request: AdmissionRequest;
  readonly #late: LateVerbs;
  readonly #until: number;
  #abort: AbortController | undefined;
  #deadline: number | undefined;
  #ended = false;
  #aborted: Error | undefined;
  #cluster: Cluster | undefined;

  /** `until`: when the plugin's time is over, on `performance.now()`'s clock. */
  constructor(
    plugin: LoadedPlugin,
    hook: LoadedHook,
    request: AdmissionRequest,
    late: LateVerbs,
    until: number,
  ) {
    this.#plugin = plugin;
    this.#hook = hook;
    this.#request = request;
    this.#late = late;
    this.#until = until;
  }

  get config(): unknown {
    return this.#plugin.config;
  }

  get state(): unknown {
    return this.#plugin.state;
  }

  get cluster(): Cluster {
    return (this.#cluster ??= this.#plugin.openCluster({
      dryRun: this.#request.dryRun === true,
      sideEffects: this.#hook.sideEffects,
      expectOpen: (verb) => this.#expectOpen(verb),
      misused: (error) => this.#misused(error),
      signal: () => this.signal,
      deadline: () => this.deadline,
    }));
  }

  get log(): Logger {
    return this.#plugin.log.child({ uid: this.#request.uid });
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted !== undefined) this.#abort.abort(this.#aborted);
    return this.#abort.signal;
  }

  get deadline(): number {
    // Rounded down: a deadline that is early by a part of a millisecond does no harm.
    return (this.#deadline ??= Math.floor(Date.now() + this.#until - performance.now()));
  }

  get deny(): ReviewContext["deny"] {
    return (message, details) => {
      this.#expectOpen("deny");
      try {
        checkDenial(message, details);
      } catch (error) {
        throw this.#misused(error);
      }
      (this.findings.denials ??= []).push({ ...details, message });
    };
  }

  get warn(): ReviewContext["warn"] {
    return (message) => {
      this.#expectOpen("warn");
      if (typeof message !== "string") throw this.#misused(badVerb("warn takes a string"));
      (this.findings.warnings ??= []).push(message);
    };
  }

  get audit(): ReviewContext["audit"] {
    return (key, value) => {
      this.#expectOpen("audit");
      if (typeof key !== "string" || !ANNOTATION_KEY.test(key)) {
        const error = badVerb(
          `audit key ${JSON.stringify(key)} is refused by kube-apiserver: use at most 63 of ` +
            "[A-Za-z0-9_.-], with a letter or digit at both ends (the webhook's name is put in front)",
        );
        throw this.#misused(error);
      }
      if (typeof value !== "string") {
        throw this.#misused(badVerb(`audit value of "${key}" must be a string`));
      }
      (this.findings.annotations ??= new Map()).set(key, value);
    };
  }

  /** Ends the plugin's review: verbs throw from now on. With a reason, `signal` aborts as well. */
  end(aborted?: Error): void {
    this.#ended = true;
    if (aborted !== undefined) {
      this.#aborted = aborted;
      this.#abort?.abort(aborted);
    }
  }

  #misused(error: unknown): Error {
    this.findings.misused ??= error as Error;
    return error as Error;
  }

  #expectOpen(verb: string): void {
    if (!this.#ended) return;
    this.#late.lateVerb(this.#plugin, verb, this.#request);
    throw new GatewrightError(
      "GW_LATE_VERB",
      `plugin "${this.#plugin.name}" called ${verb}() after its review had ended: await what you start`,
    );
  }
}

function badVerb(message: string): GatewrightError {
  return new GatewrightError("GW_BAD_VERB", message);
}

// What kube-apiserver cannot decode it takes for no answer at all, and asks failurePolicy.
function checkDenial(message: unknown, details: unknown): void {
  if (typeof message !== "string" || message === "") throw badVerb("deny takes a message");
  if (details === undefined) return;
  if (typeof details !== "object" || details === null) {
    throw badVerb("deny takes { field, reason, code, retryAfterSeconds } after its message");
  }
  const { field, reason, code, retryAfterSeconds: retry } = details as Record<string, unknown>;
  expectText("field", field);
  expectText("reason", reason);
  if (code !== undefined && !isWhole(code, 400, 599)) {
    throw badVerb(`deny takes a code from 400 to 599, not ${inspect(code)}`);
  }
  if (retry !== undefined && !isWhole(retry, 0, MAX_INT32)) {
    throw badVerb(`deny takes whole seconds as retryAfterSeconds, not ${inspect(retry)}`);
  }
}

function expectText(name: string, text: unknown): void {
  if (text === undefined || typeof text === "string") return;
  throw badVerb(`deny takes a string as ${name}, not ${typeof text}`);
}

/** `metav1.StatusDetails.retryAfterSeconds` is an int32. */
const MAX_INT32 = 2 ** 31 - 1;

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
