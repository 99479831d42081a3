import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { expectAllowed, MEMBERS, useTenancyBed, within } from "./tenancy-bed.ts";
import { untilAllowed } from "./tenancy-plane.ts";

/** How long a change of members may take to be one of access. */
const SOON_MS = 2_000;

describe("namespace-tenancy, the story: with the README's RBAC and no other", () => {
  const bed = useTenancyBed();
  const kubectl = (user: string, ...args: string[]) => bed.kubectl(user, args);
  let team = "";
  before("alice and bob may create namespaces", async () => {
    team = bed.newName();
    for (const user of ["alice", "bob"]) await untilAllowed(bed.plane, user);
  });
  const inTeam = (user: string, ...args: string[]) => kubectl(user, "--namespace", team, ...args);
  const forbidden = (user: string) =>
    new RegExp(`User "${user}" cannot|user "${user}" is not a member`);

  /** Reads, writes, execs: each either works or is refused, by RBAC or by us. */
  async function expectAccess(user: string, has: boolean): Promise<void> {
    const name = `by-${user}-${Date.now()}`;
    for (const args of [
      ["get", "configmaps"],
      ["get", "secrets"],
      ["create", "configmap", name],
      ["exec", "web", "--", "true"],
    ]) {
      const { exitCode, stderr } = await inTeam(user, ...args);
      const what = `${user} ${args.join(" ")}: ${stderr}`;
      // Without a kubelet an exec comes no farther than to the pod's node.
      if (has && args[0] === "exec") expect(stderr, what).not.to.match(forbidden(user));
      else if (has) expect(exitCode, what).to.equal(0);
      else expect(stderr, what).to.match(forbidden(user));
    }
  }
  const soon = (what: string, check: () => Promise<void>) =>
    waitUntil(
      async () => {
        await check();
        return true;
      },
      { what, timeoutMs: SOON_MS },
    );
  /** Without kubectl, whose own start is a part of a second. */
  const readAndWrite = (user: string) => {
    const path = within(team, "configmaps");
    const body = { metadata: { generateName: "soon-" } };
    return Promise.all([bed.call(user, path), bed.call(user, path, { body })]);
  };
  const setMembers = (text: string) =>
    kubectl("alice", "annotate", "--overwrite", "namespace", team, `${MEMBERS}=${text}`);

  it("alice creates team-a, and it is hers", async () => {
    const { exitCode, stderr } = await kubectl("alice", "create", "namespace", team);
    expect(exitCode, stderr).to.equal(0);
    await soon("alice to get into it", async () => {
      expect((await inTeam("alice", "get", "configmaps")).exitCode).to.equal(0);
    });
    await waitUntil(
      async () => (await inTeam("alice", "get", "serviceaccount", "default")).exitCode === 0,
      { what: "its account" },
    );
    const { exitCode: ran, stderr: said } = await inTeam("alice", "run", "web", "--image=nginx");
    expect(ran, said).to.equal(0);
    await expectAccess("alice", true);
  });

  it("bob cannot write, exec or read there", async () => {
    await expectAccess("bob", false);
    for (const args of [
      ["get", "namespace", team],
      ["delete", "namespace", team],
      ["annotate", "namespace", team, `${MEMBERS}=[]`],
    ]) {
      expect((await kubectl("bob", ...args)).stderr).to.match(forbidden("bob"));
    }
  });

  it("alice adds bob, and within 2 s he can", async () => {
    const { exitCode, stderr } = await setMembers('[{"kind":"User","name":"bob"}]');
    expect(exitCode, stderr).to.equal(0);
    await soon("bob to get in", async () => {
      const [read, written] = await readAndWrite("bob");
      expectAllowed(read);
      expectAllowed(written);
    });
    await expectAccess("bob", true);
    // A member, and no owner.
    expect((await kubectl("bob", "delete", "namespace", team)).exitCode).to.equal(1);
  });

  it("she removes him, and within 2 s he cannot", async () => {
    expect((await setMembers("[]")).exitCode).to.equal(0);
    await soon("bob to be out", async () => {
      for (const answer of await readAndWrite("bob")) {
        expect(answer.status).to.equal(403);
        expect(answer.body.message).to.match(forbidden("bob"));
      }
    });
    await expectAccess("bob", false);
    await expectAccess("alice", true);
  });

  it("alice deletes it, and it goes", async () => {
    const { exitCode, stderr } = await kubectl(
      "alice",
      "delete",
      "namespace",
      team,
      "--wait=false",
    );
    expect(exitCode, stderr).to.equal(0);
    // The pod has no node, so nobody else has to end it.
    await waitUntil(async () => (await bed.stored(team)).code === 404, {
      what: "the namespace to go",
    });
  });
});
