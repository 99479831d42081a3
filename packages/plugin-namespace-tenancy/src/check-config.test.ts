import { PluginTester, creates } from "@gatewright/testing";
import { configMap } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

PluginTester.run("the configuration", namespaceTenancy, {
  allows: [creates(configMap("default"))],
  denies: [
    {
      request: creates(configMap("default")),
      config: { unowned: "closed" },
      message: 'namespace "default" is closed to all but administrators: it has no owner',
    },
  ],
  rejectsConfig: [
    {
      config: { administrators: [{ kind: "ServiceAccount", name: "root" }] },
      message: "/administrators/0: a ServiceAccount needs its namespace",
    },
    {
      config: { ownedByOthers: [{ kind: "User", name: "system:serviceaccount:a:b" }] },
      message: /^\/ownedByOthers\/0: it is a service account's user name/,
    },
    {
      config: { controllers: ["system:serviceaccount:flux-system:*"] },
      message: /^\/controllers\/0: "system:serviceaccount:flux-system:\*" is no user name/,
    },
    {
      config: { controllers: ["flux-system/flux", "system:serviceaccount:flux"] },
      message:
        '/controllers/0: "flux-system/flux" is no user name: write "system:serviceaccount:flux-system:flux"\n' +
        '/controllers/1: "system:serviceaccount:flux" is no user name: ' +
        'a service account\'s is "system:serviceaccount:<namespace>:<name>"',
    },
    {
      config: { controllers: ["system:serviceaccounts:flux-system"] },
      message: /that is a group/,
    },
    {
      config: { protectedKeys: ["plan*"] },
      message: '/protectedKeys/0: "plan*" is no key: a prefix ends in a slash, and has no *',
    },
    { config: { unowned: "Open" }, message: /open/, pointer: "/unowned" },
    { config: { maxNamespacesPerOwner: 0 }, message: /1/, pointer: "/maxNamespacesPerOwner" },
    { config: { administrator: [] }, message: /administrators/ },
  ],
});
