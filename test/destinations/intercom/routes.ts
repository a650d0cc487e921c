import type { StubAnswer, StubRequest } from "../stub.ts";
import type { Asked } from "./asked.ts";
import * as contacts from "./contact-routes.ts";
import * as conversations from "./conversation-routes.ts";

type Act = (asked: Asked) => StubAnswer;
interface Route {
  /** Of the body: others are mistakes. */
  readonly keys: readonly string[];
  readonly act: Act;
}

const contactKeys = ["role", "external_id", "email", "phone", "name", "custom_attributes"];
const written = ["body", "created_at", "attachment_urls"];
const searching = ["query", "pagination", "sort"];
const me = {
  type: "admin",
  id: "814860",
  name: "Ana",
  app: { id_code: "abc123", name: "Invented" },
};
const ok = (body: object): StubAnswer => ({ status: 200, body: JSON.stringify(body) });

const routes: readonly (readonly [pattern: RegExp, keys: readonly string[], act: Act])[] = [
  [/^GET \/me$/, [], () => ok(me)],
  [/^GET \/admins\/814860$/, [], () => ok(me)],
  [/^POST \/contacts$/, contactKeys, contacts.create],
  [/^POST \/contacts\/search$/, searching, contacts.search],
  [/^GET \/contacts\/find_by_external_id\/([^/]+)$/, [], contacts.byExternalId],
  [/^POST \/contacts\/(\w+)\/unarchive$/, [], contacts.unarchive],
  [/^GET \/contacts\/(\w+)\/notes$/, [], contacts.notes],
  [/^POST \/contacts\/(\w+)\/notes$/, ["body", "admin_id"], contacts.note],
  [/^GET \/contacts\/(\w+)$/, [], contacts.read],
  [/^PUT \/contacts\/(\w+)$/, contactKeys, contacts.update],
  [/^DELETE \/contacts\/(\w+)$/, [], contacts.remove],
  [/^GET \/data_attributes\?model=contact$/, [], contacts.attributes],
  [/^POST \/data_attributes$/, ["name", "model", "data_type"], contacts.addAttribute],
  [/^POST \/conversations$/, ["from", ...written], conversations.begin],
  [/^POST \/conversations\/search$/, searching, conversations.search],
  [
    /^POST \/conversations\/(\d+)\/reply$/,
    [...written, "message_type", "type", "admin_id", "intercom_user_id"],
    conversations.reply,
  ],
  [/^GET \/conversations\/(\d+)$/, [], conversations.read],
  [/^DELETE \/conversations\/(\d+)$/, [], conversations.remove],
];

export function routeOf({
  method,
  path,
}: StubRequest): (Route & { readonly ids: readonly string[] }) | undefined {
  for (const [pattern, keys, act] of routes) {
    const found = pattern.exec(`${method} ${path}`);
    if (found) return { keys, act, ids: found.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}
