/**
 * The part of JSON Schema (draft-07) that a configuration's type is inferred from. Every other keyword
 * is checked at run time, by ajv, and says nothing to the type.
 */
export interface ConfigSchema {
  readonly type: "object";
  readonly properties?: { readonly [key: string]: PropertySchema };
  readonly required?: readonly string[];
  /** `false` closes the object, so that a misspelt key is an error. */
  readonly additionalProperties: boolean | PropertySchema;
  readonly [keyword: string]: unknown;
}

/** A schema of anything inside a configuration. */
export interface PropertySchema {
  readonly [keyword: string]: unknown;
}

/** What a plugin reads of its configuration: whatever has a default is there. */
export type ConfigOf<S> = S extends ConfigSchema ? TypeOf<S, "read"> : undefined;

/** What a user of the plugin writes: whatever has a default may be left out. */
export type ConfigInput<S> = S extends ConfigSchema ? TypeOf<S, "write"> : undefined;

type Side = "read" | "write";

type TypeOf<S, W extends Side> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer A)[] } | { readonly oneOf: readonly (infer A)[] }
      ? TypeOfEach<A, W>
      : S extends { readonly type: readonly (infer T)[] }
        ? OfType<T, S, W>
        : S extends { readonly type: infer T }
          ? OfType<T, S, W>
          : unknown;

type TypeOfEach<A, W extends Side> = A extends unknown ? TypeOf<A, W> : never;

type OfType<T, S, W extends Side> = T extends "string"
  ? string
  : T extends "number" | "integer"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends "null"
        ? null
        : T extends "array"
          ? S extends { readonly items: infer I }
            ? readonly TypeOf<I, W>[]
            : readonly unknown[]
          : T extends "object"
            ? ObjectOf<S, W>
            : unknown;

type ObjectOf<S, W extends Side> = S extends { readonly properties: infer P }
  ? Flat<
      { readonly [K in keyof P as K extends Present<S, P, W> ? K : never]: TypeOf<P[K], W> } & {
        readonly [K in keyof P as K extends Present<S, P, W> ? never : K]?: TypeOf<P[K], W>;
      } & OtherKeys<S>
    >
  : S extends { readonly additionalProperties: infer A extends PropertySchema }
    ? { readonly [key: string]: TypeOf<A, W> }
    : { readonly [key: string]: unknown };

/** What is not closed may hold more than it names. */
type OtherKeys<S> = S extends { readonly additionalProperties: false }
  ? unknown
  : { readonly [key: string]: unknown };

/** The keys that are always there: on the read side, defaults fill in. */
type Present<S, P, W extends Side> =
  | (W extends "read" ? WithDefault<P> : never)
  | (S extends { readonly required: readonly (infer R)[] }
      ? W extends "read"
        ? R
        : Exclude<R, WithDefault<P>>
      : never);

type WithDefault<P> = {
  [K in keyof P]: P[K] extends { readonly default: unknown } ? K : never;
}[keyof P];

type Flat<T> = { [K in keyof T]: T[K] };
