import { deletes, evicts } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import type { Departure } from "./departure.ts";
import { passOf } from "./passes.ts";

const breakGlass = { users: ["root"], groups: ["sre"], annotation: "x/break-glass" };

interface Facts {
  user?: string;
  groups?: string[];
  metadata?: object;
}

const pod = (metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "etcd-0", namespace: "etcd", ...metadata },
});
const deletion = ({ metadata, ...facts }: Facts = {}) =>
  passOf(deletes(pod(metadata), facts) as Departure, breakGlass);
const eviction = ({ metadata, ...facts }: Facts = {}) =>
  passOf(evicts(pod(metadata), facts) as Departure, breakGlass);

describe("passOf(departure, breakGlass)", () => {
  it("nobody else", () => {
    const kubelet = { user: "system:node:n1", groups: ["system:nodes"] };
    for (const facts of [
      {},
      kubelet,
      { user: "root2", groups: ["sre-interns", "system:masters"] },
    ]) {
      expect(deletion(facts)).to.be.undefined;
      expect(eviction(facts)).to.be.undefined;
    }
    const drain = { user: "system:serviceaccount:kube-system:pod-garbage-collector2" };
    expect(deletion(drain)).to.be.undefined;
    expect(deletion({ user: "system:serviceaccount:evil:namespace-controller" })).to.be.undefined;
  });

  it("a pod that is terminating, whoever asks", () => {
    const metadata = { deletionTimestamp: "2026-01-02T03:04:05Z" };
    expect(deletion({ metadata })).to.deep.equal({ reason: "terminating" });
    expect(deletion({ metadata, user: "root" })).to.deep.equal({ reason: "terminating" });
  });

  it("a pod without a process, and the mirror of a static one", () => {
    const of = (more: object) =>
      passOf(deletes({ ...pod(), ...more } as never) as Departure, breakGlass)?.reason;
    for (const phase of ["Failed", "Succeeded"]) {
      expect(of({ spec: { nodeName: "n1" }, status: { phase } }), phase).to.equal("finished");
    }
    for (const phase of ["Pending", "Running", "Unknown"]) {
      expect(of({ spec: { nodeName: "n1" }, status: { phase } }), phase).to.equal(undefined);
    }
    const metadata = { annotations: { "kubernetes.io/config.mirror": "0123" } };
    expect(deletion({ metadata })).to.deep.equal({ reason: "mirror" });
    expect(eviction({ metadata })).to.equal(undefined);
  });

  it("controllers that clear away", () => {
    const of = (name: string) => deletion({ user: `system:serviceaccount:kube-system:${name}` });
    expect(of("namespace-controller")).to.deep.equal({ reason: "controller" });
    expect(of("pod-garbage-collector")).to.deep.equal({ reason: "controller", counts: true });
  });

  it("users and groups that may break the glass, by both doors", () => {
    for (const ask of [deletion, eviction]) {
      expect(ask({ user: "root" })).to.deep.equal({
        reason: "break-glass",
        counts: true,
        warning:
          'etcd-leader-guard was passed by without a look at the cluster: user "root" may break the glass',
        audit: 'root: user "root" may break the glass',
      });
      expect(ask({ user: "bob", groups: ["a", "sre"] })).to.include({
        audit: 'bob: group "sre" may break the glass',
      });
    }
  });

  it("an annotation with a reason; an eviction carries none", () => {
    const metadata = { annotations: { "x/break-glass": " disk is lost " } };
    expect(deletion({ metadata, user: "bob" })).to.include({
      reason: "break-glass",
      audit: "bob: annotation x/break-glass: disk is lost",
    });
    expect(eviction({ metadata })).to.be.undefined;
    for (const value of ["", "  "]) {
      expect(deletion({ metadata: { annotations: { "x/break-glass": value } } })).to.be.undefined;
    }
    expect(deletion({ metadata: { annotations: { "y/break-glass": "x" } } })).to.be.undefined;
  });
});
