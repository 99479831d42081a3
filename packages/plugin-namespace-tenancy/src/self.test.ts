import { expect } from "chai";
import { describe, it } from "mocha";
import { createSelf } from "./self.ts";

function open() {
  let time = 0;
  const cluster = {
    name: "gatewright",
    asked: 0,
    username: async () => (cluster.asked++, cluster.name),
  };
  const self = createSelf(() => time);
  return { self, cluster, pass: (milliseconds: number) => void (time += milliseconds) };
}

describe("createSelf(): Self", () => {
  it("knows nothing of anybody before it has asked, but for nobody", () => {
    const { self } = open();
    expect(self.isSurelyNot("bob")).to.equal(false);
    expect(self.isSurelyNot("")).to.equal(true);
  });

  it("asks, and remembers for a minute who is not the server", async () => {
    const { self, cluster, pass } = open();
    expect(await self.is("bob", cluster)).to.equal(false);
    pass(60_000);
    expect(self.isSurelyNot("bob")).to.equal(true);
    expect(self.isSurelyNot("gatewright")).to.equal(false);
    pass(1);
    expect(self.isSurelyNot("bob")).to.equal(false);
  });

  it("lets nobody be the server by what it remembers", async () => {
    const { self, cluster } = open();
    expect(await self.is("gatewright", cluster)).to.equal(true);
    cluster.name = "another";
    expect(self.isSurelyNot("gatewright")).to.equal(false);
    expect(await self.is("gatewright", cluster)).to.equal(false);
    expect(self.isSurelyNot("gatewright")).to.equal(true);
  });

  it("takes nobody for the server where its name is not to be had", async () => {
    const { self } = open();
    const broken = { username: () => Promise.reject(new Error("unreachable")) };
    expect(await self.is("gatewright", broken)).to.equal(false);
    expect(self.isSurelyNot("gatewright")).to.equal(false);
  });
});
