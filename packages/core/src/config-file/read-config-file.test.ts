import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import { configFolders, refusalOf } from "../../test/config-folder.ts";
import { readConfigFile } from "./read-config-file.ts";

describe("readConfigFile(path)", () => {
  const makeFolder = configFolders();
  let folder: string;

  before(async () => {
    folder = await makeFolder({
      "gatewright.yaml": "\uFEFFport: 1 # größer\n",
      "latin1.yaml": Buffer.from("port: 1\n# größer\n", "latin1"),
      "utf16.yaml": Buffer.from("\uFEFFport: 1\n", "utf16le"),
      "large.yaml": "#".repeat(1024 * 1024 + 1),
      "full.yaml": "#".repeat(1024 * 1024),
      "secret.yaml": "port: 1\n",
    });
    await mkdir(join(folder, "folder"));
    await chmod(join(folder, "secret.yaml"), 0o000);
  });

  const refusal = async (name: string) => {
    const lines = await refusalOf(readConfigFile(join(folder, name)), folder);
    expect(lines).to.have.length(1);
    return lines[0];
  };

  it("gives the text, without a byte order mark", async () => {
    expect(await readConfigFile(join(folder, "gatewright.yaml"))).to.equal("port: 1 # größer\n");
    expect(await readConfigFile(join(folder, "full.yaml"))).to.have.length(1024 * 1024);
  });

  it("says what to do about a file that cannot be read", async () => {
    expect(await refusal("gatewright.yml")).to.equal(
      'gatewright.yml: there is no such file (did you mean "gatewright.yaml"?) [GW_CONFIG_UNREADABLE]',
    );
    expect(await refusal("a/b.yaml")).to.equal(
      "a/b.yaml: there is no such file [GW_CONFIG_UNREADABLE]",
    );
    expect(await refusal("gatewright.yaml/b.yaml")).to.equal(
      "gatewright.yaml/b.yaml: there is no such file: a part of its path is not a folder [GW_CONFIG_UNREADABLE]",
    );
    expect(await refusal("folder")).to.equal(
      "folder: is a folder: name the file in it [GW_CONFIG_UNREADABLE]",
    );
    expect(await refusal("large.yaml")).to.equal(
      "large.yaml: is larger than 1 MiB: is it the configuration file? [GW_CONFIG_UNREADABLE]",
    );
    expect(await refusal("a\0b")).to.match(/cannot be read: .* \[GW_CONFIG_UNREADABLE\]$/);
  });

  it("says that a file may not be read", async () => {
    const isRoot = process.getuid?.() === 0;
    // Root may read everything, so it steps down to a user without rights.
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await refusal("secret.yaml")).to.equal(
        "secret.yaml: may not be read by the user that runs this process: give it the right to (chmod) [GW_CONFIG_UNREADABLE]",
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("says where a file stops being UTF-8", async () => {
    expect(await refusal("latin1.yaml")).to.equal(
      "latin1.yaml:2:5: is not UTF-8 from here on: save it in that encoding [GW_CONFIG_UNREADABLE]",
    );
    expect(await refusal("utf16.yaml")).to.equal(
      "utf16.yaml:1:1: is not UTF-8 from here on: save it in that encoding [GW_CONFIG_UNREADABLE]",
    );
  });

  it("stops reading what has no end", async () => {
    const lines = await refusalOf(readConfigFile("/dev/zero"), folder);
    expect(lines[0]).to.match(/^\/dev\/zero: is larger than 1 MiB/);
  });

  it("throws nothing but ConfigurationError, whatever the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), async (bytes) => {
        const made = await makeFolder({ "gatewright.yaml": bytes });
        const reading = readConfigFile(join(made, "gatewright.yaml"));
        await reading.catch(() => refusalOf(reading, made));
      }),
      { numRuns: 50 },
    );
  });
});
