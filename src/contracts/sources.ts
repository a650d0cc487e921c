/** What waypost.yaml says of `sources`: who else may POST, and what their bodies become. */
import type { DataWhen, Templated } from "./routing.ts";

/** `POST /hooks/<name>`. */
export interface SourceConfig {
  /** Lower-case letters, digits, `-` and `_`: it stands in the address and in metrics. */
  readonly name: string;
  readonly kind: SourceKind;
  /** Any of them may have signed (rotation). None where `auth` says who may. */
  readonly secrets: readonly string[];
  /** Of kind `hook` only, in place of `secrets`. */
  readonly auth?: SourceAuth;
  /** Name of `accounts`: whose event it is. It has a phoneNumberId. */
  readonly account: string;
  /** At least one. Each whose `when` holds makes an event. */
  readonly emit: readonly SourceEmit[];
}

/** `hook` with secrets is Standard Webhooks. */
export type SourceKind = "stripe" | "shopify" | "zendesk" | "hook";

/** For senders that cannot sign. Any value of a list is enough (rotation). */
export type SourceAuth =
  | { readonly header: string; readonly secrets: readonly string[] }
  /** `user:password`. */
  | { readonly basic: readonly string[] }
  | { readonly bearer: readonly string[] };

/** What a body becomes. Texts are templates over `body` (and `account`). */
export interface SourceEmit {
  /** By dotted path into the body, as `data` of a route is by path into the business data. All must hold. */
  readonly when?: Readonly<Record<string, DataWhen>>;
  /** `business.…`; no template. */
  readonly type: string;
  /** Rendered, it names the event within source and type; absent: the body's bytes do. */
  readonly id?: string;
  /** One of them at least, where there is a contact at all. */
  readonly contact?: {
    readonly phone?: string;
    readonly waId?: string;
    readonly userId?: string;
  };
  readonly data?: Templated;
}
