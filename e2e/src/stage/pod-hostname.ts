// Loaded into the process of a pod before all else: a container's host name is the name of its pod, which on one machine
// takes a UTS namespace, and root.
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { HOSTNAME } = process.env;
if (HOSTNAME !== undefined) os.hostname = () => HOSTNAME;
syncBuiltinESMExports();
