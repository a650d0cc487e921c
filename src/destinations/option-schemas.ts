/** A key, a token, a password: masked wherever options are shown. */
export const secret = { type: "string", minLength: 1, "x-secret": true } as const;

export const word = { type: "string", minLength: 1 } as const;

export const template = { type: "string", minLength: 1, maxLength: 10_000 } as const;

export const name = {
  description:
    "When the profile name is written: ifEmpty (where there is no name, or the one that Waypost wrote; the default), always, or never.",
  enum: ["ifEmpty", "always", "never"],
} as const;

/** How contacts are found and made at a help desk. `notation`: where phones are looked for, `mark`: the field of our own. */
export function contactOptions(vendor: string, notation: string, mark: string) {
  return {
    match: {
      description: `How a contact that ${vendor} has already is recognised: phone (${notation}, the default), or id (only by ${mark}).`,
      enum: ["phone", "id"],
    },
    create: {
      description: `When a contact is made where ${vendor} has none: always (the default), inbound (when they write), or never.`,
      enum: ["always", "inbound", "never"],
    },
    name,
  } as const;
}
