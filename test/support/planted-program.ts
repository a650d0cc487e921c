/** `waypost start` on the embedded default, with a little of everything in it: two accounts, people, deliveries, quarantine. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appSecret, createProgram, opsToken, type Program } from "../faults/program.ts";
import { sign } from "./signed.ts";
import { waitFor } from "./wait-for.ts";

const berlin = "700700700700700";
const munich = "700700700700701";

export interface Planted {
  readonly program: Program;
  readonly folder: string;
  readonly url: string;
  /** With every scope. */
  readonly token: string;
  ask(method: string, path: string, body?: unknown, as?: string): Promise<Response>;
  /** The `items` of a list. */
  list(path: string): Promise<Readonly<Record<string, unknown>>[]>;
  /** Makes a token; answers with its secret. */
  make(name: string, scopes: readonly string[], more?: object): Promise<string>;
  close(): Promise<void>;
}

const configuration = `
accounts:
  berlin: { phoneNumberId: "${berlin}" }
  munich: { phoneNumberId: "${munich}" }
destinations:
  # Nobody listens there: its deliveries wait.
  erp: { kind: webhook, url: "http://127.0.0.1:9/hooks", allowPrivateAddresses: true, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
routes:
  - { name: texts, when: { type: "whatsapp.message.*" }, to: [erp] }
  - { name: later, when: { type: "whatsapp.message.image" }, to: [erp], after: 2h }
`;

/** Started, and all of it in the log. */
export async function startPlanted(): Promise<Planted> {
  const folder = await mkdtemp(join(tmpdir(), "waypost-planted-"));
  await writeFile(join(folder, "waypost.yaml"), configuration);
  const env = { DATA_DIR: join(folder, "data"), WAYPOST_CONFIG: join(folder, "waypost.yaml") };
  const program = await createProgram(["start"], env, undefined, folder);
  await program.start();
  const planted = of(program, folder);
  await plant(planted);
  return planted;
}

function of(program: Program, folder: string): Planted {
  const ask: Planted["ask"] = (method, path, body, as = opsToken) =>
    fetch(program.opsUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${as}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...{ program, folder, url: program.opsUrl, token: opsToken, ask },
    async list(path) {
      const { items } = (await (await ask("GET", path)).json()) as {
        items: Readonly<Record<string, unknown>>[];
      };
      return items;
    },
    async make(name, scopes, more = {}) {
      const made = await ask("POST", "/api/tokens", { name, scopes, ...more });
      if (made.status !== 201) throw new Error(await made.text());
      return ((await made.json()) as { secret: string }).secret;
    },
    async close() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function plant({ program, ask, list }: Planted): Promise<void> {
  const posts = [
    said(berlin, { wa_id: "15555550123", name: "Mia" }, [
      { id: "wamid.TEXT1", type: "text", text: { body: "Where is my order?" } },
      {
        id: "wamid.IMAGE1",
        type: "image",
        image: { id: "810000000000001", mime_type: "image/jpeg" },
      },
    ]),
    said(munich, { wa_id: "15555550124", name: "Ben" }, [
      { id: "wamid.TEXT2", type: "text", text: { body: "Where is mine?" } },
    ]),
    envelope(berlin, { statuses: [delivered("wamid.SENT1", "15555550123")] }),
    envelope(munich, { statuses: [delivered("wamid.SENT2", "15555550124")] }),
    { object: "page", entry: [{ id: "1", messaging: [{}] }] },
  ];
  for (const post of posts) {
    const body = JSON.stringify(post);
    const headers = { "x-hub-signature-256": sign(body, appSecret) };
    const { status } = await fetch(program.webhookUrl, { method: "POST", headers, body });
    if (status !== 200) throw new Error(`the receiver answered ${status}`);
  }
  const outgoing = (account: string, id: string, to: string) => ({
    ...{ type: "whatsapp.outgoing.text", account, contact: { waId: to }, sentBy: "human" },
    message: { id, text: { body: "On its way." } },
  });
  await ask("POST", "/api/events", [
    outgoing("berlin", "wamid.SENT1", "15555550123"),
    outgoing("munich", "wamid.SENT2", "15555550124"),
    { type: "business.lead.captured", id: "lead-1", account: "berlin", business: { size: 3 } },
  ]);
  await waitFor("all is in the log", async () => (await list("/api/events")).length >= 8);
  await waitFor("deliveries", async () => (await list("/api/deliveries")).length >= 4);
  await waitFor("quarantine", async () => (await list("/api/quarantine")).length === 1);
}

type Contact = { readonly wa_id: string; readonly name: string };

function said(account: string, { wa_id, name }: Contact, messages: readonly object[]) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return envelope(account, {
    contacts: [{ profile: { name }, wa_id }],
    messages: messages.map((message) => ({ from: wa_id, timestamp, ...message })),
  });
}

function delivered(id: string, recipient_id: string) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return { id, status: "delivered", timestamp, recipient_id };
}

function envelope(account: string, more: object) {
  const metadata = { display_phone_number: "15555550100", phone_number_id: account };
  const value = { messaging_product: "whatsapp", metadata, ...more };
  const entry = { id: "900100200300400", changes: [{ field: "messages", value }] };
  return { object: "whatsapp_business_account", entry: [entry] };
}
