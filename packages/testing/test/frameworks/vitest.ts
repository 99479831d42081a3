import { describe, it } from "vitest";
import { PluginTester } from "../../src/index.ts";
import { declareSuite } from "./suite.ts";

PluginTester.describe = describe;
PluginTester.it = it;
declareSuite();
