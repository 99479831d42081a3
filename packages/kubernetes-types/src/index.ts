export type { Kinds, ServedOperations } from "./kinds.ts";
