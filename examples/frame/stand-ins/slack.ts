import { slackToken, startSlackStub } from "../../../test/destinations/slack-stub.ts";
import type { StandIn } from "../stand-in.ts";

export async function slack(): Promise<StandIn> {
  const { stub, baseUrl, posts, channels } = await startSlackStub();
  const addFor = ({ channel }: Readonly<Record<string, unknown>>) => {
    const name = String(channel ?? "#support").replace(/^#/, "");
    if (!channels.has(name)) channels.set(name, `C0INVENTED${channels.size + 1}`);
  };
  return {
    addFor,
    options: (_, given) => {
      addFor(given);
      return { baseUrl, token: slackToken };
    },
    book: () =>
      posts.map(({ channel, thread_ts, text, blocks }) => {
        const name = [...channels].find(([, id]) => id === channel)?.[0];
        const thread = thread_ts === undefined ? "" : ", in the thread";
        const [who = ""] = /<[!@]\w+>/.exec(JSON.stringify(blocks)) ?? [];
        const mention =
          who === "" ? "" : `${who.replace(/[<!@>]+/g, (each) => (each === ">" ? "" : "@"))} `;
        return `Slack #${name}${thread}: ${mention}${text}`;
      }),
    close: () => stub.close(),
  };
}
