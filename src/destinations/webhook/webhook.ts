import { Agent } from "undici";
import {
  type Delivered,
  DeliveryError,
  type Destination,
  type WaypostEvent,
} from "../../contracts.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";
import { failedAnswer, type HttpAnswer, send } from "../http/send.ts";
import { prepareBotAnswers, readBotAnswer } from "./bot-answer.ts";
import { carryOut } from "./carry-out.ts";
import { checkTarget } from "./check-target.ts";
import { guardedConnector } from "./connector.ts";
import { contentOf, envelopeOf } from "./envelope.ts";
import { parseWebhookOptions, type RawOptions, type WebhookOptions } from "./options.ts";
import { webhookSchema } from "./schema.ts";

/** POSTs each event to an address, signed. A repeat carries the same `webhook-id`. */
export const webhook: DestinationKind<RawOptions> = {
  kind: "webhook",
  schema: webhookSchema,
  create: (name, given) => createWebhook(parseWebhookOptions(name, given)),
};

function createWebhook(options: WebhookOptions): Destination {
  if (options.via !== undefined) setImmediate(prepareBotAnswers).unref();
  const agent = new Agent({ connect: guardedConnector(options), allowH2: false });
  return {
    kind: "webhook",
    idempotency: "native",
    links: false,
    deliver: async (event, context, signal) => {
      const envelope = envelopeOf(event, options, new Date(), effectId(event, context));
      const { url, via } = options;
      // A bot may take as long as an attempt: what it says counts, not its status alone.
      const answerMs = via === undefined ? {} : { maxAnswerMs: Number.POSITIVE_INFINITY };
      const answer = await send(agent, { url, ...envelope, ...answerMs, signal });
      const delivered = outcomeOf(answer, event, options);
      const { status } = answer;
      if (via === undefined || status === 409) return delivered;
      return carryOut(readBotAnswer(answer), event, { asker: context, via, status });
    },
    preview: (event) => previewOf(event, options),
    // A resumed TLS session would not show the certificate.
    check: async (signal) => [
      ...(options.preset?.check ? [options.preset.check(options.url)] : []),
      await checkTarget(guardedConnector(options), options.url, signal),
    ],
    close: () => agent.destroy(),
  };
}

/** 409 is a receiver that knows this `webhook-id` already. */
function outcomeOf(
  answer: HttpAnswer,
  event: WaypostEvent,
  { secrets, preset }: WebhookOptions,
): Delivered {
  const { status, text } = answer;
  if (status === 409) return { answer: "409: it has this event already" };
  if (status >= 200 && status < 300) return { answer: String(status) };
  const failure = failedAnswer(answer, event, secrets);
  const judged = preset?.judge(status, text);
  if (judged === undefined) throw failure;
  throw new DeliveryError(judged.verdict, `the receiver answered ${status}: ${judged.words}`, {
    ...(failure.answer !== undefined && { answer: failure.answer }),
    limited: failure.limited,
    ...(judged.verdict === "outage" && answer.afterMs !== undefined && { afterMs: answer.afterMs }),
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
      body: contentOf(event, options),
      ...(options.via !== undefined && { repliesThrough: options.via }),
    };
  } catch (error) {
    return { refused: error instanceof DeliveryError ? error.message : "cannot be sent" };
  }
}
