import { DeliveryError, type RawChange, type Reply, replySchema } from "../../contracts.ts";
import { beyondLimits } from "../../event/intake/intake-limits.ts";
import { below, type IntakeProblem } from "../../event/intake/intake-problem.ts";
import { isOwnType } from "../../event/own-types.ts";
import { setSchema } from "../../event/set-schema.ts";
import { compilePointed, type PointedProblem } from "../../support/schema.ts";
import type { HttpAnswer } from "../http/send.ts";
import { beyondMeta, emptyParameters, misfitOfReply } from "../reply-misfits.ts";

/** What a bot wants done. All absent: nothing. */
export interface BotAnswer {
  readonly reply?: Reply;
  readonly set?: RawChange;
  readonly emit?: readonly {
    readonly type: string;
    readonly data?: { readonly [key: string]: unknown };
  }[];
}

/** Events of one answer. */
const mostEmits = 20;

/**
 * What a 2xx of a bot says; an empty one says nothing. Throws DeliveryError: `refused` where it cannot be carried out, with every
 * place and remedy in its `answer`; `outage` where it did not come whole, and is asked for again.
 */
export function readBotAnswer({ status, text, end }: HttpAnswer): BotAnswer {
  if (end === "late" || end === "broken") {
    const words = end === "late" ? "not come in time" : "broken off";
    throw new DeliveryError("outage", `the bot's answer has ${words}`, { maybeDone: true });
  }
  if (end === "long") refuse(status, [whole("is larger than 64 KB", "Answer with less")]);
  // Some frameworks begin with a byte order mark.
  const json = text.replace(/^\uFEFF/, "").trim();
  if (json === "") return {};
  const value = parse(json);
  if (value === undefined) {
    refuse(status, [whole("is not JSON", "Answer `{ reply, set, emit }`, or 204 and nothing")]);
  }
  if (!isObject(value)) {
    refuse(status, [whole("is not an object", "Answer `{ reply, set, emit }`")]);
  }
  const tooMuch = beyondLimits(value);
  if (tooMuch.length > 0) refuse(status, tooMuch);
  const answer = plain(value);
  const problems = misfits(answer);
  if (problems.length > 0) refuse(status, problems);
  return answer as BotAnswer;
}

