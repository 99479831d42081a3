/**
 * What kube-apiserver 1.36 serves by itself, betas included: a line for each group, and in it
 * `resource(subresources)`, in capitals `C:` before a resource without namespaces, and `@versions` where they are not
 * those of the group.
 */
const served: Readonly<Record<string, string>> = {
  " v1":
    "bindings configmaps endpoints events limitranges C:namespaces(finalize,status) C:nodes(proxy,status) persistentvolumeclaims(status) C:persistentvolumes(status) pods(attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status) podtemplates replicationcontrollers(scale,status) resourcequotas(status) secrets serviceaccounts(token) services(proxy,status) C:componentstatuses",
  "admissionregistration.k8s.io v1":
    "C:mutatingadmissionpolicies@v1,v1beta1 C:mutatingadmissionpolicybindings@v1,v1beta1 C:mutatingwebhookconfigurations C:validatingadmissionpolicies(status) C:validatingadmissionpolicybindings C:validatingwebhookconfigurations",
  "apiextensions.k8s.io v1": "C:customresourcedefinitions(status)",
  "apiregistration.k8s.io v1": "C:apiservices(status)",
  "apps v1":
    "controllerrevisions daemonsets(status) deployments(scale,status) replicasets(scale,status) statefulsets(scale,status)",
  "authentication.k8s.io v1": "C:selfsubjectreviews C:tokenreviews",
  "authorization.k8s.io v1":
    "localsubjectaccessreviews C:selfsubjectaccessreviews C:selfsubjectrulesreviews C:subjectaccessreviews",
  "autoscaling v1,v2": "horizontalpodautoscalers(status)",
  "batch v1": "cronjobs(status) jobs(status)",
  "certificates.k8s.io v1": "C:certificatesigningrequests(approval,status)",
  "coordination.k8s.io v1": "leases leasecandidates@v1beta1",
  "discovery.k8s.io v1": "endpointslices",
  "events.k8s.io v1": "events",
  "flowcontrol.apiserver.k8s.io v1": "C:flowschemas(status) C:prioritylevelconfigurations(status)",
  "networking.k8s.io v1":
    "C:ingressclasses ingresses(status) C:ipaddresses@v1,v1beta1 networkpolicies C:servicecidrs(status)@v1,v1beta1",
  "node.k8s.io v1": "C:runtimeclasses",
  "policy v1": "poddisruptionbudgets(status)",
  "rbac.authorization.k8s.io v1": "C:clusterrolebindings C:clusterroles rolebindings roles",
  "resource.k8s.io v1,v1beta1,v1beta2":
    "C:deviceclasses resourceclaims(status) resourceclaimtemplates C:resourceslices C:devicetaintrules(status)@v1beta2",
  "scheduling.k8s.io v1": "C:priorityclasses",
  "storage.k8s.io v1":
    "C:csidrivers C:csinodes csistoragecapacities C:storageclasses C:volumeattachments(status) C:volumeattributesclasses@v1,v1beta1",
};

/** A resource as the API server serves it. */
export interface ServedResource {
  readonly group: string;
  readonly resource: string;
  readonly versions: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
}

/** Every resource of Kubernetes itself. */
export const builtinResources: readonly ServedResource[] = Object.entries(served).flatMap(
  ([groupVersion, resources]) => {
    const [group = "", versions = ""] = groupVersion.split(" ");
    return resources.split(" ").map((text) => {
      const [, cluster, resource = "", subresources, own] =
        /^(C:)?([a-z]+)(?:\(([a-z,]+)\))?(?:@([a-z0-9,]+))?$/.exec(text) ?? [];
      return {
        group,
        resource,
        versions: (own ?? versions).split(","),
        namespaced: cluster === undefined,
        subresources: subresources?.split(",") ?? [],
      };
    });
  },
);

const builtinGroups = new Set(builtinResources.map(({ group }) => group));

/** Whether a group is Kubernetes' own, so that the table has all of it. */
export function isBuiltinGroup(group: string): boolean {
  return builtinGroups.has(group);
}
