import type { PatchOperation } from "./patch.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import {
  ALLOWED,
  type Fault,
  type Outcome,
  type PluginDenial,
  type Unenforced,
} from "./outcome.ts";
import type { StepResult } from "./step.ts";

/** What `verdictOf` needs of a phase. */
export interface PhaseResult {
  readonly results: readonly StepResult[];
  readonly patch: readonly PatchOperation[];
  readonly unenforced: ReadonlyMap<LoadedPlugin, readonly PatchOperation[]>;
}

/**
 * Makes one outcome of what the plugins said, in their order. Deny beats fault, fault beats allow: a
 * denial is certain even if a neighbour broke, and a broken plugin must not admit what a healthy one
 * would refuse. Of a plugin that is not enforced, nothing reaches the verdict.
 */
export function verdictOf({ results, patch, unenforced }: PhaseResult): Outcome {
  if (patch.length === 0 && unenforced.size === 0 && results.every(isSilent)) return ALLOWED;
  const sum = new Sum();
  for (const { plugin, findings, fault } of results) {
    const { warnings = NONE, annotations = NONE, denials = NONE } = findings;
    for (const warning of warnings) sum.warnings.push(warning);
    for (const [key, value] of annotations) sum.annotate(plugin, key, value);
    if (plugin.enforcement === "enforce") {
      for (const denial of denials) sum.denials.push({ ...denial, plugin: plugin.name });
      if (fault !== undefined) sum.faults.push(fault);
      continue;
    }
    for (const denial of denials) sum.tell(plugin, "denial", `would deny: ${denial.message}`);
    const changes = unenforced.get(plugin) ?? NONE;
    if (changes.length > 0) {
      const [paths, values] = [describe(changes, false), describe(changes, true)];
      sum.tell(plugin, "change", `would change: ${paths}`, undefined, `would change: ${values}`);
    }
    if (fault !== undefined) sum.tell(plugin, "fault", "failed, and was passed over", fault);
    sum.auditUnenforced(plugin);
  }
  const kind = sum.denials.length > 0 ? "deny" : sum.faults.length > 0 ? "fault" : "allow";
  return {
    kind,
    denials: sum.denials,
    faults: sum.faults,
    patch: kind === "allow" ? patch : NONE,
    warnings: sum.warnings,
    auditAnnotations: sum.annotations,
    unenforced: sum.unenforced,
  };
}

const NONE: readonly never[] = [];

function isSilent({ findings, fault }: StepResult): boolean {
  return (
    fault === undefined &&
    findings.denials === undefined &&
    findings.warnings === undefined &&
    findings.annotations === undefined
  );
}

class Sum {
  readonly denials: PluginDenial[] = [];
  readonly faults: Fault[] = [];
  readonly warnings: string[] = [];
  readonly annotations = new Map<string, string>();
  readonly unenforced: Unenforced[] = [];

  /** Where two plugins use one key, the first in order keeps it: kube-apiserver would drop one. */
  annotate(plugin: LoadedPlugin, key: string, value: string): void {
    let free = key;
    for (let n = 1; (this.annotations.get(free) ?? value) !== value; n++) {
      const suffix = n === 1 ? "" : `.${n}`;
      const named = `${plugin.name}.${key}`.slice(0, MAX_KEY - suffix.length);
      free = `${named.replace(/[^A-Za-z0-9]+$/, "")}${suffix}`;
    }
    this.annotations.set(free, value);
  }

  /** `message` also goes to the log and the audit log, `forUser` to whom the object belongs. */
  tell(
    plugin: LoadedPlugin,
    kind: Unenforced["kind"],
    message: string,
    fault?: Fault,
    forUser = message,
  ): void {
    const enforcement = plugin.enforcement as "warn" | "audit";
    const told = { plugin: plugin.name, enforcement, kind, message };
    this.unenforced.push(fault === undefined ? told : { ...told, fault });
    if (enforcement === "warn") this.warnings.push(`${plugin.name} (not enforced) ${forUser}`);
  }

  /** One annotation, by its name, for each plugin whose enforcement is `audit`. */
  auditUnenforced(plugin: LoadedPlugin): void {
    if (plugin.enforcement !== "audit") return;
    const own = this.unenforced.filter((one) => one.plugin === plugin.name);
    if (own.length > 0)
      this.annotate(plugin, plugin.name, own.map(({ message }) => message).join("; "));
  }
}

/** Of a qualified name's last part (apimachinery/pkg/util/validation/validation.go). */
const MAX_KEY = 63;

/** As many changes as are named one by one. */
const NAMED = 20;

/** A patch for people: `add /spec/securityContext {"runAsNonRoot":true}`; values only where asked. */
function describe(patch: readonly PatchOperation[], withValues: boolean): string {
  const named = patch.slice(0, NAMED).map((operation) => {
    const what = `${operation.op} ${operation.path}`;
    return operation.op === "remove" || !withValues
      ? what
      : `${what} ${shorten(JSON.stringify(operation.value))}`;
  });
  const more = patch.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
