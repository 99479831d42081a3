import type { Check } from "./check.ts";
import { caBundleChecks } from "./checks/ca-bundles.ts";
import { clientChecks } from "./checks/clients.ts";
import { conditionChecks } from "./checks/conditions.ts";
import { cycleChecks } from "./checks/cycles.ts";
import { doorChecks } from "./checks/doors.ts";
import { gapChecks } from "./checks/gaps.ts";
import { lockOutChecks } from "./checks/lock-outs.ts";
import { orderChecks } from "./checks/order.ts";
import { ruleChecks } from "./checks/rules.ts";
import { selectorChecks } from "./checks/selectors.ts";
import { servedCertificateChecks } from "./checks/served-certificates.ts";
import { serviceChecks } from "./checks/services.ts";
import { shapeChecks } from "./checks/shapes.ts";
import { timeoutChecks } from "./checks/timeouts.ts";
import { trafficChecks } from "./checks/traffic.ts";
import { versionChecks } from "./checks/versions.ts";
import { wildcardChecks } from "./checks/wildcards.ts";

/** Checks of one kind, and what they are about. */
export interface Family {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** Every check, in the order of their ids. */
export const families: readonly Family[] = [
  {
    title: "Bypasses",
    checks: [...doorChecks, ...selectorChecks, ...conditionChecks, ...ruleChecks, ...gapChecks],
  },
  { title: "Lock-outs", checks: [...lockOutChecks, ...cycleChecks, ...wildcardChecks] },
  { title: "Order, reinvocation and dry runs", checks: orderChecks },
  { title: "Certificates", checks: [...caBundleChecks, ...servedCertificateChecks] },
  { title: "Timeouts and policy", checks: timeoutChecks },
  { title: "Reaching the webhook", checks: [...serviceChecks, ...clientChecks] },
  { title: "Versions, names and shapes", checks: [...versionChecks, ...shapeChecks] },
  { title: "Traffic", checks: trafficChecks },
].map(({ title, checks }) => ({
  title,
  checks: checks.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
}));

export const allChecks: readonly Check[] = families.flatMap(({ checks }) => checks);
