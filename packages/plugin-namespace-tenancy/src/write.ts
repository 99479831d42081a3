import type { DeepReadonly, KubernetesObject } from "@gatewright/core";
import type { User } from "./ownership.ts";

/** A write or a CONNECT, as far as tenancy goes. */
export interface Write {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly resource: { readonly group: string; readonly resource: string };
  readonly subResource?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly userInfo: User;
  readonly object: DeepReadonly<KubernetesObject> | null;
  readonly oldObject: DeepReadonly<KubernetesObject> | null;
  readonly dryRun?: boolean | undefined;
}

/**
 * A request whose parts that every decision looks at are read once, and the others when they are asked for. A request
 * is a view, and each reading of one costs: a decision has thirty of them, which took as long as all else that it does.
 */
export function writeOf(request: Write): Write {
  return new ReadOnce(request);
}

/** A class, against this project's habit: getters on a prototype are made once, and not for each request. */
class ReadOnce implements Write {
  readonly #request: Write;
  readonly resource: Write["resource"];
  readonly namespace: string | undefined;
  readonly userInfo: User;

  constructor(request: Write) {
    const { resource, namespace, userInfo } = request;
    this.#request = request;
    this.resource = { group: resource.group, resource: resource.resource };
    this.namespace = namespace;
    this.userInfo = { username: userInfo.username, groups: copyOf(userInfo.groups) };
  }

  get operation(): Write["operation"] {
    return this.#request.operation;
  }
  get subResource(): string | undefined {
    return this.#request.subResource;
  }
  get name(): string | undefined {
    return this.#request.name;
  }
  get object(): Write["object"] {
    return this.#request.object;
  }
  get oldObject(): Write["oldObject"] {
    return this.#request.oldObject;
  }
  get dryRun(): boolean | undefined {
    return this.#request.dryRun;
  }
}

function copyOf(list: readonly string[] | undefined): readonly string[] {
  const copy: string[] = [];
  if (!list) return copy;
  // By index: an iterator asks the view twice as often.
  const { length } = list;
  for (let index = 0; index < length; index++) copy.push(list[index] as string);
  return copy;
}
