import type { Story } from "../frame/play.ts";

export const story: Story = {
  about:
    "A bot of ten lines (bot-node/bot.mjs): it answers who writes, and hands over who asks for a human.",
  given: { botPrograms: { bot: new URL("../bot-node/bot.mjs", import.meta.url) } },
  async play({ person, sees, say }) {
    const mia = person("Mia", "15555550123");
    await mia.writes("Do you have this in blue?");
    const hello = 'WhatsApp to +15555550123: "Hello Mia! You wrote: Do you have this in blue?"';
    await sees(`${hello} [Talk to a human]`);
    await mia.taps("human", "Talk to a human");
    await sees('WhatsApp to +15555550123: "Somebody will be with you."');
    await sees("Slack #support: @here Mia asks for a human: +15555550123");
    await mia.writes("Hello? Is anybody there?");
    say("  (The bot is not asked: a human has the conversation until it is closed.)");
  },
};
