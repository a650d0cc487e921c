/** The whole program over a log that is there, with a destination that counts. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createProgram, opsToken, type Program } from "../test/faults/program.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { destination } from "./questions-log.ts";

export interface At {
  readonly program: Program;
  /** How many effects came to the destination. */
  readonly effects: () => number;
}

/** Stops it whatever becomes of it, also where it does not get ready. */
export async function withProgram(folder: string, use: (at: At) => Promise<void>): Promise<void> {
  let effects = 0;
  const sink = createServer((request, response) => {
    effects += 1;
    request.resume().on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(sink, "listening");
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;
  const config = join(folder, "waypost.yaml");
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  // No event of the traffic goes there: what is measured is questions, and one replay.
  await writeFile(
    config,
    `destinations: { ${destination}: { kind: webhook, url: "${url}", secret: ${secret}, allowPrivateAddresses: true, concurrency: 64 } }\n` +
      `routes: [{ name: messages, when: { type: business.sale }, to: [${destination}] }]\n`,
  );
  const env = { DATA_DIR: folder, WAYPOST_CONFIG: config, LOG_LEVEL: "error" };
  const program = await createProgram(["start"], env);
  try {
    await program.start();
    await use({ program, effects: () => effects });
  } finally {
    await program.stop();
    sink.closeAllConnections();
    sink.close();
  }
}

const longMs = 2 * 3_600_000;

/**
 * A log that no version has counted before is counted from its first event on, beside all else: what is measured meanwhile is that.
 * Resolves when it is counted to this moment.
 */
export async function untilCounted({ opsUrl }: Program, to: number, tell: (line: string) => void) {
  let told = performance.now();
  const span = { from: new Date(to - 3_600_000).toISOString(), to: new Date(to).toISOString() };
  const path = `/api/series?${new URLSearchParams({ ...span, step: "hour" })}`;
  await waitFor(
    "the series are counted",
    async () => {
      const headers = { authorization: `Bearer ${opsToken}` };
      const answer = await fetch(`${opsUrl}${path}`, { headers });
      if (!answer.ok) throw new Error(`the series were answered ${answer.status}`);
      const { countedTo } = (await answer.json()) as { readonly countedTo: string };
      if (performance.now() - told > 60_000) {
        told = performance.now();
        tell(`the series are counted to ${countedTo}`);
      }
      const isOver = Date.parse(countedTo) >= to;
      if (!isOver) await sleep(1_000);
      return isOver;
    },
    longMs,
  );
}
