import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import type { CertificatePem } from "./certificate.ts";
import { createAuthority, temporaryFolders, until } from "./test-authority.test.ts";
import { followers } from "./test-followers.test.ts";

describe("watchCertificateFiles(files, options), of a mounted Secret", () => {
  const folder = temporaryFolders();
  const follow = followers();
  let pairs: CertificatePem[];

  before(async () => {
    const authority = await createAuthority();
    pairs = await Promise.all([authority.issue(), authority.issue(), authority.issue()]);
  });

  it("takes each swap", async () => {
    const [a, b] = pairs as [CertificatePem, CertificatePem];
    const mounted = await mountSecret(await folder(), a);
    const { errors, untilServed } = await follow(mounted.files);
    await mounted.swap(b);
    await untilServed(b, 1);
    await mounted.swap(a);
    await untilServed(a, 2);
    expect(errors).to.deep.equal([]);
  });

  it("serves the last sound pair, whatever happens", async () => {
    const [a] = pairs as [CertificatePem];
    const step = fc.record({
      pair: fc.constantFrom(...pairs),
      how: fc.constantFrom("sound", "half written", "cut", "gone"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const mounted = await mountSecret(await folder(), a);
        const { source, errors } = await follow(mounted.files, { pollIntervalMs: 5 });
        let sound = a;
        let goneTold = false;
        for (const [index, { pair, how }] of steps.entries()) {
          const told = errors.length;
          const foreign = pairs[(pairs.indexOf(pair) + 1) % pairs.length] as CertificatePem;
          // A remark makes each state another, for what was told before is not told again.
          const cert = `# ${index}\n${pair.cert}`;
          if (how === "sound") await mounted.swap((sound = pair));
          if (how === "half written") await mounted.swap({ cert, key: foreign.key });
          if (how === "cut") await mounted.swap({ cert: cert.slice(0, -40), key: pair.key });
          if (how === "gone") await mounted.unmount();
          if (how === "sound") {
            await until("it is served", () => source.current().cert === pair.cert);
          } else if (how !== "gone" || !goneTold) {
            await until(`${how} is told`, () => errors.length > told);
            goneTold ||= how === "gone";
          }
          expect(source.current()).to.include(sound);
        }
        await source.close();
      }),
      { numRuns: 20 },
    );
  });
});

/** A Secret as the kubelet mounts it (`pkg/volume/util/atomic_writer.go`). */
async function mountSecret(mount: string, first: CertificatePem) {
  const files = { cert: join(mount, "tls.crt"), key: join(mount, "tls.key") };
  let generation = 0;
  async function swap(pem: CertificatePem): Promise<void> {
    const old = (await readdir(mount)).filter((name) => name.startsWith("..20"));
    const fresh = `..2026_11_22_10_00_00.${++generation}`;
    await mkdir(join(mount, fresh));
    await writeFile(join(mount, fresh, "tls.crt"), pem.cert);
    await writeFile(join(mount, fresh, "tls.key"), pem.key);
    await symlink(fresh, join(mount, "..data_tmp"));
    await rename(join(mount, "..data_tmp"), join(mount, "..data"));
    for (const name of old) await rm(join(mount, name), { recursive: true });
  }
  await swap(first);
  await symlink("..data/tls.crt", files.cert);
  await symlink("..data/tls.key", files.key);
  return { files, swap, unmount: () => rm(join(mount, "..data"), { force: true }) };
}
