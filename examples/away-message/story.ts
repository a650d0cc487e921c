import type { Story } from "../frame/play.ts";

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export const story: Story = {
  about:
    "Nobody is there: who writes out of hours is told when you are back, and can say that it is urgent.",
  hurry: { "hours.office.except": [day(-1), day(0), day(1)] },
  async play({ person, sees, say }) {
    const mia = person("Mia", "15555550123");
    await mia.writes("Do you have this in blue?");
    await sees('WhatsApp to +15555550123: "Thank you, Mia! We are back at 9." [It is urgent]');
    await mia.writes("Or in green?");
    say("  (She is not told again: it is the same conversation.)");

    const tom = person("Tom", "15555550124");
    await tom.writes("Water is coming out of the machine!");
    await sees('WhatsApp to +15555550124: "Thank you, Tom! We are back at 9." [It is urgent]');
    await tom.taps("urgent", "It is urgent");
    await sees("Slack #on-call: @channel Tom says that it is urgent: +15555550124");
    await sees('WhatsApp to +15555550124: "Somebody will call you."');
  },
};
