import { compileOption } from "../option-templates.ts";
import { checkSecret, parseAddress } from "../parse-option.ts";

/** A template gives one of these, or nothing. */
const who = "^(here|channel|[UWS][A-Z0-9]{2,20}|.*\\{\\{.*)$";

/** Options of Slack in waypost.yaml. */
export const slackSchema = {
  type: "object",
  additionalProperties: false,
  required: ["token", "channel"],
  properties: {
    token: { description: "Bot token (xoxb-…).", type: "string", minLength: 1, "x-secret": true },
    channel: {
      description: "Id (C0123456789, best) or #name.",
      type: "string",
      pattern: "^#?[^\\s#]{1,80}$",
    },
    mention: {
      description:
        "Who is told when a conversation begins, or goes on after a silence: here, channel, or ids of users (U…) and groups (S…). May be templates: {{ owner.slack }}.",
      anyOf: [
        { type: "string", pattern: who },
        { type: "array", minItems: 1, maxItems: 10, items: { type: "string", pattern: who } },
      ],
    },
    text: {
      description:
        "A template that is posted instead of what the event says: {{ contact.name }}: {{ business.url }}.",
      type: "string",
      minLength: 1,
      maxLength: 10_000,
    },
    broadcastAfterHours: {
      description:
        "A message after so many hours of silence is shown in the channel too, not only in its thread. 0 is never. Default: 24.",
      type: "number",
      minimum: 0,
      maximum: 8760,
    },
    baseUrl: { description: "Instead of https://slack.com/api/.", type: "string", minLength: 1 },
  },
} as const;

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly token: string;
  readonly channel: string;
  readonly mention?: string | string[];
  readonly text?: string;
  readonly broadcastAfterHours?: number;
  readonly baseUrl?: string;
}

/** Of one destination. */
export type SlackOptions = ReturnType<typeof parseSlackOptions>;

/** Throws OptionError. */
export function parseSlackOptions(
  name: string,
  raw: RawOptions,
  routeOptions: readonly string[] = [],
) {
  const { token, channel, mention = [], text, broadcastAfterHours = 24 } = raw;
  const baseUrl = raw.baseUrl ?? "https://slack.com/api/";
  parseAddress(name, baseUrl, "https://slack.com/api/");
  checkSecret(name, "token", token, {
    problem: "is not a token",
    remedy: "Copy the bot token, which begins with xoxb-",
  });
  return {
    token,
    channel,
    /** A list of texts: who is meant, see `mentionOf`. */
    mention: compileOption(name, "mention", [mention].flat()),
    /** In every post: a route says who is meant by what it brings. Else where a conversation begins, or goes on after a silence. */
    mentionsAlways: routeOptions.includes("mention"),
    ...(text !== undefined && { text: compileOption(name, "text", text) }),
    /** Infinity is never. */
    silenceMs:
      broadcastAfterHours === 0 ? Number.POSITIVE_INFINITY : broadcastAfterHours * 3_600_000,
    baseUrl,
  };
}

const isWho = /^(here|channel|[UWS][A-Z0-9]{2,20})$/;

/** In Slack's own form, e.g. `<@U012> <!here>`; "" for nobody. What a template made of nobody is left out. */
export function mentionOf(rendered: unknown): string {
  const mentions = Array.isArray(rendered) ? rendered.map((each) => String(each ?? "").trim()) : [];
  return mentions
    .filter((each) => isWho.test(each))
    .map(inSlack)
    .join(" ");
}

function inSlack(who: string): string {
  if (who === "here" || who === "channel") return `<!${who}>`;
  return who.startsWith("S") ? `<!subteam^${who}>` : `<@${who}>`;
}
