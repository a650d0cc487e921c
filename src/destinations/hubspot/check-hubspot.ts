import type { DestinationCheck } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { tried, triedRequirements } from "../tried.ts";
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
  const entries: DestinationCheck[] = [];
  for (const type of entryTypes(options)) entries.push(await checkReading(session, options, type));
  const token = { name: "token", ok: true, detail: "it may read contacts" };
  return [
    token,
    ...entries,
    ...(await triedRequirements("properties", () =>
      requiredProperties(session, options, sessionOf),
    )),
    ...(ticket ? [await checkStage(session, options, { object: "tickets", ...ticket })] : []),
    ...(deal ? [await checkStage(session, options, { object: "deals", ...deal })] : []),
  ];
}

async function checkReading(
  session: Session,
  { apiVersion }: HubspotOptions,
  object: string,
): Promise<DestinationCheck> {
  const path = pathOf`/crm/objects/${apiVersion}/${object}`;
  return tried(object, async () => {
    await session.look({ path, query: { limit: 1 }, holds: "results" });
    return "it may read them";
  });
}

async function checkStage(
  session: Session,
  { apiVersion }: HubspotOptions,
  { object, pipeline, stage }: RecordOptions & { readonly object: "tickets" | "deals" },
): Promise<DestinationCheck> {
  return tried(`pipeline of ${object}`, async () => {
    const path = pathOf`/crm/pipelines/${apiVersion}/${object}`;
    const { json } = await session.look({ path, holds: "results" });
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
