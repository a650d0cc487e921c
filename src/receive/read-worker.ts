/** The thread that reads large POSTs; see reader.ts. */
import { parentPort } from "node:worker_threads";
import { readPost } from "./read.ts";
import { packPost, type ReadJob, unpackJob } from "./read-job.ts";

parentPort?.on("message", (job: ReadJob) => {
  const { packed, transfer } = packPost(readPost(unpackJob(job), job.stamp));
  parentPort?.postMessage(packed, transfer);
});
