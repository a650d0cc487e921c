/** What Meta's documentation says of a message that is sent: the code that it would be refused with, or undefined. */

export interface CloudTemplate {
  readonly name: string;
  readonly language: string;
  /** Parameters of its body; 0 unless told. */
  readonly body?: number;
  /** Goes to phone numbers alone. */
  readonly phonesOnly?: true;
  readonly state?: "paused" | "disabled";
}

export interface CloudError {
  readonly status: number;
  readonly code: number;
  readonly details: string;
}

type Json = Readonly<Record<string, unknown>>;

const mediaTypes = ["image", "document", "audio", "video", "sticker"];

/** A message to an individual, without the state of its number. */
export function refusalOf(body: Json, templates: readonly CloudTemplate[]): CloudError | undefined {
  const { messaging_product: product, to, recipient, type = "text" } = body;
  if (product !== "whatsapp") return no(100, "messaging_product must be whatsapp");
  if (to === undefined && recipient === undefined) return no(131008, "to is missing");
  if (to !== undefined && !/^\d{5,15}$/.test(String(to))) return no(131009, "to is no number");
  if (to === undefined && !/^[A-Z]{2}\.(ENT\.)?\w+$/.test(String(recipient))) {
    return no(131009, "recipient is no user id");
  }
  const callback = body["biz_opaque_callback_data"];
  if (callback !== undefined && String(callback).length > 512) {
    return no(131009, "biz_opaque_callback_data is too long");
  }
  if (type === "text") return textRefusal(object(body["text"]));
  if (type === "interactive") return interactiveRefusal(object(body["interactive"]));
  if (type === "template") return templateRefusal(body, templates);
  if (mediaTypes.includes(String(type)))
    return mediaRefusal(String(type), object(body[String(type)]));
  return no(131051, "no such type");
}

function textRefusal({ body }: Json) {
  return length(body, "text.body", 4_096);
}

function interactiveRefusal({ type, body, action }: Json): CloudError | undefined {
  const { text } = object(body);
  if (type === "button") {
    const buttons = list(object(action)["buttons"]).map((each) => object(object(each)["reply"]));
    if (buttons.length < 1 || buttons.length > 3) return no(131009, "1 to 3 buttons");
    const ids = new Set(buttons.map(({ id }) => id));
    const titles = new Set(buttons.map(({ title }) => title));
    if (ids.size + titles.size !== 2 * buttons.length) return no(131009, "the same twice");
    const long = buttons
      .map(({ id, title }) => length(title, "title", 20) ?? length(id, "id", 256))
      .find((each) => each !== undefined);
    return long ?? length(text, "body", 1_024);
  }
  if (type === "list") return length(text, "body", 4_096) ?? listRefusal(object(action));
  if (type !== "flow") return no(131009, "no such interactive message");
  const {
    flow_id: id,
    flow_cta: cta,
    flow_message_version: version,
    flow_action: act,
  } = object(object(action)["parameters"]);
  if (object(action)["name"] !== "flow" || version !== "3") return no(131009, "no flow");
  if (!["navigate", "data_exchange"].includes(String(act))) return no(131009, "flow_action");
  return length(text, "body", 1_024) ?? length(id, "flow_id", 64) ?? length(cta, "flow_cta", 30);
}

function listRefusal({ button, sections }: Json): CloudError | undefined {
  const all = list(sections).map(object);
  const rows = all.flatMap(({ rows: own }) => list(own).map(object));
  if (rows.length < 1 || rows.length > 10) return no(131009, "1 to 10 rows");
  if (new Set(rows.map(({ id }) => id)).size < rows.length) return no(131009, "the same twice");
  if (all.length > 1 && all.some(({ title }) => title === undefined)) {
    return no(131009, "a section without a title");
  }
  const long = rows
    .map(
      ({ id, title, description }) =>
        length(id, "id", 200) ??
        length(title, "title", 24) ??
        (description === undefined ? undefined : length(description, "description", 72)),
    )
    .find((each) => each !== undefined);
  return long ?? length(button, "button", 20);
}

function templateRefusal(body: Json, templates: readonly CloudTemplate[]): CloudError | undefined {
  const { name, language, components } = object(body["template"]);
  const code = object(language)["code"];
  const found = templates.find((each) => each.name === name && each.language === code);
  if (found === undefined) return { ...no(132001, "no such template"), status: 404 };
  if (found.state === "paused") return no(132015, "paused");
  if (found.state === "disabled") return no(132016, "disabled");
  if (found.phonesOnly && body["to"] === undefined) return no(131062, "phones alone");
  const given = list(components)
    .map(object)
    .find(({ type }) => type === "body");
  const parameters = list(given?.["parameters"]).map(object);
  if (parameters.length !== (found.body ?? 0)) return no(132000, "another number of parameters");
  if (parameters.some(({ text }) => String(text ?? "").trim() === "")) {
    return no(131008, "a parameter is missing");
  }
  const broken = parameters.some(({ text }) => /[\n\t]| {5}/.test(String(text)));
  return broken ? no(132012, "a line break in a parameter") : undefined;
}

function mediaRefusal(type: string, { id, link, caption }: Json): CloudError | undefined {
  if ((id === undefined) === (link === undefined)) return no(131009, "either id or link");
  if (link !== undefined && !/^https?:/.test(String(link))) return no(131053, "no address");
  if (caption === undefined) return undefined;
  if (["audio", "sticker"].includes(type)) return no(100, "caption is not known here");
  return length(caption, "caption", 1_024);
}

function length(text: unknown, where: string, most: number): CloudError | undefined {
  const count = typeof text === "string" && text.trim() !== "" ? [...text].length : 0;
  if (count === 0) return no(131008, `${where} is missing`);
  return count > most ? no(131009, `${where} is too long`) : undefined;
}

export function no(code: number, details: string): CloudError {
  return { status: 400, code, details };
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
