/** Starts the thread from the sources: on Node 20 a thread does not inherit the loader that runs them. */
import { register } from "tsx/esm/api";

register();
await import("./fetch-worker.ts");
