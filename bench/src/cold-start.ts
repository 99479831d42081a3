import { request } from "node:https";
import { startServer } from "./server-process.ts";

/** How long from the start of a server's process to the end of its first answer, in milliseconds. */
export async function coldStart(
  script: string,
  args: readonly string[],
  port: number,
  path: string,
  body: string,
): Promise<number> {
  const started = performance.now();
  const server = await startServer(script, script, args, port);
  try {
    await post(port, path, body);
    return performance.now() - started;
  } finally {
    await server.stop();
  }
}

/** Asks once, and throws where the answer is not 200. */
export function post(port: number, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        agent: false,
        rejectUnauthorized: false,
        headers: { "Content-Type": "application/json" },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${path} answered ${response.statusCode}: ${text}`));
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
