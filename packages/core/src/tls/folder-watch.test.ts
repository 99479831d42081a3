import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { watchFolders } from "./folder-watch.ts";
import { temporaryFolders, until } from "./test-authority.test.ts";

describe("watchFolders(folders, onEvent)", () => {
  const folder = temporaryFolders();

  it("follows the path through removal and return", async () => {
    const watched = join(await folder(), "certificates");
    let events = 0;
    const watch = watchFolders([watched], () => events++);
    for (const way of ["made late", "made anew", "moved away and made anew"]) {
      await mkdir(watched);
      await watch.refresh();
      events = 0;
      await writeFile(join(watched, "tls.crt"), way);
      await until(`an event in a folder ${way}`, () => events > 0);
      if (way === "made late") await rm(watched, { recursive: true });
      else await rename(watched, `${watched} ${way}`);
      await watch.refresh();
    }
    watch.close();
  });

  it("keeps one watch a folder, however often refreshed, and none when closed", async function () {
    if (process.platform !== "linux") this.skip();
    const folders = [await folder(), await folder()];
    const before = await inotifyWatches();
    const watch = watchFolders(folders, () => {});
    for (let times = 0; times < 3; times++) await watch.refresh();
    expect(await inotifyWatches()).to.equal(before + 2);
    const late = watch.refresh();
    watch.close();
    await late;
    expect(await inotifyWatches()).to.equal(before);
  });
});

async function inotifyWatches(): Promise<number> {
  let watches = 0;
  for (const descriptor of await readdir("/proc/self/fdinfo")) {
    // The folder's own descriptor is among those listed, and gone when it is read.
    const info = await readFile(`/proc/self/fdinfo/${descriptor}`, "utf8").catch(() => "");
    watches += info.match(/^inotify wd:/gm)?.length ?? 0;
  }
  return watches;
}
