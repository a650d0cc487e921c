import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import type { MailFault } from "./mail-server.ts";
import { createEmailTo, keptFile, type Mailing, startMailing } from "./mailing.ts";

type Expected = readonly [DeliveryError["verdict"], "not done" | "perhaps done", RegExp];

/** What the server says or does, and what becomes of the delivery. */
const table: readonly (readonly [string, MailFault, Expected])[] = [
  [
    "greylisting",
    { at: "rcpt", reply: "450 4.2.0 Greylisted" },
    ["outage", "not done", /puts it off \(450 4\.2\.0\)/],
  ],
  ["451 at MAIL FROM", { at: "mail", reply: "451 4.3.0 Try later" }, ["outage", "not done", /451/]],
  ["421 at RCPT", { at: "rcpt", reply: "421 4.7.0 Bye" }, ["outage", "not done", /421/]],
  ["452 after the dot", { at: "data", reply: "452 4.3.1 Full" }, ["outage", "not done", /452/]],
  ["421 after the dot", { at: "data", reply: "421 4.3.2 Bye" }, ["outage", "not done", /421/]],
  ["454 at login", { at: "auth", reply: "454 4.7.0 Later" }, ["outage", "not done", /454/]],
  [
    "an unknown recipient",
    { at: "rcpt", reply: "550 5.1.1 No such user sales@acme.example" },
    ["refused", "not done", /refuses s…@acme\.example \(550 5\.1\.1\)/],
  ],
  [
    "spam",
    { at: "data", reply: "554 5.7.1 Looks like spam" },
    ["refused", "not done", /refuses the mail \(554 5\.7\.1\)/],
  ],
  [
    "a wrong password",
    { at: "auth", reply: "535 5.7.8 Bad credentials" },
    ["config", "not done", /user and password/],
  ],
  [
    "Gmail without an app password",
    { at: "auth", reply: "534 5.7.9 Application-specific password required" },
    ["config", "not done", /app password/],
  ],
  [
    "Microsoft without SMTP AUTH",
    {
      at: "auth",
      reply: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
    },
    ["config", "not done", /oauth/],
  ],
  [
    "TLS that is wanted",
    { at: "mail", reply: "530 5.7.0 Must issue a STARTTLS command first" },
    ["config", "not done", /requireTls: true/],
  ],
  [
    "a login that is wanted",
    { at: "mail", reply: "530 5.7.57 Client not authenticated" },
    ["config", "not done", /wants a login/],
  ],
  [
    "a sender that is not ours",
    { at: "mail", reply: "550 5.7.1 Sender not owned" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "Microsoft's word for a sender that is not ours",
    { at: "data", reply: "554 5.2.252 SendAsDenied; x@acme.example not allowed" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "Amazon's word for that",
    { at: "data", reply: "554 Message rejected: Email address is not verified." },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "no relaying",
    { at: "rcpt", reply: "554 5.7.1 Relay access denied" },
    ["config", "not done", /does not send to others/],
  ],
  [
    "Gmail's quota of a day",
    { at: "data", reply: "550 5.4.5 Daily user sending limit exceeded" },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "a host's quota, which has no code of its own",
    {
      at: "data",
      reply: "550 Domain acme.example has exceeded the max emails per hour (200/200 allowed)",
    },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "Yahoo's word for that",
    {
      at: "data",
      reply: "554 5.7.0 The limit on the number of allowed outgoing messages was exceeded",
    },
    ["outage", "not done", /as much as it takes a day/],
  ],
  [
    "a full mailbox, told as permanent",
    { at: "rcpt", reply: "552 5.2.2 Mailbox full" },
    ["outage", "not done", /puts it off \(552 5\.2\.2\)/],
  ],
  [
    "too many recipients, told as permanent",
    { at: "rcpt", reply: "552 Too many recipients" },
    ["outage", "not done", /puts it off \(552\)/],
  ],
  [
    "a sender that is refused with the recipient",
    { at: "rcpt", reply: "553 5.7.1 <x@acme.example>: Sender address rejected: not owned by user" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "a sender whose domain is none",
    { at: "rcpt", reply: "550 5.1.8 Domain not found" },
    ["config", "not done", /refuses the sender/],
  ],
  [
    "a name of this host that is refused with the recipient",
    {
      at: "rcpt",
      reply: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified name",
    },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "an address on a list of blocked ones",
    { at: "rcpt", reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using x" },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "Microsoft's word for that",
    { at: "data", reply: "550 5.7.708 Access denied, traffic not accepted from this IP" },
    ["config", "not done", /let Waypost in/],
  ],
  [
    "DMARC",
    { at: "data", reply: "550 5.7.26 Unauthenticated email is not accepted" },
    ["config", "not done", /SPF, DKIM and DMARC/],
  ],
  [
    "a login that is wanted with the recipient",
    { at: "rcpt", reply: "550 5.7.1 Authentication required" },
    ["config", "not done", /wants a login/],
  ],
  [
    "a login of Amazon's that may not send",
    { at: "data", reply: "554 Access denied: User is not authorized to perform ses:SendRawEmail" },
    ["config", "not done", /does not send to others/],
  ],
  [
    "Microsoft's word for an unknown recipient",
    { at: "rcpt", reply: "550 5.4.1 Recipient address rejected: Access denied" },
    ["refused", "not done", /refuses s…@acme\.example \(550 5\.4\.1\)/],
  ],
  [
    "too large a mail",
    { at: "mail", reply: "552 5.3.4 Message too big" },
    ["refused", "not done", /of this size/],
  ],
  ["a connection that goes at RCPT", { drop: "rcpt" }, ["outage", "not done", /closed/]],
  ["a connection that goes after the dot", { drop: "dot" }, ["outage", "perhaps done", /closed/]],
  ["silence at RCPT", { hang: "rcpt" }, ["outage", "not done", /in time/]],
  ["silence after the dot", { hang: "dot" }, ["outage", "perhaps done", /in time/]],
];

describe("what a mail server says or does", () => {
  let mailing: Mailing;
  const password = "invented-password";
  before(async () => {
    mailing = await startMailing({}, { user: "waypost", password });
  });
  after(() => mailing.close());

  for (const [what, fault, [verdict, done, words]] of table) {
    it(`takes ${what} for ${verdict}, ${done}, and the next mail arrives`, async () => {
      const { server } = mailing;
      // A login happens once for each connection, so each case has its own.
      const destination = createEmailTo(server.url);
      server.faults.push(fault);
      const event = makeText("my very private words");
      const ms = "hang" in fault ? 500 : 5_000;
      const outcome = await attempt(destination, event, { ms });
      assert.ok(outcome instanceof DeliveryError, "delivered");
      assert.equal(outcome.verdict, verdict, outcome.message);
      const isQuota = outcome.message.includes("a day");
      assert.equal(outcome.limited, isQuota, "a quota uses no attempt");
      assert.equal(outcome.maybeDone, done === "perhaps done", outcome.message);
      assert.match(outcome.message, words);
      const said = `${outcome.message} ${outcome.answer}`;
      for (const hidden of [password, "private words", "15555550123", "Mia", "sales@"]) {
        assert.ok(!said.includes(hidden), `${hidden} in ${said}`);
      }
      assert.deepEqual(server.faults, []);
      const next = makeText("next");
      assert.ok(!((await attempt(destination, next)) instanceof DeliveryError));
      assert.equal(server.mails.at(-1)?.header("X-Waypost-Event"), next.id);
      await destination.close();
    });
  }

  it("knows a mail of which half arrived for not done", async () => {
    mailing.server.faults.push({ drop: "middle" });
    const files = [keptFile("plan.pdf", Buffer.alloc(9_000_000, "x"))];
    const { verdict, maybeDone } = await mailing.fails(makeText("see"), { files });
    assert.deepEqual([verdict, maybeDone], ["outage", false]);
  });

  it("takes a refused connection for an outage in which nothing happened", async () => {
    const gone = await startMailing();
    await gone.server.close();
    const outcome = await attempt(gone.destination, makeText("x"));
    assert.ok(outcome instanceof DeliveryError);
    assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false]);
    assert.match(outcome.message, /refused/);
    const [check] = await gone.destination.check(AbortSignal.timeout(5_000));
    assert.match(check?.detail ?? "", /connection was refused/);
    await gone.destination.close();
  });

  it("sends the next mail at once when the server had ended the connection that was kept", async () => {
    const { server } = mailing;
    const destination = createEmailTo(server.url);
    await attempt(destination, makeText("one"));
    server.faults.push({ at: "mail", reply: "421 4.4.2 Idle for too long" });
    const outcome = await attempt(destination, makeText("two"));
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    await destination.close();
  });

  it("uses one connection for mail after mail, and ends it when it is closed", async () => {
    const one = await startMailing();
    for (const text of ["a", "b", "c"]) await one.deliver(makeText(text));
    assert.equal(one.server.connections(), 1);
    assert.equal(one.server.open(), 1);
    await one.destination.close();
    while (one.server.open() > 0) await new Promise(setImmediate);
    await one.server.close();
  });
});
