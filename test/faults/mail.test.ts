import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type MailServer, startMailServer } from "../destinations/email/mail-server.ts";
import { person } from "../support/person.ts";
import { sign } from "../support/signed.ts";
import { waitFor } from "../support/wait-for.ts";
import { appSecret, createProgram, opsToken, type Program } from "./program.ts";

// biome-ignore lint/suspicious/noTemplateCurlyInString: waypost.yaml has it so
const placeholder = "${SMTP_URL}";
const people = Array.from({ length: 8 }, (_, at) => person(`1555555012${at}`, "berlin", `P${at}`));

describe("mail, through the whole program", () => {
  let folder: string;
  let server: MailServer;
  let program: Program;
  const password = "an/invented+password";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waypost-mail-"));
    server = await startMailServer({ user: "waypost", password });
    const configuration = {
      accounts: { berlin: { phoneNumberId: "700700700700700" } },
      destinations: {
        mail: {
          ...{ kind: "email", smtp: placeholder, from: "waypost@acme.example" },
          ...{ to: ["sales@acme.example"], rate: "1000/s", retry: { delays: ["100ms"] } },
        },
      },
      routes: [
        { name: "staff", when: { type: "whatsapp.message.*" }, to: ["mail"] },
        {
          name: "gdpr",
          when: { type: "whatsapp.message.*", text: { matches: "(?i)delete my data" } },
          emit: { type: "business.erasure.requested" },
          to: ["mail"],
        },
        { name: "erase", when: { type: "business.erasure.requested" }, to: ["mail"] },
      ],
    };
    await writeFile(join(folder, "waypost.yaml"), JSON.stringify(configuration));
    program = await createProgram(["start"], {
      DATA_DIR: join(folder, "data"),
      WAYPOST_CONFIG: join(folder, "waypost.yaml"),
      SMTP_URL: server.url,
      OPS_URL: "https://ops.acme.example",
      LOG_LEVEL: "debug",
    });
    await program.start();
  });
  after(async () => {
    await program.kill();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (post: object) => {
    const body = JSON.stringify(post);
    const headers = {
      "content-type": "application/json",
      "x-hub-signature-256": sign(body, appSecret),
    };
    const { status } = await fetch(program.webhookUrl, { method: "POST", headers, body });
    assert.equal(status, 200);
  };
  const list = async (path: string) => {
    const headers = { authorization: `Bearer ${opsToken}` };
    const answer = await fetch(`${program.opsUrl}${path}`, { headers });
    return ((await answer.json()) as { items: { name?: string; repeats?: number }[] }).items;
  };
  const isIdle = async () => {
    const waiting = ["open", "sending"].map((state) => list(`/api/deliveries?state=${state}`));
    return (await Promise.all(waiting)).flat().length === 0;
  };
  const repeats = async () =>
    (await list("/api/destinations")).find(({ name }) => name === "mail")?.repeats;
  const mailsOf = () => {
    const ids = new Set(server.mails.map((mail) => mail.header("X-Waypost-Event")));
    return [...ids].map((id) =>
      server.mails.filter((mail) => mail.header("X-Waypost-Event") === id),
    );
  };

  it("killed before and after the final dot, sends again what was under way, with the same Message-ID", async () => {
    const perhaps = { hang: "dot" } as const;
    const surelyNot = { hang: "rcpt" } as const;
    server.faults.push(surelyNot, surelyNot, perhaps, perhaps);
    for (const each of people) await send(each.says("first"));
    // Four are under way, as many as the kind lets: two before their recipient, two behind their dot.
    await waitFor("all four hang", () => server.faults.length === 0 && server.mails.length === 2);
    for (const each of people) await send(each.says("second"));
    await program.kill();
    await program.start();
    await waitFor("all that was sent has its mail", () => mailsOf().length === 16);
    await waitFor("nothing waits any more", isIdle);
    const repeated = mailsOf().filter((mails) => mails.length > 1);
    assert.deepEqual(
      repeated.map((mails) => mails.length),
      [2, 2],
    );
    for (const [first, second] of repeated) {
      assert.equal(first?.header("Message-ID"), second?.header("Message-ID"));
      assert.equal(first?.email.subject, second?.email.subject);
      assert.equal(first?.email.text, second?.email.text);
    }
    assert.equal(server.mails.length, 18);
    // Nobody knows of the other two that nothing had happened.
    assert.equal(await repeats(), 4);
    for (const { phone } of people) {
      const own = server.mails.filter(({ email }) => email.text?.includes(`+${phone}`));
      const order = own.map(({ email }) => (email.text?.includes(": first") ? "first" : "second"));
      assert.deepEqual(order, order.toSorted());
      const [first, last] = [own[0], own.at(-1)];
      assert.equal(last?.header("In-Reply-To"), first?.header("Message-ID"));
      assert.equal(last?.email.subject, `Re: ${first?.email.subject}`);
    }
  });

  it("asks for an erasure in a mail of its own, with what was said before", async () => {
    const mia = person("15555550199", "berlin", "Mia");
    await send(mia.says("Please delete my data"));
    const subject = "Erasure requested: Mia (+15555550199)";
    const found = () => server.mails.find(({ email }) => email.subject === subject);
    await waitFor("the mail", () => found() !== undefined);
    const { text = "" } = found()?.email ?? {};
    assert.match(text, /They ask that what is known of them be deleted/);
    assert.match(text, /Before that:\n\d{4}-\d\d-\d\d \d\d:\d\d Mia: Please delete my data/);
    assert.match(text, /https:\/\/ops\.acme\.example\/console#\/events\/evt_/);
  });

  it("says nothing of people, addresses or the password in its log", () => {
    const log = program.output();
    assert.ok(log.length > 100);
    for (const hidden of [password, encodeURIComponent(password), "15555550199", "sales@acme"]) {
      assert.ok(!log.includes(hidden), hidden);
    }
  });
});
