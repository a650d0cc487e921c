import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { catalog, entriesOf } from "../../../src/cli/simulate/catalog/catalog.ts";
import { fixtureEntry, loadFixtures } from "../../../src/cli/simulate/catalog/fixtures.ts";
import { newSeed } from "../../../src/cli/simulate/random.ts";
import {
  generateTraffic,
  type SimulatedPost,
  type TrafficOptions,
} from "../../../src/cli/simulate/traffic.ts";
import { sign, toWire } from "../../../src/cli/simulate/wire.ts";
import { normalize } from "../../../src/receive/normalize.ts";

const appSecret = "a secret for tests";

function posts(options: Partial<TrafficOptions>): SimulatedPost[] {
  return [...generateTraffic({ seed: "test", appSecret, ...options })];
}

function isSigned(post: SimulatedPost): boolean {
  const digest = createHmac("sha256", appSecret).update(post.bytes).digest("hex");
  return post.signature === `sha256=${digest}`;
}

function eventsOf(post: SimulatedPost) {
  const body = JSON.parse(post.bytes.toString("utf8"));
  return normalize(body, { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_1" });
}

const messageIds = (list: SimulatedPost[]) =>
  list.flatMap((post) => post.items.flatMap((item) => item.messageId ?? []));

describe("a seed", () => {
  const mixed: Partial<TrafficOptions>[] = [
    { scenario: "hello" },
    { scenario: "shop-day", contacts: 20 },
    { scenario: "clinic-day", contacts: 20 },
    { entries: catalog, count: 200 },
    { big: true, count: 1 },
    {
      scenario: "conversation",
      count: 300,
      ...{ batch: 3, duplicates: 10, disorder: 20, badSignatures: 5, accounts: 3, rate: 100 },
    },
  ];
  for (const options of mixed) {
    it(`gives the same bytes again: ${JSON.stringify(options).slice(0, 60)}`, () => {
      assert.deepEqual(posts(options), posts(options));
      assert.notDeepEqual(posts(options), posts({ ...options, seed: "another" }));
    });
  }

  it("that was not given is new each time, and with it every message id", () => {
    const runs = [0, 1].map(() =>
      posts({ scenario: "conversation", count: 500, seed: newSeed(new Date()) }),
    );
    const [one = [], other = []] = runs.map(messageIds);
    assert.ok(one.length > 400);
    assert.ok(!one.some((id) => other.includes(id)));
  });

  it("can hold the time that payloads show", () => {
    for (const post of posts({ entries: entriesOf("text"), count: 1, seed: "x@1800000000" })) {
      assert.match(post.bytes.toString(), /"timestamp":"1800000000"/);
    }
  });
});

describe("the bytes", () => {
  it("are signed as Meta signs: the vector of the reference", () => {
    const body = String.raw`{"object":"whatsapp_business_account","entry":[{"id":"900100200300400","changes":[{"value":{"t":"Gr\u00fc\u00dfe \ud83d\udc4d a\/b"},"field":"messages"}]}]}`;
    assert.equal(toWire(JSON.stringify(JSON.parse(body))), body);
    assert.equal(toWire(body), body);
    assert.equal(
      sign(Buffer.from(body), "dossier_demo_secret"),
      "sha256=7b7e5c4a2f2c33d736ce52665b128d64962e65f6f12b94392ffd10d1041ce008",
    );
  });

  it("are escaped ASCII, and say the same when they are read", () => {
    const all = posts({ scenario: "shop-day" });
    const text = all.map((post) => post.bytes.toString("latin1")).join("\n");
    assert.match(text, /^[\x20-\x7e\n]*$/);
    assert.match(text, /\\u00fc/);
    assert.match(text, /\\ud83/);
    assert.match(text, /https:\\\/\\\//);
    assert.doesNotMatch(text, /[^\\]\//);
    for (const post of all) {
      assert.ok(isSigned(post));
      const body = JSON.parse(post.bytes.toString());
      assert.equal(toWire(JSON.stringify(body)), post.bytes.toString());
    }
  });

  it("of a big POST are exactly 3 MB and hold 1,000 different messages", () => {
    const [post] = posts({ big: true, count: 1 });
    assert.ok(post);
    assert.equal(post.bytes.length, 3_145_728);
    assert.equal(new Set(messageIds([post])).size, 1000);
    assert.equal(eventsOf(post).events.length, 1000);
    assert.ok(isSigned(post));
  });
});

describe("the catalogue", () => {
  it("has every field of the reference", () => {
    const documented =
      "account_alerts account_review_update account_settings_update account_update automatic_events " +
      "business_capability_update business_status_update business_username_update business_username_updates calls " +
      "consumer_profile flows group_lifecycle_update group_participants_update group_settings_update " +
      "group_status_update history message_echoes message_template_components_update " +
      "message_template_quality_update message_template_status_update messages messaging_handovers partner_solutions " +
      "payment_configuration_update phone_number_name_update phone_number_quality_update security " +
      "smb_app_state_sync smb_message_echoes standby template_category_update " +
      "template_correct_category_detection tracking_events user_id_update user_preferences";
    const known = new Set(catalog.map((entry) => entry.field));
    for (const field of documented.split(" ")) assert.ok(known.has(field), field);
  });

  for (const entry of catalog.filter(({ group }) => group !== "odd")) {
    it(`sends ${entry.name}, which becomes the event it names`, () => {
      for (const post of posts({ entries: [entry], count: 20 })) {
        const { events, problems } = eventsOf(post);
        assert.deepEqual(problems, []);
        assert.deepEqual(
          events.map((event) => event.type),
          post.items.map((item) => item.eventType),
        );
        for (const { messageId } of post.items) {
          if (messageId !== undefined) assert.match(JSON.stringify(events), quoted(messageId));
        }
      }
    });
  }

  it("gives each who changes an id one that nobody else has", () => {
    for (const name of ["system_number", "system_user_id", "user_id_update"]) {
      const sent = posts({ entries: entriesOf(name), count: 20 }).flatMap(
        (post) => eventsOf(post).events,
      );
      const changes = sent.map(({ data }) => data.message?.system ?? data.idChange);
      const ids = changes.map((change) => change?.userId);
      assert.equal(new Set(ids).size, 20, name);
      const phones = changes.flatMap((change) => change?.waId ?? []);
      assert.equal(new Set(phones).size, phones.length, name);
    }
  });

  it("sends what cannot be understood, signed", () => {
    const [broken, foreign] = posts({ entries: entriesOf("odd"), count: 2 });
    assert.ok(broken && foreign && isSigned(broken) && isSigned(foreign));
    assert.throws(() => JSON.parse(broken.bytes.toString()));
    assert.equal(eventsOf(foreign).problems.length, 1);
  });

  it("finds entries by name, kind, field and group, and helps with a wrong name", () => {
    const names = (name: string) => entriesOf(name).map((entry) => entry.name);
    assert.deepEqual(names("text"), ["text"]);
    assert.ok(names("interactive").includes("list_reply"));
    assert.equal(names("account_update").length, 18);
    assert.ok(names("payment").includes("payment_refunded"));
    assert.ok(names("all").length > 100);
    assert.throws(() => entriesOf("stick"), /did you mean sticker\?/);
    assert.throws(() => entriesOf("nonsense"), RangeError);
    assert.equal(new Set(catalog.map(({ name }) => name)).size, catalog.length);
  });
});

function quoted(id: string): RegExp {
  return new RegExp(`"${id.replaceAll(/[+/.]/g, "\\$&")}"`);
}

describe("fixtures", () => {
  it("can all be sent, and become the events of their golden pairs", async () => {
    const entries = await loadFixtures(["all"]);
    assert.ok(entries.length > 100);
    for (const post of posts({ entries, count: entries.length })) {
      assert.ok(isSigned(post));
      const types = eventsOf(post).events.map((event) => event.type);
      assert.deepEqual(
        types,
        post.items.map((item) => item.eventType),
        post.note,
      );
    }
  });

  it("get ids and times of their own; all else stays as the file has it", () => {
    const text = String.raw`{ "b": 1.50, "a": "\u00fc /",
      "m": [{"id":"wamid.ONE","timestamp":"1700000005"},{"r":"wamid.ONE","timestamp":1700000000}] }`;
    const send = (seed: string) => {
      const [post] = posts({ entries: [fixtureEntry("one", text, [])], count: 1, seed });
      return post?.bytes.toString() ?? "";
    };
    const [one, other] = [send("a@1800000000"), send("b@1800000000")];
    const shape =
      /^\{"b":1\.50,"a":"\\u00fc \\\/","m":\[\{"id":"(wamid\.[\w-]{28})","timestamp":"1800000000"\},\{"r":"(wamid\.[\w-]{28})","timestamp":1799999995\}\]\}$/;
    const found = shape.exec(one);
    assert.ok(found, one);
    assert.equal(found[1], found[2]);
    assert.notEqual(shape.exec(other)?.[1], found[1]);
  });

  it("with an unknown name are refused", async () => {
    await assert.rejects(loadFixtures(["no-such-fixture"]), /no fixture is called no-such-fixture/);
  });
});

describe("faults", () => {
  const base: Partial<TrafficOptions> = { scenario: "conversation", count: 1000 };

  it("repeat as many POSTs as asked, byte for byte", () => {
    const all = posts({ ...base, duplicates: 10 });
    const repeats = all.filter((post) => post.repeatOf !== undefined);
    assert.ok(Math.abs(repeats.length - 100) <= 1, String(repeats.length));
    for (const post of repeats) {
      const first = all[post.repeatOf ?? -1];
      assert.ok(first !== undefined && first.index < post.index);
      assert.ok(first.bytes.equals(post.bytes) && first.signature === post.signature);
    }
  });

  it("forge as many signatures as asked, in many ways, none of them valid", () => {
    const all = posts({ ...base, badSignatures: 5 });
    const forged = all.filter((post) => post.expect === 401);
    assert.ok(Math.abs(forged.length - 50) <= 1, String(forged.length));
    assert.ok(all.every((post) => isSigned(post) === (post.expect === 200)));
    assert.ok(new Set(forged.map((post) => post.signature?.length)).size >= 4);
    const honest = new Set(messageIds(all.filter((post) => post.expect === 200)));
    assert.ok(messageIds(forged).every((id) => !honest.has(id)));
  });

  it("bring items late, lose none, and leave the rest in order", () => {
    const key = (item: { eventType: string; messageId?: string }) =>
      `${item.eventType} ${item.messageId}`;
    const keys = (list: SimulatedPost[]) => list.flatMap((post) => post.items.map(key));
    const tidy = keys(posts({ scenario: "shop-day" }));
    const late = keys(posts({ scenario: "shop-day", disorder: 20 }));
    assert.deepEqual(late.toSorted(), tidy.toSorted());
    const moved = late.filter(
      (one, i) => i > 0 && tidy.indexOf(one) < tidy.indexOf(late[i - 1] ?? ""),
    );
    assert.ok(moved.length > tidy.length * 0.1 && moved.length < tidy.length * 0.3);
  });

  it("hit small counts exactly", () => {
    const all = posts({ scenario: "conversation", count: 20, badSignatures: 10 });
    assert.equal(all.filter((post) => post.expect === 401).length, 2);
  });
});

describe("packing", () => {
  it("puts the items of a batch into one envelope and changes none of them", () => {
    const types = (list: SimulatedPost[]) =>
      list.flatMap((post) => eventsOf(post).events.map((event) => event.id)).toSorted();
    const single = posts({ scenario: "shop-day", accounts: 2 });
    const batched = posts({ scenario: "shop-day", accounts: 2, batch: 50 });
    assert.equal(batched.length, Math.ceil(single.length / 50));
    assert.deepEqual(types(batched), types(single));
    const body = JSON.parse(batched[0]?.bytes.toString() ?? "");
    assert.ok(body.entry.length > 1);
  });

  it("spreads people over the accounts asked for, each on one", () => {
    const all = posts({ scenario: "conversation", count: 2000, accounts: 7, contacts: 30 });
    const homes = new Map<string, Set<string>>();
    for (const item of all.flatMap((post) => post.items)) {
      if (item.contact === undefined || item.phoneNumberId === undefined) continue;
      homes.set(item.contact, (homes.get(item.contact) ?? new Set()).add(item.phoneNumberId));
    }
    assert.equal(homes.size, 30);
    assert.ok([...homes.values()].every((home) => home.size === 1));
    assert.equal(new Set([...homes.values()].flatMap((home) => [...home])).size, 7);
  });

  it("schedules a rate evenly", () => {
    const due = posts({ scenario: "conversation", count: 5, rate: 250 }).map(({ dueMs }) => dueMs);
    assert.deepEqual(due, [0, 4, 8, 12, 16]);
  });
});

for (const scenario of ["shop-day", "clinic-day"] as const) {
  describe(`a ${scenario}`, () => {
    const seed = "day@1800000000";
    const all = posts({ scenario, seed });
    const items = all.flatMap((post) => post.items);
    const text = all.map((post) => JSON.stringify(JSON.parse(post.bytes.toString()))).join("\n");

    it("is a whole day, in order, that ends now", () => {
      const due = all.map((post) => post.dueMs ?? Number.NaN);
      assert.deepEqual(
        due,
        due.toSorted((a, b) => a - b),
      );
      assert.ok((due.at(-1) ?? 0) > 50_000 && (due.at(-1) ?? 0) <= 72_000);
      const times = [...text.matchAll(/"timestamp":"(\d+)"/g)].map((match) => Number(match[1]));
      assert.ok(Math.max(...times) <= 1_800_000_000);
      assert.ok(Math.min(...times) >= 1_800_000_000 - 43_200);
    });

    it("has what such a day has", () => {
      const types = new Set(items.map((item) => item.eventType));
      for (const type of [
        ...["message.text", "message.interactive", "message.reaction", "message.audio"],
        ...["status.sent", "status.delivered", "status.read", "status.failed", "echo.text"],
        ...["template.status", "handover.control_passed"],
        scenario === "shop-day" ? "message.order" : "call.terminate",
      ]) {
        assert.ok(types.has(`whatsapp.${type}`), type);
      }
      assert.match(text, /human please/i);
      assert.match(text, scenario === "shop-day" ? /"source_type":"ad"/ : /"nfm_reply"/);
      assert.match(text, /[äöüß]/);
      assert.match(text, /\p{Script=Arabic}/u);
      assert.match(text, /\p{Script=Hiragana}/u);
      assert.match(
        text,
        /"contacts":\[\{"profile":\{"name":"[^"]+","username":"[^"]+"\},"user_id"/,
      );
      assert.match(text, /\{"from_user_id":"[^"]+","id"/);
    });

    it("tells each message's statuses in their order", () => {
      const rank = ["sent", "delivered", "read"];
      const seen = new Map<string, number>();
      for (const { eventType, messageId = "" } of items) {
        const now = rank.indexOf(eventType.replace("whatsapp.status.", ""));
        if (now === -1) continue;
        assert.ok(now > (seen.get(messageId) ?? -1));
        seen.set(messageId, now);
      }
      assert.ok(seen.size > 100);
    });
  });
}
