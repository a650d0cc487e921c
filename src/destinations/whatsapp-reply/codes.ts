import type { ApiAnswer, Judgement } from "../http/api.ts";

type Meaning = Omit<Judgement, "code"> & { readonly words: string };

const minute = 60_000;
const token = "make another access token, with whatsapp_business_messaging";
const rights = "the access token's system user needs whatsapp_business_messaging for this account";

const later = (words: string, afterMs?: number): Meaning => ({
  ...{ verdict: "outage", words },
  ...(afterMs !== undefined && { afterMs }),
});
/** A rate or a quota is used up. */
const haste = (words: string, afterMs: number): Meaning => ({
  ...later(words, afterMs),
  limited: true,
});
/** The message may have gone out. */
const unsure = (words: string): Meaning => ({ verdict: "outage", maybeDone: true, words });
const never = (words: string): Meaning => ({ verdict: "refused", words });
const setUp = (words: string): Meaning => ({ verdict: "config", words });

/** What Meta's codes mean for a delivery, a row each. The page of the kind has the same rows. */
export const codes: Readonly<Record<number, Meaning>> = {
  // Token and rights.
  0: setUp(`Meta does not know the access token: ${token}`),
  3: setUp(rights),
  10: setUp(rights),
  33: setUp("the phone number id is none, the number was deleted, or the token may not see it"),
  190: setUp(`the access token has expired or was taken back: ${token}`),
  463: setUp(`the access token has expired: ${token}`),
  467: setUp(`the access token was taken back: ${token}`),
  131005: setUp(rights),
  // Limits.
  4: haste("the app has made too many calls", minute),
  17: haste("the token's user has made too many calls", minute),
  341: haste("the app has made too many calls", minute),
  613: haste("too many calls of this kind", minute),
  80007: haste("the account has made too many calls", minute),
  130429: haste("the number sends faster than its throughput allows", 1_000),
  131048: haste("the number is held back because people blocked or reported it", 15 * minute),
  131056: {
    ...haste("too many messages to this person in a short time", minute),
    laneOnly: true,
  },
  131057: later("the number is being upgraded", minute),
  133004: later("Meta's server is not available"),
  133015: later("the number was deleted a moment ago", 5 * minute),
  133016: later("the number was registered too often", 60 * minute),
  132069: later("the flow is throttled", 10 * minute),
  // Meta's own failures.
  1: unsure("Meta failed for a reason it does not tell"),
  2: unsure("Meta is overloaded, or down"),
  131000: unsure("Meta failed for a reason it does not tell"),
  131016: unsure("a service of Meta's is not available"),
  // The account.
  368: setUp(
    "Meta has restricted the account for a violation: see Account quality in WhatsApp Manager",
  ),
  131031: setUp("Meta has locked the account: see Account quality in WhatsApp Manager"),
  131037: setUp("the number's display name is not approved yet: see WhatsApp Manager"),
  131042: setUp("the account cannot pay: see Billing in WhatsApp Manager"),
  131045: setUp("the number is not registered: register it, as docs/connect.md says"),
  133000: setUp("the number was deleted in part: delete and register it again"),
  133005: setUp("the two-step PIN of the number is wrong"),
  133006: setUp("the number must be verified before it is registered"),
  133008: later("the two-step PIN was wrong too often", 60 * minute),
  133009: later("the two-step PIN was entered too fast", minute),
  133010: setUp("the number is not registered: register it, as docs/connect.md says"),
  134011: setUp("the terms of payments are not accepted: see WhatsApp Manager"),
  // The person.
  130403: never("the account is blocked from writing to this person"),
  130472: never("the person is in an experiment of Meta's, and gets no marketing templates"),
  130497: never("the account may not write to people in this country"),
  131021: never("the number would write to itself"),
  131026: never("the person cannot get it: no WhatsApp, an old version, or new terms not accepted"),
  131030: never(
    "a test number writes only to the numbers on its list: add this one in the dashboard",
  ),
  131047: never("the customer service window is closed, and only a template can be sent"),
  131049: never("Meta holds it back, so that people do not get too many marketing messages"),
  131050: never("the person has stopped marketing messages of yours"),
  131062: never("this template goes to phone numbers alone, and only the user id is known"),
  // What is sent.
  100: never("Meta does not take one of its values"),
  131006: never("Meta does not find what it names"),
  131008: never("Meta misses a value"),
  131009: never("Meta does not take one of its values"),
  131051: never("Meta does not take this type of message"),
  131052: never("Meta could not fetch the file"),
  131053: never("Meta does not take the file: its type, its size or its address"),
  131055: never("this call is not allowed for such a message"),
  132000: never("the template takes another number of parameters"),
  132001: never("there is no such template in this language, or it is not approved"),
  132005: never("the template is too long with what is filled in"),
  132007: never("the template breaks a policy with what is filled in"),
  132008: never("the template's parameters do not fit it"),
  132012: never("a parameter has another format than the template asks for"),
  132015: never("the template is paused, for its quality"),
  132016: never("the template is disabled for good, for its quality"),
  132018: never("the template's parameters do not fit it"),
  132068: never("the flow is blocked"),
  135000: never("Meta does not say what is wrong with it"),
  139200: never("Direct Send is not allowed for it"),
};

/** 200 to 299 are rights that are missing. */
const missingRights = (code: number) => code >= 200 && code < 300;

/** What an answer says by its code; undefined: what its status says. */
export function judge({ json }: Pick<ApiAnswer, "json">): Judgement | undefined {
  const code = codeIn(json);
  if (code === undefined) return undefined;
  const meaning = codes[code] ?? (missingRights(code) ? setUp(rights) : undefined);
  return meaning && { ...meaning, code: `with the code ${code}` };
}

/** Graph's own words for an address that is none, or that the token may not see: the code of a wrong value, and 33 below it. */
const noSuchNumber = 33;

function codeIn(json: unknown): number | undefined {
  const { error } = (json ?? {}) as { readonly error?: object | null };
  if (typeof error !== "object" || error === null) return undefined;
  const { code, error_subcode: subcode } = error as Readonly<Record<string, unknown>>;
  if (code === 100 && subcode === noSuchNumber) return noSuchNumber;
  return typeof code === "number" && Number.isInteger(code) ? code : undefined;
}
