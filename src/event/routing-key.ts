/** `<type>.<phoneNumberId or "none">`: what AMQP routes on. */
export function routingKey(type: string, phoneNumberId: string | undefined): string {
  return `${type}.${phoneNumberId !== undefined && /^\d{1,32}$/.test(phoneNumberId) ? phoneNumberId : "none"}`;
}

/** A type pattern as an AMQP binding key: `#` stays, all others match any phone number. */
export function bindingKey(pattern: string): string {
  return pattern === "#" ? "#" : `${pattern}.*`;
}
