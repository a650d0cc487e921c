import type { Command } from "commander";
import { type Answer, ApiProblem, type Client } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { fitted, localTime, pad, show } from "./common/terminal.ts";

type Timeline = Answer<"GET", "/api/timeline/{id}">;

/** `waypost timeline <id>`: what became of one event, step by step. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("timeline")
    .summary("show what became of one event, step by step")
    .description(
      "Shows each step of an event, from its POST to every attempt at every destination, and why it was not sent to the others.",
    )
    .argument("<id>", "an event id, or any other id that leads to one, such as a message's")
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, async (client, { json }: AskFlags, id: string) => {
    show(await find(client, id), json, timelineLines);
  });
}

/** Of the event; else of the first that the id leads to. */
async function find(client: Client, id: string): Promise<Timeline> {
  const get = (event: string) => client.get("/api/timeline/{id}", { path: { id: event } });
  try {
    return await get(id);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
    const { items } = await client.post("/api/search", { body: { q: id } });
    const event = items.find((hit) => hit.event !== undefined)?.event;
    if (event === undefined) throw error;
    return get(event);
  }
}

function timelineLines({ event, steps }: Timeline): string[] {
  return [
    `${event.id}  ${event.type}`,
    ...steps.flatMap(({ at, kind, words, detail, ms }) => [
      `${localTime(at)}  ${pad(kind, 9)}  ${words}${ms === undefined ? "" : ` ${ms} ms.`}`,
      ...(detail === undefined ? [] : [`${" ".repeat(27)}${detail}`]),
    ]),
  ].map(fitted);
}
