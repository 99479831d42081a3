import { createFakeCluster, creates, PluginTester, updates } from "@gatewright/testing";
import { belongsTo, namespace, roleBinding } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

/** That many of the namespace's own. */
const accounts = (count: number) =>
  Array.from({ length: count }, (_, index) => `account:team-a/bot-${index}`);

PluginTester.run("how many a RoleBinding names", namespaceTenancy, {
  cluster: () =>
    createFakeCluster({ objects: [namespace("team-a", belongsTo(["alice"], ["carol"]))] }),
  allows: [
    creates(roleBinding("team-a", accounts(100))),
    {
      name: "fewer of too many, some of them twice",
      request: updates(
        roleBinding("team-a", [...accounts(150), ...accounts(50)]),
        roleBinding("team-a", [...accounts(150), "account:team-a/bot-0"]),
      ),
    },
  ],
  denies: [
    {
      name: "thousands of subjects",
      request: creates(roleBinding("team-a", Array<string>(5_000).fill("alice"))),
      message: 'RoleBindings in namespace "team-a" may have at most 100 subjects, not 5000',
      field: "subjects",
    },
    {
      name: "one subject more than that",
      request: updates(
        roleBinding("team-a", accounts(101)),
        roleBinding("team-a", [...accounts(101), "carol"]),
      ),
      message: /at most 100 subjects, not 102$/,
    },
    {
      name: "a subject twice",
      request: creates(roleBinding("team-a", ["alice", "carol", "alice"])),
      message: 'RoleBindings in namespace "team-a" may name nobody twice, such as User alice',
      field: "subjects",
    },
    {
      name: "a subject that it named, once more",
      request: updates(roleBinding("team-a", ["carol"]), roleBinding("team-a", ["carol", "carol"])),
      message: /may name nobody twice/,
    },
  ],
});
