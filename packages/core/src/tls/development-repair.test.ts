import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { developmentCertificate } from "./development-certificate.ts";
import { temporaryFolders } from "./test-authority.test.ts";
import { expectServed, keptFiles } from "./test-server.test.ts";

describe("developmentCertificate(options), with damaged files", () => {
  const temporaryFolder = temporaryFolders();
  const freshFolder = async () => join(await temporaryFolder(), ".gatewright", "tls");
  const text = (file: string) => readFile(file, "utf8");

  it("repairs them, whatever they are, with a note", async () => {
    const other = await freshFolder();
    await developmentCertificate({ folder: other });
    const foreign = await keptFiles(other);
    const whole = await freshFolder();
    await developmentCertificate({ folder: whole });
    const sound = await keptFiles(whole);
    const damage = fc.record({
      name: fc.constantFrom(...Object.keys(sound)),
      how: fc.oneof(
        fc.constantFrom("missing" as const, "foreign" as const, "empty" as const),
        fc.nat({ max: 150 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const folder = await temporaryFolder();
        const files = { ...sound };
        for (const { name, how } of damages) {
          if (how === "missing") delete files[name];
          else if (how === "foreign") files[name] = foreign[name] as string;
          else files[name] = (sound[name] as string).slice(0, how === "empty" ? 0 : how);
        }
        for (const [name, content] of Object.entries(files)) {
          await writeFile(join(folder, name), content);
        }
        const made = await developmentCertificate({ folder });
        await expectServed(made);
        const fits = [sound, foreign].some((set) =>
          ["ca.crt", "tls.crt", "tls.key"].every((name) => files[name] === set[name]),
        );
        expect(made.created).to.equal((await text(made.certFile)) !== files["tls.crt"]);
        const empty = Object.keys(files).every((name) => name === "ca.key");
        expect(made.note === undefined).to.equal(fits || empty);
      }),
      { numRuns: 40 },
    );
  });

  it("puts a key aside, not away", async () => {
    const folder = await freshFolder();
    const { keyFile } = await developmentCertificate({ folder });
    await writeFile(keyFile, "precious");
    await developmentCertificate({ folder });
    expect(await text(`${keyFile}.damaged`)).to.equal("precious");
  });
});
