import type { Story } from "../frame/play.ts";

export const story: Story = {
  about:
    "A ticket desk: each conversation is a ticket in Zendesk; who asks for a human is heard in Slack.",
  hurry: { "destinations.zendesk.debounce": "1s" },
  async play({ person, hook, sees, say }) {
    const mia = person("Mia", "15555550123");
    await mia.writes("Where is my parcel?");
    await mia.writes("Order 1001, since Monday");
    await sees("is opened");
    await sees("Where is my parcel?");

    await mia.isAnswered("Let me look");
    await sees("Let me look");

    await mia.writes("I would rather talk to a human!");
    await sees(/Slack #support.*human/);
    await mia.writes("A human, please?!");
    await sees("A human, please?!");
    say("  (Slack is not told again: once, until the ticket is solved.)");

    const id = "wamid.an-invented-answer";
    await mia.isSent("parcel_found", id, { message: { id, text: "It comes today." } });
    await sees(/Zendesk.*It comes today/);
    await mia.hasFailed(id, "Message undeliverable");
    await sees(/Slack #support, in the thread: .*(failed|not)/i);
    await sees(/Zendesk.*undeliverable/i);

    const solved = {
      ticket: 103,
      status: "Solved",
      updated: "2026-11-20T10:00:00Z",
      phone: mia.phone,
    };
    await hook("zendesk-events", solved);
    await mia.writes("Thanks! One more thing for a human");
    await sees(/Slack #support.*One more thing/);
    await sees(/Zendesk.*One more thing/);
  },
};
