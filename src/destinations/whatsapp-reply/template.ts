import type { ReplyTemplate } from "../../contracts.ts";

/** As Meta takes it. */
export function templateOf({ name, language, header, body, buttons }: ReplyTemplate) {
  const components = [
    ...headerOf(header),
    ...bodyOf(body),
    ...(buttons ?? []).flatMap((button, index) => buttonOf(button, index)),
  ];
  return {
    name,
    language: { code: language },
    ...(components.length > 0 && { components }),
  };
}

function headerOf(header: ReplyTemplate["header"]): object[] {
  if (header === undefined) return [];
  if (typeof header === "string") {
    return [{ type: "header", parameters: [{ type: "text", text: header }] }];
  }
  const [[type, file] = []] = Object.entries(header);
  return type === undefined ? [] : [{ type: "header", parameters: [{ type, [type]: file }] }];
}

function bodyOf(body: ReplyTemplate["body"]): object[] {
  if (body === undefined) return [];
  const parameters = Array.isArray(body)
    ? body.map((text) => ({ type: "text", text: oneLine(text) }))
    : Object.entries(body).map(([name, text]) => ({
        ...{ type: "text", parameter_name: name, text: oneLine(text) },
      }));
  return parameters.length === 0 ? [] : [{ type: "body", parameters }];
}

/** Meta refuses line breaks, tabs and more than four spaces in a parameter. */
function oneLine(text: unknown): string {
  return String(text)
    .replace(/\s*[\r\n\t]+\s*/g, " ")
    .replace(/ {5,}/g, "    ");
}

function buttonOf(
  { payload, url, code, flow }: NonNullable<ReplyTemplate["buttons"]>[number],
  at: number,
): object[] {
  const button = (sub_type: string, parameter: object) => [
    { type: "button", sub_type, index: String(at), parameters: [parameter] },
  ];
  if (payload !== undefined) return button("quick_reply", { type: "payload", payload });
  if (url !== undefined) return button("url", { type: "text", text: url });
  if (code !== undefined) return button("copy_code", { type: "coupon_code", coupon_code: code });
  if (flow === undefined) return [];
  const { token, data } = flow;
  const action = {
    ...(token !== undefined && { flow_token: token }),
    ...(data && { flow_action_data: data }),
  };
  return button("flow", { type: "action", action });
}
