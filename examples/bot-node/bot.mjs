/** A bot: greets who writes, and hands over who asks for a human. Settings: BOT_SECRET, as in waypost.yaml, and PORT. */
import { createServer } from "node:http";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const webhook = new Webhook(process.env.BOT_SECRET ?? "");

/** `schemas/event.schema.json` describes the event. */
function answer({ data: { message, contact } }) {
  if (message?.interactive?.buttonReply?.id === "human") {
    return { reply: "Somebody will be with you.", emit: { type: "business.handoff.requested" } };
  }
  // Above buttons WhatsApp takes 1,024 characters.
  const wrote = (message?.text?.body ?? "…").slice(0, 500).toWellFormed();
  const text = `Hello ${contact?.name ?? "there"}! You wrote: ${wrote}`;
  return { reply: { text, buttons: { human: "Talk to a human" } }, set: { tag: "+met-the-bot" } };
}

const server = createServer(async (request, response) => {
  try {
    const event = webhook.verify(Buffer.concat(await request.toArray()), request.headers);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer(event)));
  } catch (error) {
    response.writeHead(error instanceof WebhookVerificationError ? 401 : 500).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ listening: server.address().port })}\n`);
});
