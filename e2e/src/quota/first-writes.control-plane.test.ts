import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { useQuotaBed } from "./quota-bed.ts";

const LIMIT = 3;

describe("namespace-quota: the first writes in a namespace", () => {
  const bed = useQuotaBed();
  before("serve", () =>
    bed.serve(
      {
        rules: [
          { match: { annotations: { limit: "one" } }, quota: { configmaps: 1 } },
          {
            match: { names: ["quota-*", "kube-quota-*"] },
            quota: { configmaps: LIMIT, "count/serviceaccounts": 1, pods: 1 },
          },
        ],
      },
      // As the plugin's README has it registered.
      {
        matchConditions: [
          {
            name: "not-of-the-system",
            expression:
              'request.resource.resource == "namespaces" || ' +
              '!(request.namespace in ["kube-system", "kube-public", "kube-node-lease", "gatewright-system"])',
          },
          {
            name: "not-the-count-itself",
            expression: 'request.userInfo.username != "system:apiserver"',
          },
        ],
      },
    ),
  );

  const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
  const configMap = (name: string) => ({ metadata: { name } });

  it("kubectl, at once: the first ConfigMap is made, the second is one too many", async () => {
    const name = bed.newName();
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, annotations: { limit: "one" } },
    };
    expect((await bed.kubectl(["create", "-f", "-"], "alice", namespace)).exitCode).to.equal(0);
    const create = (which: string) =>
      bed.kubectl(["create", "configmap", which, "--namespace", name]);
    // kubectl repeats it by itself, and says nothing of that.
    expect(await create("first")).to.deep.equal({
      stdout: "configmap/first created\n",
      stderr: "",
      exitCode: 0,
    });
    const second = await create("second");
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.match(
      /^error: failed to create configmap: configmaps "second" is forbidden: exceeded quota: gatewright-quota, requested: configmaps=1, used: configmaps=2, limited: configmaps=2\n$/,
    );
    expect(await bed.configMaps(name)).to.deep.equal(["first"]);
  });

  it("one file with a namespace and what is in it, and controllers that fill it", async () => {
    const name = bed.newName();
    const object = (apiVersion: string, kind: string, rest: object) => ({
      apiVersion,
      kind,
      metadata: { name: "web", namespace: name },
      ...rest,
    });
    const labels = { app: "web" };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "web", image: "nginx" }] },
    };
    const applied = await bed.kubectl(["apply", "-f", "-"], "alice", {
      apiVersion: "v1",
      kind: "List",
      items: [
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        object("v1", "ConfigMap", { data: { a: "b" } }),
        object("apps/v1", "Deployment", {
          spec: { replicas: 3, selector: { matchLabels: labels }, template },
        }),
      ],
    });
    expect(applied.stderr).to.equal("");
    const { status } = await bed.untilQuota(name, ({ status }) => status.used?.pods === "1");
    expect(status.used.configmaps).to.equal("2");
    const { body } = await bed.call(`/api/v1/namespaces/${name}/pods`);
    expect(body.items).to.have.length(1);
  });

  it("a client that does not come back is told to, in plain words", async () => {
    const name = bed.newName();
    await bed.createNamespace(name);
    const answer = await bed.call(configMaps(name), { body: configMap("a") });
    expect(answer.status).to.equal(429);
    expect(answer.headers["retry-after"]).to.equal("1");
    expect(answer.body.reason).to.equal("TooManyRequests");
    expect(answer.body.message).to.match(
      new RegExp(
        `^admission webhook "quota.e2e.gatewright.dev" denied the request: ` +
          `the quota of namespace "${name}" is not ready yet, try again \\(.+\\)$`,
      ),
    );
    // A dry run is told the same.
    const dry = await bed.call(`${configMaps(name)}?dryRun=All`, { body: configMap("a") });
    expect([201, 429]).to.include(dry.status);
    const made = await bed.persist(configMaps(name), { body: configMap("a") });
    expect(made.status, made.text).to.equal(201);
  });

  it("20 at once, in each of 8 new namespaces at once, leave exactly the limit", async () => {
    const names = Array.from({ length: 8 }, () => bed.newName());
    await Promise.all(
      names.map(async (name) => {
        await bed.createNamespace(name);
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            bed.persist(configMaps(name), { body: configMap(`c-${index}`) }),
          ),
        );
        const statuses = answers.map(({ status }) => status).filter((status) => status !== 403);
        expect(statuses).to.deep.equal(Array.from({ length: LIMIT }, () => 201));
      }),
    );
    for (const name of names) {
      expect(await bed.configMaps(name), name).to.have.length(LIMIT);
      expect((await bed.call(`${configMaps(name)}/kube-root-ca.crt`)).status).to.equal(200);
      const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
      expect((await bed.call(account)).status).to.equal(200);
      const { status } = await bed.untilQuota(name);
      expect(status.used.configmaps).to.equal(String(LIMIT + 1));
    }
  });

  it("a name that begins like the system's is no way around it", async () => {
    const name = `kube-${bed.newName()}`;
    await bed.createNamespace(name);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        bed.persist(configMaps(name), { body: configMap(`c-${index}`) }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(LIMIT);
  });

  it("as fast as can be, again and again: never one too many", async () => {
    // One writes from before the namespace is there until its quota is full.
    for (let round = 0; round < 5; round++) {
      const name = bed.newName();
      const made: string[] = [];
      const hammer = (async () => {
        for (let index = 0; ; index++) {
          const { status, text } = await bed.call(configMaps(name), {
            body: configMap(`c-${index}`),
          });
          if (status === 201) made.push(text);
          else if (status === 403 && text.includes("exceeded quota")) return;
        }
      })();
      await bed.createNamespace(name);
      await hammer;
      expect(made).to.have.length(LIMIT);
      expect(await bed.configMaps(name)).to.have.length(LIMIT);
    }
  });

  it("a namespace that is deleted and made again begins anew", async () => {
    const name = bed.newName();
    for (let round = 0; round < 2; round++) {
      await bed.createNamespace(name);
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          bed.persist(configMaps(name), { body: configMap(`c-${index}`) }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).to.have.length(LIMIT);
      await bed.call(`/api/v1/namespaces/${name}`, { method: "DELETE" });
      await waitUntil(async () => (await bed.call(`/api/v1/namespaces/${name}`)).status === 404, {
        what: `the end of ${name}`,
        intervalMs: 5,
      });
    }
  });
});
