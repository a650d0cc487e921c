import { Agent, request } from "undici";
import {
  type Delivered,
  DeliveryError,
  type Destination,
  type WaypostEvent,
} from "../../contracts.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { redactAnswer } from "../redact-answer.ts";
import { retryAfterMs } from "../retry-after.ts";
import { remedyFor, statusVerdict } from "../status-verdict.ts";
import { throwIfAborted, transportError } from "../transport-error.ts";
import { checkTarget } from "./check-target.ts";
import { guardedConnector } from "./connector.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { parseWebhookOptions, type WebhookOptions } from "./options.ts";
import { readAnswer } from "./read-answer.ts";
import { webhookSchema } from "./schema.ts";

/** POSTs each event to an address, signed. A repeat carries the same `webhook-id`. */
export const webhook: DestinationKind = {
  kind: "webhook",
  schema: webhookSchema,
  create: (name, given) => createWebhook(parseWebhookOptions(name, given)),
};

function createWebhook(options: WebhookOptions): Destination {
  const agent = new Agent({ connect: guardedConnector(options), allowH2: false });
  return {
    kind: "webhook",
    idempotency: "native",
    links: false,
    deliver: async (event, _context, signal) => {
      throwIfAborted(signal);
      const envelope = envelopeOf(event, options, new Date());
      const response = await post(agent, { url: options.url, envelope, signal });
      return outcomeOf(response, event, options);
    },
    preview: (event) => previewOf(event, options),
    // A resumed TLS session would not show the certificate.
    check: async (signal) => [await checkTarget(guardedConnector(options), options.url, signal)],
    close: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: unknown;
  readonly text: string;
}

async function post(
  agent: Agent,
  { url, envelope, signal }: { url: URL; envelope: Envelope; signal: AbortSignal },
): Promise<Answer> {
  const { headers, body } = envelope;
  const sent = request(url, { dispatcher: agent, method: "POST", headers, body, signal });
  const response = await sent.catch((error: unknown) => {
    throw transportError(error, signal);
  });
  const { statusCode: status, body: answer } = response;
  return { status, retryAfter: response.headers["retry-after"], text: await readAnswer(answer) };
}

/** 409 is a receiver that knows this `webhook-id` already. */
function outcomeOf(answer: Answer, event: WaypostEvent, { secrets }: WebhookOptions): Delivered {
  const { status } = answer;
  if (status === 409) return { answer: "409: it has this event already" };
  if (status >= 200 && status < 300) return { answer: String(status) };
  const { verdict, maybeDone } = statusVerdict(status);
  const afterMs = verdict === "outage" ? retryAfterMs(answer.retryAfter) : undefined;
  const remedy = verdict === "config" ? `: ${remedyFor(status)}` : "";
  throw new DeliveryError(verdict, `the receiver answered ${status}${remedy}`, {
    maybeDone,
    ...(afterMs !== undefined && { afterMs }),
    answer: `${status} ${redactAnswer(answer.text, event, secrets)}`.trim(),
  });
}

/** The path may be the secret (Zapier, Make), and so may any header of one's own. */
function previewOf(event: WaypostEvent, options: WebhookOptions): unknown {
  try {
    const { headers } = envelopeOf(event, options, new Date());
    const shown = ["content-type", "user-agent", "webhook-id", "webhook-timestamp"];
    return {
      method: "POST",
      url: options.url.pathname === "/" ? options.url.origin : `${options.url.origin}/…`,
      headers: Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key, shown.includes(key) ? value : "…"]),
      ),
      body: options.format === "event" ? event : event.data.raw,
    };
  } catch (error) {
    return { refused: error instanceof DeliveryError ? error.message : "cannot be sent" };
  }
}
