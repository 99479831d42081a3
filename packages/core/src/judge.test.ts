import { expect } from "chai";
import { describe, it } from "mocha";
import { type Line, recordingLogger } from "../test/lines.ts";
import { type Handler, plugin, podRequest } from "../test/reviews.ts";
import { until } from "../test/servers.ts";
import type { AdmissionRequest } from "./admission.ts";
import { createJudge, createStepObserver } from "./judge.ts";
import { createMetrics } from "./metrics/metrics.ts";
import type { Outcome } from "./outcome.ts";
import { createPipeline, type Reviewer } from "./pipeline.ts";
import type { Phase } from "./webhook-endpoint.ts";
import type { AroundReview } from "./server-options.ts";
import type { PluginEntry } from "./webhook.ts";

const NAME = "pods.example.com";
const UID = podRequest().uid;

interface Judged {
  judge: (facts?: Partial<AdmissionRequest>) => Promise<Outcome>;
  lines: Line[];
  /** Lines at `info` and above. */
  written: () => Line[];
  metrics: () => Promise<string>;
}

async function judged(
  phase: Phase,
  handlers: Record<string, Handler>,
  { around, ...policy }: Omit<PluginEntry, "plugin"> & { around?: AroundReview } = {},
): Promise<Judged> {
  const log = recordingLogger();
  const metrics = createMetrics();
  const plugins = Object.entries(handlers).map(([name, handle]) => ({
    ...policy,
    plugin: plugin(name, { [phase]: handle }),
  }));
  const observer = createStepObserver(metrics);
  const pipeline = await createPipeline({ webhooks: { [NAME]: { plugins } }, log, observer });
  const reviewer = pipeline.reviewers.get(`/${phase}/${NAME}`);
  if (reviewer === undefined) throw new Error("no reviewer");
  const judge = createJudge(reviewer, metrics, log, around);
  return {
    judge: (facts) => {
      const request = podRequest(facts);
      return judge(request, { timeoutMs: 60_000, source: () => JSON.stringify(request) });
    },
    lines: log.lines,
    written: log.written,
    metrics: async () => (await metrics.exposition()).text,
  };
}

const always = { webhook: NAME, uid: UID, user: "alice", operation: "CREATE", resource: "v1/pods" };
const broken = (): never => {
  throw new Error("password=hunter2");
};

