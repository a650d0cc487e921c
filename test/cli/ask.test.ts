import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Harness, startOps, token, until } from "../ops/harness.ts";
import { runCli, startCli } from "../support/cli.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";

const start = (args: readonly string[], url = ops.url) => startCli(args, { url, token });
const run = (args: readonly string[]) => runCli(args, { url: ops.url, token });

const lines = (text: string) => text.split("\n").slice(0, -1);
const parsed = (text: string) => lines(text).map((line) => JSON.parse(line) as { id: string });

let ops: Harness;
before(async () => {
  ops = await startOps();
  ops.query.log.push(
    textEvent(3, "third \u001b[2J\u202e\r\n line"),
    { ...statusEvent(2, "failed"), data: failedData() },
    textEvent(1, "first"),
  );
});
after(() => ops.ops.close());

function failedData() {
  const { data } = statusEvent(2, "failed");
  const errors = [{ code: 131_026, title: "Undeliverable" }];
  const { name: _name, ...contact } = data.contact ?? {};
  return { ...data, contact, status: { messageId: "wamid.2", status: "failed", errors } };
}

describe("waypost events", () => {
  it("shows one event a line, oldest on top, controls escaped", async () => {
    const { code, out } = await run(["events"]);
    assert.equal(code, 0);
    assert.deepEqual(lines(out), [
      "11-20 10:00:01  whatsapp.message.text         Mia               first",
      "11-20 10:00:02  whatsapp.status.failed        …23               131026 Undeliverable of wamid.2",
      "11-20 10:00:03  whatsapp.message.text         Mia               third \\u001b[2J\\u202e  line",
    ]);
  });

  it("takes the filter of a view that was saved in the console, and what is told beside it goes before", async () => {
    const filter = "type=whatsapp.status.failed&from=2026-11-20&tab=json";
    await ops.post("/api/views", { name: "Failed today", page: "events", filter });
    const view = ["events", "--view", "Failed today"];
    ops.query.asked.length = 0;
    assert.equal((await run(view)).code, 0);
    assert.equal((await run([...view, "--type", "a.b"])).code, 0);
    const from = "2026-11-20T00:00:00.000Z";
    assert.deepEqual(
      ops.query.asked.map(({ filter: asked }) => [asked["types"], asked["from"]]),
      [
        [["whatsapp.status.failed"], from],
        [["a.b"], from],
      ],
    );
    const unknown = await run(["events", "--view", "gone"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no view “gone” of events.*“Failed today”/);
  });

  it("prints lines of JSON that hold the events whole", async () => {
    const { out } = await run(["events", "--json"]);
    assert.deepEqual(parsed(out), ops.query.log.toReversed());
    assert.doesNotMatch(out, /\p{Cf}|(?!\n)\p{Cc}/u);
  });

  it("passes its filters on, short times as how long ago", async () => {
    ops.query.asked.length = 0;
    const filters = ["--type", "whatsapp.message.*", "--type", "a.b", "--account", "7"];
    const more = [
      "--conversation",
      "c",
      "--contact",
      "+1 5",
      "--message",
      "wamid.A/+=",
      "--text",
      "w x",
    ];
    const times = ["--from", "2h", "--to", "2026-11-21", "--limit", "7"];
    const { code, err } = await run(["events", ...filters, ...more, ...times]);
    assert.deepEqual([code, err], [0, "No event matches.\n"]);
    const [{ filter, page } = assert.fail()] = ops.query.asked;
    const { from, ...others } = filter;
    assert.deepEqual(others, {
      types: ["whatsapp.message.*", "a.b"],
      account: "7",
      conversation: "c",
      contact: "+1 5",
      messageId: "wamid.A/+=",
      text: "w x",
      to: "2026-11-21T00:00:00.000Z",
    });
    assert.ok(Math.abs(Date.parse(String(from)) + 7_200_000 - Date.now()) < 60_000);
    assert.equal(page.limit, 7);
  });

  it("reads page after page up to the limit", async () => {
    const many = await startOps();
    many.query.log.push(...Array.from({ length: 500 }, (_, n) => textEvent(500 - n)));
    const { out } = await run(["events", "--json", "--limit", "450", "--url", many.url]);
    assert.deepEqual(
      parsed(out).map(({ id }) => id),
      Array.from({ length: 450 }, (_, n) => `evt_${n + 51}`),
    );
    await many.ops.close();
  });

  it("shows one whole", async () => {
    const { out } = await run(["events", "evt_1"]);
    const [event = "", deliveries] = out.split(/^(?=deliveries)/m);
    assert.deepEqual(JSON.parse(event), textEvent(1, "first"));
    assert.ok(lines(event).length > 20);
    assert.equal(deliveries, "deliveries  none\n");
    const json = parsed((await run(["events", "evt_1", "--json"])).out);
    assert.deepEqual(json, [{ ...textEvent(1, "first"), deliveries: [], notDelivered: [] }]);
  });

  it("exits 1 for one that is not there, 2 for a filter that is none", async () => {
    const none = await run(["events", "evt_none"]);
    assert.deepEqual([none.code, none.err], [1, "There is no such event.\n"]);
    const bad = await run(["events", "--type", "Whatsapp"]);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /^ {2}type must be type patterns/m);
    for (const args of [
      ["--limit", "0"],
      ["--from", "noon-ish"],
      ["--nope"],
      ["--follow", "--text", "x"],
    ]) {
      const { code, out, err } = await run(["events", ...args]);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.notEqual(err, "");
    }
  });

  it("ends well when its reader has enough", async () => {
    const started = start(["events"]);
    started.child.stdout?.destroy();
    assert.equal(await started.code, 0);
    assert.equal(started.err(), "");
  });
});

