import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { it } from "node:test";
import type { Destination } from "../../src/contracts.ts";
import { createApi } from "../../src/destinations/http/api.ts";
import { said, saidAsText } from "../../src/destinations/said.ts";
import { startStub } from "../destinations/stub.ts";
import type { DestinationUnderTest } from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

const token = "an-invented-key";

/** The least that a CRM needs: a look-up of the person and a note, over the session that all vendors' kinds use. */
async function open(): Promise<DestinationUnderTest> {
  const notes: string[] = [];
  const stub = await startStub(({ method, body }) => {
    if (method === "POST") notes.push((JSON.parse(body) as { key: string }).key);
    return { status: 200, body: JSON.stringify({ found: [] }) };
  });
  const credentials = { header: "authorization", prefix: "Bearer ", token };
  const baseUrl = new URL(stub.url);
  const api = createApi({ vendor: "Acme", baseUrl, credentials, secrets: [token] });
  const destination: Destination = {
    kind: "acme",
    idempotency: "native",
    links: false,
    shadows: true,
    async deliver(event, context, signal) {
      const words = said(event, await context.concerned());
      const session = api.session(event, context, signal);
      if (words === undefined)
        return { answer: context.shadow ? session.summary() : "nothing to write" };
      await session.look({ method: "GET", path: "/contacts" });
      session.note("nobody by phone");
      const json = { key: event.id, text: saidAsText(words) };
      await session.write("create a note", { method: "POST", path: "/notes", json });
      return { answer: context.shadow ? session.summary() : "created" };
    },
    preview: (event) => said(event),
    check: async () => [],
    close: () => api.close(),
  };
  return {
    destination,
    effects: () => notes,
    secrets: [token],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
}

shadowConformance("acme", open);

const kinds = new URL("../../src/destinations/", import.meta.url);
for (const { name: kind } of readdirSync(kinds, { withFileTypes: true }).filter((each) =>
  each.isDirectory(),
)) {
  const folder = new URL(`${kind}/`, kinds);
  const source = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  if (!source.some((text) => text.includes("shadows: true"))) continue;
  it(`asks this of every kind that says it knows of shadow: ${kind}`, () => {
    const suite = new URL(`destination-${kind}.test.ts`, import.meta.url);
    assert.ok(existsSync(suite) && readFileSync(suite, "utf8").includes("shadowConformance("));
  });
}
