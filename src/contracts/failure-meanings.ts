/** Codes of statuses that failed, as Meta's page of errors has them, in words for who has to do something about it. */
const meanings: Readonly<Record<number, string>> = {
  130403: "Meta does not let your business send to this person",
  130429: "too many messages at once: send more slowly",
  130472: "this person is part of an experiment of Meta's that gets no offers",
  130497: "your business may not write to people in this country",
  131000: "something went wrong at Meta: try again",
  131005: "the token may not do this: check its permissions",
  131008: "a parameter was missing",
  131009: "a parameter was wrong",
  131016: "WhatsApp was overloaded or down: try again",
  131021: "sender and recipient are the same number",
  131026:
    "it cannot reach them: not on WhatsApp, an old version, or they have not accepted its terms",
  131030: "the number is not among those that a test number may write to",
  131031: "the business account is locked: look into WhatsApp Manager",
  131037: "your number has no approved display name yet",
  131042: "there is a problem with the way of payment: look into the billing settings",
  131045: "the number is not registered",
  131047: "more than 24 hours since they wrote: only a template may open the conversation again",
  131048: "too many messages of this number were blocked or marked as spam",
  131049: "Meta held it back: this person has had enough offers for now",
  131050: "this person wants no offers of yours: they switched them off",
  131051: "WhatsApp does not support this type of message",
  131052: "a file that they sent could not be fetched",
  131053: "the file could not be uploaded: check its type and size",
  131056: "too many messages to this person in a short time",
  131057: "the number is being moved or upgraded: try again in some minutes",
  131060: "the message is not available",
  131062: "this template needs a phone number, not a user id",
  132000: "the template has another number of variables",
  132001: "there is no such template in this language, or it is not approved",
  132005: "the text is too long once the variables are filled in",
  132007: "the template breaks a rule of WhatsApp's",
  132012: "a variable has another format than the template",
  132015: "the template is paused: too many people disliked it",
  132016: "the template was switched off for good: too many people disliked it",
  132068: "the flow is blocked",
  132069: "the flow is throttled",
  133010: "the number is not registered",
  135000: "something was wrong with the parameters, Meta does not say what",
};

export function failureMeaning(code: number | undefined): string {
  if (code === undefined) return "Meta gave no reason";
  return meanings[code] ?? `Meta's error ${code}`;
}