describe("waypost events --follow", () => {
  it("goes on with what comes in", async () => {
    const tail = start(["events", "--follow", "--json", "--type", "whatsapp.message.*"]);
    await until(() => lines(tail.out()).length === 2);
    ops.publish(statusEvent(4, "read"));
    ops.publish(textEvent(5));
    await until(() => lines(tail.out()).length === 3);
    assert.deepEqual(
      parsed(tail.out()).map(({ id }) => id),
      ["evt_1", "evt_3", "evt_5"],
    );
    tail.child.kill();
    await tail.code;
  });

  it("comes back after a restart of Waypost, and shows each event once", async () => {
    const first = await startOps();
    first.query.log.push(textEvent(1));
    const tail = start(["events", "-f", "--json"], first.url);
    await until(() => lines(tail.out()).length === 1);
    await first.ops.close();
    const second = await startOps({ port: Number(new URL(first.url).port) });
    second.query.log.push(textEvent(3), textEvent(2), textEvent(1));
    await until(() => lines(tail.out()).length === 3);
    second.publish(textEvent(3));
    second.publish(textEvent(4));
    await until(() => lines(tail.out()).length === 4);
    assert.deepEqual(
      parsed(tail.out()).map(({ id }) => id),
      ["evt_1", "evt_2", "evt_3", "evt_4"],
    );
    assert.equal(tail.err(), "The connection was lost; trying again.\n");
    tail.child.kill();
    await tail.code;
    await second.ops.close();
  });

  it("does not wait for a Waypost that was never there", async () => {
    assert.equal((await run(["events", "-f", "--url", "http://127.0.0.1:1"])).code, 3);
  });
});

describe("waypost message", () => {
  it("shows what became of one message", async () => {
    const id = "wamid.A/+==";
    const view = {
      id,
      direction: "out" as const,
      type: "text",
      account: {},
      status: "delivered",
      statusAt: { delivered: "2026-11-20T10:00:03Z", sent: "2026-11-20T10:00:01Z" },
      errors: [],
      events: [statusEvent(1, "sent")],
    };
    ops.query.messageViews.set(id, view);
    const { code, out } = await run(["message", id]);
    assert.equal(code, 0);
    assert.deepEqual(lines(out), [
      "wamid.A/+==  sent  text",
      "status  delivered",
      "  11-20 10:00:01  sent",
      "  11-20 10:00:03  delivered",
      "events",
      "  11-20 10:00:01  whatsapp.status.sent          Mia               of wamid.1",
    ]);
    assert.deepEqual(parsed((await run(["message", id, "--json"])).out), [view]);
  });
});

