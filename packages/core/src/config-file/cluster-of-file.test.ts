import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configFolders, pluginModule, refusalOf } from "../../test/config-folder.ts";
import type { ClusterConnection } from "../cluster-connection.ts";
import { loadConfigFile } from "./load-config-file.ts";

const ADAPTER = "node_modules/@gatewright/kubernetes";
const adapter = {
  [`${ADAPTER}/package.json`]: '{ "type": "module", "exports": "./index.js" }',
  [`${ADAPTER}/index.js`]:
    "export const connectCluster = async (settings) => ({ url: JSON.stringify(settings) });",
};
const config = (cluster: string) =>
  `${cluster}\nwebhooks:\n  pods.example.com: { plugins: [{ plugin: ./reads.js }] }\n`;
const reads = pluginModule("reads", 'reads: ["v1/namespaces"],');

describe("clusterOfFile(settings, source, folder): () => Promise<ClusterConnection>", () => {
  const makeFolder = configFolders();

  /** What a file's cluster is connected with. */
  const connected = async (cluster: string, files: Record<string, string> = adapter) => {
    const folder = await makeFolder({
      ...files,
      "reads.js": reads,
      "gatewright.yaml": config(cluster),
    });
    const options = await loadConfigFile(join(folder, "gatewright.yaml"));
    const connect = options.cluster as (() => Promise<ClusterConnection>) | undefined;
    return { folder, connect };
  };

  it("connects with what the file says, by the package that its folder sees", async () => {
    const { connect } = await connected("cluster: {}");
    expect((await connect?.())?.url).to.equal("{}");
    const { connect: inside } = await connected("cluster: { inCluster: true }");
    expect((await inside?.())?.url).to.equal('{"inCluster":true}');
    const { folder, connect: other } = await connected(
      "cluster: { kubeconfig: ./admin.conf, context: kind }",
    );
    const kubeconfig = join(folder, "admin.conf");
    const settings = JSON.parse((await other?.())?.url ?? "") as unknown;
    expect(settings).to.deep.equal({ context: "kind", kubeconfig });
  });

  it("imports nothing before it connects, and then says what is the matter", async () => {
    const broken: Record<string, [files: Record<string, string>, message: string]> = {
      throws: [
        { ...adapter, [`${ADAPTER}/index.js`]: "throw new Error('no client');" },
        '"@gatewright/kubernetes" threw while it was imported: Error: no client',
      ],
      other: [
        { ...adapter, [`${ADAPTER}/index.js`]: "export const other = 1;" },
        "@gatewright/kubernetes has no connectCluster: is it of another version?",
      ],
    };
    for (const [files, message] of Object.values(broken)) {
      const { folder, connect } = await connected("cluster: {}", files);
      expect(await refusalOf(connect?.() as Promise<unknown>, folder)).to.deep.equal([
        `gatewright.yaml: /cluster: ${message} [GW_CLUSTER_CONFIG]`,
      ]);
    }
  });

  it("refuses a plugin that needs a cluster in a file that names none, with its line", async () => {
    const folder = await makeFolder({ "reads.js": reads, "gatewright.yaml": config("port: 8443") });
    const [line, ...more] = await refusalOf(
      loadConfigFile(join(folder, "gatewright.yaml")),
      folder,
    );
    expect(line).to.match(
      /^gatewright\.yaml:3:\d+: \/webhooks\/pods\.example\.com\/plugins\/0: plugin "reads" needs a cluster, for v1\/namespaces: write cluster: \{\} into/,
    );
    expect(more).to.deep.equal([]);
  });

  for (const [cluster, message] of Object.entries({
    "cluster:": "/cluster: must be a map, if an empty one: cluster: {}",
    "cluster: { inCluster: true, context: a }":
      "/cluster/inCluster: cannot be true beside kubeconfig or context, which are for a server outside",
    "cluster: { kubeConfig: a }": '/cluster/kubeConfig: unknown key "kubeConfig"',
    'cluster: { kubeconfig: "" }': "/cluster/kubeconfig: ",
  })) {
    it(`refuses ${cluster}`, async () => {
      const folder = await makeFolder({ "reads.js": reads, "gatewright.yaml": config(cluster) });
      const lines = await refusalOf(loadConfigFile(join(folder, "gatewright.yaml")), folder);
      expect(lines.join("\n")).to.include(message);
    });
  }
});
