import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type TemporaryFolder, temporaryFolder } from "../../test/control-plane/folders.ts";
import type { ComponentContext } from "./component.ts";
import { startPlaneEtcd } from "./plane-etcd.ts";
import { findControlPlane } from "./find-control-plane.ts";
import { freePorts } from "./free-ports.ts";
import { createOrphanGuard } from "./orphan-guard.ts";

describe("onFreePorts(count, start)", () => {
  let folder: TemporaryFolder;
  let context: ComponentContext;
  /** Takes every question and never answers: worse than one that refuses. */
  let neighbour: Server;
  let taken: number;
  before(async () => {
    folder = temporaryFolder();
    mkdirSync(join(folder.path, "logs"));
    context = {
      binaries: await findControlPlane(),
      dir: folder.path,
      env: {},
      guard: createOrphanGuard(folder.path),
      readyTimeoutMs: 30_000,
      log: () => {},
    };
    neighbour = createServer(() => {}).listen(0, "127.0.0.1");
    await once(neighbour, "listening");
    taken = (neighbour.address() as AddressInfo).port;
  });
  after(async () => {
    neighbour.close();
    neighbour.closeAllConnections();
    await once(neighbour, "close");
    await context.guard.release();
    folder.remove();
  });

  it("tries once more where a port was taken in between", async () => {
    const offers = [[(await freePorts(1))[0] as number, taken], await freePorts(2)];
    const etcd = await startPlaneEtcd(context, async () => offers.shift() as number[]);
    await etcd.child.stop(5_000);
    expect(offers).to.deep.equal([]);
  });

  it("gives up where the second try meets the same", async () => {
    const free = (await freePorts(1))[0] as number;
    let asked = 0;
    const error = await startPlaneEtcd(context, async () => {
      asked++;
      return [taken, free];
    }).then(
      () => expect.fail("it started"),
      (reason: Error) => reason,
    );
    expect(asked).to.equal(2);
    expect(error.message).to.match(/^etcd ended \(exit code 1\) before it was ready/);
    expect(error.message).to.include("address already in use");
  });
});