describe("waypost contact", () => {
  it("shows who it is, by any id, controls escaped", async () => {
    const [event] = [textEvent(4, "hi")];
    assert.ok(event);
    const contact = {
      userId: "DE.741",
      waId: "15555550123",
      name: "Mia\u001b[2J",
      username: "mia",
    };
    await ops.store.append([{ ...event, data: { ...event.data, contact } }]);
    const { id = "" } = (await ops.store.contacts.find("DE.741")) ?? {};
    const consent = {
      marketing: "revoked",
      stopped: true,
      at: "2026-11-20T10:00:00.000Z",
    } as const;
    await ops.store.contacts.change(id, {
      ...{ addTags: ["vip", "new"], fields: { city: "Köln" }, consent },
      owner: { pool: "sales", name: "Ana" },
    });
    const { code, out } = await run(["contact", "+1 (555) 555-0123"]);
    assert.equal(code, 0);
    assert.deepEqual(lines(out), [
      `${id}  Mia\\u001b[2J  @mia`,
      "phones       15555550123",
      "user ids     DE.741",
      "tags         new  vip",
      "city         Köln",
      "owner        Ana (sales)",
      "consent      said stop: nothing is sent until they write again; no offers  11-20 10:00:00",
      `wrote first  11-20 10:00:04  ${event.id}`,
    ]);
    const json = parsed((await run(["contact", "DE.741", "--json"])).out);
    assert.deepEqual(json, [await ops.store.contacts.find(id)]);
    const none = await run(["contact", "15555550199"]);
    assert.deepEqual([none.code, none.err], [1, "There is no such contact.\n"]);
  });
});

describe("waypost quarantine", () => {
  const body = Buffer.from([0x7b, 0xff, 0x00, 0x0a, 0x1b]);
  const entry = {
    id: "qrn_1",
    receivedAt: "2026-11-20T10:00:02Z",
    postId: "pst_1",
    bytes: 5,
    problems: [
      { path: "entry[0]", reason: "is not\u001b an object" },
      { path: "", reason: "is not UTF-8" },
    ],
    dataBase64: body.toString("base64"),
  };

  it("says when it is empty", async () => {
    const { code, out, err } = await run(["quarantine"]);
    assert.deepEqual([code, out, err], [0, "", "The quarantine is empty.\n"]);
  });

  it("shows where and why, and the bytes as they came", async () => {
    ops.query.quarantined.push(entry);
    assert.deepEqual(lines((await run(["quarantine"])).out), [
      "11-20 10:00:02  qrn_1  5 bytes",
      "  entry[0]: is not\\u001b an object (and 1 more)",
    ]);
    assert.deepEqual(parsed((await run(["quarantine", "--json"])).out), [entry]);
    assert.deepEqual(parsed((await run(["quarantine", "show", "qrn_1", "--json"])).out), [entry]);
    const shown = await run(["quarantine", "show", "qrn_1"]);
    assert.match(shown.out, /^ {2}is not UTF-8$/m);
    const raw = start(["quarantine", "show", "qrn_1", "--raw"]);
    assert.equal(await raw.code, 0);
    assert.deepEqual(Buffer.from(raw.out(), "latin1"), body);
    assert.equal((await run(["quarantine", "show", "qrn_2"])).code, 1);
  });

  it("says of which source a POST is that is not Meta's", async () => {
    ops.query.quarantined.push({ ...entry, id: "qrn_hook", source: "/hooks/stripe" });
    const head = "11-20 10:00:02  qrn_hook  5 bytes  /hooks/stripe";
    assert.equal(lines((await run(["quarantine"])).out).includes(head), true);
    assert.equal(lines((await run(["quarantine", "show", "qrn_hook"])).out)[0], head);
  });
});

