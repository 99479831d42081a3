// For mocha, with its globals, and for node:test, which has none.
import { declareSuite } from "./suite.ts";

declareSuite();
