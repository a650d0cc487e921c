import { DeliveryError, type DestinationCheck } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { entryTypes } from "./log-entry.ts";
import type { HubspotOptions, RecordOptions } from "./options.ts";
import { requiredProperties } from "./requirements.ts";

/** Token, scopes, properties, pipelines and stages, by calls that change nothing. */
export async function checkHubspot(
  session: Session,
  options: HubspotOptions,
  sessionOf: (signal: AbortSignal) => Session,
): Promise<DestinationCheck[]> {
  const contacts = await checkReading(session, options, "contacts");
  if (!contacts.ok) return [{ ...contacts, name: "token" }];
  const { ticket, deal } = options;
  const token = { name: "token", ok: true, detail: "it may read contacts" };
  return [
    token,
    ...(await checkEntries(session, options)),
    ...(await checkProperties(session, options, sessionOf)),
    ...(ticket ? [await checkStage(session, options, { object: "tickets", ...ticket })] : []),
    ...(deal ? [await checkStage(session, options, { object: "deals", ...deal })] : []),
  ];
}

async function checkEntries(
  session: Session,
  options: HubspotOptions,
): Promise<DestinationCheck[]> {
  const all: DestinationCheck[] = [];
  for (const type of entryTypes(options)) all.push(await checkReading(session, options, type));
  return all;
}

async function checkReading(
  session: Session,
  { apiVersion }: HubspotOptions,
  object: string,
): Promise<DestinationCheck> {
  const path = pathOf`/crm/objects/${apiVersion}/${object}`;
  return checked(object, async () => {
    await session.look({ method: "GET", path, query: { limit: 1 } });
    return { ok: true, detail: "it may read them" };
  });
}

async function checkProperties(
  session: Session,
  options: HubspotOptions,
  sessionOf: (signal: AbortSignal) => Session,
): Promise<DestinationCheck[]> {
  try {
    const all = await requiredProperties(session, options, sessionOf);
    return all.map(({ what, there, remedy }) => ({
      name: what,
      ok: there,
      detail: there ? "it is there" : (remedy ?? "it is missing"),
    }));
  } catch (error) {
    return [{ name: "properties", ok: false, detail: wordsOf(error) }];
  }
}

async function checkStage(
  session: Session,
  { apiVersion }: HubspotOptions,
  { object, pipeline, stage }: RecordOptions & { readonly object: "tickets" | "deals" },
): Promise<DestinationCheck> {
  return checked(`pipeline of ${object}`, async () => {
    const path = pathOf`/crm/pipelines/${apiVersion}/${object}`;
    const { json } = await session.look({ method: "GET", path });
    const found = listOf((json as { results?: unknown })?.results);
    const chosen = found.find(({ id }) => id === pipeline);
    if (!chosen) {
      const detail = `there is no pipeline ${pipeline}; there are ${shown(found)}`;
      return { ok: false, detail };
    }
    const stages = listOf(chosen.stages);
    const ok = stages.some(({ id }) => id === stage);
    const missing = `the pipeline has no stage ${stage}; it has ${shown(stages)}`;
    return { ok, detail: ok ? `${pipeline}, ${stage}` : missing };
  });
}

interface Named {
  readonly id?: string;
  readonly label?: string;
  readonly stages?: unknown;
}

function listOf(value: unknown): readonly Named[] {
  return Array.isArray(value) ? value : [];
}

function shown(named: readonly Named[]): string {
  return named.map(({ id, label }) => `${id} (${label})`).join(", ") || "none";
}

async function checked(
  name: string,
  ask: () => Promise<Omit<DestinationCheck, "name">>,
): Promise<DestinationCheck> {
  try {
    return { name, ...(await ask()) };
  } catch (error) {
    return { name, ok: false, detail: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof DeliveryError) return error.message;
  throw error;
}
