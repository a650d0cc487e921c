/** S3 for tests: `moto`, from PyPI into `.services/python`, on a free port, in memory. Signatures in headers are checked. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BucketOptions } from "../../src/media/bucket.ts";
import { pythonWith } from "../examples/python-venv.ts";
import { waitFor } from "../support/wait-for.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const home = fileURLToPath(new URL("../../.services/python/", import.meta.url));
const { python, skip, install } = pythonWith(here("./s3-requirements.txt"), home);

/** The options of a suite that needs it: skipped with a reason, but never where CI is set. */
export const needsS3 = { skip };
export const installS3 = install;

export interface S3 {
  readonly bucket: Omit<BucketOptions, "scratch">;
  /** SIGSTOP: connections stay open, nothing answers. */
  /** It fails at every address that is signed in its query while it checks signatures. */
  checkSignatures(checks: boolean): Promise<void>;
  cleanup(): Promise<void>;
}

export async function startS3(): Promise<S3> {
  install();
  const port = await freePort();
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await waitFor("the S3 server answers", async () => {
    if (child.exitCode !== null) throw new Error(`moto: ${said}`);
    return fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  const name = "waypost-files";
  const { stdout } = await promisify(execFile)(python, [here("./s3-setup.py"), endpoint, name]);
  const keys = JSON.parse(stdout) as Pick<BucketOptions, "accessKeyId" | "secretAccessKey">;
  const s3: S3 = {
    bucket: { endpoint, bucket: name, region: "us-east-1", ...keys },
    async checkSignatures(checks) {
      const body = checks ? "0" : "1000000";
      const headers = { "content-type": "text/plain" };
      const { ok } = await fetch(`${endpoint}/moto-api/reset-auth`, {
        method: "POST",
        headers,
        body,
      });
      if (!ok) throw new Error("moto does not take whether it checks");
    },
    async cleanup() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
  await s3.checkSignatures(true);
  return s3;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
