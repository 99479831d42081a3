import { createFakeCluster } from "./fake-cluster.ts";
import { describeCluster } from "./describe-cluster.ts";

describeCluster("createFakeCluster(options?): ClusterConnection", () => createFakeCluster());
