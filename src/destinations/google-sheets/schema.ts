const secret = { "x-secret": true };

/** What is written where `columns` is left out. */
export const defaultColumns = {
  Time: "{{ event.time }}",
  Type: "{{ event.type }}",
  Name: "{{ contact.name }}",
  Phone: "{{ contact.phone | phone }}",
  Text: "{{ message | text }}",
};

/** Options of a Google sheet in waypost.yaml. */
export const googleSheetsSchema = {
  type: "object",
  additionalProperties: false,
  required: ["credentials", "spreadsheet"],
  properties: {
    credentials: {
      description:
        "The key file of a service account, as Google Cloud downloads it: its JSON as one text, or as an object.",
      anyOf: [
        { type: "string", minLength: 1, ...secret },
        {
          type: "object",
          required: ["client_email", "private_key"],
          properties: {
            client_email: { type: "string", minLength: 3 },
            private_key: { type: "string", minLength: 1, ...secret },
            private_key_id: { type: "string" },
            token_uri: { type: "string" },
          },
        },
      ],
      ...secret,
    },
    spreadsheet: {
      description:
        "The spreadsheet's id, or its address (https://docs.google.com/spreadsheets/d/…).",
      type: "string",
      minLength: 1,
    },
    sheet: {
      description: "Name of the sheet (the tab below). Default: Messages.",
      type: "string",
      minLength: 1,
      maxLength: 100,
    },
    columns: {
      description:
        "What stands in each row: the column's header and a template. Columns are found by their header, wherever they stand. Default: Time, Type, Name, Phone, Text.",
      type: "object",
      minProperties: 1,
      maxProperties: 200,
      propertyNames: { minLength: 1, maxLength: 200 },
      additionalProperties: { type: "string" },
    },
    idColumn: {
      description:
        "Header of the column that holds each row's event id: by it a row is found again whose outcome is not known. It may be hidden, not deleted. Default: Event id.",
      type: "string",
      minLength: 1,
      maxLength: 200,
    },
    baseUrl: {
      description: "Instead of https://sheets.googleapis.com.",
      type: "string",
      minLength: 1,
    },
  },
} as const;
