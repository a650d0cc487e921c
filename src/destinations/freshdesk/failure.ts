import type { ApiAnswer, Judgement } from "../http/api.ts";
import type { FreshdeskOptions } from "./options.ts";

/** Freshdesk's own codes: developers.freshdesk.com/api, "Errors". */
const remedies: Readonly<Record<string, string>> = {
  invalid_credentials: "the API key is not valid: copy it again from Profile settings",
  access_denied: "the agent whose API key it is may not do this: give them a role that may",
  require_feature: "the account's plan does not have this: change the plan",
  account_suspended: "the account is suspended: look at Freshdesk",
  password_lockout: "the agent is locked out: unlock them in Freshdesk",
  password_expired: "the agent's password has expired: set another one",
  ssl_required: "Freshdesk is called with https alone: correct `baseUrl`",
};

/** What the account's own settings make of a request: fields that are missing there, or that it wants. */
const ofFields = new Set(["missing_field", "invalid_field", "invalid_value", "datatype_mismatch"]);
/** Of the value alone: the field is there. */
const ofValues = new Set(["invalid_value", "datatype_mismatch"]);
/** Standard fields that options fill, or that an account may want. */
const settable = ["type", "group_id", "responder_id", "product_id", "source", "priority", "status"];

/** Filled by Waypost itself: what is wrong with them is wrong with this event. */
const own = ["requester_id", "user_id", "description", "body", "subject", "name", "mobile"];

interface FieldError {
  readonly field?: unknown;
  readonly code?: unknown;
  readonly additional_info?: { readonly user_id?: unknown } | null;
}

export function createJudge({
  fieldNames,
  fromEvents,
}: Pick<FreshdeskOptions, "fieldNames" | "fromEvents">) {
  const known = new Set([...settable, ...fieldNames.ticket, ...fieldNames.contact]);
  // What a customer's words gave must not stop the others.
  const isSpared = (error: FieldError) =>
    ofValues.has(String(error.code)) && fromEvents.has(nameOf(error));
  return (answer: ApiAnswer): Judgement | undefined => {
    const { code } = (answer.json ?? {}) as { code?: unknown };
    const whole = String(code ?? "");
    if (Object.hasOwn(remedies, whole)) {
      return { verdict: "config", code: whole, words: remedies[whole] ?? "" };
    }
    if (answer.status !== 400) return undefined;
    const errors = errorsOf(answer);
    const error = errors.find((each) => isOfAccount(each, known) && !isSpared(each));
    if (error === undefined) {
      const fields = errors.filter(isSpared).map(nameOf);
      return fields.length === 0 ? undefined : { verdict: "refused", fields };
    }
    const words = `the field ${nameOf(error)} is not as Freshdesk wants it: correct the option, or the field there`;
    return { verdict: "config", code: String(error.code), words };
  };
}

/** What options fill is not as the account has it; or the account wants a field of its own that no option fills, with any event. */
function isOfAccount(error: FieldError, known: ReadonlySet<string>): boolean {
  const name = nameOf(error);
  if (known.has(name)) return ofFields.has(String(error.code));
  return (
    error.code === "missing_field" && /^[a-z][a-z0-9_]{0,79}$/.test(name) && !own.includes(name)
  );
}

function nameOf({ field }: FieldError): string {
  return String(field ?? "").replace(/^custom_fields\./, "");
}

function errorsOf({ json }: Pick<ApiAnswer, "json">): readonly FieldError[] {
  const { errors } = (json ?? {}) as { errors?: unknown };
  return Array.isArray(errors) ? (errors as FieldError[]) : [];
}

/** The requester is there no more. */
export function saysRequesterGone(answer: ApiAnswer): boolean {
  return (
    answer.status === 400 &&
    errorsOf(answer).some(({ field }) => field === "requester_id" || field === "user_id")
  );
}

/** Who has a value already that must be unique. */
export function holderOf(answer: ApiAnswer): string | undefined {
  const held = errorsOf(answer).find(({ code }) => code === "duplicate_value");
  const id = held?.additional_info?.user_id;
  return typeof id === "number" ? String(id) : undefined;
}