/** The first in our words alone, for whoever reads a reason; all of them for who may read what a receiver answered. */
function refuse(status: number, problems: readonly IntakeProblem[]): never {
  const [first = ""] = problems.map((each) => inWords({ ...each, path: ourPath(each.path) }));
  throw new DeliveryError("refused", `the bot's answer cannot be carried out: ${first}`, {
    answer: `${status} ${problems.map(inWords).join("; ")}`,
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function whole(problem: string, remedy: string): IntakeProblem {
  return { path: "", problem, remedy };
}

function inWords({ path, problem, remedy }: IntakeProblem): string {
  return `${path === "" ? "it" : path.slice(1).replaceAll("/", ".")} ${problem}. ${remedy}.`;
}

/** Without keys that are the bot's: they may say whatever it was told. */
function ourPath(path: string): string {
  return path
    .split("/")
    .map((key) => (key === "" || /^\d{1,5}$/.test(key) || ourKeys().has(key) ? key : "?"))
    .join("/");
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** In one form: a reply that is a text, one event alone, and nulls and objects without content for what is not there. */
function plain(value: object): unknown {
  return Object.fromEntries(
    Object.entries(withoutNulls(value)).flatMap(([key, each]) => {
      if (isObject(each) && Object.keys(each).length === 0 && key !== "emit") return [];
      if (key === "reply" && typeof each === "string") return [[key, { text: each }]];
      if (key === "emit" && !Array.isArray(each)) return [[key, [each]]];
      return [[key, each]];
    }),
  );
}

/** What is kept for the bot as it is: there a null is a value. */
const ownValues = new Set(["data", "ref", "field"]);

/** Many frameworks write each field that is not set as null. */
function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isObject(value)) return value;
  const given = Object.entries(value)
    .filter(([, each]) => each !== null)
    .map(([key, each]) => [key, ownValues.has(key) ? each : withoutNulls(each)]);
  return Object.fromEntries(given) as T;
}

const answerSchema = () => ({
  type: "object",
  additionalProperties: false,
  properties: {
    reply: replySchema,
    set: setSchema(),
    emit: {
      type: "array",
      maxItems: mostEmits,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["type"],
        properties: {
          type: { type: "string", maxLength: 255, pattern: "^business(\\.[a-z0-9_]{1,64})+$" },
          data: { type: "object" },
        },
      },
    },
  },
});

let keys: ReadonlySet<string> | undefined;

/** All that the schema names. */
function ourKeys(): ReadonlySet<string> {
  keys ??= new Set([...keysIn(answerSchema())]);
  return keys;
}

function* keysIn(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  for (const [key, inner] of Object.entries(node)) {
    if (key === "properties") yield* Object.keys(inner as object);
    yield* keysIn(inner);
  }
}

let find: ((value: unknown) => readonly PointedProblem[]) | undefined;

/** Compiles the schema, which blocks for some 50 ms: before traffic comes, so that none waits for the first answer. */
export function prepareBotAnswers(): void {
  find ??= compilePointed(answerSchema(), []);
}

function misfits(answer: unknown): IntakeProblem[] {
  prepareBotAnswers();
  const found = (find?.(answer) ?? []).map(toProblem);
  if (found.length > 0) return [...new Map(found.map((each) => [each.path, each])).values()];
  const { reply = {}, emit = [] } = answer as BotAnswer;
  const own = emit.flatMap(({ type }, at) =>
    isOwnType(type)
      ? [{ path: `/emit/${at}/type`, problem: "is what Waypost itself asks", remedy: ownRemedy }]
      : [],
  );
  return [...misfitsOf(reply), ...own];
}

/** What its message would be refused for. */
function misfitsOf(reply: Reply): IntakeProblem[] {
  const wrong = misfitOfReply(reply);
  const all = wrong === undefined ? beyondMeta(reply) : [wrong];
  const empty = emptyParameters(reply.template).map((part) => ({
    part: `template.${part}`,
    problem: "is empty, and Meta takes no empty parameter",
    remedy: "Say what stands there",
  }));
  return [...all, ...empty].map(({ part, problem, remedy }) => {
    return { path: pathOf(["reply", ...part.split(".")]), problem, remedy };
  });
}

const ownRemedy = "Answer with reply or set instead";
const seePage = "See docs/destinations/webhook.md, A bot that answers";

function pathOf(keys: readonly string[]): string {
  return keys.reduce((at, key) => below(at, /^\d{1,5}$/.test(key) ? Number(key) : key), "");
}

function toProblem({ pointer, keyword, reason }: PointedProblem): IntakeProblem {
  const keys = pointer.split("/").slice(1);
  const path = pathOf(keys);
  const [top, second] = keys;
  if (pointer === "/reply/to") {
    return { path, problem: "is not for a bot to say", remedy: "A reply goes to who wrote" };
  }
  if (keyword === "additionalProperties") {
    const remedy = keys.length === 1 ? "An answer has reply, set and emit" : seePage;
    return { path, problem: "is no key that is known here", remedy };
  }
  if (keyword === "required") return { path, problem: "is missing", remedy: seePage };
  if (pointer === "/emit") return { path, problem: "is too much", remedy: mostRemedy };
  if (top === "emit" && second !== undefined && keys.at(-1) === "type") {
    const remedy = "Begin with business. and use lower-case segments, e.g. business.lead.captured";
    return { path, problem: "is not a type that can be emitted", remedy };
  }
  return { path, problem: reason, remedy: seePage };
}

const mostRemedy = `Emit at most ${mostEmits} events`;
