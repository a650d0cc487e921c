import { stringify } from "yaml";
import { bindingKey } from "../src/event/routing-key.ts";
import {
  asyncapiSchemas,
  type EventSchema,
  payloadName,
  ref,
} from "./generate-asyncapi-schemas.ts";
import { type Family, families } from "./generate-catalogue.ts";
import type { GoldenEvent } from "./generate-golden-events.ts";

const version = "0.3.0";

/** The text of schemas/asyncapi.yaml: what Waypost publishes on RabbitMQ, and how to bind to it. */
export function asyncapi(
  schema: EventSchema,
  golden: readonly GoldenEvent[],
  release: string,
): string {
  const document = {
    asyncapi: "3.0.0",
    id: "urn:waypost:asyncapi",
    info: info(release),
    defaultContentType: "application/cloudevents+json",
    servers: {
      rabbitmq: {
        host: "rabbitmq.example:5672",
        protocol: "amqp",
        protocolVersion: "0.9.1",
        description: "Your RabbitMQ, 3.10 to 4.x: `RABBITMQ_URL`.",
      },
    },
    channels: {
      events: eventsChannel(),
      intake: intakeChannel(),
      quarantine: quarantineChannel(),
    },
    operations: {
      publishEvents: operation("events", "Every event, once per item that Meta sends."),
      takeIn: {
        action: "receive",
        channel: { $ref: "#/channels/intake" },
        summary: "What your services tell: something that happened, or a message that they sent.",
      },
      publishQuarantine: {
        ...operation("quarantine", "Signed POSTs that could not be understood, once per POST."),
        "x-internal": true,
      },
    },
    components: {
      messages: {
        ...Object.fromEntries(families.map((family) => [family.name, message(family, golden)])),
        told: toldMessage(),
        quarantined: quarantinedMessage(),
      },
      messageTraits: { cloudEvent },
      schemas: asyncapiSchemas(schema),
    },
  };
  const text = stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
  return `# Generated from schemas/event.schema.json by \`npm run generate\`.\n${text}`;
}

function info(release: string) {
  return {
    title: "Waypost events",
    version: release,
    description: [
      "Every message, status and change that WhatsApp reports to Waypost, as CloudEvents on a RabbitMQ topic",
      "exchange. Bind a queue of your own to `waypost.events`; each family below names its binding key. A queue",
      "may see an event twice: deduplicate on `message_id`. Optional fields and new types may come at any time:",
      "ignore what you do not know. The header `waypost-shard`, where there is one, is Waypost's own. docs/events.md",
      "shows each type with an example.",
    ].join("\n"),
    license: { name: "Apache-2.0" },
  };
}

function exchange(name: string) {
  const bindings = { name, type: "topic", durable: true, autoDelete: false, vhost: "/" };
  return { amqp: { is: "routingKey", exchange: bindings, bindingVersion: version } };
}

function eventsChannel() {
  return {
    address: "{type}.{phoneNumberId}",
    title: "The exchange waypost.events",
    description:
      "The address is the routing key. Queues are yours to declare; quorum queues with `x-delivery-limit: 1000000` are what Waypost itself uses.",
    parameters: {
      type: {
        description: "The event's type, two to four segments.",
        examples: ["whatsapp.message.text", "whatsapp.status.read"],
      },
      phoneNumberId: {
        description: "Meta's id of your phone number; `none` for events of a whole account.",
        examples: ["700700700700700", "none"],
      },
    },
    messages: Object.fromEntries(families.map(({ name }) => [name, ref(`messages/${name}`)])),
    bindings: exchange("waypost.events"),
  };
}

function quarantineChannel() {
  return {
    address: "waypost.quarantine.none",
    title: "The exchange waypost.quarantine",
    description: "Internal: only the store binds it. Read quarantine through the ops API.",
    messages: { quarantined: ref("messages/quarantined") },
    bindings: exchange("waypost.quarantine"),
    "x-internal": true,
  };
}

function intakeChannel() {
  return {
    address: "{anything}",
    title: "The exchange waypost.intake",
    description:
      "Publish here, persistent and confirmed, one event a message; any routing key. Waypost takes them in in their order, at least once, idempotent by id, and publishes each to `waypost.events`. What it cannot take lies in the queue `waypost.dead.waypost.intake`, with the reason in the header `x-waypost-reason`, and keeps its own properties. At most 1,048,576 bytes, also unpacked where `content_encoding` is gzip.",
    parameters: { anything: { description: "Does not matter.", examples: ["told"] } },
    messages: { told: ref("messages/told") },
    bindings: exchange("waypost.intake"),
  };
}

function operation(channel: string, summary: string) {
  return {
    action: "send",
    channel: { $ref: `#/channels/${channel}` },
    summary,
    bindings: {
      amqp: { deliveryMode: 2, mandatory: true, timestamp: false, bindingVersion: version },
    },
  };
}

/** AsyncAPI's AMQP binding knows only two of the properties. No personal data is in any of them. */
const cloudEvent = {
  contentType: "application/cloudevents+json",
  "x-amqp-properties": {
    message_id: "The event's id. Deduplicate on it.",
    type: "The event's type.",
    content_type: "application/cloudevents+json",
    app_id: "waypost",
    delivery_mode: 2,
  },
};

function message(family: Family, golden: readonly GoldenEvent[]) {
  const { name, title, comes, pattern, types } = family;
  const [type = ""] = Object.keys(types);
  const example = golden.find(({ event }) => event.type === type);
  return {
    name,
    title,
    summary: comes,
    description: `Binding key: \`${bindingKey(pattern)}\`.`,
    payload: ref(`schemas/${payloadName(family)}`),
    bindings: { amqp: { messageType: pattern, bindingVersion: version } },
    traits: [ref("messageTraits/cloudEvent")],
    ...(example && {
      examples: [{ name: example.file.replace(".json", ""), payload: example.event }],
    }),
  };
}

function toldMessage() {
  return {
    name: "told",
    title: "What a service tells",
    summary:
      "`business.<what>` or `whatsapp.outgoing.<type>`, in the short form or as a CloudEvent.",
    description:
      "As schemas/intake.schema.json lays it down. `message_id` stands for an `id` that the body does not have.",
    contentType: "application/json",
    payload: { type: "object", description: "schemas/intake.schema.json." },
    bindings: {
      amqp: { messageType: "business.# or whatsapp.outgoing.*", bindingVersion: version },
    },
    examples: [
      {
        name: "business",
        payload: {
          type: "business.payment.succeeded",
          id: "pi_3Qk9",
          account: "berlin",
          contact: { phone: "+49 151 23456789" },
          business: { amount: 1200 },
        },
      },
    ],
  };
}

function quarantinedMessage() {
  return {
    name: "quarantined",
    title: "A POST in quarantine",
    summary: "All bytes of a signed POST of which something could not be understood, and where.",
    payload: ref("schemas/QuarantinedPost"),
    bindings: { amqp: { messageType: "waypost.quarantine", bindingVersion: version } },
    traits: [ref("messageTraits/cloudEvent")],
    "x-internal": true,
  };
}
