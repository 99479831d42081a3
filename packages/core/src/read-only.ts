import { GatewrightError } from "./errors.ts";

const refuse = (): never => {
  throw new GatewrightError(
    "GW_READ_ONLY",
    "this part of the request is read-only: only a mutator's `object` can be changed, in place",
  );
};

const unwritable: ProxyHandler<object> = {
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

const handler: ProxyHandler<object> = {
  ...unwritable,
  get(target, key, receiver) {
    const value: unknown = Reflect.get(target, key, receiver);
    return typeof value === "object" && value !== null ? memberView(value) : value;
  },
  getOwnPropertyDescriptor(target, key) {
    const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
    const value: unknown = descriptor?.value;
    if (descriptor !== undefined && typeof value === "object" && value !== null) {
      descriptor.value = memberView(value);
    }
    return descriptor;
  },
};

/**
 * A view of a part of a request that throws `GW_READ_ONLY` where it is written to, however deep.
 * It costs what is read of it: freezing a 60 KB object for each review would cost more than parsing it.
 * It is a Proxy, so `structuredClone` refuses it; `JSON.parse(JSON.stringify(part))` copies it.
 */
export function readOnly<T>(part: T): T {
  return typeof part === "object" && part !== null ? (new Proxy(thawed(part), handler) as T) : part;
}

/** A Proxy must show what is frozen as it is, not a view of it: then it is the view of a copy. */
function thawed<T extends object>(target: T): T {
  if (Object.isExtensible(target)) return target;
  return (Array.isArray(target) ? target.slice() : { ...target }) as T;
}

// The same member is given out as the same view, so that `===` and a Set of members work. The roots
// are not kept here: most are never read, and an entry in a WeakMap costs more than the view.
const views = new WeakMap<object, object>();

function memberView(member: object): object {
  let view = views.get(member);
  if (view === undefined) {
    view = new Proxy(thawed(member), handler);
    views.set(member, view);
  }
  return view;
}

interface Request {
  readonly request: object;
  readonly object: object | null;
  /** Of the request's own members, by their keys: dearer in the WeakMap, and nearly every handler reads one. */
  views: Map<string | symbol, object> | undefined;
}

/** Made for every plugin in every review, so only of what is read: no copy, no view in advance. */
const ofRequest: ProxyHandler<Request> = {
  ...(unwritable as ProxyHandler<Request>),
  get(target, key) {
    if (key === "object") return target.object;
    const value: unknown = Reflect.get(target.request, key);
    if (typeof value !== "object" || value === null) return value;
    const known = target.views?.get(key);
    if (known !== undefined) return known;
    const view = readOnly(value);
    (target.views ??= new Map()).set(key, view);
    return view;
  },
  has: ({ request }, key) => key in request,
  ownKeys: ({ request }) => Reflect.ownKeys(request),
  getOwnPropertyDescriptor(target, key) {
    const found = Reflect.getOwnPropertyDescriptor(target.request, key);
    if (found === undefined) return undefined;
    const value: unknown = ofRequest.get?.(target, key, undefined);
    return { value, writable: true, enumerable: true, configurable: true };
  },
  getPrototypeOf: () => Object.prototype,
};

/**
 * A request as a handler sees it: read-only in all its depth, but for `object`, which is given as the
 * handler is to have it.
 */
export function viewOf(request: object, object: object | null): unknown {
  return new Proxy<Request>({ request, object, views: undefined }, ofRequest);
}
