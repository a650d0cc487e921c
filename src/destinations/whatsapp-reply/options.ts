import type { Reply, TemplateName } from "../../contracts.ts";
import { graphVersion } from "../../support/graph-version.ts";
import { OptionError } from "../destination-kind.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { parseAddress } from "../parse-option.ts";
import { choicesOf } from "../reply-choices.ts";
import { beyondMeta, emptyParameters, misfitOfReply } from "../reply-misfits.ts";
import { calledSomehow, filledFrom } from "./parameters.ts";

export interface ReplyOptions {
  readonly token: string;
  readonly baseUrl: URL;
  /** undefined: none is told, and only what is requested can be sent. */
  readonly reply: OptionTemplates | undefined;
  /** undefined: what its purpose allows. */
  readonly maxPerHour: number | undefined;
  readonly repeatsUnknown: boolean;
}

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions extends Reply {
  readonly token: string;
  readonly baseUrl?: string;
  readonly maxPerHour?: number;
  readonly onUnknown?: "repeat";
}

/** Throws OptionError. */
export function parseReplyOptions(name: string, given: RawOptions): ReplyOptions {
  const { token, baseUrl, maxPerHour, onUnknown, ...parts } = given;
  const [wrong = misfitOfReply(parts)] = beyondMeta(withoutTemplates(parts));
  if (wrong !== undefined) throw new OptionError(name, wrong.part, wrong);
  return Object.freeze({
    token,
    baseUrl: baseUrlOf(name, baseUrl ?? "https://graph.facebook.com"),
    reply: Object.keys(parts).length === 0 ? undefined : compileReply(name, parts),
    maxPerHour,
    repeatsUnknown: onUnknown === "repeat",
  });
}

/** How long what a template gives will be is known when it is rendered. */
function withoutTemplates<T>(value: T): T {
  if (typeof value === "string") return (/\{[{%]/.test(value) ? "" : value) as T;
  if (Array.isArray(value)) return value.map(withoutTemplates) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, withoutTemplates(each)]);
  return Object.fromEntries(entries) as T;
}

/** Ids of buttons and rows may be templates too: as keys they would be none, and lose their order where they are whole numbers. */
function compileReply(name: string, { buttons, list, ...others }: Reply): OptionTemplates {
  const parts = {
    ...others,
    ...(buttons && { buttons: choicesOf(buttons) }),
    ...(list && { list: inOrder(list) }),
  };
  const compiled = Object.entries(parts).map(([key, part]) => {
    const option = compileOption(name, key, part);
    return [key, key === "template" ? withoutEmpty(option) : option] as const;
  });
  return joined(compiled);
}

function inOrder({ rows, sections, ...rest }: NonNullable<Reply["list"]>) {
  return {
    ...rest,
    ...(rows && { rows: choicesOf(rows) }),
    ...(sections && {
      sections: sections.map(({ title, rows: own }) => ({ title, rows: choicesOf(own) })),
    }),
  };
}

/** A parameter of a template that would be empty without the contact's name shows what else they are called. */
function withoutEmpty(template: OptionTemplates): OptionTemplates {
  const { names, render, renderFrom } = template;
  if (!names.has("contact")) return template;
  return {
    ...template,
    async render({ scope }) {
      const named = await scope(names);
      const first = await render({ scope: async () => named });
      if (emptyParameters(first).length === 0) return first;
      const contact = calledSomehow(named["contact"]);
      return filledFrom(first, await render({ scope: async () => ({ ...named, contact }) }));
    },
    renderFrom(event) {
      const contact = calledSomehow(event.data.contact) as typeof event.data.contact;
      const called = { ...event, data: { ...event.data, ...(contact && { contact }) } };
      return filledFrom(renderFrom(event), renderFrom(called));
    },
  };
}

function joined(compiled: readonly (readonly [string, OptionTemplates])[]): OptionTemplates {
  const names = new Set<TemplateName>(compiled.flatMap(([, each]) => [...each.names]));
  return {
    names,
    readsLog: compiled.some(([, each]) => each.readsLog),
    async render(context) {
      const rendered: Record<string, unknown> = {};
      for (const [key, each] of compiled) rendered[key] = await each.render(context);
      return rendered;
    },
    renderFrom: (event) =>
      Object.fromEntries(compiled.map(([key, each]) => [key, each.renderFrom(event)])),
  };
}

/** With the version, unless it has one. */
function baseUrlOf(name: string, text: string): URL {
  const url = parseAddress(name, text, "https://graph.facebook.com");
  const path = url.pathname.replace(/\/$/, "");
  url.pathname = /\/v\d+\.\d+$/.test(path) ? path : `${path}/${graphVersion}`;
  return url;
}
