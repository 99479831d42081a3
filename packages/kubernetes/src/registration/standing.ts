import type { Phase } from "@gatewright/core";
import { differences, type LiveConfiguration } from "./differences.ts";
import {
  CONTENT_ANNOTATION,
  INSTALLATION_ANNOTATION,
  type WebhookConfiguration,
} from "./webhook-configurations.ts";

/** How what is registered stands to what is to be. */
export type Standing =
  | { readonly kind: "current" }
  /** Of the same content, but for its CA or its owners: those are always written at once. */
  | { readonly kind: "refresh" }
  /** Of the same content once, and changed since by somebody else. */
  | { readonly kind: "drift"; readonly fields: readonly string[] }
  /** Nothing is registered, or another content. */
  | { readonly kind: "change"; readonly registered: boolean }
  /** Somebody else's, by the same name. */
  | { readonly kind: "foreign"; readonly whose: string };

/** What there is of both phases. */
export type ByPhase<T> = Readonly<Record<Phase, T | undefined>>;

/** Of which phase a configuration is. */
export function phaseOf({ kind }: { kind: string }): Phase {
  return kind === "MutatingWebhookConfiguration" ? "mutate" : "validate";
}

/**
 * Compares. `wasApplied` says whether this server has applied these very configurations before, CA and owners included:
 * only then is a difference in those somebody else's doing, and nothing at all a deletion.
 */
export function standingOf(
  wanted: readonly WebhookConfiguration[],
  live: ByPhase<LiveConfiguration>,
  wasApplied: boolean,
): Standing {
  const { [CONTENT_ANNOTATION]: content, [INSTALLATION_ANNOTATION]: installation } =
    wanted[0]?.metadata.annotations ?? {};
  const all = [live.mutate, live.validate].filter((one) => one !== undefined);
  const isSame = ({ metadata }: LiveConfiguration) =>
    metadata?.annotations?.[CONTENT_ANNOTATION] === content;
  for (const one of all) {
    const whose = one.metadata?.annotations?.[INSTALLATION_ANNOTATION];
    if (whose !== installation && !isSame(one)) {
      return { kind: "foreign", whose: whose ?? "no Gatewright" };
    }
  }
  if (all.length === 0 && !wasApplied) return { kind: "change", registered: false };
  // Also where one of them is of this content: a change that was cut off in the middle.
  if (!all.every(isSame)) return { kind: "change", registered: true };
  const fields = wanted.flatMap((configuration) => {
    const phase = phaseOf(configuration);
    const there = live[phase];
    if (there === undefined) return [configuration.kind];
    return differences(configuration, there).map((field) => `${phase}: ${field}`);
  });
  if (fields.length === 0) return { kind: "current" };
  const isRenewed = fields.every(
    (field) => field.endsWith("metadata.ownerReferences") || field.endsWith(".caBundle"),
  );
  return isRenewed && !wasApplied ? { kind: "refresh" } : { kind: "drift", fields };
}
