/**
 * Writes `packages/kubernetes-types/src` anew, from a real kube-apiserver: `pnpm generate:types`.
 * What it asks is in `kubernetes-types/openapi.ts`, what it writes in `schema-files.ts` and
 * `kinds-file.ts` beside it.
 */
import { join } from "node:path";
import { startControlPlane } from "@gatewright/testing/control-plane";
import { readServedApi, type ServedApi } from "./kubernetes-types/openapi.ts";
import { generatedFiles, writeGeneratedFiles } from "./kubernetes-types/write-files.ts";

/** What a fresh API server serves: every stable and every beta version, no alpha. */
export async function askControlPlane(): Promise<ServedApi> {
  const plane = await startControlPlane({
    controllerManager: false,
    apiServerArgs: ["--runtime-config=api/beta=true"],
  });
  try {
    return await readServedApi(async (path) => {
      const { status, text } = await plane.request(path);
      if (status !== 200) throw new Error(`${path} answers ${status} ${text}`);
      // `/openapi/v3` has JSON under the content type text/plain.
      return JSON.parse(text) as unknown;
    });
  } finally {
    await plane.stop();
  }
}

if (import.meta.main) {
  const files = generatedFiles(await askControlPlane());
  writeGeneratedFiles(join(import.meta.dirname, "../packages/kubernetes-types/src"), files);
  console.log(`${files.size} files written to packages/kubernetes-types/src`);
}
