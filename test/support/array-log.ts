import type { Log, LogFields } from "../../src/support/log.ts";

export interface LogLine extends LogFields {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** A log that keeps its lines. */
export function createArrayLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const make = (base: LogFields): Log => {
    const write = (level: LogLine["level"]) => (message: string, fields?: LogFields) =>
      void lines.push({ ...base, ...fields, level, message });
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      child: (fields) => make({ ...base, ...fields }),
    };
  };
  return { ...make({}), lines };
}