describe("waypost status", () => {
  it("exits 0 when all is well", async () => {
    const { code, out } = await run(["status"]);
    assert.equal(code, 0);
    assert.match(out, /^Waypost 0\.0\.0 \(ops\), up .*: (all is well|well, with warnings)$/m);
    assert.match(out, /^store {5}embedded, ready\n {2}3 events/m);
  });

  it("exits 1 and begins with what is wrong and its remedy when something is", async () => {
    const down = await startOps({
      status: {
        bus: {
          health: () => ({ kind: "rabbitmq", ready: false, reason: "connecting to RabbitMQ" }),
          queues: async () => [],
        },
      },
    });
    const { code, out } = await run(["status", "--url", down.url]);
    assert.equal(code, 1);
    const [head, what, remedy] = lines(out);
    assert.match(head ?? "", /something is wrong$/);
    assert.equal(what, "  ✗ The bus is not ready: connecting to RabbitMQ.");
    assert.match(remedy ?? "", /RABBITMQ_URL/);
    const json = await run(["status", "--json", "--url", down.url]);
    assert.deepEqual([json.code, (JSON.parse(json.out) as { ok: boolean }).ok], [1, false]);
    await down.ops.close();
  });
});

describe("waypost replay show and abort", () => {
  it("ask where --url leads, with that --token", async () => {
    const given = ["--url", ops.url, "--token", token];
    const nowhere = { url: "http://127.0.0.1:1", token: "" };
    const shown = await runCli(["replay", "show", ...given], nowhere);
    assert.deepEqual(shown, { code: 0, out: "", err: "" });
    const aborted = await runCli(["replay", "abort", "rpl_none", ...given], nowhere);
    assert.deepEqual(aborted, { code: 1, out: "", err: "There is no such replay.\n" });
  });
});

describe("every command", () => {
  const commands = [
    ["events"],
    ["events", "x"],
    ["deliveries"],
    ["deliveries", "retry", "x"],
    ["destinations"],
    ["destinations", "pause", "x"],
    ["destinations", "resume", "x"],
    ["topology", "drop-dead", "x", "--yes"],
    ["topology", "prune"],
    ["message", "x"],
    ["contact", "x"],
    ["quarantine"],
    ["quarantine", "show", "x"],
    ["status"],
  ];

  it("exits 3 and says how to start Waypost when nobody answers", async () => {
    const gone = await startOps();
    const { port } = new URL(gone.url);
    await gone.ops.close();
    for (const args of commands) {
      const url = `http://user:canary@127.0.0.1:${port}`;
      const { code, out, err } = await run([...args, "--url", url]);
      assert.deepEqual([code, out], [3, ""], args.join(" "));
      assert.match(
        err,
        /does not answer at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\).*waypost start/s,
      );
      assert.doesNotMatch(err, /canary/);
    }
  });

  it("exits 4 and says where the token is when it is refused or missing", async () => {
    for (const args of commands) {
      const { code, out, err } = await run([...args, "--token", "canary-token"]);
      assert.deepEqual([code, out], [4, ""], args.join(" "));
      assert.match(err, /refused the token.*secrets\.env/s);
      assert.doesNotMatch(err, /canary/);
    }
    const none = await runCli(["status"], { url: ops.url, token: "" });
    assert.equal(none.code, 4);
  });

  it("exits 3 when what answers is not the ops API", async () => {
    const receiver = await startOps({ withApi: false });
    const { code, err } = await run(["status", "--url", receiver.url]);
    assert.equal(code, 3);
    assert.match(err, /it is not the ops API/);
    await receiver.ops.close();
  });

  it("exits 2 for an address that is none", async () => {
    assert.equal((await run(["status", "--url", "localhost:8081"])).code, 2);
    assert.equal((await run(["status", "--url", "file:///etc/hosts"])).code, 2);
  });
});
