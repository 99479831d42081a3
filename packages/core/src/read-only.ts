import { GatewrightError } from "./errors.ts";
import { parsedOf } from "./unread.ts";

const refuse = (): never => {
  throw new GatewrightError(
    "GW_READ_ONLY",
    "this part of the request is read-only: only a mutator's `object` can be changed, in place",
  );
};

/**
 * Traps of one view. A class, so that a view costs no closures: the views of its members are kept here, by their keys,
 * and not in a WeakMap, where an entry costs more than the view. The same member is so given out as the same view,
 * and `===` and a Set of members work.
 */
class View<T extends object> {
  // Of most parts, no more than one member is read that is an object itself, and a Map costs more than all else here.
  #key: string | symbol | undefined;
  #view: object | undefined;
  #others: Map<string | symbol, object> | undefined;

  get(target: T, key: string | symbol): unknown {
    return this.member(target, key, (target as Record<string | symbol, unknown>)[key]);
  }

  getOwnPropertyDescriptor(target: T, key: string | symbol): PropertyDescriptor | undefined {
    const descriptor: PropertyDescriptor | undefined = Reflect.getOwnPropertyDescriptor(
      target,
      key,
    );
    if (descriptor !== undefined) descriptor.value = this.member(target, key, descriptor.value);
    return descriptor;
  }

  protected member(target: object, key: string | symbol, value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (key === this.#key) return this.#view;
    const known = this.#others?.get(key);
    if (known !== undefined) return known;
    const parsed = parsedOf(value);
    // Put in its place, so that what looks past every trap, as `console.dir` does, sees it, too.
    if (parsed !== value) (target as Record<string | symbol, unknown>)[key] = parsed;
    const view = readOnly(parsed);
    if (this.#key === undefined) {
      this.#key = key;
      this.#view = view;
    } else {
      (this.#others ??= new Map()).set(key, view);
    }
    return view;
  }

  set(): never {
    return refuse();
  }
  defineProperty(): never {
    return refuse();
  }
  deleteProperty(): never {
    return refuse();
  }
  setPrototypeOf(): never {
    return refuse();
  }
  preventExtensions(): never {
    return refuse();
  }
}

/**
 * A view of a part of a request that throws `GW_READ_ONLY` where it is written to, however deep.
 * It costs what is read of it: freezing a 60 KB object for each review would cost more than parsing it.
 * It is a Proxy, so `structuredClone` refuses it; `JSON.parse(JSON.stringify(part))` copies it.
 */
export function readOnly<T>(part: T): T {
  if (typeof part !== "object" || part === null) return part;
  return new Proxy(thawed(part), new View());
}

/** A Proxy must show what is frozen as it is, not a view of it: then it is the view of a copy. */
function thawed<T extends object>(target: T): T {
  if (Object.isExtensible(target)) return target;
  return (Array.isArray(target) ? target.slice() : { ...target }) as T;
}

interface Request {
  readonly request: object;
  readonly object: object | null;
}

/** Made for every plugin in every review, so only of what is read: no copy, no view in advance. */
class RequestView extends View<Request> {
  override get({ request, object }: Request, key: string | symbol): unknown {
    if (key === "object") return object;
    return this.member(request, key, (request as Record<string | symbol, unknown>)[key]);
  }

  override getOwnPropertyDescriptor(
    target: Request,
    key: string | symbol,
  ): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(target.request, key);
    if (found === undefined) return undefined;
    const value = this.get(target, key);
    return { value, writable: true, enumerable: true, configurable: true };
  }

  has({ request }: Request, key: string | symbol): boolean {
    return key in request;
  }
  ownKeys({ request }: Request): (string | symbol)[] {
    return Reflect.ownKeys(request);
  }
  getPrototypeOf(): object {
    return Object.prototype;
  }
}

/**
 * A request as a handler sees it: read-only in all its depth, but for `object`, which is given as the
 * handler is to have it.
 */
export function viewOf(request: object, object: object | null): unknown {
  return new Proxy<Request>({ request, object }, new RequestView());
}
