import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { type Delivered, DeliveryError, type Destination } from "../../src/contracts.ts";
import { webhook } from "../../src/destinations/webhook/webhook.ts";
import { attempt } from "../conformance/destination.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const secretOf = (letter: string) => `whsec_${Buffer.alloc(32, letter).toString("base64")}`;
const secret = secretOf("b");

/** What an example must do: answer what Waypost sends, with what Waypost carries out; and nobody else. */
export function botSuite(
  name: string,
  command: () => readonly [string, ...string[]],
  skip: string | false,
): void {
  describe(`the bot in ${name}`, { skip }, () => {
    let child: ChildProcess;
    let url: string;
    const opened: Destination[] = [];
    before(async () => {
      const [program, ...args] = command();
      const env = { ...process.env, BOT_SECRET: secret, PORT: "0" };
      child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      assert.ok(child.stdout);
      const [line] = await once(createInterface({ input: child.stdout }), "line");
      url = `http://127.0.0.1:${JSON.parse(line).listening}`;
    });
    after(async () => {
      await Promise.all(opened.map((each) => each.close()));
      child.kill("SIGKILL");
    });
    const signing = (with_: string) => {
      const options = { url, secret: with_, allowPrivateAddresses: true, reply: true, via: "wa" };
      const destination = webhook.create("bot", options, { log: createArrayLog() });
      opened.push(destination);
      return destination;
    };
    const answers = async (event: Parameters<typeof attempt>[1]) => {
      const outcome = await attempt(signing(secret), event);
      assert.ok(!(outcome instanceof DeliveryError), String(outcome));
      const { events = [] }: Delivered = outcome;
      return events.map(({ type, data }): Record<string, unknown> => ({ type, ...data.business }));
    };

    it("answers a message with a text, a button and a tag", async () => {
      const [request, ...more] = await answers(makeText("grüß dich 🌷", {}));
      assert.deepEqual(more, []);
      assert.equal(request?.["type"], "business.reply.requested");
      assert.deepEqual(request?.["reply"], {
        text: "Hello Mia! You wrote: grüß dich 🌷",
        buttons: { human: "Talk to a human" },
      });
      assert.deepEqual(request?.["set"], { tag: "+met-the-bot" });
    });

    it("answers a text longer than what WhatsApp takes above buttons", async () => {
      const long = makeText(`a${"🌷".repeat(2_000)}`, { contact: { waId: "1", name: "Mia" } });
      const [request] = await answers(long);
      const { text } = (request?.["reply"] ?? { text: "" }) as { text: string };
      assert.ok([...text].length <= 1_024 && text.includes("🌷") && text.isWellFormed());
    });

    it("hands over who taps the button, and answers what is no text", async () => {
      const buttonReply = { id: "human", title: "Talk to a human" };
      const message = { id: "wamid.1", type: "interactive", interactive: { buttonReply } };
      const tap = makeEvent({ type: "whatsapp.message.interactive", data: { message } });
      assert.deepEqual(
        (await answers(tap)).map((each) => each["type"]),
        ["business.reply.requested", "business.handoff.requested"],
      );
      assert.equal((await answers(makeEvent({ type: "whatsapp.message.image" }))).length, 1);
    });

    it("answers nobody who cannot sign, or signed long ago", async () => {
      const forged = await attempt(signing(secretOf("x")), makeText("hi", {}));
      assert.ok(forged instanceof DeliveryError);
      assert.match(forged.answer ?? "", /^401/);
      const { status } = await fetch(url, { method: "POST", body: "{}" });
      assert.equal(status, 401);
      const { Webhook } = await import("standardwebhooks");
      const at = new Date(Date.now() - 3_600_000);
      const body = JSON.stringify(makeText("hi", {}));
      const headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": new Webhook(secret).sign("evt_1", at, body),
      };
      assert.equal((await fetch(url, { method: "POST", headers, body })).status, 401);
    });
  });
}
