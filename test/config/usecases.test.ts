import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import path from "node:path";
import { before, describe, it } from "node:test";
import { readRouting } from "../../src/app/plan.ts";
import { checkConfig } from "../../src/cli/config.ts";
import type { Routing } from "../../src/config/routing.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";

const root = path.resolve(import.meta.dirname, "../..");
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const variables =
  "STRIPE_WHSEC FORM_KEY ZD_HOOK HUBSPOT_TOKEN ZD_ID ZD_SECRET SHOP_ID SHOP_SECRET SLACK_BOT_TOKEN META_ACCESS_TOKEN META_SECRET";
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const env = {
  WAYPOST_CONFIG: "fixtures/config/usecases.yaml",
  ...Object.fromEntries(variables.split(" ").map((name) => [name, `value-of-${name}`])),
  ...{ BOT_SECRET: secret, CLINIC_SECRET: secret },
  ...{ ZAP_URL: "https://hooks.zap.example/1", SMTP_URL: "smtp://mail.example" },
  GOOGLE_CREDENTIALS: JSON.stringify({
    type: "service_account",
    client_email: "waypost@acme-test.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  }),
};

const notSpam = { not: { tag: ["spam"] } };
const messages = { type: ["whatsapp.message.*"] };
const human = { text: { matches: ["(?i)\\b(human|agent)\\b"] } };

describe("the file of use cases", () => {
  let routing: Routing;
  before(async () => {
    routing = await readRouting(env, false, root);
  });
  const route = (name: string) => {
    const found = routing.routes.find((each) => each.name === name) ?? assert.fail(name);
    return { ...found };
  };

  it("passes waypost config check, as it is, with the kinds that there are", async () => {
    const settings = {
      ...env,
      WHATSAPP_APP_SECRET: "0123456789abcdef".repeat(2),
      WHATSAPP_VERIFY_TOKEN: "b",
      OPS_TOKENS: "c",
    };
    const found = await checkConfig(settings, "start", readRouting, root);
    assert.deepEqual(found, { problems: [], warnings: [], destinations: 11, routes: 33 });
  });

  it("has no problems, and no notes", () => {
    assert.equal(routing.routes.length, 33);
    assert.deepEqual(routing.warnings, []);
    compileRoutes(routing);
  });

  it("says what is emitted, once for each contact, wherever it goes", () => {
    assert.deepEqual(route("lead"), {
      name: "lead",
      when: { flow: ["qualify"] },
      only: notSpam,
      once: { per: "contact", for: 90 * 86_400_000 },
      to: [],
      emit: {
        type: "business.lead.captured",
        data: { email: "{{ flow.email }}", transcript: "{{ transcript | text }}" },
      },
      test: false,
    });
    assert.deepEqual(route("confirm"), {
      name: "confirm",
      when: { replyId: { matches: ["^confirm:(?P<id>\\d+)$"] } },
      only: notSpam,
      to: [],
      emit: { type: "business.appointment.confirmed", data: { id: "{{ match.id }}" } },
      test: false,
    });
  });

  it("says what is set", () => {
    assert.deepEqual(route("lead-crm"), {
      name: "lead-crm",
      when: { type: ["business.lead.captured"] },
      only: notSpam,
      to: ["hubspot"],
      // The owner of its deal is a template.
      templatesRead: { hubspot: ["memory"] },
      set: { owner: { pool: "sales" } },
      test: false,
    });
    assert.deepEqual(route("cart-topic"), {
      name: "cart-topic",
      when: { type: ["whatsapp.outgoing.template"], template: ["cart_recovery"] },
      only: notSpam,
      to: [],
      set: { topic: "cart-recovery" },
      test: false,
    });
  });

  it("has options for a route, beside the destination's own", () => {
    assert.deepEqual(route("vip"), {
      name: "vip",
      when: { ...messages, ...human },
      only: { tag: ["vip"], all: [notSpam] },
      to: ["slack"],
      options: { slack: { channel: "#vip", mention: "here" } },
      test: false,
    });
    assert.deepEqual(route("thanks"), {
      name: "thanks",
      when: { type: ["business.payment.succeeded"] },
      only: notSpam,
      to: ["hubspot", "whatsapp"],
      options: {
        whatsapp: { text: "Thank you!", template: { name: "thanks", language: "en" } },
      },
      // What writes to contacts looks at what was said, and who may be written to.
      templatesRead: { hubspot: ["memory"], whatsapp: ["log", "memory"] },
      test: false,
    });
  });

  it("compares business data, reactions and countries", () => {
    assert.deepEqual(route("bad-csat").when, {
      type: ["business.csat.received"],
      data: { rating: { atMost: 2 } },
    });
    assert.deepEqual(route("lead-alert").when, {
      type: ["business.record.created"],
      data: { object: ["deal"] },
    });
    assert.deepEqual(route("bad-reaction").when, { reaction: ["👎", "😡"] });
    assert.deepEqual(route("german").when, { country: ["DE", "AT", "CH"] });
  });

  it("asks what is remembered when the turn comes", () => {
    const onlyOf = (name: string) => route(name).only;
    assert.deepEqual(onlyOf("campaign-reply"), {
      about: { campaign: ["spring-*"], withinMs: 72 * 3_600_000 },
      all: [notSpam],
    });
    // Days are too long for the tests of the whole program.
    assert.deepEqual(onlyOf("confirm-text"), {
      about: { template: ["appointment_reminder"], withinMs: 48 * 3_600_000 },
      all: [notSpam],
    });
    assert.deepEqual(onlyOf("away"), { not: { hours: ["office"] }, opens: true, all: [notSpam] });
    assert.equal(route("away").maxAgeMs, 15 * 60_000);
    assert.deepEqual(onlyOf("lookup"), {
      not: { held: { by: ["human", "other"] } },
      all: [notSpam],
    });
    assert.deepEqual(onlyOf("french"), { field: { language: ["fr"] }, all: [notSpam] });
    assert.deepEqual(onlyOf("new-contact"), { first: true, all: [notSpam] });
    assert.deepEqual(onlyOf("cart-closed"), { topic: ["cart-recovery"], all: [notSpam] });
  });

  it("waits, and counts office hours alone", () => {
    assert.deepEqual(route("unread"), {
      name: "unread",
      when: { type: ["whatsapp.outgoing.template"], template: ["payment_reminder"] },
      only: {
        status: ["delivered"],
        not: { followedBy: ["business.payment.*"] },
        all: [notSpam],
      },
      after: { delayMs: 86_400_000 },
      to: [],
      emit: { type: "business.reminder.unread" },
      test: false,
    });
    assert.deepEqual(route("sla"), {
      name: "sla",
      when: messages,
      only: { not: { answered: { by: ["human"] } }, all: [notSpam] },
      after: { delayMs: 1_800_000, hours: "office" },
      once: { per: "conversation", for: "untilAnswered" },
      to: ["slack"],
      test: false,
    });
    assert.deepEqual(route("handoff").once, { per: "conversation", for: "untilClosed" });
  });

  it("has the rules that routes refer to", () => {
    const spans = [
      [540, 750],
      [810, 1080],
    ];
    assert.deepEqual(routing.flows, {
      lists: {},
      hours: {
        office: {
          timeZone: "Europe/Berlin",
          days: { 1: spans, 2: spans, 3: spans, 4: spans, 5: spans },
          except: [],
        },
      },
      pools: {
        sales: [
          { name: "Ana", ids: { hubspot: "101", slack: "U01" } },
          { name: "Ben", ids: { hubspot: "102", slack: "U02" } },
        ],
      },
      conversations: {
        closeAfterMs: 72_000_000,
        hold: { humanMs: 1_800_000, handoff: "untilClosed" },
      },
      consent: {
        stop: { berlin: ["STOP", "ABMELDEN"], paris: ["STOP", "ARRET"] },
        start: { "*": ["START"] },
        confirm: "You will get no more offers. START undoes it.",
        via: "whatsapp",
      },
      replies: { senders: ["whatsapp"], bots: ["shop-bot"] },
    });
  });

  it("has sources and reports", () => {
    assert.deepEqual(
      { ...routing.sources["stripe"] },
      {
        name: "stripe",
        kind: "stripe",
        secrets: ["value-of-STRIPE_WHSEC"],
        account: "berlin",
        emit: [
          {
            when: { type: ["payment_intent.succeeded"] },
            type: "business.payment.succeeded",
            id: "{{ body.id }}",
            contact: { phone: "{{ body.data.object.metadata.phone }}" },
            data: { amount: "{{ body.data.object.amount }}" },
          },
        ],
      },
    );
    assert.deepEqual(routing.sources["form"]?.auth, {
      header: "x-form-key",
      secrets: ["value-of-FORM_KEY"],
    });
    assert.deepEqual(routing.reports, [
      {
        name: "weekly",
        at: { weekday: 1, minute: 540 },
        timeZone: "Europe/Berlin",
        by: ["campaign", "account"],
        to: ["slack", "mail"],
      },
    ]);
  });
});
