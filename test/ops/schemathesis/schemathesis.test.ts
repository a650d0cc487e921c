import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Planted, startPlanted } from "../../support/planted-program.ts";
import { installSchemathesis, needsSchemathesis, type Run, runSchemathesis } from "./run.ts";

/** A tail has no end that it could wait for; test/ops/log/event-stream.test.ts holds it against the contract. */
const streams = ["--exclude-operation-id", "streamEvents"];
/** The same requests each time, but for the ids of what is there. */
const steady = ["--generation-deterministic", "--no-shrink"];
/** What fits the contract may still mean nothing here, such as a cursor of another list; see `refusal_says_why`. */
const checks = ["--exclude-checks", "positive_data_acceptance"];
const common = [...streams, ...steady, ...checks, "--request-timeout", "30", "--warnings", "off"];

describe("schemathesis, over every operation of openapi.yaml", {
  ...needsSchemathesis,
  concurrency: true,
}, () => {
  let planted: Planted;
  let known: Run["known"];
  before(async () => {
    installSchemathesis();
    planted = await startPlanted();
    known = await knownIn(planted);
  });
  after(() => planted?.close());

  const run = async (name: string, more: Pick<Run, "args"> & Partial<Run>) => {
    const folder = join(planted.folder, name);
    await mkdir(folder);
    const { url, token } = planted;
    const outcome = await runSchemathesis({ url, token, folder, name, known, ...more });
    assert.equal(outcome.code, 0, outcome.output);
    assert.match(outcome.output, /Tested: [1-9]/);
  };

  it("finds nothing with a token that may all", async () => {
    await run("all", { args: [...common, "--phases", "examples,coverage,fuzzing", "-n", "4"] });
  });

  it("finds nothing with a token of each scope, and of one account", async () => {
    const scopes = ["read", "content", "publish", "operate", "privacy", "admin"];
    const tokens = await Promise.all(
      scopes.map((scope) => planted.make(`only-${scope}`, scope === "read" ? ["read"] : [scope])),
    );
    const restricted = ["read", "content", "publish", "operate"];
    tokens.push(await planted.make("of-berlin", restricted, { accounts: ["berlin"] }));
    tokens.push(await planted.make("masked-berlin", ["read"], { accounts: ["berlin"] }));
    const own = ["--exclude-checks", "positive_data_acceptance,ignored_auth"];
    const args = [...common, ...own, "--phases", "fuzzing", "-n", "12"];
    await run("scopes", { tokens, args });
  });
});

async function knownIn({ list }: Planted): Promise<Run["known"]> {
  const textsOf = async (path: string, name: string) => [
    ...new Set((await list(path)).map((item) => String(item[name]))),
  ];
  const [events, deliveries, conversations, quarantine] = await Promise.all([
    textsOf("/api/events", "id"),
    textsOf("/api/deliveries", "id"),
    textsOf("/api/conversations", "id"),
    textsOf("/api/quarantine", "id"),
  ]);
  return {
    "path.id": [...events, ...deliveries, ...conversations, ...quarantine, "15555550123"],
    "path.wamid": ["wamid.TEXT1", "wamid.SENT1", "wamid.SENT2"],
    "path.name": ["erp"],
    "query.conversation": conversations,
    "query.event": events,
    "query.account": ["700700700700700", "700700700700701"],
    "query.destination": ["erp"],
    "query.contact": ["15555550123", "+1 555 555 0124"],
    "body.to": ["erp", "routed"],
    "body.id": events,
    "body.q": ["15555550123", "Mia", "wamid.TEXT1", "order"],
  };
}
