import { expect } from "chai";

/**
 * Expects that `stored` has all that `written` has, list item by list item; what the API server added is not looked at.
 */
export function expectContains(stored: unknown, written: unknown, path = ""): void {
  if (Array.isArray(written)) {
    expect(stored, path).to.be.an("array").with.length(written.length);
    for (const [index, item] of written.entries()) {
      expectContains((stored as unknown[])[index], item, `${path}/${index}`);
    }
  } else if (typeof written === "object" && written !== null) {
    expect(stored, path).to.be.an("object");
    for (const [key, value] of Object.entries(written)) {
      // Empty maps and lists are not stored.
      if (typeof value === "object" && Object.keys(value).length === 0) continue;
      expectContains((stored as Record<string, unknown>)[key], value, `${path}/${key}`);
    }
  } else if (stored !== undefined || written !== false) {
    // Go leaves out some that are false.
    expect(stored, path).to.equal(written);
  }
}
