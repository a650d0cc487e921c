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

/** What to do about it, by the same codes. */
const remedies: Readonly<Record<number, string>> = {
  130403: "Reach them another way; WhatsApp Manager may say why",
  130429: "Send it again, and more slowly",
  130472: "Reach them another way: sent again it fails again",
  130497: "Reach them another way",
  131000: "Send it again",
  131005: "Give the token the permission whatsapp_business_messaging, then send it again",
  131008: "Correct the program that sent it",
  131009: "Correct the program that sent it",
  131016: "Send it again in some minutes",
  131021: "Send it to another number",
  131026: "Ask them to update WhatsApp, or reach them another way",
  131030: "Add the number to those that the test number may write to, or send from a real one",
  131031: "Open WhatsApp Manager: it says why, and takes an appeal",
  131037: "Have a display name approved in WhatsApp Manager",
  131042: "Mend the way of payment in WhatsApp Manager, then send it again",
  131045: "Register the number, then send it again",
  131047: "Send an approved template, or wait until they write",
  131048: "Send less, and only what is wanted, until WhatsApp Manager shows a better quality",
  131049: "Wait a day at least, or send what is no offer",
  131050: "Send them no offers",
  131051: "Send it as another type of message",
  131052: "Ask them to send it again",
  131053: "Send the file in another type, or smaller",
  131056: "Wait some seconds, then send it again",
  131057: "Send it again in some minutes",
  131060: "Nothing: it is gone",
  131062: "Send this template to their phone number",
  132000: "Fill in as many variables as the template has",
  132001: "Correct the template's name or language, or wait for its approval",
  132005: "Shorten what is filled in",
  132007: "Change the template's words, and have it approved",
  132012: "Fill the variable in as the template has it",
  132015: "Use another template until it is unpaused, and change what people disliked",
  132016: "Use another template",
  132068: "Look into the flow in WhatsApp Manager",
  132069: "Wait until the flow recovers; look into it in WhatsApp Manager",
  133010: "Register the number, then send it again",
  135000: "Correct the program that sent it",
};

/** A sentence without its full stop. */
export function failureRemedy(code: number | undefined): string {
  return remedies[code ?? 0] ?? "Look the code up in Meta's list of error codes, or send it again";
}
