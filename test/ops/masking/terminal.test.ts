import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runCli } from "../../support/cli.ts";
import type { Harness } from "../harness.ts";
import { foundIn, tokenOf } from "./asking.ts";
import { message, person, startPlanted } from "./planted-log.ts";

let ops: Harness;
let token = "";
before(async () => {
  ops = await startPlanted();
  const { authorization = "" } = await tokenOf(ops, ["read"]);
  token = authorization.slice("Bearer ".length);
});
after(() => ops.ops.close());

const run = (...args: string[]) => runCli(args, { url: ops.url, token });

describe("a terminal with a token that may only read", () => {
  it("shows what came by pseudonyms and lengths, and goes on from there", async () => {
    const events = await run("events");
    assert.deepEqual([events.code, events.err], [0, ""]);
    const lines = events.out.trim().split("\n");
    assert.equal(lines.length, 3);
    const people = lines.map((line) => /per_\S{12}/.exec(line)?.[0]);
    assert.equal(new Set(people).size, 1);
    assert.ok(lines.every((line) => !line.includes("undefined")));
    const { out: whole } = await run("events", "--json", "--type", message.type);
    const shown = JSON.parse(whole) as typeof message;
    const [id = "", conversation = ""] = [shown.data.message?.id, shown.data.conversationId];
    const ofMessage = await run("message", id);
    assert.equal(ofMessage.code, 0, ofMessage.err);
    assert.match(ofMessage.out, /^msg_/);
    const same = await run("events", "--conversation", conversation);
    assert.equal(same.out.trim().split("\n").length, 3);
    const conversations = await run("conversations");
    assert.match(conversations.out, new RegExp(people[0] ?? "nobody"));
    assert.deepEqual(
      foundIn([conversations.out, events.out, whole, ofMessage.out, same.out].join("\n")),
      [],
    );
  });

  it("shows deliveries, contacts and what could not be read", async () => {
    const contact = (await ops.store.contacts.find(person.phone))?.id ?? "";
    const asked = [["deliveries"], ["contact", contact], ["quarantine"], ["events", message.id]];
    const shown = await Promise.all(asked.map((args) => run(...args)));
    for (const { code, out, err } of shown) {
      assert.deepEqual([code, err], [0, ""]);
      assert.notEqual(out, "");
      assert.deepEqual(foundIn(out), []);
    }
  });

  it("is told why it may not ask by a person", async () => {
    for (const args of [
      ["events", "--contact", person.phone],
      ["message", person.wamid],
    ]) {
      const { code, err } = await run(...args);
      assert.notEqual(code, 0);
      assert.match(err, /scope content/);
      assert.deepEqual(foundIn(err), []);
    }
  });
});
