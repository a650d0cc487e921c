import type { Story } from "../frame/play.ts";

export const story: Story = {
  about:
    "How was it? Who was served is asked; a bad answer is told in Slack at once, and all stand in a sheet.",
  async play({ person, hook, sees, say }) {
    const solved = (ticket: number, phone: string) =>
      hook("zendesk-events", { ticket, status: "Solved", updated: "2026-11-20T10:00:00Z", phone });
    const mia = person("Mia", "15555550123");
    await mia.writes("The code does not work");
    await mia.isAnswered("Here is another one: SPRING");
    await solved(101, mia.phone);
    await sees('WhatsApp to +15555550123: "How was it?" [Good] [So so] [Bad]');
    await mia.taps("csat:5", "Good");
    await sees('WhatsApp to +15555550123: "Thank you!"');
    await sees(/Google Sheets, Ratings: .*\| Mia \| 5 /);

    const tom = person("Tom", "15555550124");
    await tom.writes("Where is my parcel?");
    await solved(102, tom.phone);
    await sees('WhatsApp to +15555550124: "How was it?"');
    await tom.taps("csat:1", "Bad");
    await sees("Slack #support: @here Tom was not served well: +15555550124");
    await sees('WhatsApp to +15555550124: "We are sorry. Somebody will write to you."');
    await sees(/Google Sheets, Ratings: .*\| Tom \| 1 /);

    await solved(103, mia.phone);
    say("  (Mia is not asked again: once a week.)");
  },
};
