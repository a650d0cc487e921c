import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Planted, startPlanted } from "../../support/planted-program.ts";
import { installSchemathesis, needsSchemathesis, type Run, runSchemathesis } from "./run.ts";

/** The same requests each time, but for the ids of what is there. */
const steady = ["--generation-deterministic", "--no-shrink"];
/** What fits the contract may still mean nothing here, such as a cursor of another list; see `refusal_says_why`. */
const checks = ["--exclude-checks", "positive_data_acceptance"];
const common = [...steady, ...checks, "--request-timeout", "30", "--warnings", "off"];

describe("schemathesis, over every operation of openapi.yaml", {
  ...needsSchemathesis,
  concurrency: true,
}, () => {
  let planted: Planted;
  let known: Run["known"];
  let made: ReadonlyMap<string, string>;
  before(async () => {
    installSchemathesis();
    planted = await startPlanted();
    known = await knownIn(planted);
    made = await tokensOf(planted);
  });
  after(() => planted?.close());

  const run = async (name: string, more: Pick<Run, "args"> & Partial<Run>) => {
    const folder = join(planted.folder, name);
    await mkdir(folder);
    const { url, token } = planted;
    const outcome = await runSchemathesis({ url, token, folder, name, known, ...more });
    assert.equal(outcome.code, 0, outcome.output);
    assert.match(outcome.output, /Tested: [1-9]/);
    return outcome.tails;
  };

  it("finds nothing with a token that may all", async () => {
    const tails = await run("all", {
      args: [...common, "--phases", "examples,coverage,fuzzing", "-n", "4"],
    });
    assert.ok(tails > 0, "no tail had an event");
  });

  it("finds nothing with a token of each scope, and of one account", async () => {
    const tokens = [...made.values()];
    const own = ["--exclude-checks", "positive_data_acceptance,ignored_auth"];
    const args = [...common, ...own, "--phases", "fuzzing", "-n", "12"];
    await run("scopes", { tokens, args });
  });

  it("and a tail opens for who may read, with events of their accounts alone", async () => {
    for (const [name, token] of made) {
      const { status, ids } = await tailOf(planted, token);
      const mayRead = ["read", "of-berlin", "masked-berlin"].includes(name);
      assert.equal(status, mayRead ? 200 : 403, name);
      assert.equal(ids.length > 0, mayRead, name);
      if (name.endsWith("berlin"))
        assert.ok(
          ids.every((id) => id === "700700700700700"),
          name,
        );
    }
  });
});

/** By name: one of each scope, and two of one account. */
async function tokensOf({ make }: Planted): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const scope of ["read", "content", "publish", "operate", "privacy", "admin"]) {
    made.set(scope, await make(`only-${scope}`, [scope]));
  }
  const own = { accounts: ["berlin"] };
  made.set("of-berlin", await make("of-berlin", ["read", "content", "publish", "operate"], own));
  made.set("masked-berlin", await make("masked-berlin", ["read"], own));
  return made;
}

/** The status of a tail, and what it has at first. */
async function tailOf({ url }: Planted, token: string): Promise<{ status: number; ids: string[] }> {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/events/stream`, { headers, signal: gone.signal });
  const { status } = response;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (status === 200 && text.includes("\ndata: ") && text.endsWith("\n\n")) break;
  }
  gone.abort();
  return { status, ids: [...text.matchAll(/"phoneNumberId":"(\d+)"/g)].map(([, id = ""]) => id) };
}

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
