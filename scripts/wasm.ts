/**
 * Compiles what is written in WebAssembly's text format, and writes it as TypeScript beside it:
 * `node scripts/wasm.ts`. With `--check`, only says whether what is there is what would be written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openWabt from "wabt";

const source = fileURLToPath(new URL("../packages/core/src/scan.wat", import.meta.url));
const target = source.replace(/\.wat$/, ".wasm.ts");

const wabt = await openWabt();
const { buffer } = wabt
  .parseWat("scan.wat", readFileSync(source, "utf8"), { simd: true })
  .toBinary({});
const text = `/** Written by \`scripts/wasm.ts\` from scan.wat, in base64. */
export const scanWasm =
  "${Buffer.from(buffer).toString("base64")}";
`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("packages/core/src/scan.wasm.ts is not what scan.wat says: node scripts/wasm.ts");
  process.exitCode = 1;
}