describe("createJudge(reviewer, metrics, log, around): Judge", () => {
  it("writes nothing at info of what was allowed, and one line at debug", async () => {
    const { judge, lines, written } = await judged("mutate", {
      a: ({ object }) => void (object.metadata.labels["x"] = "1"),
    });
    await judge();
    expect(written()).to.deep.equal([]);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({
      ...always,
      phase: "mutate",
      level: "debug",
      message: "allowed",
      patched: 1,
    });
  });

  it("writes one line for a denial, with who, what and which plugin", async () => {
    const { judge, written } = await judged("validate", {
      a: (_r, { deny }) => deny("no", { field: "spec.x" }),
      b: (_r, { deny }) => {
        deny("nor that");
        deny("nor this");
      },
      c: broken,
    });
    await judge({ dryRun: true, namespace: "team-a", name: "web" });
    expect(written()).to.have.length(1);
    const [line] = written();
    const facts = { namespace: "team-a", name: "web", dryRun: true, plugin: "a,b,c" };
    expect(line).to.include({ ...always, ...facts, level: "info", message: "denied" });
    expect(line?.["ms"]).to.be.a("number");
    expect(line?.["denials"]).to.deep.equal([
      { plugin: "a", message: "no", field: "spec.x" },
      { plugin: "b", message: "nor that", field: undefined },
      { plugin: "b", message: "nor this", field: undefined },
    ]);
    expect(JSON.stringify(line?.["faults"])).to.match(/"plugin":"c".*hunter2/);
  });

  const causes: Record<string, [cause: unknown, shown: RegExp]> = {
    "an error": [
      new Error("why", { cause: new Error("deeper") }),
      /^Error: why\n {4}at .*\ncaused by Error: deeper/s,
    ],
    null: [null, /^null$/],
    undefined: [undefined, /^undefined$/],
    "a text": ["just text", /^just text$/],
    "an object, which may be a part of a Secret": [
      { data: "hunter2" },
      /^a value that is no Error$/,
    ],
    "an object without a prototype": [Object.create(null), /^a value that is no Error$/],
    "a symbol": [Symbol("s"), /^Symbol\(s\)$/],
    "an error whose stack throws": [
      Object.defineProperty(new Error("x"), "stack", { get: broken }),
      /^an error that cannot be shown$/,
    ],
  };
  for (const [what, [cause, shown]] of Object.entries(causes)) {
    it(`writes one line for a fault, whose cause is ${what}`, async () => {
      const { judge, written } = await judged("validate", {
        a: () => {
          throw cause;
        },
      });
      expect((await judge()).kind).to.equal("fault");
      expect(written()).to.have.length(1);
      const [line] = written();
      expect(line).to.include({ ...always, plugin: "a", level: "error", message: "fault" });
      expect(line?.["faults"]).to.have.nested.property("[0].code", "GW_PLUGIN_FAULT");
      expect(line?.["faults"]).to.have.nested.property("[0].cause").that.matches(shown);
    });
  }

  it("makes no line of a level that is not logged, and asks each time", async () => {
    const { lines, ...writing } = recordingLogger();
    let logged = "error";
    const log = { ...writing, isLevelEnabled: (level: string) => level === logged };
    const denies = plugin("denies", { validate: (_request, { deny }) => deny("no") });
    const pipeline = await createPipeline({ webhooks: { [NAME]: { plugins: [denies] } } });
    const [reviewer] = [...pipeline.reviewers.values()] as [Reviewer];
    const judge = createJudge(reviewer, createMetrics(), log, undefined);
    await judge(podRequest(), { timeoutMs: 60_000, source: () => "" });
    expect(lines).to.deep.equal([]);
    logged = "info";
    await judge(podRequest(), { timeoutMs: 60_000, source: () => "" });
    expect(lines).to.have.length(1);
  });

  it("names an object without a name by what there is", async () => {
    const { judge, written } = await judged("validate", { a: broken });
    await judge({ name: "", object: { metadata: { generateName: "web-" } } });
    await judge({ name: "", oldObject: { metadata: { name: "old" } } });
    await judge({ name: "", object: { metadata: "not an object" as never } });
    expect(written().map(({ name }) => name)).to.deep.equal(["web-", "old", undefined]);
  });

  it("names group and subresource, and no more than there is", async () => {
    const { judge, written } = await judged("validate", { a: broken });
    await judge({ userInfo: {} });
    expect(written()[0]).to.include({ user: undefined, resource: "v1/pods", dryRun: undefined });
  });

  it("writes one line, with the causes, for what was not enforced", async () => {
    const { judge, written, metrics } = await judged(
      "mutate",
      {
        a: ({ object }, { deny }) => {
          object.metadata.labels["x"] = "1";
          deny("no");
        },
        b: broken,
      },
      { enforcement: "audit" },
    );
    expect((await judge()).kind).to.equal("allow");
    expect(written()).to.have.length(1);
    const [line] = written();
    expect(line).to.include({
      ...always,
      plugin: "a,b",
      level: "info",
      message: "allowed, not enforced",
    });
    const told = line?.["unenforced"] as { kind: string; message: string; cause?: string }[];
    expect(told.map(({ kind }) => kind)).to.deep.equal(["denial", "change", "fault"]);
    expect(told[1]?.message).to.equal("would change: add /metadata/labels/x");
    expect(told[2]?.cause).to.include("hunter2");
    const counted = await metrics();
    expect(counted).to.match(/plugin_faults_total\{.*plugin="b",code="GW_PLUGIN_FAULT"\} 1/);
    expect(counted).to.match(
      /unenforced_total\{.*plugin="a",kind="change",enforcement="audit"\} 1/,
    );
  });

  it("is wrapped, with the endpoint and the request, by what was given for it", async () => {
    const seen: string[] = [];
    const { judge } = await judged(
      "validate",
      { a: (_r, { deny }) => deny("no") },
      {
        around: async ({ endpoint, request }, next) => {
          seen.push(`before ${endpoint.path} ${request.uid}`);
          const outcome = await next();
          seen.push(`after ${outcome.kind}`);
          return outcome;
        },
      },
    );
    expect((await judge()).kind).to.equal("deny");
    expect(seen).to.deep.equal([`before /validate/${NAME} ${UID}`, "after deny"]);
  });

  it("counts a wrapping that throws as a fault, and throws on", async () => {
    const around = (): never => broken();
    const { judge, metrics } = await judged("validate", { a: () => {} }, { around });
    const error = await judge().catch((thrown: unknown) => thrown);
    expect(error).to.have.property("message", "password=hunter2");
    expect(await metrics()).to.match(/reviews_total\{.*verdict="fault"\} 1/);
  });
});

describe("createStepObserver(metrics): StepObserver", () => {
  it("logs and counts verbs used late, and logs what is thrown late", async () => {
    let deny = (_message: string): void => {};
    const { judge, written, metrics } = await judged(
      "validate",
      {
        late: (_r, context) => void ({ deny } = context),
        throws: async (_r, { signal }) => {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          throw new Error("too late");
        },
      },
      { timeoutSeconds: 0.01 },
    );
    await judge();
    expect(() => deny("no")).to.throw(/after its review had ended/);
    await until("both were logged", () => written().length === 3);
    const late = written().find(({ plugin: name }) => name === "late");
    expect(late).to.include({ level: "error", uid: UID, verb: "deny", code: "GW_LATE_VERB" });
    const thrown = written().find(({ message }) => message.startsWith("handler threw"));
    expect(thrown).to.include({ level: "error", uid: UID, plugin: "throws" });
    expect(await metrics()).to.match(
      /late_verbs_total\{webhook="pods.example.com",plugin="late"\} 1/,
    );
  });
});
