import type { Check, Hit, Patient } from "../check.ts";
import { type Gate, judges, titleOf, whereOf } from "../gate.ts";
import { type Selector, selectorText, selects } from "../label-selector.ts";
import { type Request, requestFor, requestText } from "../request.ts";
import { covers } from "../would-call.ts";
import { NAME_LABEL } from "../world.ts";

const MATCHING =
  "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/";

/** Requests whose object has no labels of a pod's. */
const labelless: readonly Request[] = [
  requestFor("v1/pods/eviction"),
  requestFor("v1/pods/binding"),
  ...["exec", "attach", "portforward", "proxy"].map((subresource) =>
    requestFor(`v1/pods/${subresource}`, { operation: "CONNECT" }),
  ),
];

const selectorPointer = (gate: Gate, which: "namespaceSelector" | "objectSelector") =>
  gate.client === undefined ? `/spec/matchConstraints/${which}` : `/${which}`;

const keysText = (selector: Selector) => selector.map(({ key }) => key).join(", ");

/** Selectors and conditions that let by what the rules are for. */
export const selectorChecks: readonly Check[] = [
  {
    id: "GWD110-object-selector-subresource",
    severity: "error",
    title: "an objectSelector that evictions, bindings and connections never match",
    why: "The objectSelector is asked about the object that is sent: an Eviction or a Binding has the labels its sender gave it, commonly none, and the options of exec, attach, portforward and proxy have no metadata at all. None has the pod's labels.",
    source: "apiserver/pkg/admission/plugin/webhook/predicates/object/matcher.go",
    fix: `objectSelector: {}
# and let the webhook look the pod up, by request.namespace and request.name`,
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const gate of gates) {
        if (gate.objectSelector.length === 0) continue;
        const missed = labelless.filter((request) => {
          const isNamed = gate.rules.some(
            (rule) =>
              rule.resources.includes(`pods/${request.subresource}`) &&
              covers(rule, request, world, gate.matchPolicy),
          );
          return isNamed && !(request.labels && selects(gate.objectSelector, request.labels));
        });
        if (missed.length === 0) continue;
        yield {
          where: whereOf(gate, selectorPointer(gate, "objectSelector")),
          what: `${titleOf(gate)} is never asked about ${missed.map(requestText).join(", ")}: no such object matches ${selectorText(gate.objectSelector)}`,
        };
      }
    },
  },
  {
    id: "GWD111-object-selector",
    severity: "warning",
    title: "an objectSelector that users can switch off",
    why: "Whoever writes an object chooses its labels: leaving one out, or adding one, takes a new object out of the rule. That is a convenience, and no boundary.",
    source: `${MATCHING} ("Matching requests: objectSelector")`,
    fix: `objectSelector: {}
namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }`,
    *find({ gates }: Patient): Iterable<Hit> {
      for (const gate of gates) {
        if (!judges(gate) || gate.objectSelector.length === 0) continue;
        const how = selects(gate.objectSelector, {})
          ? "an object gets by with a label of its own"
          : "an object without these labels gets by";
        yield {
          where: whereOf(gate, selectorPointer(gate, "objectSelector")),
          what: `${titleOf(gate)} asks for ${selectorText(gate.objectSelector)}: ${how}`,
        };
      }
    },
  },
  {
    id: "GWD112-namespace-incoming-labels",
    severity: "warning",
    title: "namespaces are judged, and their own new labels decide whether",
    why: "For CREATE and UPDATE of a Namespace, the namespaceSelector is asked about the labels that the request brings: whoever may write the namespace switches the webhook off in the same request. Only kubernetes.io/metadata.name is the API server's own.",
    source: "apiserver/pkg/admission/plugin/webhook/predicates/namespace/matcher.go",
    fix: `# of the webhook whose rules have namespaces
namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }`,
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const gate of gates) {
        const keys = gate.namespaceSelector.filter(({ key }) => key !== NAME_LABEL);
        if (!judges(gate) || keys.length === 0) continue;
        const writes = [
          requestFor("v1/namespaces"),
          requestFor("v1/namespaces", { operation: "UPDATE" }),
        ];
        const judged = writes.some((request) =>
          gate.rules.some((rule) => covers(rule, request, world, gate.matchPolicy)),
        );
        if (!judged) continue;
        yield {
          where: whereOf(gate, selectorPointer(gate, "namespaceSelector")),
          what: `${titleOf(gate)} judges namespaces, and is switched off by their labels ${keysText(keys)}`,
        };
      }
    },
  },
  {
    id: "GWD113-namespace-selector",
    severity: "info",
    title: "a namespaceSelector by labels that somebody sets",
    why: "Whoever may label a namespace decides whether its objects are judged; in many clusters that is the team it belongs to. A namespace that nobody labelled is in, or out, by accident.",
    source: `${MATCHING} ("Matching requests: namespaceSelector")`,
    fix: `namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }`,
    *find({ gates }: Patient): Iterable<Hit> {
      for (const gate of gates) {
        const keys = gate.namespaceSelector.filter(({ key }) => key !== NAME_LABEL);
        if (!judges(gate) || keys.length === 0) continue;
        yield {
          where: whereOf(gate, selectorPointer(gate, "namespaceSelector")),
          what: `${titleOf(gate)} goes by the namespace's labels ${keysText(keys)}`,
          // A namespace that nobody has labelled is not judged at all.
          ...(!selects(keys, {}) && { severity: "warning" as const }),
        };
      }
    },
  },
];
