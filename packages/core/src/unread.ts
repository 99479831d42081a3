const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * What `console.log` is to show of a Proxy: Node looks at the target, past every trap. `console.dir` asks for no such
 * method, and shows what was not read as empty.
 */
class ObjectToBe {
  [INSPECT](): object {
    return Object.fromEntries(Object.entries(this));
  }
}
class ListToBe extends Array<unknown> {
  [INSPECT](): object {
    return [...this];
  }
}
// To whoever asks they are of these classes, and so is what an array's methods make of it.
for (const [{ prototype }, value] of [
  [ObjectToBe, Object],
  [ListToBe, Array],
] as const) {
  Object.defineProperty(prototype, "constructor", { value, writable: true, configurable: true });
}

const PARSED = Symbol("gatewright parsed part");

/** Traps of one part, which is parsed once anything is asked of it. */
class Unread implements ProxyHandler<object> {
  #parse: (() => object) | undefined;
  #value: object | undefined;

  constructor(parse: () => object) {
    this.#parse = parse;
  }

  #read(): object {
    if (this.#value === undefined) {
      this.#value = this.#parse?.() as object;
      this.#parse = undefined;
    }
    return this.#value;
  }

  get(_target: object, key: string | symbol): unknown {
    const value = this.#read();
    return key === PARSED ? value : Reflect.get(value, key);
  }
  has(_target: object, key: string | symbol): boolean {
    return Reflect.has(this.#read(), key);
  }
  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#read());
  }
  getOwnPropertyDescriptor(_target: object, key: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#read(), key);
  }
  getPrototypeOf(target: object): object {
    return Array.isArray(target) ? Array.prototype : Object.prototype;
  }
  set(_target: object, key: string | symbol, value: unknown): boolean {
    return Reflect.set(this.#read(), key, value);
  }
  defineProperty(_target: object, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#read(), key, descriptor);
  }
  deleteProperty(_target: object, key: string | symbol): boolean {
    return Reflect.deleteProperty(this.#read(), key);
  }
  setPrototypeOf(): boolean {
    return false;
  }
  preventExtensions(): boolean {
    return false;
  }
}

/** What a part came to, parsed now where it was not: what is read often is better read there. Else `part` itself. */
export function parsedOf<T extends object>(part: T): T {
  return (part as { [PARSED]?: T })[PARSED] ?? part;
}

/**
 * The object or list that `parse` gives, which is asked once anything is asked of it. It is in all what `JSON.parse`
 * would have given, but that `structuredClone` refuses it, as any Proxy, and that it cannot be frozen.
 */
export function unread(isList: boolean, parse: () => object): object {
  return new Proxy(isList ? new ListToBe() : new ObjectToBe(), new Unread(parse));
}
