import {
  type DeliveryContext,
  DeliveryError,
  type Reply,
  type ReplyRequest,
  replyRequestedType,
  replySchema,
  type WaypostEvent,
} from "../../contracts.ts";
import { compileSchema } from "../../support/schema.ts";
import { emptyParameters, misfitOfReply } from "../reply-misfits.ts";
import type { ReplyOptions } from "./options.ts";

/** What is to be sent, and about which event every guard is judged. */
export interface Job {
  readonly purpose: "route" | ReplyRequest["purpose"];
  /** The id of the event that is answered. */
  readonly answers: string;
  /** Later than that nothing is sent, in ms; undefined: the engine judges it, by what routes say. */
  readonly until?: number;
  /** As far as the event tells. Throws DeliveryError. */
  preview(event: WaypostEvent): Reply;
  /** Throws DeliveryError. */
  reply(context: Pick<DeliveryContext, "scope">): Promise<Reply>;
}

const text = { type: "string", minLength: 1 };

const checkRequest = compileSchema({
  type: "object",
  required: ["via", "reply", "answers", "purpose"],
  properties: {
    via: text,
    reply: replySchema,
    answers: {
      type: "object",
      required: ["id", "receivedAt"],
      properties: { id: text, receivedAt: text, until: text },
    },
    purpose: { enum: ["bot", "consent"] },
  },
});
const checkReply = compileSchema(replySchema);

/** Throws DeliveryError for a request that is none. */
export function jobOf(event: WaypostEvent, options: ReplyOptions): Job {
  if (event.type === replyRequestedType) return requested(event);
  const { reply } = options;
  return {
    purpose: "route",
    answers: event.id,
    preview: (given) => (reply?.renderFrom(given) ?? {}) as Reply,
    async reply(context) {
      if (reply === undefined) {
        throw new DeliveryError(
          "refused",
          "neither the route nor the destination says what to write",
        );
      }
      return fitting(await reply.render(context));
    },
  };
}

function requested({ data }: WaypostEvent): Job {
  const { reply, answers, purpose } = parseRequest(data.business);
  return {
    purpose,
    answers: answers.id,
    until: untilOf(answers),
    preview: () => reply,
    reply: async () => fitting(reply),
  };
}

function parseRequest(business: unknown): ReplyRequest {
  const [problem] = checkRequest(business);
  if (problem === undefined) return business as ReplyRequest;
  throw new DeliveryError("refused", `the request is none: ${inWords(problem)}`);
}

/** Unless told, in ms. */
const mostAgeMs = 60 * 60_000;

/** NaN where it tells no time: that is too late. */
function untilOf({ receivedAt, until }: ReplyRequest["answers"]): number {
  return until === undefined ? Date.parse(receivedAt) + mostAgeMs : Date.parse(until);
}

/** What a request is for, where it is one. */
export function viaOf({ type, data }: WaypostEvent): unknown {
  return type === replyRequestedType ? data.business?.["via"] : undefined;
}

/** Templates may have given what is no reply: an empty text, a number. Throws DeliveryError. */
function fitting(rendered: unknown): Reply {
  const reply = withoutEmptyMarks(asTexts(rendered) as Reply);
  const [empty] = emptyParameters(reply.template);
  if (empty !== undefined) {
    throw new DeliveryError("refused", `it cannot be sent: template.${empty} ${emptyInWords}`);
  }
  const [problem] = checkReply(reply);
  if (problem !== undefined)
    throw new DeliveryError("refused", `it cannot be sent: ${inWords(problem)}`);
  const wrong = misfitOfReply(reply);
  if (wrong === undefined) return reply;
  throw new DeliveryError("refused", `it cannot be sent: ${wrong.part} ${wrong.problem}`);
}

/** A template that finds none gives "": then there is none. */
function withoutEmptyMarks({ ref, campaign, variant, ...reply }: Reply): Reply {
  return {
    ...reply,
    ...(ref && { ref }),
    ...(campaign && { campaign }),
    ...(variant && { variant }),
  };
}

const emptyInWords =
  'is empty, and Meta takes no empty parameter. Say what stands there instead, e.g. {{ contact.fields.city | default: "your city" }}';

function inWords({ path, reason }: { readonly path: string; readonly reason: string }): string {
  return [path, reason].filter((part) => part !== "").join(" ");
}

/** A template that is one `{{ }}` may give a number where Meta wants its digits. What a flow is given keeps its types, and so does a `ref`. */
function asTexts(value: unknown, key = ""): unknown {
  if (key === "data" || (key === "ref" && typeof value === "object")) return value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map((each) => asTexts(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, asTexts(each, name)]),
  );
}
