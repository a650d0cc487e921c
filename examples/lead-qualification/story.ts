import type { Story } from "../frame/play.ts";

export const story: Story = {
  about:
    "Leads: who finishes the form becomes a deal with an owner, a row in a sheet, and is told of in Slack.",
  async play({ person, sees, say }) {
    const mia = person("Mia", "15555550123");
    await mia.writes("How much are solar panels?");
    await mia.answersFlow({ flow_token: "qualify:81", wants: "solar panels", budget: "7500" });
    await sees("HubSpot: contact Mia +15555550123");
    await sees(/HubSpot: deal "Mia .*7500.*owner 10[12]/);
    await sees(/Google Sheets, Leads: .*Mia \| \+15555550123 \| solar panels \| 7500 \| (Ana|Ben)/);
    await sees(/Slack #sales: @U0[12] Mia: https:/);

    const tom = person("Tom", "15555550124");
    await tom.answersFlow({ flow_token: "qualify:82", wants: "a heat pump", budget: "24000" });
    await sees("Slack #sales: @channel Tom wants a heat pump for 24000");
    await sees(/Slack #sales.*: @U0[12] Tom: https:/);
    await sees(/Google Sheets, Leads: .*Tom \| \+15555550124 \| a heat pump \| 24000 \| (Ana|Ben)/);

    await mia.answersFlow({ flow_token: "qualify:83", wants: "the same again", budget: "1" });
    say("  (Nothing: one lead for each person in 90 days.)");
  },
};
