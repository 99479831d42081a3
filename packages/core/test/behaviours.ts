import { GatewrightError } from "../src/errors.ts";
import type { Handler } from "./reviews.ts";

/** What a plugin may do, by what it comes to. */
export const behaviours: Record<"deny" | "fault" | "allow", Record<string, Handler>> = {
  deny: {
    once: (_r, { deny }) => deny("no"),
    "after an await": async (_r, { deny }) => {
      await Promise.resolve();
      deny("no");
    },
    "and then throws": (_r, { deny }) => {
      deny("no");
      throw new Error("broken");
    },
    "and then overruns": async (_r, { deny, signal }) => {
      deny("no");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  },
  fault: {
    "throws null": () => {
      throw null;
    },
    "throws undefined": () => {
      throw undefined;
    },
    "throws a text": () => {
      throw "text";
    },
    "throws an object without a prototype": () => {
      throw Object.create(null);
    },
    "throws a frozen error": () => {
      throw Object.freeze(new Error("frozen"));
    },
    "throws an error of ours": () => {
      throw new GatewrightError("GW_LISTEN", "not its own");
    },
    "rejects with nothing": () => Promise.reject(),
    "rejects later": async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new TypeError("x is not a function");
    },
    overruns: (_r, { signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", resolve)),
    "uses a verb wrongly": (_r, { audit }) => audit("a/b", "c"),
    "denies without a message": (_r, { deny }) => deny(""),
    "writes where it may not": ({ oldObject }) => void ((oldObject as object as { x: 1 }).x = 1),
  },
  allow: {
    nothing: () => {},
    "nothing later": async () => {},
    "a value": () => "ignored",
    warns: (_r, { warn }) => warn("careful"),
  },
};

/** All of them. */
export const everyBehaviour = Object.entries(behaviours).flatMap(([kind, all]) =>
  Object.entries(all).map(([what, handle]) => ({ kind, what, handle })),
);
