/** What runs, for people who may see it. Holds no secret. */

export interface RunningConfiguration {
  /** Where waypost.yaml is looked for. */
  readonly file: string;
  /** There is one. */
  readonly found: boolean;
  /** Of what it says, but for secrets: as `GET /api/processes` has it of each process. */
  readonly hash: string;
  /** waypost.yaml as it was read last, each secret hidden. */
  readonly yaml: string;
  readonly settings: readonly Setting[];
  readonly retention: readonly RetentionOf[];
  /** Those that Meta signs with, in the order of WHATSAPP_APP_SECRET. */
  readonly secrets: readonly { readonly name: string; readonly lastUsedAt?: string }[];
}

/** One of the environment, as it was at the start. */
interface Setting {
  readonly name: string;
  /** Absent: a secret, or nothing is set and there is no default. */
  readonly value?: string;
  readonly from: "set" | "default" | "made" | "unset";
  readonly secret?: true;
}

interface RetentionOf {
  readonly what: string;
  /** Absent: as long as it is not erased. */
  readonly days?: number;
  /** What changes it. */
  readonly setting?: string;
}
