import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Link } from "../../../src/contracts.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import type { MailFault } from "./mail-server.ts";
import { startMailing } from "./mailing.ts";

/** The time since when somebody is put off, as the link remembers it. */
function anHourAgo(link: Link): Link {
  const [id, since, ...rest] = (link["left"] ?? "").split(" ");
  const earlier = new Date(Date.parse(since ?? "") - 3_600_000).toISOString();
  return { ...link, left: [id, earlier, ...rest].join(" ") };
}

describe("some of several recipients", () => {
  const to = ["a@acme.example", "b@acme.example", "Cy <c@acme.example>"];

  it("who are put off get it later, the others not again", async () => {
    const mailing = await startMailing({ to });
    const { server } = mailing;
    server.faults.push({ at: "rcpt", reply: "450 4.2.0 Greylisted", recipient: "b@acme.example" });
    const event = makeText("for all");
    const failed = await mailing.fails(event);
    assert.deepEqual(
      [failed.verdict, failed.maybeDone, failed.laneOnly, failed.afterMs],
      ["outage", false, true, 60_000],
    );
    assert.match(failed.message, /others have the mail; it is put off for b…@acme\.example/);
    const delivered = await mailing.deliver(event);
    assert.deepEqual(
      server.mails.map((mail) => mail.to),
      [["a@acme.example", "c@acme.example"], ["b@acme.example"]],
    );
    const [first, second] = server.mails;
    assert.equal(first?.header("Message-ID"), second?.header("Message-ID"));
    assert.equal(first?.header("To"), second?.header("To"));
    assert.ok(delivered.link && !("left" in delivered.link));
    await mailing.close();
  });

  it("get the mail that the others have: it neither answers itself nor moves the thread on", async () => {
    const mailing = await startMailing({ to });
    const { server } = mailing;
    await mailing.deliver(makeText("first"));
    server.faults.push({ at: "rcpt", reply: "450 4.7.1 Greylisted", recipient: "b@acme.example" });
    const event = makeText("second");
    await mailing.fails(event);
    await mailing.deliver(event);
    await mailing.deliver(makeText("third"));
    const [first, second, again, third] = server.mails;
    for (const header of ["Subject", "In-Reply-To", "References"]) {
      assert.equal(again?.header(header), second?.header(header), header);
    }
    assert.equal(second?.header("In-Reply-To"), first?.header("Message-ID"));
    assert.equal(third?.header("In-Reply-To"), second?.header("Message-ID"));
    await mailing.close();
  });

  it("who are put off wait for a server that is out, however long it lasts", async () => {
    const mailing = await startMailing({ to });
    const { server } = mailing;
    server.faults.push({ at: "rcpt", reply: "450 4.7.1 Greylisted", recipient: "b@acme.example" });
    const event = makeText("for all");
    await mailing.fails(event);
    for (const [about, link] of mailing.links) mailing.links.set(about, anHourAgo(link));
    // The connection that was kept, and the new one.
    server.faults.push({ drop: "rcpt" }, { drop: "rcpt" });
    const failed = await mailing.fails(event);
    assert.deepEqual([failed.verdict, failed.laneOnly], ["outage", false], failed.message);
    await mailing.deliver(event);
    assert.deepEqual(server.mails.at(-1)?.to, ["b@acme.example"]);
    await mailing.close();
  });

  it("who are put off for too long, or refused, are named in the end, masked", async () => {
    const endings: readonly (readonly [MailFault, RegExp])[] = [
      [{ at: "rcpt", reply: "450 4.7.1 Greylisted" }, /^550 for c…@acme\.example; 450 for b…@/],
      [{ at: "data", reply: "554 5.7.1 Spam" }, /^550 for c…@acme\.example; 554 for b…@/],
    ];
    for (const [fault, words] of endings) {
      const mailing = await startMailing({ to });
      const { server } = mailing;
      server.faults.push(
        { at: "rcpt", reply: "450 4.7.1 Greylisted", recipient: "b@acme.example" },
        { at: "rcpt", reply: "550 5.1.1 Gone", recipient: "c@acme.example" },
      );
      const event = makeText("for all");
      await mailing.fails(event);
      for (const [about, link] of mailing.links) mailing.links.set(about, anHourAgo(link));
      server.faults.push(fault);
      const { answer, link } = await mailing.deliver(event);
      assert.match(answer ?? "", words);
      assert.ok(link && !("left" in link));
      await mailing.close();
    }
  });

  it("who are refused are named, masked, and the others have it", async () => {
    const mailing = await startMailing({ to });
    mailing.server.faults.push({
      at: "rcpt",
      reply: "550 5.1.1 Gone",
      recipient: "c@acme.example",
    });
    const { answer } = await mailing.deliver(makeText("for all"));
    assert.match(answer ?? "", /550 for c…@acme\.example/);
    assert.deepEqual(mailing.server.mails[0]?.to, ["a@acme.example", "b@acme.example"]);
    await mailing.close();
  });

  it("whose name the server cannot write are refused alone, and stand in no header", async () => {
    const names = ["jörg@acme.example", "Jörg <jörg@acme.example>"];
    const without = { hideSMTPUTF8: true };
    const mailing = await startMailing(
      { to: [names[0], "b@acme.example"], replyTo: names[1] },
      without,
    );
    const { answer } = await mailing.deliver(makeText("for all"));
    assert.match(answer ?? "", /^553 for j…@acme\.example \(no SMTPUTF8\)/);
    const [mail] = mailing.server.mails;
    assert.deepEqual([mail?.to, mail?.header("To")], [["b@acme.example"], "b@acme.example"]);
    assert.match(mail?.raw ?? "", /^[\0-\x7f]*$/);
    await mailing.close();
    const none = await startMailing({ to: names[1] }, without);
    const { verdict, message } = await none.fails(makeText("x"));
    assert.deepEqual([verdict, none.server.mails.length], ["refused", 0]);
    assert.match(message, /no letters beyond ASCII before the @ .*j…@acme\.example/);
    await none.close();
    const with8 = await startMailing({ to: names });
    await with8.deliver(makeText("x"));
    assert.deepEqual(with8.server.mails[0]?.to, ["jörg@acme.example"]);
    await with8.close();
    const sender = await startMailing({ from: names[0] }, without);
    assert.equal((await sender.fails(makeText("x"))).verdict, "config");
    await sender.close();
  });

  it("who stand in to and in cc get it once", async () => {
    const mailing = await startMailing({ to: to[0], cc: to });
    await mailing.deliver(makeText("x"));
    const [mail] = mailing.server.mails;
    assert.deepEqual(mail?.to, ["a@acme.example", "b@acme.example", "c@acme.example"]);
    assert.equal(mail?.header("Cc"), "b@acme.example, Cy <c@acme.example>");
    await mailing.close();
  });

  it("who are the same in another order have the same thread; eight threads are remembered", async () => {
    const first = "{{ business.first }}";
    const mailing = await startMailing({ to: [first, "b@acme.example", "a@acme.example"] });
    const send = (what: string, business: object = {}) =>
      mailing.deliver(makeEvent({ type: `business.${what}`, data: { business: { ...business } } }));
    await send("lead");
    await send("lead", { first: "a@acme.example" });
    const [one, other] = mailing.server.mails;
    assert.deepEqual([one?.to, other?.to], [to.slice(0, 2).toReversed(), to.slice(0, 2)]);
    assert.equal(other?.header("In-Reply-To"), one?.header("Message-ID"));
    for (const each of "abcdefghi") await send(each);
    const [link = {}] = mailing.links.values();
    assert.equal(Object.keys(link).filter((key) => key.startsWith("thread-")).length, 8);
    await mailing.close();
  });

  it("whom templates give: nobody is left out, and with nobody left it is refused", async () => {
    const nobody = ["{{ contact.fields.none }}", "{{ contact.name }}@acme.example"];
    const mailing = await startMailing({ to: nobody, cc: "boss@acme.example" });
    await mailing.deliver(makeText("x", { contact: { waId: "15555550123", name: "mia" } }));
    assert.deepEqual(mailing.server.mails[0]?.to, ["mia@acme.example", "boss@acme.example"]);
    assert.equal(mailing.server.mails[0]?.header("Cc"), "boss@acme.example");
    await mailing.close();
    const none = await startMailing({ to: "{{ owner.email }}" });
    const { verdict, message } = await none.fails(makeText("x"));
    assert.deepEqual([verdict, none.server.mails.length], ["refused", 0]);
    assert.match(message, /nobody/);
    await none.close();
  });

  it("have what cannot be taken back: an erasure names their threads", async () => {
    const mailing = await startMailing();
    await mailing.deliver(makeText("x"));
    const links = [...mailing.links.values()];
    const about = { contact: undefined, contactLink: undefined, links };
    const erased = await mailing.destination.erase?.(about, AbortSignal.timeout(1_000));
    const id = mailing.server.mails[0]?.header("Message-ID")?.slice(1, -1);
    assert.deepEqual(erased, [{ object: "thread of mails", id, result: "by hand" }]);
    await mailing.close();
  });
});
