import type { IncomingMessage, ServerResponse } from "node:http";
import { Router } from "@koa/router";
import Koa, { type Context } from "koa";
import { CallerGone, readBody } from "./body.ts";
import { timeAllowed } from "./deadline.ts";
import { createDecoder, type DecodedReview } from "./decode.ts";
import { encodeReview, faultText, responseOf } from "./encode.ts";
import { BadReview } from "./errors.ts";
import type { Intake } from "./intake.ts";
import type { Outcome } from "./outcome.ts";
import type { ReviewOptions } from "./pipeline.ts";
import type { AdmissionRequest } from "./admission.ts";

/** Judges one request; the server's wrapping of a `Reviewer`, with its counting and logging. */
export type Judge = (
  request: AdmissionRequest,
  options: Required<ReviewOptions>,
) => Promise<Outcome>;

/** What the routes ask and tell the server. */
export interface RouteOptions {
  /** By path; what is not in it is no webhook. */
  judges: ReadonlyMap<string, Judge>;
  /** Who answers for a path that is in `judges` no longer, and may still be called. */
  retired(path: string): Judge | undefined;
  maxRequestBytes: number;
  /** Counts the bytes of reviews until they are answered. */
  intake: Intake;
  /** Why the server is not ready; empty when it is. */
  notReady(): Promise<string[]>;
  /** Whether answers should ask the caller to open its next connection elsewhere. */
  isDraining(): boolean;
  /** Why this caller may not call; undefined where it may. */
  refusalOf(request: IncomingMessage): string | undefined;
  /** A call that was no review was answered with `status`. */
  badRequest(status: number, message: string): void;
  /** Something broke that is neither the caller's fault nor a plugin's. */
  internalError(error: unknown): void;
}

/** Answers calls; never rejects. */
export type Routes = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The HTTP surface: reviews, `/healthz` and `/readyz`. Decodes, judges, encodes; decides nothing. */
export function createRoutes(options: RouteOptions): Routes {
  const answerOther = createApp(options).callback();
  const decoders = new Map([...options.judges.keys()].map((path) => [path, createDecoder()]));
  const decodeRetired = createDecoder();
  // A review's path is known to the letter before the server starts. Looked up here, it costs a
  // hundredth of a review; matched by the router, an eighth; and Koa in front of it a fifteenth.
  return (req, res) => {
    const url = req.url ?? "";
    const query = url.indexOf("?");
    const path = query === -1 ? url : url.slice(0, query);
    const judge = options.judges.get(path) ?? options.retired(path);
    if (judge === undefined || req.method !== "POST") return answerOther(req, res);
    const decode = decoders.get(path) ?? decodeRetired;
    return answerReview(
      req,
      res,
      { judge, decode },
      query === -1 ? "" : url.slice(query + 1),
      options,
    );
  };
}

/** What is no review: few enough to be answered at leisure. */
function createApp(options: RouteOptions): Koa {
  const app = new Koa();
  app.on("error", (error: { headerSent?: boolean }) => {
    // Koa hears of a caller that went away, too, and says so by this: nobody could be answered.
    if (error.headerSent !== true) options.internalError(error);
  });
  app.use(async (ctx, next) => {
    if (ctx.req.url?.startsWith("/") === true) await next();
    else {
      // `*`, or a whole URL, which only a proxy is sent. Koa would choke on some of them.
      refuse(ctx.res, 400, "the request's target is no path", options);
      ctx.respond = false;
    }
    if (options.isDraining()) ctx.res.shouldKeepAlive = false;
  });
  const router = createRouter(options);
  app.use(router.routes());
  app.use((ctx) => {
    refuse(ctx.res, 404, `nothing is served at ${ctx.path}`, options);
    ctx.respond = false;
  });
  return app;
}

function createRouter(options: RouteOptions): Router {
  const router = new Router();
  router.get("/healthz", (ctx) => {
    ctx.body = "ok";
  });
  router.get("/readyz", async (ctx) => {
    const reasons = await options.notReady();
    ctx.status = reasons.length === 0 ? 200 : 503;
    ctx.body = reasons.length === 0 ? "ok" : `not ready: ${reasons.join(", ")}`;
  });
  router.all(["/healthz", "/readyz"], (ctx: Context) => {
    notAllowed(ctx, "GET, HEAD", "GET it", options);
  });
  router.all("/:phase/:webhook", (ctx: Context, next) => {
    if (!options.judges.has(ctx.path)) return next();
    notAllowed(ctx, "POST", "POST an AdmissionReview", options);
    return undefined;
  });
  return router;
}

function notAllowed(ctx: Context, allow: string, advice: string, options: RouteOptions): void {
  ctx.set("Allow", allow);
  ctx.status = 405;
  ctx.body = `${ctx.method} is not allowed here: ${advice}`;
  options.badRequest(405, ctx.body as string);
}

interface Endpoint {
  readonly judge: Judge;
  readonly decode: (body: Buffer) => DecodedReview;
}

async function answerReview(
  req: IncomingMessage,
  res: ServerResponse,
  { judge, decode }: Endpoint,
  queryString: string,
  options: RouteOptions,
): Promise<void> {
  const arrived = performance.now();
  const holding = options.intake.open();
  try {
    const refusal = options.refusalOf(req);
    if (refusal !== undefined) return refuse(res, 403, refusal, options);
    const timeoutMs = timeAllowed(queryString);
    const limits = {
      maxBytes: options.maxRequestBytes,
      patienceMs: timeoutMs,
      admits: holding.add,
    };
    const { apiVersion, request, source } = await readBody(req, limits, decode);
    const left = timeoutMs - (performance.now() - arrived);
    const outcome = await judge(request, { timeoutMs: left, source });
    if (outcome.kind === "fault") {
      write(res, 500, "text/plain; charset=utf-8", faultText(request, outcome), options);
      return;
    }
    const answer = encodeReview(apiVersion, responseOf(request.uid, outcome));
    write(res, 200, "application/json", answer, options);
  } catch (error) {
    if (error instanceof CallerGone) return;
    // What was not read would be taken for the next request: read it, and keep nothing.
    req.resume();
    if (error instanceof BadReview) return refuse(res, error.status, error.message, options);
    options.internalError(error);
    if (!res.headersSent) write(res, 500, "text/plain; charset=utf-8", "internal error", options);
  } finally {
    holding.release();
  }
}

function refuse(res: ServerResponse, status: number, message: string, options: RouteOptions): void {
  options.badRequest(status, message);
  // The body may not have been read to its end, so the connection cannot be used again.
  if (status === 413 || status === 408 || status === 503) res.shouldKeepAlive = false;
  write(res, status, "text/plain; charset=utf-8", message, options);
}

function write(
  res: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  options: RouteOptions,
): void {
  if (options.isDraining()) res.shouldKeepAlive = false;
  const length = Buffer.byteLength(body);
  const headers = { "Content-Type": contentType, "Content-Length": length };
  // As many bytes as characters: all of it is ASCII, which Node writes faster as Latin-1.
  res.writeHead(status, headers).end(body, length === body.length ? "latin1" : "utf8");
}
