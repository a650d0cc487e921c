import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a stand-in has seen. */
interface Book {
  readonly name: string;
  /** Events that it has taken. */
  readonly taken: number;
  /** Of these, how many it was told again. */
  readonly twice: number;
  readonly refused: number;
}

interface StandIn {
  readonly ids: Set<string>;
  twice: number;
  refused: number;
  isOut: boolean;
}

/** Receivers of webhooks on one port, each under its name, that remember the id of each event. */
export interface StandIns {
  readonly url: string;
  /** Answers 503 for so long. */
  out(name: string, ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when it has taken so many events. */
  untilTaken(name: string, count: number, signal: AbortSignal): Promise<void>;
  /** Resolves when nothing more is on its way: nothing came since the last look, and `isOver` says so. */
  settled(signal: AbortSignal, isOver: () => Promise<boolean>): Promise<void>;
  books(): readonly Book[];
  close(): Promise<void>;
}

export async function startStandIns(names: readonly string[]): Promise<StandIns> {
  const all = new Map<string, StandIn>(
    names.map((name) => [name, { ids: new Set(), twice: 0, refused: 0, isOut: false }]),
  );
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      response.statusCode = take(all.get((request.url ?? "").slice(1)), request.headers);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const named = (name: string): StandIn => {
    const standIn = all.get(name);
    if (standIn === undefined) throw new Error(`There is no stand-in called ${name}.`);
    return standIn;
  };
  const total = () => [...all.values()].reduce((sum, { ids }) => sum + ids.size, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    async out(name, ms, signal) {
      named(name).isOut = true;
      await sleep(ms, undefined, { signal });
      named(name).isOut = false;
    },
    async untilTaken(name, count, signal) {
      while (named(name).ids.size < count) await sleep(100, undefined, { signal });
    },
    async settled(signal, isOver) {
      let before: number;
      do {
        before = total();
        await sleep(500, undefined, { signal });
      } while (!(await isOver()) || total() !== before);
    },
    books: () =>
      [...all].map(([name, { ids, twice, refused }]) => ({
        name,
        taken: ids.size,
        twice,
        refused,
      })),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The status of the answer. */
function take(standIn: StandIn | undefined, headers: NodeJS.Dict<string | string[]>): number {
  if (standIn === undefined) return 404;
  if (standIn.isOut) {
    standIn.refused += 1;
    return 503;
  }
  const id = String(headers["webhook-id"]);
  if (standIn.ids.has(id)) standIn.twice += 1;
  standIn.ids.add(id);
  return 200;
}
