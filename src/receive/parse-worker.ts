/** The thread that parses large POSTs; see post-parser.ts. */
import { parentPort } from "node:worker_threads";
import { type ParseJob, packPost, type SourceOfJob, unpackJob } from "./parse-job.ts";
import { type ParsedPost, type PostStamp, parsePost } from "./parse-post.ts";
import type { VerifiedBody } from "./verified-body.ts";

parentPort?.on("message", async (job: ParseJob) => {
  const { stamp, of } = job;
  const body = unpackJob(job);
  const post = of ? await parseOf(of, body, stamp) : parsePost(body, stamp);
  const { packed, transfer } = packPost(post);
  parentPort?.postMessage(packed, transfer);
});

/** The rules are compiled for each: it takes less than reading a body that is large enough to come here. */
async function parseOf(of: SourceOfJob, body: VerifiedBody, stamp: PostStamp): Promise<ParsedPost> {
  // Few have sources, and this thread starts with the process.
  const { compileSource } = await import("./sources/compile-source.ts");
  return compileSource(of.rules).parse(body, stamp, of.contentType);
}
