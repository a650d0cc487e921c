import { setTimeout as sleep } from "node:timers/promises";
import { person } from "../../test/support/person.ts";
import { readYaml, sourceSecret } from "./ready-config.ts";
import { signedByMeta, signedForSource } from "./sign.ts";
import type { Watch } from "./watch.ts";
import type { Waypost } from "./waypost.ts";

/** What a story may do. Each of its acts is told, and resolves when Waypost has it. */
export type Stage = ReturnType<typeof createStage>;

interface Setting {
  readonly waypost: Waypost;
  readonly yaml: string;
  readonly secrets: { readonly app: string; readonly ops: string };
  readonly watch: Watch;
  readonly say: (line: string) => void;
}

export function createStage({ waypost, yaml, secrets, watch, say }: Setting) {
  const config = readYaml(yaml);
  const [account = ""] = Object.keys((config["accounts"] as object | undefined) ?? {});
  const post = async (url: string, headers: object, body: string) => {
    const all = { "content-type": "application/json", ...headers };
    const answer = await fetch(url, { method: "POST", headers: all, body });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  };
  /** Nobody reads, and answers, before Waypost has heard that what they read was taken. */
  const allIsSent = async () => {
    const headers = { authorization: `Bearer ${secrets.ops}` };
    const url = `${waypost.opsUrl}/api/deliveries?state=sending&limit=1`;
    for (;;) {
      const { items } = (await (await fetch(url, { headers })).json()) as { items: unknown[] };
      if (items.length === 0) return;
      await sleep(20);
    }
  };
  const send = async (envelope: object) => {
    await allIsSent();
    const body = JSON.stringify(envelope);
    const url = `${waypost.publicUrl}/webhooks/whatsapp`;
    return post(url, signedByMeta(body, secrets.app), body);
  };
  const tellWaypost = (event: object) => {
    const headers = { authorization: `Bearer ${secrets.ops}` };
    return post(`${waypost.opsUrl}/api/events`, headers, JSON.stringify([{ account, ...event }]));
  };
  return {
    say,
    sees: watch.sees,
    /** Somebody who writes to the first account of waypost.yaml. */
    person(name: string, phone: string) {
      const posts = person(phone, "berlin", name);
      return {
        phone: `+${phone}`,
        async writes(text: string) {
          say(`${name} writes: "${text}"`);
          await send(posts.says(text));
        },
        async taps(id: string, title: string) {
          say(`${name} taps the button "${title}"`);
          await send(posts.taps(id, title));
        },
        /** Of a template of yours. */
        async tapsTemplate(payload: string, title: string) {
          say(`${name} taps "${title}" below the template`);
          await send(posts.tapsTemplate(payload, title));
        },
        async answersFlow(answers: object) {
          say(`${name} finishes the form: ${JSON.stringify(answers)}`);
          await send(posts.answersFlow(answers));
        },
        async isAnswered(text: string) {
          say(`A colleague answers ${name} on the business's phone: "${text}"`);
          await send(posts.isWritten(text));
        },
        /** By your software, which tells Waypost. */
        async isSent(template: string, id: string, more: object = {}) {
          say(`Your software sends ${name} the template ${template}, and tells Waypost`);
          await tellWaypost({ ...posts.isSent(template, id), account, ...more });
        },
        async hasFailed(id: string, title: string) {
          say(`Meta says that it could not be delivered: ${title}`);
          await send(posts.status(id, "failed", { errors: [{ code: 131026, title }] }));
        },
      };
    },
    /** Through intake: what your software knows. */
    async tell(line: string, event: object) {
      say(line);
      await tellWaypost(event);
    },
    /** To a source of waypost.yaml, signed as its kind is. */
    async hook(source: string, body: object) {
      const text = JSON.stringify(body);
      const signed = signedForSource(config.sources?.[source] ?? {}, text, sourceSecret);
      say(`POST /hooks/${source} ${text}`);
      await post(`${waypost.publicUrl}/hooks/${source}`, signed, text);
    },
  };
}
