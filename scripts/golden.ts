/** Rewrites fixtures/events from fixtures/meta. Read the difference before you commit it: it is what users will see. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { normalize } from "../src/receive/normalize.ts";

const meta = new URL("../fixtures/meta/", import.meta.url);
const events = new URL("../fixtures/events/", import.meta.url);
const context = { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_golden" };

rmSync(events, { recursive: true, force: true });
mkdirSync(events, { recursive: true });
for (const name of readdirSync(meta)) {
  const { events: made } = normalize(
    JSON.parse(readFileSync(new URL(name, meta), "utf8")),
    context,
  );
  writeFileSync(new URL(name, events), `${JSON.stringify(made, null, 2)}\n`);
}
