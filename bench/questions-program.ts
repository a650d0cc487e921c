/** The whole program over a log that is there, with a destination that counts. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createProgram, type Program } from "../test/faults/program.ts";
import { destinations } from "./log/deliveries.ts";

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
  const each = `{ kind: webhook, url: "${url}", secret: ${secret}, allowPrivateAddresses: true, concurrency: 64 }`;
  // No event of the traffic goes there: what is measured is questions, and one replay.
  await writeFile(
    config,
    `destinations: { ${destinations.map((name) => `${name}: ${each}`).join(", ")} }\n` +
      `routes: [{ name: sales, when: { type: business.sale }, to: [${destinations.join(", ")}] }]\n`,
  );
  const env = {
    ...{ DATA_DIR: folder, WAYPOST_CONFIG: config, LOG_LEVEL: "error" },
    // As old as the log is, and no event of it expires meanwhile.
    RETENTION_DAYS: "400",
  };
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
