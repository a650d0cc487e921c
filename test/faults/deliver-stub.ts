import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../support/wait-for.ts";

/** An HTTP service that remembers what took effect, and in what order; it fails at random. */
export interface Stub {
  readonly url: string;
  /** Event ids in the order of their effects, second effects too. */
  readonly effects: { readonly id: string; readonly text: string }[];
  /** Effects whose answer was lost on purpose. */
  lostAnswers(): number;
  /** 0…1: how many calls fail; half of those with 503 before the effect, half without an answer after it. */
  failing: number;
  /** How long each call takes. */
  delayMs: number;
  close(): Promise<void>;
}

interface Item {
  readonly id: string;
  readonly text: string;
  readonly key?: string;
}

export async function startStub(): Promise<Stub> {
  const effects: Stub["effects"] = [];
  const keys = new Set<string>();
  const ids = new Set<string>();
  let lost = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, text, key, items } = JSON.parse(Buffer.concat(chunks).toString());
    if (request.url === "/find") return void response.writeHead(ids.has(id) ? 200 : 404).end();
    if (stub.delayMs > 0) await sleep(stub.delayMs);
    const statuses = (items ?? [{ id, text, key }]).map(inTurn());
    if (statuses.includes("lost")) {
      lost += 1;
      return void request.socket.destroy();
    }
    if (items === undefined) return void response.writeHead(statuses[0]).end();
    response.writeHead(200).end(JSON.stringify(statuses));
  });
  /** One after the other; of a conversation nothing behind one that is not taken. */
  const inTurn = () => {
    const stopped = new Set<string | undefined>();
    return ({ id, text, key }: Item): 200 | 503 | "lost" => {
      const [conversation] = text.split("/");
      const luck = Math.random();
      if (luck < stub.failing / 2) stopped.add(conversation);
      if (stopped.has(conversation)) return 503;
      if (key === undefined || !keys.has(key)) {
        effects.push({ id, text });
        ids.add(id);
        if (key !== undefined) keys.add(key);
      }
      return luck >= stub.failing ? 200 : "lost";
    };
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    lostAnswers: () => lost,
    failing: 0,
    delayMs: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return stub;
}

export interface Verdict {
  /** Texts that never took effect. */
  readonly lost: string[];
  /** First effects that came after a later one of their conversation. */
  readonly disordered: string[];
  /** Effects beyond the first of their event. */
  readonly second: number;
}

/** Judges when all took effect, or nothing more does. */
export async function judgeDrained(
  stub: Stub,
  texts: readonly string[],
  patienceMs = 60_000,
): Promise<Verdict> {
  let count = -1;
  while (judge(stub, texts).lost.length > 0 && count < stub.effects.length) {
    count = stub.effects.length;
    const more = () => stub.effects.length > count;
    await waitFor("more effects", more, patienceMs).catch(() => undefined);
  }
  return judge(stub, texts);
}

/** Resolves when nothing took effect for so long. */
export async function quiet(stub: Stub, forMs: number): Promise<void> {
  for (let count = -1; count < stub.effects.length; ) {
    count = stub.effects.length;
    await sleep(forMs);
  }
}

/** Texts are `<conversation>/<n>`. */
export function judge(stub: Stub, texts: readonly string[]): Verdict {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const disordered: string[] = [];
  for (const { text } of stub.effects) {
    if (seen.has(text)) continue;
    seen.add(text);
    const [conversation = "", n = "0"] = text.split("/");
    if (Number(n) < (last.get(conversation) ?? -1)) disordered.push(text);
    last.set(conversation, Math.max(Number(n), last.get(conversation) ?? -1));
  }
  return {
    lost: texts.filter((text) => !seen.has(text)),
    disordered,
    second: stub.effects.length - seen.size,
  };
}
