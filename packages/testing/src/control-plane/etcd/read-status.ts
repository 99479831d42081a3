import type { EtcdMemberEntry, EtcdStatus } from "./etcd-cluster.ts";
import type { EtcdGateway } from "./etcd-gateway.ts";

/** Asks one member for its Status. In proto3's JSON a field that is 0 or false is absent. */
export async function readStatus(gateway: EtcdGateway, endpoint: string): Promise<EtcdStatus> {
  const answer = await gateway.call(endpoint, "/v3/maintenance/status");
  return {
    memberId: answer.header.member_id,
    clusterId: answer.header.cluster_id,
    leader: answer.leader ?? "0",
    raftTerm: answer.raftTerm ?? "0",
    raftIndex: answer.raftIndex ?? "0",
    raftAppliedIndex: answer.raftAppliedIndex ?? "0",
    isLearner: answer.isLearner ?? false,
    version: answer.version,
    errors: answer.errors ?? [],
  };
}

/** Asks one member for the members, as it knows them: it needs no quorum. */
export async function readMemberList(
  gateway: EtcdGateway,
  endpoint: string,
): Promise<EtcdMemberEntry[]> {
  const { members } = await gateway.call(endpoint, "/v3/cluster/member/list", {
    linearizable: false,
  });
  return (members as Partial<EtcdMemberEntry & { ID: string }>[]).map((member) => ({
    id: member.ID ?? "0",
    name: member.name ?? "",
    peerURLs: member.peerURLs ?? [],
    clientURLs: member.clientURLs ?? [],
    isLearner: member.isLearner ?? false,
  }));
}
