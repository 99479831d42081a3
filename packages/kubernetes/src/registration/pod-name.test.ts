import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { podName } from "./pod-name.ts";

describe("podName(tokenFile, host)", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pod-name-"));
  });
  after(() => rm(folder, { recursive: true }));

  const named = async (claims: unknown): Promise<string> => {
    const file = join(folder, "token");
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    await writeFile(file, `header.${payload}.signature`);
    return podName(file, "host");
  };

  it("is what the token says, though the host's name is cut", async () => {
    const name = `${"a".repeat(60)}-5d9c7b8f6d-x2x4z`;
    expect(await named({ "kubernetes.io": { namespace: "a", pod: { name, uid: "1" } } })).to.equal(
      name,
    );
  });

  it("is the host's where there is no token, or one that says nothing of a pod", async () => {
    expect(podName(join(folder, "none"), "host")).to.equal("host");
    expect(await named({ "kubernetes.io": { namespace: "a" } })).to.equal("host");
    expect(await named(null)).to.equal("host");
    await writeFile(join(folder, "token"), "not a token");
    expect(podName(join(folder, "token"), "host")).to.equal("host");
  });
});
