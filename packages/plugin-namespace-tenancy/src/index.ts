import { definePlugin } from "@gatewright/core";
import { CONFIG } from "./config.ts";
import { CREATOR, formatCreator } from "./creator.ts";
import { judgeContent } from "./judge.ts";
import { judgeNamespace } from "./judge-namespace.ts";
import { keepAccess } from "./keep-access.ts";
import { OWNERS, ownershipOf, UNOWNED } from "./ownership.ts";
import { CLUSTER_ROLES, createPrerequisites } from "./prerequisites.ts";
import { CONFIG_MAPS } from "./reservations.ts";
import { isKept, ROLE_BINDINGS } from "./role-bindings.ts";
import { openState } from "./state.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { formatSubjects } from "./subjects-annotation.ts";
import { madeUnowned } from "./words.ts";
import { writeOf } from "./write.ts";

/**
 * A namespace belongs to whoever created it: others can neither write nor read there. See the package's README
 * for what RBAC must not grant elsewhere, and for how to register it.
 *
 * @example
 * namespaceTenancy({ administrators: [{ kind: "Group", name: "platform" }], maxNamespacesPerOwner: 10 })
 */
export default definePlugin({
  name: "namespace-tenancy",
  config: CONFIG,
  reads: ["v1/namespaces", ROLE_BINDINGS],
  writes: ({ maxNamespacesPerOwner }) => ({
    [ROLE_BINDINGS]: ["create", "patch", "delete"],
    ...(maxNamespacesPerOwner === undefined
      ? {}
      : { [CONFIG_MAPS]: ["create", "patch", "update", "delete"] }),
  }),
  // Nobody gives others a role that he does not have, but for this verb.
  policyRules: ({ clusterRoles }) => [
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["clusterroles"],
      verbs: ["bind"],
      resourceNames: [...new Set([clusterRoles.owners, clusterRoles.members])],
    },
  ],
  setup: (context) => ({
    ...openState(context),
    prerequisites: createPrerequisites(context.config),
  }),
  mutate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["namespaces"], operations: ["CREATE"] },
    ],
    sideEffects: "None",
    handle(request, { state, warn }) {
      const { object, userInfo } = request;
      const annotations = { ...object.metadata.annotations };
      // What is there already, the validating phase judges.
      if (annotations[UNOWNED] !== undefined) return;
      const { parties } = state;
      if (annotations[OWNERS] === undefined) {
        if (parties.isAdministrator(userInfo)) {
          warn(madeUnowned(object.metadata.name));
          return;
        }
        if (parties.isController(request)) return;
        const owner = subjectOf(userInfo.username ?? "");
        if (owner === undefined) return;
        annotations[OWNERS] = formatSubjects([owner]);
      }
      const ownership = ownershipOf({ metadata: { annotations } });
      if (annotations[CREATOR] === undefined && ownership.state === "owned") {
        const [creator] = ownership.owners as [Subject];
        annotations[CREATOR] = formatCreator(creator);
      }
      object.metadata.annotations = annotations;
    },
  },
  validate: {
    rules: [
      {
        apiGroups: ["*"],
        apiVersions: ["*"],
        resources: ["*/*"],
        operations: ["*"],
        // What has no namespace is nobody's, but for the namespaces themselves.
        scope: "Namespaced",
      },
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        // The subresources, too, keep what is sent as metadata.
        resources: ["namespaces", "namespaces/status", "namespaces/finalize"],
        operations: ["CREATE", "UPDATE", "DELETE"],
      },
    ],
    // A name is put down for a namespace that is about to come, where owners are limited.
    sideEffects: "NoneOnDryRun",
    handle(request, context) {
      const write = writeOf(request);
      const { group, resource } = write.resource;
      return resource === "namespaces" && group === ""
        ? judgeNamespace(write, context)
        : judgeContent(write, context);
    },
  },
  reconcile: {
    resource: "v1/namespaces",
    watches: {
      [ROLE_BINDINGS]: ({ metadata: { name, namespace } }) =>
        isKept(name) ? { name: namespace } : undefined,
      // Only whether they are there matters, which any namespace is a reason to look at: this one is always there.
      [CLUSTER_ROLES]: () => ({ name: "default" }),
    },
    async handle({ name, object }, context) {
      const { config, state, cluster, log, signal } = context;
      await state.prerequisites.look(cluster, log, signal);
      if (config.maxNamespacesPerOwner !== undefined) await state.reservations.sweep(cluster);
      await keepAccess(name, object, context);
    },
  },
});
