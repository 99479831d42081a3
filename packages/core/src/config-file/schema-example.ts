/** A schema's own word on what to write, and of what it is. */
export interface SchemaExample {
  /** The key that it belongs to; undefined for the whole of a configuration. */
  readonly key: string | undefined;
  readonly value: unknown;
}

/**
 * The first of the `examples` that stand nearest to a place in a schema: at it, or at what it is in. Undefined where
 * there are none, and for places of which the schema knows nothing, such as a key too many.
 *
 * @param pointer an RFC 6901 pointer into what the schema is of
 */
export function exampleAt(schema: unknown, pointer: string): SchemaExample | undefined {
  const segments = pointer.split("/").slice(1);
  let at = schema;
  // That of the whole is for what is missing in it: of a key it says nothing.
  let nearest = segments.length === 0 ? exampleOf(at, undefined) : undefined;
  let key: string | undefined;
  for (const segment of segments) {
    const name = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    at = within(at, name);
    if (!isRecord(at)) return undefined;
    if (!/^\d+$/.test(name)) key = name;
    nearest = exampleOf(at, key) ?? nearest;
  }
  return nearest;
}

function within(schema: unknown, name: string): unknown {
  if (!isRecord(schema)) return undefined;
  const { properties, items, additionalProperties } = schema;
  if (isRecord(properties) && Object.hasOwn(properties, name)) return properties[name];
  return isRecord(items) ? items : additionalProperties;
}

function exampleOf(schema: unknown, key: string | undefined): SchemaExample | undefined {
  const examples = isRecord(schema) ? schema["examples"] : undefined;
  if (!Array.isArray(examples) || examples.length === 0) return undefined;
  return { key, value: examples[0] as unknown };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
