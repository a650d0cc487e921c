import { readdir, readFile } from "node:fs/promises";
import type { SimulatedItem } from "../item.ts";
import { aloneEntry, type CatalogEntry } from "./catalog.ts";
import { fixturesFolder, freshen } from "./golden.ts";

/** The names of all fixtures, sorted. */
export async function listFixtures(): Promise<string[]> {
  const files = await readdir(new URL("meta/", fixturesFolder));
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * Golden payloads of the package by name, `all` for every one, as kinds of item that can be sent. Throws a
 * RangeError on a name that is not there.
 */
export async function loadFixtures(names: readonly string[]): Promise<CatalogEntry[]> {
  const known = await listFixtures();
  const wanted = names.includes("all") ? known : [...new Set(names)];
  const missing = wanted.filter((name) => !known.includes(name));
  if (missing.length > 0) {
    throw new RangeError(`no fixture is called ${missing.join(", ")}: see \`--type list\``);
  }
  return Promise.all(wanted.map(loadFixture));
}

async function loadFixture(name: string): Promise<CatalogEntry> {
  const text = await readFile(new URL(`meta/${name}.json`, fixturesFolder), "utf8");
  const events: unknown = JSON.parse(
    await readFile(new URL(`events/${name}.json`, fixturesFolder), "utf8").catch(() => "[]"),
  );
  return fixtureEntry(name, text, itemsOf(events));
}

/** Sends this body, each time with ids and times of its own. */
export function fixtureEntry(
  name: string,
  text: string,
  items: readonly SimulatedItem[],
): CatalogEntry {
  return aloneEntry(name, "fixture", (c) => ({
    json: withoutSpace(freshen(text, c.random, c.at)),
    items,
  }));
}

/** The types of golden events. */
function itemsOf(events: unknown): SimulatedItem[] {
  if (!Array.isArray(events)) return [];
  return events.flatMap(({ type }) => (typeof type === "string" ? { eventType: type } : []));
}

const space = /"(?:[^"\\]|\\.)*"|\s+/g;

/** The same JSON text without white space between its tokens. */
function withoutSpace(text: string): string {
  return text.replace(space, (found) => (found.startsWith('"') ? found : ""));
}
