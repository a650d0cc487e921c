/** JSON Schema (2020-12) of a `Reply`. How long each text may be once it is rendered is checked before it is sent. */

const text = { type: "string", minLength: 1, maxLength: 65_536 } as const;
const dataSchema = { type: "object", maxProperties: 100 } as const;

const file = { link: { ...text, description: "An https address that Meta fetches." }, id: text };
const oneFile = [{ required: ["link"] }, { required: ["id"] }];

const fileSchema = (properties: object = {}) => ({
  type: "object",
  additionalProperties: false,
  oneOf: oneFile,
  properties: { ...file, ...properties },
});

const rowsSchema = {
  description:
    "By id: a title, or a title with a description; or a list of { id, title, description }, in which ids may be whole numbers.",
  type: ["object", "array"],
  minProperties: 1,
  maxProperties: 10,
  minItems: 1,
  maxItems: 10,
  items: {
    type: "object",
    additionalProperties: false,
    required: ["id", "title"],
    properties: {
      id: { type: "string", minLength: 1, maxLength: 200 },
      title: text,
      description: text,
    },
  },
  propertyNames: { minLength: 1, maxLength: 200 },
  additionalProperties: {
    anyOf: [
      text,
      {
        type: "object",
        additionalProperties: false,
        required: ["title"],
        properties: { title: text, description: text },
      },
    ],
  },
};

const listSchema = {
  description: "With text: a button that opens a list, of ten rows at most.",
  type: "object",
  additionalProperties: false,
  required: ["button"],
  oneOf: [{ required: ["rows"] }, { required: ["sections"] }],
  properties: {
    button: { ...text, description: "What opens it." },
    rows: rowsSchema,
    sections: {
      type: "array",
      minItems: 1,
      maxItems: 10,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["title", "rows"],
        properties: { title: text, rows: rowsSchema },
      },
    },
  },
};

const flowSchema = {
  description: "With text: a button that opens a flow.",
  type: "object",
  additionalProperties: false,
  required: ["id", "cta"],
  properties: {
    id: text,
    cta: { ...text, description: "What its button says." },
    token: {
      ...text,
      description: "Comes back with the answer; `flow: qualify` of a route takes qualify:….",
    },
    screen: { ...text, description: "The first one; without it the flow's endpoint says which." },
    data: { ...dataSchema, description: "What the first screen shows." },
  },
};

const templateSchema = {
  description: "Sent while the window is closed, or when there is neither text nor media.",
  type: "object",
  additionalProperties: false,
  required: ["name", "language"],
  properties: {
    name: text,
    language: { ...text, description: "As the template has it: de, en_US." },
    header: {
      description: "Text, or the file of a template that has one.",
      anyOf: [
        text,
        {
          type: "object",
          additionalProperties: false,
          minProperties: 1,
          maxProperties: 1,
          properties: {
            image: fileSchema(),
            video: fileSchema(),
            document: fileSchema({ filename: text }),
          },
        },
      ],
    },
    body: {
      description: "Its parameters, in order or by name.",
      anyOf: [
        { type: "array", maxItems: 100, items: text },
        { type: "object", maxProperties: 100, additionalProperties: text },
      ],
    },
    buttons: {
      description: "What its buttons take, in order; {} for one that takes nothing.",
      type: "array",
      maxItems: 10,
      items: {
        type: "object",
        additionalProperties: false,
        maxProperties: 1,
        properties: {
          payload: { ...text, description: "Of a quick reply." },
          url: { ...text, description: "What ends the address." },
          code: { ...text, description: "Of a coupon, or a password." },
          flow: {
            type: "object",
            additionalProperties: false,
            properties: { token: text, data: dataSchema },
          },
        },
      },
    },
  },
};

/** Of each part. */
export const replyProperties = {
  text: {
    ...text,
    description: "What is written while the customer service window is open.",
  },
  buttons: {
    description:
      "With text: title by id, or a list of { id, title }, in which ids may be whole numbers; three at most.",
    type: ["object", "array"],
    minProperties: 1,
    maxProperties: 3,
    minItems: 1,
    maxItems: 3,
    items: {
      type: "object",
      additionalProperties: false,
      required: ["id", "title"],
      properties: { id: { type: "string", minLength: 1, maxLength: 256 }, title: text },
    },
    propertyNames: { minLength: 1, maxLength: 256 },
    additionalProperties: text,
  },
  list: listSchema,
  flow: flowSchema,
  template: templateSchema,
  media: {
    ...fileSchema({
      type: { enum: ["image", "document", "audio", "video", "sticker"] },
      caption: text,
      filename: text,
    }),
    description: "Instead of text: a file, by link or by the id of one that was uploaded.",
    required: ["type"],
  },
  ref: {
    description:
      "What it is about in your systems, a text or an object: `about.ref` afterwards. Unless told, that of what it answers.",
    anyOf: [{ ...text, maxLength: 1_024 }, dataSchema],
  },
  campaign: { ...text, maxLength: 512, description: "What `about` and reports know it by." },
  variant: { ...text, maxLength: 512, description: "Of the campaign." },
  quote: { description: "Show the message that is answered above the reply.", type: "boolean" },
  read: { description: "Mark the message that is answered as read.", type: "boolean" },
  typing: {
    description: "Show that somebody is typing until the reply is there; marks as read too.",
    type: "boolean",
  },
} as const;

/** A whole one, as a bot answers with it. What does not go together (`buttons` without `text`) is what `misfitOfReply` finds. */
export const replySchema = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  properties: replyProperties,
} as const;
