import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appSecret, createProgram, opsToken } from "../faults/program.ts";
import { runCli } from "../support/cli.ts";
import { waitFor } from "../support/wait-for.ts";
import { writeHistory } from "./history.ts";

export interface ConsoleProgram {
  readonly url: string;
  readonly token: string;
  /** The JSON of a GET. */
  ask<T>(path: string): Promise<T>;
  /** The JSON of a POST. */
  act<T>(path: string, body: object): Promise<T>;
  /** Of a link that logs in, once. */
  newCode(): Promise<string>;
  /** More traffic. */
  simulate(...args: string[]): Promise<void>;
  /** `waypost <args>`, as whoever runs it. */
  cli(args: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

/** A Waypost with a day behind it, and traffic of now: of its destinations one takes everything, one is out and one refuses some. */
export async function startConsoleProgram(): Promise<ConsoleProgram> {
  const dir = await mkdtemp(join(tmpdir(), "waypost-console-"));
  const standIn = await startStandIn();
  const { port } = standIn.address() as AddressInfo;
  const config = join(dir, "waypost.yaml");
  await writeFile(config, configOf(`http://127.0.0.1:${port}`));
  const env = { DATA_DIR: join(dir, "data"), WAYPOST_CONFIG: config, LOG_LEVEL: "error" };
  await writeHistory(env.DATA_DIR);
  const { start, stop, opsUrl, webhookUrl } = await createProgram(["start"], env);
  await start();
  const ask = async <T>(path: string): Promise<T> => {
    const headers = { Authorization: `Bearer ${opsToken}` };
    return (await (await fetch(opsUrl + path, { headers })).json()) as T;
  };
  const act = async <T>(path: string, body?: object): Promise<T> => {
    const headers = {
      Authorization: `Bearer ${opsToken}`,
      ...(body && { "Content-Type": "application/json" }),
    };
    const told = { method: "POST", headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(opsUrl + path, told);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const newCode = async () => (await act<{ code: string }>("/api/session/codes")).code;
  const simulate = async (...args: string[]) => {
    const to = ["--url", webhookUrl, "--secret", appSecret];
    // What a crowded machine does not take at once, it takes a second later.
    const retried = ["simulate", "--retry", "30s", ...args, ...to];
    const { code, out, err } = await runCli(retried, { url: opsUrl, token: "" });
    if (code !== 0) throw new Error(`${args.join(" ")}: ${out}${err}`);
  };
  // Somebody who does not know the secret.
  for (let i = 0; i < 3; i += 1) await fetch(webhookUrl, { method: "POST", body: "{}" });
  await simulate("--scenario", "conversation", "--count", "90", "--seed", "console");
  await simulate(
    ...["image", "location", "failed", "not_json"].flatMap((type) => ["--type", type]),
  );
  await waitFor("everything is tried", () => isSettled(ask), 180_000);
  return {
    ...{ url: opsUrl, token: opsToken, ask, act, simulate, newCode },
    cli: async (args) => {
      const { code, out, err } = await runCli(args, { url: opsUrl, token: opsToken });
      if (code !== 0) throw new Error(`${args.join(" ")}: ${out}${err}`);
      return out;
    },
    end: async () => {
      await stop();
      standIn.closeAllConnections();
      standIn.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Destination {
  readonly name: string;
  readonly open: number;
  readonly dead: number;
  readonly state: string;
}

/** All has come so far that one is out, one has refused some, and what could not be read is kept. */
async function isSettled(ask: ConsoleProgram["ask"]): Promise<boolean> {
  const { items } = await ask<{ items: readonly Destination[] }>("/api/destinations");
  const { items: unread } = await ask<{ items: readonly unknown[] }>("/api/quarantine");
  const of = (name: string) => items.find((each) => each.name === name);
  const refused = (of("desk")?.dead ?? 0) > 1 && of("desk")?.open === 0;
  return refused && of("crm")?.state === "out" && of("erp")?.open === 0 && unread.length > 0;
}

/** `/ok` takes all, `/out` nothing, `/picky` refuses every third. */
async function startStandIn(): Promise<Server> {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      // The first of its own, so that there is one, and then each third.
      if (request.url === "/picky") asked += 1;
      const picky = asked % 3 === 1 ? 422 : 200;
      const status = { "/out": 503, "/picky": picky }[request.url ?? ""] ?? 200;
      response.writeHead(status).end(status === 200 ? "{}" : "not now");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function configOf(url: string): string {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const to = (path: string) =>
    `{ kind: webhook, url: "${url}${path}", secret: "${secret}", allowPrivateAddresses: true }`;
  return `
destinations:
  erp: ${to("/ok")}
  crm: ${to("/out")}
  desk: ${to("/picky")}
  refunds: ${to("/ok")}
routes:
  - { name: everything, when: { type: "whatsapp.#" }, to: [erp] }
  - { name: messages, when: { type: "whatsapp.message.*" }, to: [crm] }
  - { name: help, when: { type: whatsapp.message.text }, to: [desk] }
  - { name: money-back, when: { type: whatsapp.message.text, text: { matches: "(?i)refund" } }, to: [refunds] }
`;
}
