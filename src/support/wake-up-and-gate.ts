/** Wakes one sleeper. A call that nobody waits for is kept for the next who does. */
export interface WakeUp {
  wake(): void;
  woken(): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let next = createDeferred();
  return {
    wake: () => next.resolve(),
    async woken() {
      await next.promise;
      next = createDeferred();
    },
  };
}

/** Holds back all who come while it is closed; they pass in the order in which they came. */
export interface Gate {
  isClosed(): boolean;
  opened(): Promise<void>;
  close(): void;
  open(): void;
}

/** The gate opens by itself after `ms`, and then says so. */
export function createGate(ms: number, onTimeout: () => void): Gate {
  let closed: { readonly deferred: Deferred; readonly timer: NodeJS.Timeout } | undefined;
  const open = () => {
    clearTimeout(closed?.timer);
    closed?.deferred.resolve();
    closed = undefined;
  };
  const timeOut = () => {
    onTimeout();
    open();
  };
  return {
    isClosed: () => closed !== undefined,
    opened: async () => closed?.deferred.promise,
    close() {
      closed ??= { deferred: createDeferred(), timer: setTimeout(timeOut, ms) };
    },
    open,
  };
}

interface Deferred {
  resolve(): void;
  readonly promise: Promise<void>;
}

function createDeferred(): Deferred {
  let settle = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { resolve: () => settle(), promise };
}
