/** The thread that parses large POSTs; see post-parser.ts. */
import { parentPort } from "node:worker_threads";
import { type ParseJob, packPost, unpackJob } from "./parse-job.ts";
import { parsePost } from "./parse-post.ts";

parentPort?.on("message", (job: ParseJob) => {
  const { packed, transfer } = packPost(parsePost(unpackJob(job), job.stamp));
  parentPort?.postMessage(packed, transfer);
});
