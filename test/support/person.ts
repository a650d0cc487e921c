const numbers = {
  berlin: "700700700700700",
  paris: "700700700700701",
  trial: "700700700700702",
} as const;
type Account = keyof typeof numbers;

let made = 0;
export const wamid = () => `wamid.invented${process.pid}x${++made}`;

/** Somebody with an invented number, by number and account. */
export function person(phone: string, account: Account = "berlin", name = "Mia") {
  const change = (field: string, more: object) => ({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "900100200300400",
        changes: [
          {
            field,
            value: {
              messaging_product: "whatsapp",
              metadata: {
                display_phone_number: "15555550100",
                phone_number_id: numbers[account],
              },
              ...more,
            },
          },
        ],
      },
    ],
  });
  const contacts = [{ profile: { name }, wa_id: phone }];
  const timestamp = () => String(Math.floor(Date.now() / 1_000));
  const message = (parts: object) => ({
    from: phone,
    id: wamid(),
    timestamp: timestamp(),
    ...parts,
  });
  const inbound = (parts: object) => change("messages", { contacts, messages: [message(parts)] });
  const text = (body: string) => ({ type: "text", text: { body } });
  const interactive = (reply: object) => inbound({ type: "interactive", interactive: reply });
  return {
    phone,
    says: (body: string, quoting?: string) =>
      inbound({ ...text(body), ...(quoting && { context: { from: "15555550100", id: quoting } }) }),
    taps: (id: string, title = "This one") =>
      interactive({ type: "button_reply", button_reply: { id, title } }),
    /** A quick reply of a template. */
    tapsTemplate: (payload: string, text: string) =>
      inbound({ type: "button", button: { payload, text } }),
    answersFlow: (answers: object) =>
      interactive({
        type: "nfm_reply",
        nfm_reply: { name: "flow", body: "Sent", response_json: JSON.stringify(answers) },
      }),
    reacts: (emoji: string) =>
      inbound({ type: "reaction", reaction: { message_id: wamid(), emoji } }),
    saysToOther: (body: string) =>
      change("standby", { standby: { contacts, messages: [message(text(body))] } }),
    /** A human wrote it on the business's phone. */
    isWritten: (body: string) =>
      change("smb_message_echoes", {
        message_echoes: [
          { from: "15555550100", to: phone, id: wamid(), timestamp: timestamp(), ...text(body) },
        ],
      }),
    status: (id: string, status: string, more: object = {}) =>
      change("messages", {
        statuses: [{ id, status, timestamp: timestamp(), recipient_id: phone, ...more }],
      }),
    /** Told through intake: what our side sent. */
    isSent: (template: string, id: string, more: object = {}) => ({
      type: "whatsapp.outgoing.template",
      account,
      contact: { phone: `+${phone}` },
      message: { id, template: { name: template } },
      ...more,
    }),
    isSentText: (body: string, more: object = {}) => ({
      type: "whatsapp.outgoing.text",
      account,
      contact: { phone: `+${phone}` },
      message: { id: wamid(), text: body },
      ...more,
    }),
    /** Told through intake: what happened. */
    does: (what: string, business: object = {}) => ({
      type: `business.${what}`,
      account,
      contact: { phone: `+${phone}` },
      business,
    }),
  };
}
