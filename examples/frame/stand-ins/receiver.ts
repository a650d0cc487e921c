import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { type StubRequest, startStub } from "../../../test/destinations/stub.ts";
import type { Given, StandIn } from "../stand-in.ts";

/** A service of yours for each destination of the kind webhook: believes what is signed, and answers as its bot says. */
export async function receiver({ bots = {}, botPrograms = {} }: Given): Promise<StandIn> {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const signed = new Set<string>();
  const lines: string[] = [];
  const stub = await startStub((request) => {
    const name = request.path.slice(1);
    if (signed.has(name) && !isSigned(request, secret)) return { status: 401 };
    const body = JSON.parse(request.body);
    lines.push(`Your service ${name}: ${inWords(body)}`);
    const answer = bots[name]?.(body);
    if (answer === undefined) return { status: 204 };
    const headers = { "content-type": "application/json" };
    return { status: 200, headers, body: JSON.stringify(answer) };
  });
  const started = Object.entries(botPrograms).map(async ([name, file]) => {
    return [name, await startBot(file, secret)] as const;
  });
  const programs = new Map(await Promise.all(started));
  return {
    options: (name, given) => {
      const key = ["secret", "appSecret"].find((each) => given[each] !== undefined);
      if (key !== undefined) signed.add(name);
      const address = {
        url: programs.get(name)?.url ?? `${stub.url}/${name}`,
        allowPrivateAddresses: true,
      };
      return { ...address, ...(key && { [key]: secret }) };
    },
    book: () => lines,
    async close() {
      for (const { child } of programs.values()) child.kill();
      await stub.close();
    },
  };
}

async function startBot(file: URL, secret: string) {
  const env = { ...process.env, BOT_SECRET: secret, PORT: "0" };
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, [fileURLToPath(file)], { env, stdio: [...stdio] });
  if (child.stdout === null) throw new Error("no output");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, url: `http://127.0.0.1:${JSON.parse(String(line)).listening}` };
}

/** By Standard Webhooks, or as Meta does. */
function isSigned({ headers, body }: StubRequest, secret: string): boolean {
  const meta = headers["x-hub-signature-256"];
  if (meta !== undefined) {
    return meta === `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  }
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

/** An event, Meta's own form, or what a preset makes flat. */
function inWords(body: {
  readonly type?: string;
  readonly data?: {
    readonly contact?: { readonly name?: string; readonly waId?: string };
    readonly business?: object;
    readonly message?: { readonly text?: { readonly body: string } };
  };
}): string {
  if (body.data === undefined) return JSON.stringify(body);
  const { contact = {}, business, message } = body.data;
  const more = business ?? message?.text?.body ?? {};
  return `${body.type} of ${contact.name ?? contact.waId ?? "nobody"} ${JSON.stringify(more)}`;
}
