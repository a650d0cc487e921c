/** One text message as Meta sends it. */
export function textMessage(id: string, body = "Is the blue one back?") {
  return { from: "15555550123", id, timestamp: "1790000000", type: "text", text: { body } };
}

/** An envelope of the field `messages` around the items given. */
export function messagesPost(messages: readonly unknown[], more: Record<string, unknown> = {}) {
  return {
    object: "whatsapp_business_account",
    entry: [
      {
        id: "900100200300400",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: {
                display_phone_number: "15555550100",
                phone_number_id: "700700700700700",
              },
              contacts: [{ profile: { name: "Mia" }, wa_id: "15555550123" }],
              messages,
              ...more,
            },
          },
        ],
      },
    ],
  };
}

/** A batch of `count` text messages, padded to `bytes` in all where told. */
export function largePost(count: number, bytes = 0): string {
  const bare = JSON.stringify(messagesPost(texts(count, "")));
  const pad = "x".repeat(Math.max(0, Math.floor((bytes - bare.length) / count)));
  return JSON.stringify(messagesPost(texts(count, pad)));
}

function texts(count: number, body: string) {
  return Array.from({ length: count }, (_, index) => textMessage(`wamid.large${index}`, body));
}
