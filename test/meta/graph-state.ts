/** Meta's side of webhooks, with a state: apps, accounts, numbers, and what each was told. */
export interface GraphStub {
  /** With a version. */
  readonly url: string;
  readonly apps: Map<string, StubApp>;
  /** By id. */
  readonly wabas: Map<string, StubWaba>;
  readonly tokens: Map<string, StubToken>;
  /** `GET v24.0 900…/subscribed_apps`, in order. */
  readonly asked: string[];
  /** Answers with this instead, while set; `on` says which requests it hits. */
  fault?: {
    readonly status: number;
    readonly error?: object;
    readonly on?: RegExp;
    /** `reset`: the connection breaks; `html`: it answers, but not as Graph. */
    readonly how?: "reset" | "html" | "endless";
  };
  close(): Promise<void>;
}

export interface StubApp {
  readonly name: string;
  readonly secret: string;
  /** Calls with a token must prove that they know the secret. */
  readonly proof?: boolean;
  subscription?: {
    callback_url: string;
    active: boolean;
    fields: { name: string; version: string }[];
  };
  /** Not offered to this app. */
  readonly withheld?: readonly string[];
}

export interface StubWaba {
  readonly name: string;
  /** By app id: its override, or "". */
  readonly subscribed: Map<string, string>;
  readonly numbers: Map<string, { display: string; name?: string; override?: string }>;
}

export interface StubToken {
  readonly appId: string;
  readonly scopes: readonly string[];
  /** Accounts it may see; those of others do not exist for it. */
  readonly wabas: readonly string[];
  readonly valid?: boolean;
  /** Unix seconds; 0: no end. */
  readonly expires?: number;
  /** The accounts are not told by debug_token. */
  readonly all?: boolean;
}
