import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { AuditEntry } from "../../src/contracts.ts";
import { waitFor } from "../support/wait-for.ts";
import { createProgram, opsToken, type Program } from "./program.ts";

const event = { type: "business.lead.captured", id: "lead-1", business: { size: 3 } };

describe("an act whose process is killed in the middle", () => {
  let folder: string;
  let program: Program;
  /** Takes requests, and never answers. */
  let silent: Server;
  let asked = 0;
  before(async () => {
    silent = createServer(() => {
      asked += 1;
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    folder = await mkdtemp(join(tmpdir(), "waypost-audit-"));
    const options = `kind: webhook, url: "http://127.0.0.1:${port}/", allowPrivateAddresses: true, timeout: 60s`;
    await writeFile(
      join(folder, "waypost.yaml"),
      [
        "destinations:",
        `  erp: { ${options}, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }`,
        "routes:",
        '  - { name: leads, when: { type: "business.#" }, to: [erp] }',
      ].join("\n"),
    );
    const env = { DATA_DIR: join(folder, "data"), WAYPOST_CONFIG: join(folder, "waypost.yaml") };
    program = await createProgram(["start"], env, undefined, folder);
    await program.start();
  });
  after(async () => {
    await program?.kill();
    silent?.closeAllConnections();
    silent?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (method: string, path: string, body?: object) =>
    fetch(program.opsUrl + path, {
      method,
      headers: { authorization: `Bearer ${opsToken}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  const entries = async (): Promise<AuditEntry[]> =>
    (
      (await (await ask("GET", "/api/audit?action=giveUpDelivery")).json()) as {
        items: AuditEntry[];
      }
    ).items;

  it("has an entry that says what was begun, by whom and of what", async () => {
    assert.equal((await ask("POST", "/api/events", event)).status, 202);
    await waitFor("an attempt is under way", () => asked > 0);
    const [{ id = "" } = {}] = (
      (await (await ask("GET", "/api/deliveries")).json()) as { items: { id: string }[] }
    ).items;
    // It waits for the attempt to end.
    const answer = ask("POST", `/api/deliveries/${encodeURIComponent(id)}/give-up`, {}).then(
      ({ status }) => status,
      () => "killed" as const,
    );
    await waitFor("it is begun", async () => (await entries()).length === 1);
    await program.kill();
    assert.equal(await answer, "killed");
    await program.start();
    const [entry, ...others] = await entries();
    assert.deepEqual(others, []);
    assert.deepEqual([entry?.who, entry?.result], ["OPS_TOKENS", "begun"]);
    // An id that a service gave may be anybody's: it only says that one was given.
    assert.deepEqual(entry?.filter, { id: true });
  });
});
