import {
  type DeliveryContext,
  DeliveryError,
  type TemplateName,
  type WaypostEvent,
} from "../contracts.ts";
import { templateFilters as filters } from "../event/template-filters.ts";
import {
  createTemplates,
  type Template,
  TemplateError,
  type Templates,
} from "../support/template.ts";
import { OptionError } from "./destination-kind.ts";

const templates = createTemplates({ filters });
const htmlTemplates = createTemplates({ filters, html: true });

/** Options of a destination that are templates over what is known of an event, compiled once. */
export interface OptionTemplates {
  /** What they name: `about` and `transcript` make the destination one that `readsLog`. */
  readonly names: ReadonlySet<TemplateName>;
  readonly readsLog: boolean;
  /**
   * With what `context.scope` tells. Throws DeliveryError: `refused` where this event cannot be rendered, with place and reason; `outage`
   * where it took too long.
   */
  render(context: Pick<DeliveryContext, "scope">): Promise<unknown>;
  /** With what the event itself tells; what is not in it is "". Throws as `render` does. */
  renderFrom(event: WaypostEvent): unknown;
}

/** `option`: where they stand, for what is wrong with them. `html`: what they put in is escaped. Throws OptionError. */
export function compileOption(
  destination: string,
  option: string,
  source: unknown,
  { html = false }: { readonly html?: boolean } = {},
): OptionTemplates {
  const template = compile(html ? htmlTemplates : templates, { destination, option, source });
  // The configuration has checked that all names are among these.
  const names = new Set(template.variables.map(({ name }) => name as TemplateName));
  const renderWith = (scope: object) => {
    try {
      return template.render(scope);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const verdict = error.kind === "limit" ? "outage" : "refused";
      const words = `the template ${option} cannot be rendered: ${error.message}`;
      throw new DeliveryError(verdict, words);
    }
  };
  return {
    names,
    readsLog: names.has("about") || names.has("transcript"),
    render: async (context) => renderWith(await context.scope(names)),
    renderFrom: (event) => renderWith({ event, ...event.data }),
  };
}

function compile(
  templates: Templates,
  { destination, option, source }: { destination: string; option: string; source: unknown },
): Template {
  try {
    return templates.compile(source);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const at = error.place === "" ? option : `${option}.${error.place}`;
    throw new OptionError(destination, at, {
      problem: `is not a template that can be read (${error.reason})`,
      remedy: "Correct it; docs/templates.md shows what there is",
    });
  }
}
