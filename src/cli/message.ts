import type { Command } from "commander";
import { ApiProblem, type Client, type Delivery, type Message } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { deliveryUnderEvent } from "./common/delivery-lines.ts";
import { eventLine } from "./common/event-line.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { fitted, localTime, show } from "./common/terminal.ts";

/** A message has a handful of events; of one with more, the deliveries of these are shown. */
const mostAsked = 20;

/** `waypost message <wamid>`: what became of one message, here and at every destination. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("message")
    .summary("show what became of one message")
    .description(
      "Shows one message: its status, when it got there, every event about it, and where each was delivered.",
    )
    .argument("<wamid>", "the WhatsApp message id, or its pseudonym msg_…")
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, async (client, { json }: AskFlags, wamid: string) => {
    const view = await client.get("/api/messages/{wamid}", { path: { wamid } });
    const deliveries = json ? [] : await deliveriesOf(view, client);
    show(view, json, () => messageLines(view, deliveries));
  });
}

async function deliveriesOf({ events }: Message, client: Client): Promise<Delivery[]> {
  const ask = async ({ id }: { id: string }) => {
    const found = client.get("/api/events/{id}", { path: { id } });
    return (await found.catch(unlessGone))?.deliveries ?? [];
  };
  return (await Promise.all(events.slice(-mostAsked).map(ask))).flat();
}

/** An event may expire between two questions. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof ApiProblem && error.status === 404)) throw error;
}

/** What our side said of a message that it sent. */
function toldLines({ template, sentBy, campaign, variant }: Message): string[] {
  const about = { template, "sent by": sentBy, campaign, variant };
  return Object.entries(about).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(9)}${value}`],
  );
}

function messageLines(view: Message, deliveries: readonly Delivery[]): string[] {
  const direction = view.direction === "in" ? "received" : "sent";
  const steps = Object.entries(view.statusAt).sort(([, a], [, b]) => a.localeCompare(b));
  return [
    `${view.id}  ${direction}  ${view.type ?? "type unknown"}`,
    ...toldLines(view),
    ...(view.status === undefined ? [] : [`status  ${view.status}`]),
    ...steps.map(([status, at]) => `  ${localTime(at)}  ${status}`),
    ...view.errors.map(({ code, title }) => `error   ${code ?? ""} ${title ?? ""}`),
    "events",
    ...view.events.flatMap((event) => [
      `  ${eventLine(event, Number.POSITIVE_INFINITY)}`,
      ...deliveries
        .filter(({ eventId }) => eventId === event.id)
        .map((delivery) => `    ${deliveryUnderEvent(delivery, new Date())}`),
    ]),
  ].map(fitted);
}
